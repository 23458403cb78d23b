"""Deliveries on pages: over all sources, with counts, filters and a file; one with its runs and what was refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Source
from readiness.evidence.services.uploads import upload
from readiness.workloads.models import Workload
from tests.people import Organisation
from tests.readiness.connectors.scripted import serving
from tests.readiness.evidence.brought import a_file, make_chat, make_hall, vllm, work_off
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import answering, make_feed, make_source, open_loopback, pulled
from tests.readiness.workloads.pages import html, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
URL = "/evidence/deliveries/"
HERE = "http://127.0.0.1:9090"


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    settings.ALLOWED_HOSTS, settings.MEDIA_ROOT = ["testserver"], tmp_path / "media"
    with probe.installed():
        yield


def bring(organisation: Organisation, workload: Workload, content: bytes | None = None, name: str = "result.json") -> Delivery:
    by = organisation.actor("Ada")
    made = upload(by=by, file=a_file(content, name), now=clock.now(), workload=workload)
    work_off()
    made.refresh_from_db()
    return made


def told(answer: HttpResponseBase) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def failed(source: Source, **facts: Any) -> Delivery:
    return Delivery.objects.create(source=source, unit=source.unit, way="pull", state=DeliveryState.FAILED, **facts)


def test_all_that_came_stands_in_one_list(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    bring(organisation, chat)
    bring(organisation, chat, b"no result", "notes.txt")
    with serving(answering(1, 2)) as server:
        source = make_source(organisation, server.address, name="Ours")
        make_feed(source)
        pulled(source)
    bring(organisation, make_chat(organisation, "Logistics", "Routes"), name="theirs.json")
    page = words(signed_in("Vera").get(URL))
    assert "3 deliveries, 1 failed wholly or in part" in page
    for said in ("result.json", "vLLM bench", "notes.txt", "unreadable", "Ours", "by its feeds", "Chat of Stores"):
        assert said in page, said
    assert "theirs.json" not in page
    assert "4 deliveries" in words(signed_in("Ada").get(URL))


ASKED: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"way": "pull"}, [""]),
    ({"state": "failed"}, ["notes.txt"]),
    ({"state": "open"}, []),
    ({"q": "RESULT"}, ["result.json"]),
    ({"q": "chat of"}, ["notes.txt", "result.json"]),
    ({"ids": "nothing,7x"}, []),
    ({"sort": "observations"}, ["notes.txt", "", "result.json"]),
)


def test_filters_and_the_file_speak_of_the_same_rows(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    bring(organisation, chat)
    bring(organisation, chat, b"no result", "notes.txt")
    with serving(answering(1, 2)) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        pulled(source)
    client = signed_in("Iris")
    for asked, names in ASKED:
        assert [row["file_name"] for row in told(client.get(f"{URL}export/csv/", asked))] == names, asked
        page = html(client.get(URL, asked))
        assert all((name in page) == (name in names) for name in ("result.json", "notes.txt")), asked
    assert client.get(f"{URL}export/json/").status_code == 404


def test_rows_come_again_while_some_are_not_over(organisation: Organisation, signed_in: SignIn) -> None:
    client, chat = signed_in("Paula"), make_chat(organisation)
    made = upload(by=organisation.actor("Paula"), file=a_file(), now=clock.now(), workload=chat)
    waiting = html(client.get(URL, {"ids": made.pk}))
    assert 'hx-trigger="every 3s"' in waiting
    assert f"ids={made.pk}" in waiting.split('hx-trigger="every 3s"')[0].rsplit("hx-get", 1)[1]
    work_off()
    assert 'hx-trigger="every 3s"' not in html(client.get(URL, {"ids": made.pk}))


def test_flawed_runs_come_first_with_their_reason_and_lead_to_their_page(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    points = [vllm(request_rate=2.0), vllm(request_rate=3.0, completed=0, failed=400)]
    row = bring(organisation, chat, b"\n".join(points), "sweep.jsonl")
    client = signed_in("Vera")
    page = words(client.get(f"{URL}{row.pk}/"))
    assert "2 new runs, 1 of them flawed, which never decides" in page
    assert page.index("Flawed Every request failed") < page.index("Sound 2 /s asked for")
    body = html(client.get(f"{URL}{row.pk}/"))
    for run in row.read_runs.all():
        assert f"/evidence/runs/{run.pk}/" in body
        assert client.get(f"/evidence/runs/{run.pk}/").status_code == 200


def test_what_was_refused_is_told_with_its_place(organisation: Organisation, signed_in: SignIn) -> None:
    chat = make_chat(organisation)
    row = bring(organisation, chat)
    Delivery.objects.filter(pk=row.pk).update(
        refused=2, problems=[{"place": "benchmarks[3]", "text": "bananas is no unit of ttft"}, {"place": "", "text": "no time"}]
    )
    page = words(signed_in("Vera").get(f"{URL}{row.pk}/"))
    assert "2 values refused" in page
    assert "benchmarks[3] Bananas is no unit of ttft" in page
    assert "the whole No time" in page


def test_a_file_that_nobody_knows_says_what_was_looked_for(organisation: Organisation, signed_in: SignIn) -> None:
    row = bring(organisation, make_chat(organisation), b"no result", "notes.txt")
    page = words(signed_in("Paula").get(f"{URL}{row.pk}/"))
    assert "Nothing of it was taken" in page
    assert "no known format." in page
    assert "What was looked for" in page
    assert "nothing that was there before is gone" in page


def test_a_pull_shows_each_feed_and_what_one_could_not(organisation: Organisation, signed_in: SignIn) -> None:
    source = make_source(organisation, HERE)
    lines = [
        {"feed_id": 1, "name": "Good", "state": "done", "error": "", "counts": {"runs": 2, "observations": 30, "refused": 1}},
        {"feed_id": 2, "name": "Bad", "state": "failed", "error": "the query is refused", "counts": {}},
    ]
    row = failed(source, failure=Failure.MEND, error="the query is refused", feeds=lines, started_at=clock.now())
    Delivery.objects.filter(pk=row.pk).update(state=DeliveryState.PARTLY, runs=2, observations=30, refused=1)
    page = words(signed_in("Iris").get(f"{URL}{row.pk}/"))
    for said in ("Partly", "Good Done 2 30 1", "Bad The query is refused Failed", "What succeeded counts.", "mend the settings"):
        assert said in page, said


def test_each_side_sees_its_own_names_alone(organisation: Organisation, signed_in: SignIn) -> None:
    """A file that Logistics brought of a workload of Stores: its people see the delivery, not whose source it is."""
    chat, hall = make_chat(organisation), make_hall(organisation, "Logistics", "Depot")
    source = make_source(organisation, HERE, unit="Logistics", name="Secret source")
    mine = failed(source, initiative=chat.initiative, workload=chat, asked_at=clock.now() - timedelta(hours=1))
    theirs = failed(source, pool=hall, error="no answer")
    vera, lars = signed_in("Vera"), signed_in("Lars")
    for url in (URL, f"{URL}{mine.pk}/"):
        page = words(vera.get(url))
        assert "Chat" in page
        assert "Secret source" not in page
        assert "Depot" not in page
    assert vera.get(f"{URL}{theirs.pk}/").status_code == 404
    for url in (URL, f"{URL}{mine.pk}/"):
        page = words(lars.get(url))
        assert "Secret source" in page
        assert "Chat" not in page
    assert [row["source"] for row in told(vera.get(f"{URL}export/csv/"))] == [""]
    assert {row["workload"] for row in told(lars.get(f"{URL}export/csv/"))} == {""}
    assert "Nothing matches" in words(vera.get(URL, {"q": "Secret"}))
    assert "Nothing matches" in words(vera.get(URL, {"source": source.pk}))


def test_who_may_not_have_the_whole_file_is_not_led_to_it(organisation: Organisation, signed_in: SignIn) -> None:
    row = bring(organisation, make_chat(organisation))
    payload = row.payloads.get()
    for name, leads in (("Paula", True), ("Vera", False)):
        client = signed_in(name)
        assert (f"/evidence/payloads/{payload.pk}/" in html(client.get(f"{URL}{row.pk}/"))) == leads
        assert (client.get(f"/evidence/payloads/{payload.pk}/").status_code == 200) == leads


def test_an_empty_list_says_what_it_is_for(signed_in: SignIn) -> None:
    page = signed_in("Iris").get(URL)
    assert "Nothing was delivered yet" in words(page)
    assert 'href="/evidence/upload/"' in html(page)
