"""Comments, mentions, attachments and notices, for whoever may view the object and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.activity.models import Attachment, Comment, Notice
from portfolio.initiatives.models import Initiative
from portfolio.outbox import tasks
from portfolio.outbox.models import Job
from tests.people import Organisation
from tests.portfolio.activity.conftest import Register

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def panel(made: Initiative) -> str:
    return f"/activity/comments/initiatives_initiative/{made.pk}/"


def test_a_comment_is_written_without_scripts_and_read_by_the_unit(register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    answer = signed_in("Vera").post(panel(made), {"text": "Needs **two** GPUs <script>alert(1)</script>"})
    assert answer.status_code == 302
    page = signed_in("Paula").get(panel(made)).content.decode()
    assert "<strong>two</strong>" in page and "<script>alert" not in page and "Vera Test" in page


def test_with_scripts_the_panel_comes_back_alone(register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    answer = signed_in("Vera").post(panel(made), {"text": "Hello"}, headers={"hx-request": "true"})
    body = answer.content.decode()
    assert answer.status_code == 200 and body.strip().startswith("<section") and "Hello" in body and "<html" not in body
    empty = signed_in("Vera").post(panel(made), {"text": "  "}, headers={"hx-request": "true"})
    assert empty.status_code == 422 and "invalid-feedback" in empty.content.decode()


@pytest.mark.parametrize("name", ["Lars", "Nora"])
def test_outside_the_unit_there_is_nothing_to_read_or_to_say(register: Register, signed_in: SignIn, name: str) -> None:
    made = register("Shelf camera")
    assert signed_in(name).get(panel(made)).status_code == 404
    assert signed_in(name).post(panel(made), {"text": "hello"}).status_code == 404
    assert not Comment.objects.exists()


def test_an_auditor_reads_and_does_not_comment(register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    assert "not comment" in signed_in("Gita").get(panel(made)).content.decode()
    assert signed_in("Gita").post(panel(made), {"text": "hello"}).status_code == 403


def run_jobs() -> None:
    for number in Job.objects.filter(done_at=None, handler="activity.notify_mention").values_list("pk", flat=True):
        tasks.run(number)


def test_a_mentioned_person_gets_one_notice_that_leads_there(
    organisation: Organisation, register: Register, signed_in: SignIn
) -> None:
    made, paula = register("Shelf camera"), organisation.people["Paula"]
    signed_in("Vera").post(panel(made), {"text": "What do you think?", "mentions": [paula.pk]})
    job = Job.objects.get(handler="activity.notify_mention")
    run_jobs()
    Job.objects.filter(pk=job.pk).update(done_at=None, lease_until=None)
    run_jobs()  # a bell that rings twice
    notice = Notice.objects.get()
    assert notice.user == paula and notice.url.endswith(f"/{made.pk}/")
    paulas = signed_in("Paula")
    assert "Vera Test mentioned you" in paulas.get("/activity/notices/").content.decode()
    assert "Vera Test mentioned you" not in signed_in("Vera").get("/activity/notices/").content.decode()
    assert signed_in("Vera").post(f"/activity/notices/{notice.pk}/read/").status_code == 404
    opened = paulas.post(f"/activity/notices/{notice.pk}/read/", {"open": "yes"})
    assert opened["Location"] == notice.url
    assert "mentioned you" not in paulas.get("/activity/notices/?state=unread").content.decode()


def test_all_notices_of_ones_own_are_read_at_once(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("Paula", "Lars"):
        Notice.objects.create(user=organisation.people[name], kind="mention", text="x", url="/", key="k")
    signed_in("Paula").post("/activity/notices/read/")
    assert [notice.user.name for notice in Notice.objects.filter(read_at=None)] == ["Lars Test"]


def test_only_people_who_may_see_the_unit_are_offered_and_taken(
    organisation: Organisation, register: Register, signed_in: SignIn
) -> None:
    made = register("Shelf camera")
    page = signed_in("Vera").get(panel(made)).content.decode()
    assert "Otto Test" in page and "Ada Test" in page and "Lars Test" not in page and "Nora Test" not in page
    forged = signed_in("Vera").post(panel(made), {"text": "psst", "mentions": [organisation.people["Lars"].pk]})
    assert forged.status_code == 422 and not Comment.objects.exists()


def test_a_comment_is_taken_down_by_its_author_or_an_administrator(register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    signed_in("Vera").post(panel(made), {"text": "said too soon"})
    address = f"/activity/comments/{Comment.objects.get().pk}/remove/"
    assert signed_in("Paula").post(address).status_code == 403
    assert signed_in("Lars").post(address).status_code == 404
    assert signed_in("Vera").get(address).status_code == 200 and Comment.objects.get().removed_at is None
    signed_in("Ada").post(address)
    assert "said too soon" not in signed_in("Vera").get(panel(made)).content.decode()
    assert Comment.objects.get().text == "said too soon"


def test_comments_follow_an_initiative_to_its_new_unit(organisation: Organisation, register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    signed_in("Vera").post(panel(made), {"text": "for Retail", "attachments": SimpleUploadedFile("a.txt", b"x")})
    file = f"/activity/attachments/{Attachment.objects.get().pk}/"
    assert signed_in("Lars").get(file).status_code == 404
    Initiative.objects.filter(pk=made.pk).update(unit=organisation.units["Logistics"])
    assert signed_in("Lars").get(file).status_code == 200 and "for Retail" in signed_in("Lars").get(panel(made)).content.decode()
    assert signed_in("Vera").get(file).status_code == 404 and signed_in("Vera").get(panel(made)).status_code == 404


HOSTILE_NAMES = [
    "../../etc/passwd", "..\\..\\boot.ini", "a\r\nSet-Cookie: x=1.txt", "page.html", "\u202etxt.exe", "x" * 300 + ".svg",
    "CON", '"quoted".txt',
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_file_is_only_ever_a_download(register: Register, signed_in: SignIn, media: Path, name: str) -> None:
    made = register("Shelf camera")
    body = b"<html><script>alert(document.cookie)</script>"
    client = signed_in("Vera")
    client.post(panel(made), {"text": "see file", "attachments": SimpleUploadedFile(name, body, content_type="text/html")})
    stored = Attachment.objects.get()
    answer = client.get(f"/activity/attachments/{stored.pk}/")
    assert b"".join(answer.streaming_content) == body  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment") and "\r" not in disposition and "/" not in disposition.replace("utf-8''", "")
    assert "sandbox" in answer["Content-Security-Policy"] and "Set-Cookie: x" not in str(answer.headers)
    on_disk = [path for path in media.rglob("*") if path.is_file()]
    assert len(on_disk) == 1 and on_disk[0].name.isalnum() and len(on_disk[0].name) == 40
    assert stored.sha256 and stored.name and "\u202e" not in stored.name


def test_too_large_and_too_many_files_are_refused_with_the_text_kept(
    register: Register, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.ATTACHMENT_MAX_BYTES = 10
    made = register("Shelf camera")
    answer = signed_in("Vera").post(panel(made), {"text": "keep me", "attachments": SimpleUploadedFile("a", b"x" * 11)})
    assert answer.status_code == 422 and "larger than" in answer.content.decode() and "keep me" in answer.content.decode()
    many = [SimpleUploadedFile(f"{n}", b"x") for n in range(11)]
    assert signed_in("Vera").post(panel(made), {"text": "t", "attachments": many}).status_code == 422
    assert not Comment.objects.exists() and not Attachment.objects.exists()


def test_tooling_comments_with_its_scope_and_in_its_unit(register: Register, api: Callable[..., Client]) -> None:
    made, other = register("Shelf camera"), register("Route planner", "Logistics", by="Lars")
    writer = api(Scope.COMMENTS_WRITE, Scope.INITIATIVES_READ, unit="Retail")
    body = {"initiative": made.pk, "text": "benchmark done"}
    answer = writer.post("/api/v1/comments/", body, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["text"] == "benchmark done"
    assert [row["text"] for row in writer.get(f"/api/v1/comments/?initiative={made.pk}").json()["results"]] == ["benchmark done"]
    elsewhere = {"initiative": other.pk, "text": "x"}
    assert writer.post("/api/v1/comments/", elsewhere, content_type="application/json").status_code == 404
    assert writer.get(f"/api/v1/comments/?initiative={other.pk}").status_code == 404
    assert writer.get("/api/v1/comments/").status_code == 400
    reader = api(Scope.INITIATIVES_READ)
    assert reader.get(f"/api/v1/comments/?initiative={made.pk}").status_code == 200
    assert reader.post("/api/v1/comments/", body, content_type="application/json").status_code == 403
    assert api(Scope.REQUESTS_READ).get(f"/api/v1/comments/?initiative={made.pk}").status_code == 403
