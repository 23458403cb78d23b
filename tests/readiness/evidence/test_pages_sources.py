"""Sources on pages: how each fares, connecting, changing and trying them, and what is never shown."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from portfolio.kit.templatetags.ui_text import day_text
from readiness.connectors import registry
from readiness.evidence.choices import BROUGHT, DeliveryState, Failure, Health
from readiness.evidence.models import Delivery, Source, SourceHealth, Trial
from readiness.evidence.queries.sources import one as read_source
from readiness.evidence.services.sources import change_source, pull_now, set_secret
from tests.people import SYSTEM, Organisation
from tests.readiness.connectors.scripted import serving, told
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import answering, make_feed, make_source, open_loopback, pulled, work_off
from tests.readiness.workloads.pages import HX, html, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
URL = "/evidence/sources/"
HERE = "http://127.0.0.1:9090"
CANARY = "canary-9d41-do-not-show"


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    settings.ALLOWED_HOSTS = ["testserver"]
    with probe.installed():
        yield


def fares(source: Source, **facts: Any) -> Source:
    SourceHealth.objects.filter(pk=source.pk).update(**facts)
    return source


def late(organisation: Organisation, name: str, unit: str = "Retail") -> Source:
    source = make_source(organisation, HERE, name=name, unit=unit)
    make_feed(source)
    return fares(source, last_ok_at=clock.now() - timedelta(hours=5))


def rows_of(answer: HttpResponseBase) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def form(**changed: str) -> dict[str, str]:
    """What a browser sends of a new probe."""
    return {
        "name": "Probe", "note": "", "interval_s": "900", "deadline_s": "60", "max_mb": "200", "config-address": HERE,
        "config-auth": "none", "config-auth_header": "X-Api-Key", **changed,
    }  # fmt: skip


def test_the_sentence_says_how_many_are_late_and_the_worst_stand_first(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("A", "B"):
        fares(make_source(organisation, HERE, name=f"Good {name}"), last_ok_at=clock.now())
    late(organisation, "Silent")
    fares(make_source(organisation, HERE, name="Broken"), failures=2, failure=Failure.RETRY, error="no answer")
    late(organisation, "Elsewhere", unit="Logistics")
    page = words(signed_in("Vera").get(URL))
    assert "1 of 4 sources has brought nothing for longer than twice its interval, 1 fail" in page
    assert "Elsewhere" not in page
    assert page.index("Broken") < page.index("Silent") < page.index("Good A")
    assert "5 hours ago" in page
    assert "Connect a source" not in page, "a viewer connects nothing"


@pytest.mark.parametrize(("health", "chip"), [(Health.LATE, "Silent"), (Health.FAILING, "Broken"), (Health.HEALTHY, "Good")])
def test_filters_and_the_file_speak_of_the_same_rows(
    organisation: Organisation, signed_in: SignIn, health: Health, chip: str
) -> None:  # fmt: skip
    fares(make_source(organisation, HERE, name="Good"), last_ok_at=clock.now())
    late(organisation, "Silent")
    fares(make_source(organisation, HERE, name="Broken"), failures=1, failure=Failure.LOOK, error="=cmd()")
    client = signed_in("Iris")
    page = words(client.get(URL, {"health": health}))
    told = rows_of(client.get(f"{URL}export/csv/", {"health": health}))
    assert [row["name"] for row in told] == [chip]
    assert told[0]["health"] == health
    assert all((name in page) == (name == chip) for name in ("Good", "Silent", "Broken"))
    if health == Health.FAILING:
        assert told[0]["error"] == "'=cmd()"  # a spreadsheet computes nothing
    assert words(client.get(URL, {"q": "nothing like it"})).count("No source matches these filters") == 1
    assert client.get(f"{URL}export/xml/").status_code == 404


def test_an_empty_page_says_what_it_is_for_and_offers_the_first_step(signed_in: SignIn) -> None:
    assert 'href="/evidence/sources/new/"' in html(signed_in("Iris").get(URL))
    viewer = signed_in("Vera").get(URL)
    assert "No source is connected yet" in words(viewer)
    assert 'href="/evidence/sources/new/"' not in html(viewer)


def test_every_kind_is_offered_with_what_it_gives_and_has_a_form(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    cards = html(client.get(f"{URL}new/"))
    for one in registry.CONNECTORS:
        assert f"?kind={one.kind}" in cards
        page = client.get(f"{URL}new/?kind={one.kind}")
        assert page.status_code == 200
        names = {f"config-{field.name}" for field in one.fields}
        assert all(f'"{name}' in html(page) for name in names), one.kind
    assert client.get(f"{URL}new/?kind=nothing").status_code == 200, "what there is not leads back to the choice"
    assert signed_in("Paula").get(f"{URL}new/").status_code == 403


def test_connecting_one_seals_its_secret_and_leads_to_what_is_asked(organisation: Organisation, signed_in: SignIn) -> None:
    client, unit = signed_in("Iris"), str(organisation.units["Stores"].pk)
    sent = form(unit=unit, **{"config-auth": "bearer", "config-token": CANARY, "config-server": "mimir", "config-tenant": "ops"})
    answer = client.post(f"{URL}new/?kind=prometheus", sent, follow=True)
    source = Source.objects.get()
    assert answer.redirect_chain[-1][0] == f"/evidence/sources/{source.pk}/feeds/new/"
    assert source.config == {
        "address": HERE, "auth": "bearer", "auth_header": "X-Api-Key", "server": "mimir", "tenant": "ops", "dedup": False,
    }  # fmt: skip
    assert (source.unit, source.interval_s, source.max_bytes, source.secret_names) == (
        organisation.units["Stores"], 900, 200 * 2**20, ["token"],
    )  # fmt: skip
    for url in (f"{URL}{source.pk}/", f"{URL}{source.pk}/edit/", URL, f"{URL}export/csv/"):
        page = client.get(url)
        body = b"".join(page.streaming_content).decode() if page.streaming else html(page)  # type: ignore[attr-defined]
        assert CANARY not in body
        assert source.sealed not in body
    assert f"set on {day_text(clock.today(), clock.today())}" in words(client.get(f"{URL}{source.pk}/"))


def test_what_is_wrong_is_said_by_its_field_and_all_but_secrets_is_kept(organisation: Organisation, signed_in: SignIn) -> None:
    client, unit = signed_in("Iris"), str(organisation.units["Retail"].pk)
    sent = form(name="Mine", unit=unit, **{"config-address": "ftp://x", "config-auth": "basic", "config-password": CANARY})
    answer = client.post(f"{URL}new/?kind=prometheus", sent)
    page = html(answer)
    assert answer.status_code == 422
    assert 'value="Mine"' in page
    assert 'value="ftp://x"' in page
    assert CANARY not in page
    assert "an address like https://host:port/path is expected" in page
    closed = client.post(f"{URL}new/?kind=prometheus", form(unit=unit, **{"config-address": "http://10.1.2.3:9090"}))
    assert "Not allowed: the operator opens addresses" in html(closed)
    assert not Source.objects.exists()


def test_changing_keeps_the_secret_and_a_new_address_asks_for_it_again(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    source = make_source(organisation, HERE, config={"address": HERE, "auth": "bearer"}, secrets={"token": CANARY})
    sent = form(name="Renamed", version="1", **{"config-auth": "bearer"})
    assert client.post(f"{URL}{source.pk}/edit/", sent).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.secret_names) == ("Renamed", ["token"])
    assert "they must be given again" in words(client.get(f"{URL}{source.pk}/edit/"))
    moved = client.post(f"{URL}{source.pk}/edit/", sent | {"version": "2", "config-address": "http://localhost:9091"})
    assert moved.status_code == 422
    assert "the token is missing" in html(moved)
    away = sent | {"version": "2", "config-auth": "none", "config-token-clear": "on"}
    assert client.post(f"{URL}{source.pk}/edit/", away).status_code == 302
    source.refresh_from_db()
    assert (source.secret_names, source.sealed) == ([], "")


def test_two_who_change_one_choose_for_each_field_that_both_changed(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE)
    page = html(client.get(f"{URL}{source.pk}/edit/"))
    base = dict(_hidden(page))["base"]
    change_source(by=SYSTEM, source=source, changes={"name": "Theirs", "interval_s": 300})
    typed = form(name="Mine", note="asked Ada", version="1", base=base)
    answer = client.post(f"{URL}{source.pk}/edit/", typed)
    assert answer.status_code == 409
    told = words(answer)
    assert "Mine" in told
    assert "Theirs" in told
    assert "take_note" not in html(answer), "only one of the two wrote a note"
    assert "take_interval_s" not in html(answer), "I left it alone"
    kept = dict(_hidden(html(answer)))
    assert client.post(f"{URL}{source.pk}/edit/", kept | {"take_name": "theirs"}).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.note, source.interval_s) == ("Theirs", "asked Ada", 300)


def _hidden(page: str) -> Iterator[tuple[str, str]]:
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page):
        name, value = (re.search(rf'{one}="([^"]*)"', tag) for one in ("name", "value"))
        if name and value:
            yield unescape(name[1]), unescape(value[1])


def test_one_page_tells_health_feeds_pulls_and_what_to_do(organisation: Organisation, signed_in: SignIn) -> None:
    source, chat = make_source(organisation, HERE), make_chat(organisation)
    make_feed(source, workload=chat, environment={"stage": "production", "data_real": True})
    fares(source, failures=6, failure=Failure.RETRY, error="No answer: nothing there answered completely and in time.",
          stopped_until=clock.now() + timedelta(hours=1), last_ok_at=clock.now() - timedelta(days=3), typical_s=1.44)  # fmt: skip
    page = words(signed_in("Iris").get(f"{URL}{source.pk}/"))
    for said in ("Stopped", "6 failures in a row", "tried again by itself", "It is not asked again before", "about 1.4 s", "Chat",
                 "It last brought something 3 days ago", "real data", "not yet", "Pull now", "Pause"):  # fmt: skip
        assert said in page, said
    viewer = words(signed_in("Vera").get(f"{URL}{source.pk}/"))
    assert "Stopped" in viewer
    assert "Pull now" not in viewer
    assert signed_in("Lars").get(f"{URL}{source.pk}/").status_code == 404


def test_a_closed_address_says_what_the_operator_must_open(
    organisation: Organisation, signed_in: SignIn, settings: Settings
) -> None:
    source = make_source(organisation, HERE)
    make_feed(source)
    settings.EGRESS_FILE = ""
    assert pulled(source).failure == Failure.MEND
    page = words(signed_in("Iris").get(f"{URL}{source.pk}/"))
    assert "Not allowed: the operator opens addresses" in page
    assert "one entry under probe in the file that PILOTAGE_EGRESS_FILE names" in page


def test_a_pull_is_watched_until_it_is_over(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    with serving(answering(3, 4)) as server:
        source = make_source(organisation, server.address)
        assert "there is nothing to ask" in words(client.post(f"{URL}{source.pk}/pull/", follow=True)).lower()
        make_feed(source)
        assert "It is asked now." in words(client.post(f"{URL}{source.pk}/pull/", follow=True))
        waiting = html(client.get(f"{URL}{source.pk}/"))
        assert f'hx-get="/evidence/sources/{source.pk}/pulls/"' in waiting
        assert "Waiting" in words(client.get(f"{URL}{source.pk}/pulls/", headers=HX))
        work_off()
        assert client.get(f"{URL}{source.pk}/pulls/", headers=HX)["HX-Refresh"] == "true"
        assert client.get(f"{URL}{source.pk}/pulls/").status_code == 302
    page = html(client.get(f"{URL}{source.pk}/"))
    assert "hx-trigger" not in page.split('id="pulls"')[1].split(">")[0]
    delivery = Delivery.objects.get()
    assert f"/evidence/deliveries/{delivery.pk}/" in page
    assert "2 new values" in words(client.get(f"/evidence/deliveries/{delivery.pk}/"))


def test_a_try_tells_what_answers_and_keeps_nothing(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    with serving(answering(1, version="3.1")) as server:
        source = make_source(organisation, server.address)
        begun = client.post(f"{URL}{source.pk}/test/", headers=HX)
        trial = Trial.objects.get()
        assert f'hx-get="/evidence/trials/{trial.pk}/"' in html(begun)
        work_off("evidence.test")
    over = client.get(f"/evidence/trials/{trial.pk}/", headers=HX)
    assert "It answers version 3.1" in words(over)
    assert "hx-get" not in html(over)
    assert "It answers" in words(client.get(f"{URL}{source.pk}/")), "it is found again"
    assert "<main" in html(client.get(f"/evidence/trials/{trial.pk}/")), "a page without scripts"
    assert not Delivery.objects.exists()
    assert signed_in("Lars").get(f"/evidence/trials/{trial.pk}/").status_code == 404
    assert signed_in("Vera").post(f"{URL}{source.pk}/test/").status_code == 403


def test_trying_too_often_says_how_long_to_wait(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE)
    for _time in range(6):
        assert "Asking it" in words(client.post(f"{URL}{source.pk}/test/", headers=HX))
    assert "You tried often just now: wait" in words(client.post(f"{URL}{source.pk}/test/", headers=HX))
    assert Trial.objects.count() == 6


def test_a_failed_try_names_the_field_to_mend(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    with serving(lambda _asked: told({}, 401)) as server:
        source = make_source(organisation, server.address)
        client.post(f"{URL}{source.pk}/test/", headers=HX)
        work_off("evidence.test")
    page = words(client.get(f"/evidence/trials/{Trial.objects.get().pk}/", headers=HX))
    assert "It did not work" in page
    assert "mend the settings" in page


def test_pausing_resuming_and_retiring(organisation: Organisation, signed_in: SignIn) -> None:
    client, source = signed_in("Iris"), make_source(organisation, HERE)
    make_feed(source)
    set_secret(by=SYSTEM, source=source, secrets={"token": CANARY})
    client.post(f"{URL}{source.pk}/pause/")
    assert "Paused" in words(client.get(URL))
    assert "Resume" in words(client.get(f"{URL}{source.pk}/"))
    client.post(f"{URL}{source.pk}/resume/")
    assert Source.objects.get(pk=source.pk).paused_at is None
    assert "Retire Probe?" in words(client.get(f"{URL}{source.pk}/retire/"))
    assert Source.objects.get(pk=source.pk).retired_at is None, "asked once"
    client.post(f"{URL}{source.pk}/retire/")
    row = Source.objects.get(pk=source.pk)
    assert (row.retired_at is None, row.sealed) == (False, "")
    assert "No source is connected yet" in words(client.get(URL))
    gone = words(client.get(f"{URL}{source.pk}/"))
    assert "It is retired and asked no more" in gone
    assert "Pull now" not in gone
    assert client.post(f"{URL}{source.pk}/pull/").status_code == 404


@pytest.mark.parametrize("act", ["test", "pull", "pause", "resume", "retire", "edit"])
def test_who_does_not_run_sources_of_the_unit_changes_nothing(organisation: Organisation, signed_in: SignIn, act: str) -> None:
    source = make_source(organisation, HERE)
    make_feed(source)
    for name, status in (("Vera", 403), ("Paula", 403), ("Lars", 404)):
        assert signed_in(name).post(f"{URL}{source.pk}/{act}/", form(version="1")).status_code == status
    told = read_source(organisation.actor("Ada"), source.pk, clock.now())
    assert told is not None
    assert (told["version"], told["paused_at"], told["open_pull"]) == (1, None, False)
    assert not Trial.objects.exists()


def test_what_comes_unasked_says_whose_it_is_and_how_it_comes(organisation: Organisation, signed_in: SignIn) -> None:
    for kind, name in (("upload", "Uploads"), ("push", "Pushes"), ("attested", "Attestations")):
        for unit in ("Retail", "Stores"):
            source = Source.objects.create(unit=organisation.units[unit], kind=kind, name=name)
            Delivery.objects.create(
                source=source,
                unit=source.unit,
                way="upload",
                state=DeliveryState.DONE,
                asked_at=clock.now(),
                ended_at=clock.now(),
            )
    text = words(signed_in("Iris").get(URL))
    for said in (
        "Uploads of Retail Brought by people", "Uploads of Stores Brought by people", "Pushes of Retail Pushed by tools",
        "Attestations of Stores Attested by people",
    ):  # fmt: skip
        assert said in text, said
    assert "Healthy" not in text.split("Values in 24 h")[1]


def test_what_people_bring_stands_in_the_list_and_has_nothing_to_set_up(organisation: Organisation, signed_in: SignIn) -> None:
    unit = organisation.units["Retail"]
    for kind in sorted(BROUGHT):
        Source.objects.create(unit=unit, kind=kind, name=f"Brought {kind}")
    client = signed_in("Iris")
    assert "never asked" in words(client.get(URL))
    for source in Source.objects.all():
        page = words(client.get(f"{URL}{source.pk}/"))
        assert f"{source.name} of Retail" in page
        assert "Pull now" not in page
        assert "What is asked" not in page
        assert client.get(f"{URL}{source.pk}/edit/").status_code == 404


def test_a_pull_that_waits_already_is_the_answer(organisation: Organisation, signed_in: SignIn) -> None:
    source = make_source(organisation, HERE)
    make_feed(source)
    first = pull_now(by=SYSTEM, source=source, now=clock.now())
    signed_in("Iris").post(f"{URL}{source.pk}/pull/")
    assert list(Delivery.objects.values_list("pk", flat=True)) == [first.pk]
