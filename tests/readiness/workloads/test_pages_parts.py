"""What hangs on a profile: requirements, versions and their differences, request logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from readiness.workloads.choices import Knowledge, Metric, Origin, TraceState
from readiness.workloads.models import ProfileVersion, Requirement, TraceUpload, Workload
from readiness.workloads.services.profiles import ValueInput, keep_version, set_values
from readiness.workloads.services.traces import upload_trace
from tests.people import SYSTEM, Organisation
from tests.readiness.workloads.pages import HX, SignIn, html, make_chat, stored, words
from tests.readiness.workloads.test_traces import log, work_off

pytestmark = pytest.mark.django_db
HAND_MADE = {
    "metric": "queue_time", "comparator": "", "target": "0.2", "percentile": "95", "window_s": "300", "real_data": "on",
    "max_age_days": "30", "note": "", "venue": "", "accelerator": "", "min_accelerators": "", "min_concurrency": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation)


def test_a_requirement_without_a_known_number_shows_the_unknown_verdict(signed_in: SignIn, chat: Workload) -> None:
    client = signed_in("Paula")
    page = words(client.get(f"/workloads/{chat.pk}/requirements/"))
    assert "at least Unknown" in page
    assert f'href="/workloads/{chat.pk}/#row-tpot_s"' in html(client.get(f"/workloads/{chat.pk}/requirements/"))
    set_values(by=SYSTEM, workload=chat, values={"tpot_s": ValueInput(Knowledge.KNOWN, 0.04)})
    assert "at most 0.04 s for 99 % of requests" in words(client.get(f"/workloads/{chat.pk}/requirements/"))


def test_one_is_added_changed_and_withdrawn_by_hand(signed_in: SignIn, chat: Workload) -> None:
    client = signed_in("Iris")
    assert client.post(f"/workloads/{chat.pk}/requirements/new/", HAND_MADE).status_code == 302
    row = Requirement.objects.get(metric=Metric.QUEUE_TIME)
    assert (row.target, row.percentile, row.window_s, row.environment) == (0.2, 0.95, 300, {"data": "real"})
    assert "at most 0.2 s for 95 % of requests" in words(client.get(f"/workloads/{chat.pk}/requirements/"))
    address = f"/workloads/{chat.pk}/requirements/{row.pk}/"
    assert client.post(address, HAND_MADE | {"target": "", "venue": "on_premises"}).status_code == 302
    row.refresh_from_db()
    assert (row.target, row.environment) == (None, {"data": "real", "venue": "on_premises"})
    assert client.post(address, {"remove": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.retired_at is not None
    assert client.get(address).status_code == 404


def test_a_share_among_the_targets_is_typed_in_per_cent(signed_in: SignIn, chat: Workload) -> None:
    typed = HAND_MADE | {"metric": "error_ratio", "target": "0.5", "percentile": ""}
    assert signed_in("Iris").post(f"/workloads/{chat.pk}/requirements/new/", typed).status_code == 302
    assert Requirement.objects.get(metric=Metric.ERROR_RATIO).target == 0.005


def test_what_a_metric_does_not_have_is_refused_beside_its_field(signed_in: SignIn, chat: Workload) -> None:
    answer = signed_in("Iris").post(f"/workloads/{chat.pk}/requirements/new/", HAND_MADE | {"metric": "concurrency"})
    assert answer.status_code == 422
    assert "has no percentile" in words(answer)


def test_of_a_derived_one_only_the_evidence_can_be_changed(signed_in: SignIn, chat: Workload) -> None:
    row = Requirement.objects.get(workload=chat, derived_from="tpot_s")
    client = signed_in("Iris")
    address = f"/workloads/{chat.pk}/requirements/{row.pk}/"
    page = html(client.get(address))
    assert 'name="target"' not in page
    assert 'name="remove"' not in page
    assert client.post(address, {"venue": "edge", "max_age_days": "14", "note": "Pilot in one shop"}).status_code == 302
    row.refresh_from_db()
    assert (row.max_age_days, row.environment["venue"], row.environment["data"]) == (14, "edge", "real")
    client.post(address, {"remove": "1", "max_age_days": "14"})
    row.refresh_from_db()
    assert row.retired_at is None


def test_a_version_is_kept_once_and_compared_with_today(signed_in: SignIn, chat: Workload, organisation: Organisation) -> None:
    client = signed_in("Paula")
    address = f"/workloads/{chat.pk}/versions/"
    assert "No version is kept yet" in words(client.get(address))
    assert client.post(f"{address}keep/", {"label": "Before the pilot"}).status_code == 302
    assert "Nothing has changed since version 1" in words(client.post(f"{address}keep/", {"label": ""}, follow=True))
    otto = organisation.people["Otto"]
    given = {
        "users": ValueInput(Knowledge.KNOWN, 700),
        "availability": ValueInput(Knowledge.KNOWN, 0.9995),
        "peak_factor": ValueInput(Knowledge.UNKNOWN, owner=otto),
    }
    set_values(by=SYSTEM, workload=chat, values=given)
    page = words(client.get(f"{address}?old=1&new=now"))
    assert "Version 1 → today: 2 values learnt, 1 answer changed" in page
    assert "we do not know; assumed 1,000 people (100 to 10,000); from the template 700 people" in page
    assert "99.95 %" in page
    assert "Otto Test finds out" in page
    assert "Before the pilot" in page


def test_two_versions_tell_how_much_a_number_moved(signed_in: SignIn, chat: Workload) -> None:
    for number in (100, 250):
        set_values(by=SYSTEM, workload=chat, values={"users": ValueInput(Knowledge.KNOWN, number)})
        keep_version(by=SYSTEM, workload=chat)
    page = words(signed_in("Vera").get(f"/workloads/{chat.pk}/versions/?old=1&new=2"))
    assert "100 people 250 people · 2.5 times as much" in page
    assert signed_in("Vera").get(f"/workloads/{chat.pk}/versions/?old=7").status_code == 404
    assert signed_in("Vera").post(f"/workloads/{chat.pk}/versions/keep/").status_code == 403


def test_a_log_is_read_shown_and_taken_over_value_by_value(signed_in: SignIn, chat: Workload) -> None:
    client = signed_in("Paula")
    set_values(by=SYSTEM, workload=chat, values={"peak_factor": ValueInput(Knowledge.KNOWN, 5)})
    answer = client.post(f"/workloads/{chat.pk}/trace/", {"file": log()})
    upload = TraceUpload.objects.get()
    assert answer.headers["Location"] == f"/workloads/{chat.pk}/trace/{upload.pk}/"
    assert "The log is being read" in words(client.get(answer.headers["Location"]))
    polled = client.get(f"{answer.headers['Location']}progress/", headers=HX)
    assert 'hx-trigger="every 1s"' in html(polled)
    work_off()
    assert client.get(f"{answer.headers['Location']}progress/", headers=HX).headers["HX-Refresh"] == "true"
    shown = client.get(answer.headers["Location"])
    assert "2,000 requests in" in words(shown)
    assert "Burstiness over window lengths" in words(shown)
    assert "we do not know; assumed 1,200 tokens (300 to 4,000)" in words(shown)
    assert "daily cycle was not seen" in words(shown)
    ticked = html(shown)
    assert _is_ticked(ticked, "input_tokens")
    assert not _is_ticked(ticked, "peak_factor")  # the log is too short, and somebody knows it
    taken = client.post(f"{answer.headers['Location']}accept/", {"names": ["input_tokens", "arrival_per_s"]})
    assert taken.headers["Location"] == f"/workloads/{chat.pk}/"
    value = stored(chat, "input_tokens")
    assert (value.knowledge, value.origin) == (Knowledge.KNOWN, Origin.TRACE)
    assert value.low is not None
    assert stored(chat, "output_tokens").origin == Origin.TEMPLATE
    assert ProfileVersion.objects.filter(workload=chat).count() == 1
    assert "taken over" in words(client.get(answer.headers["Location"]))


def _is_ticked(page: str, name: str) -> bool:
    place = page.index(f'value="{name}"')
    return "checked" in page[place : page.index(">", place)]


def test_accepting_nothing_says_so(signed_in: SignIn, chat: Workload) -> None:
    upload = upload_trace(by=SYSTEM, workload=chat, file=log())
    work_off()
    answer = signed_in("Paula").post(f"/workloads/{chat.pk}/trace/{upload.pk}/accept/", {}, follow=True)
    assert "Choose at least one value." in words(answer)


def test_lines_that_were_left_out_are_listed_with_their_numbers(signed_in: SignIn, chat: Workload) -> None:
    lines = [f"{n / 2},300,100" for n in range(400)]
    lines[9] = "yesterday,300,100"
    lines[19] = "10.0,-4,100"
    body = "\n".join(["arrival_s,input_tokens,output_tokens", *lines]).encode()
    upload = upload_trace(by=SYSTEM, workload=chat, file=SimpleUploadedFile("log.csv", body))
    work_off()
    page = words(signed_in("Paula").get(f"/workloads/{chat.pk}/trace/{upload.pk}/"))
    assert "What was left out" in page
    assert "11 arrival_s not a time yesterday" in page
    assert "21 input_tokens negative -4" in page


def test_a_log_that_cannot_be_used_says_what_to_do(signed_in: SignIn, chat: Workload) -> None:
    upload = upload_trace(by=SYSTEM, workload=chat, file=SimpleUploadedFile("log.csv", b"name,colour\nchair,red\n"))
    work_off()
    upload.refresh_from_db()
    assert upload.state == TraceState.FAILED
    page = words(signed_in("Paula").get(f"/workloads/{chat.pk}/trace/{upload.pk}/"))
    assert "The log could not be used" in page
    assert "Nothing of it is in the profile." in page


def test_an_empty_file_is_refused_beside_the_drop_zone(signed_in: SignIn, chat: Workload) -> None:
    answer = signed_in("Paula").post(f"/workloads/{chat.pk}/trace/", {"file": SimpleUploadedFile("log.csv", b"")})
    assert answer.status_code == 422
    assert "The file is empty." in words(answer)


def test_a_discarded_log_stays_on_record_and_leaves_the_profile_alone(signed_in: SignIn, chat: Workload) -> None:
    upload = upload_trace(by=SYSTEM, workload=chat, file=log())
    work_off()
    assert signed_in("Paula").post(f"/workloads/{chat.pk}/trace/{upload.pk}/discard/").status_code == 302
    assert "discarded" in words(signed_in("Paula").get(f"/workloads/{chat.pk}/trace/"))
    assert stored(chat, "input_tokens").origin == Origin.TEMPLATE


def test_who_may_only_read_sees_a_log_and_settles_nothing(signed_in: SignIn, chat: Workload) -> None:
    upload = upload_trace(by=SYSTEM, workload=chat, file=log())
    work_off()
    vera = signed_in("Vera")
    address = f"/workloads/{chat.pk}/trace/{upload.pk}/"
    assert 'name="names"' not in html(vera.get(address))
    assert vera.post(f"{address}accept/", {"names": ["input_tokens"]}).status_code == 403
    assert vera.post(f"{address}discard/").status_code == 403
    assert vera.post(f"/workloads/{chat.pk}/trace/", {"file": log()}).status_code == 403
