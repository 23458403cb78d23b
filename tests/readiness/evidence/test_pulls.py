"""Pulls in this process: what each feed leaves behind, what failures do, what a source is asked with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from portfolio.outbox.models import Event, Job
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Latest, Observation, Payload, Run
from readiness.evidence.services.ingest import ingest
from readiness.evidence.services.pulls import running
from readiness.evidence.services.pulls.asking import ask as asking_one
from readiness.evidence.services.pulls.due import write_due
from readiness.evidence.services.sources import (
    change_feed,
    change_source,
)
from tests.people import SYSTEM, Organisation
from tests.readiness.connectors.scripted import DROPPED, Asked, Script, Told, serving, told
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import (
    answering,
    health_of,
    make_feed,
    make_source,
    open_loopback,
    pulled,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    with probe.installed():
        yield


def failing(*paths: str, told_instead: Told, otherwise: Script | None = None) -> Script:
    """A server that tells these paths something else."""
    answer = otherwise or answering(1, 2, 3)
    return lambda asked: told_instead if not paths or asked.path in paths else answer(asked)


def test_a_pull_brings_what_is_new_and_moves_the_watermark(organisation: Organisation) -> None:
    chat = make_chat(organisation)
    with serving(answering(4, 5, 6)) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source, workload=chat, environment={"accelerator": "H100"})
        before = clock.now()
        delivery = pulled(source)
    assert (delivery.state, delivery.failure, delivery.attempt) == (DeliveryState.DONE, "", 1)
    assert (delivery.runs, delivery.observations, delivery.repeated) == (1, 3, 0)
    assert [(one["feed_id"], one["state"], one["counts"]["observations"]) for one in delivery.feeds] == [(feed.pk, "done", 3)]
    assert sorted(Observation.objects.values_list("value", flat=True)) == [4, 5, 6]
    run = Run.objects.get()
    assert (run.feed_id, run.workload_id, run.environment["accelerator"]) == (feed.pk, chat.pk, "H100")
    payload = Payload.objects.get()
    assert (payload.feed_id, payload.stored_as) == (feed.pk, "")
    assert Event.objects.filter(kind="evidence.arrived").get().payload["workload_ids"] == [chat.pk]
    feed.refresh_from_db()
    assert feed.read_to is not None
    assert feed.read_to >= before - timedelta(seconds=1)
    health = health_of(source)
    assert (health.failures, health.error, health.stopped_until) == (0, "", None)
    assert health.last_ok_at
    assert health.next_pull_at
    assert health.typical_s
    assert before < health.next_pull_at <= clock.now() + timedelta(seconds=900)


def test_the_next_pull_asks_for_what_is_left(organisation: Organisation) -> None:
    with serving(answering(4, 5, 6)) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source)
        pulled(source)
        second = pulled(source)
        feed.refresh_from_db()
        assert (second.state, second.runs, second.observations) == (DeliveryState.DONE, 0, 0)
        first, last = server.asked
    assert (first.query["since"], int(last.query["since"]) > 10**9) == ("0", True)


def test_a_failed_feed_commits_nothing_and_the_others_go_on(organisation: Organisation) -> None:
    script = failing("/series/b", told_instead=told({"error": "no"}, 500))
    with serving(script) as server:
        source = make_source(organisation, server.address)
        feeds = {name: make_feed(source, name=name, ask={"series": name}) for name in ("a", "b", "c")}
        delivery = pulled(source)
    assert (delivery.state, delivery.failure, delivery.error) == (
        DeliveryState.PARTLY, Failure.RETRY, "the server is out of service (HTTP 500)"
    )  # fmt: skip
    assert [(one["name"], one["state"]) for one in delivery.feeds] == [("a", "done"), ("c", "done"), ("b", "failed")]
    assert (delivery.runs, delivery.observations) == (2, 6)
    assert not Run.objects.filter(feed=feeds["b"]).exists()
    for feed in feeds.values():
        feed.refresh_from_db()
    assert [(one.read_to is None, one.error != "") for one in feeds.values()] == [(False, False), (True, True), (False, False)]
    health = health_of(source)
    assert (health.failures, health.failure) == (0, Failure.RETRY)
    assert health.last_ok_at
    assert health.next_pull_at
    assert health.next_pull_at <= clock.now() + timedelta(seconds=300)


def test_a_feed_that_failed_is_asked_last_so_that_the_others_have_their_time(organisation: Organisation) -> None:
    with serving(failing("/series/a", told_instead=told({}, 500))) as server:
        source = make_source(organisation, server.address)
        for name in ("a", "b"):
            make_feed(source, name=name, ask={"series": name})
        pulled(source)
        server.asked.clear()
        pulled(source)
        assert server.paths == ["/series/b", "/series/a"]


@pytest.mark.parametrize(
    ("answer", "failure", "text"),
    [
        (told({}, 503), Failure.RETRY, "out of service"),
        (told({}, 429), Failure.RETRY, "asked too often"),
        (DROPPED, Failure.RETRY, "No answer"),
        (told({}, 401), Failure.MEND, "wants to know who asks"),
        (told({}, 404), Failure.MEND, "nothing at this address"),
        (Told(b"", 302, {"location": "http://127.0.0.1:1/"}), Failure.LOOK, "points to another address"),
        (Told(b"garbage"), Failure.LOOK, "no JSON"),
        (Told(b"<html>sign in</html>", headers={"content-type": "text/html"}), Failure.LOOK, "web page"),
    ],
)
def test_failures_are_named_by_what_to_do_and_leave_no_evidence(
    organisation: Organisation, answer: Told, failure: Failure, text: str
) -> None:
    with serving(failing(told_instead=answer)) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source)
        delivery = pulled(source)
    assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, failure)
    assert text in delivery.error
    assert (Run.objects.count(), Observation.objects.count(), Latest.objects.count(), Payload.objects.count()) == (0, 0, 0, 0)
    feed.refresh_from_db()
    assert (feed.read_to, text in feed.error) == (None, True)
    health = health_of(source)
    assert (health.failures, health.failure, health.last_ok_at) == (1, failure, None)
    wait = (health.next_pull_at - clock.now()).total_seconds() if health.next_pull_at else 0
    expected = {Failure.RETRY: 30, Failure.MEND: 3600, Failure.LOOK: 900}[failure]
    assert 0.8 * expected - 5 < wait < 1.2 * expected + 5


def test_the_other_side_may_say_when_to_ask_again(organisation: Organisation) -> None:
    with serving(failing(told_instead=Told(b"{}", 429, {"retry-after": "7200"}))) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        pulled(source)
    next_pull = health_of(source).next_pull_at
    assert next_pull
    assert timedelta(seconds=7190) < next_pull - clock.now() < timedelta(seconds=7210)


def test_the_circuit_opens_after_five_failures_and_closes_with_the_first_success(organisation: Organisation) -> None:
    broken = True
    script: Script = lambda asked: told({}, 503) if broken else answering(1)(asked)  # noqa: E731
    with serving(script) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        for failures in range(1, 6):
            assert pulled(source).state == DeliveryState.FAILED
            assert health_of(source).failures == failures
            assert (health_of(source).stopped_until is not None) == (failures == 5)
        broken = False
        assert pulled(source).state == DeliveryState.DONE
    assert (health_of(source).failures, health_of(source).stopped_until) == (0, None)


def test_a_hanging_feed_costs_no_more_than_its_share(organisation: Organisation) -> None:
    release = threading.Event()

    def script(asked: Asked) -> Told:
        if asked.path == "/series/hangs":
            release.wait(10)
        return answering(1, 2)(asked)

    with serving(script) as server:
        source = make_source(organisation, server.address, deadline_s=2)
        for name in ("hangs", "b"):
            make_feed(source, name=name, ask={"series": name})
        begun = clock.now()
        delivery = pulled(source)
        release.set()
    assert clock.now() - begun < timedelta(seconds=3)
    assert [(one["name"], one["state"]) for one in delivery.feeds] == [("b", "done"), ("hangs", "failed")]
    assert (delivery.state, delivery.failure) == (DeliveryState.PARTLY, Failure.TOO_LONG)
    assert "did not answer completely within 1 s" in delivery.error


def test_more_bytes_than_a_source_may_answer_are_too_much(organisation: Organisation) -> None:
    with serving(failing(told_instead=Told(b'{"points": []' + b" " * 5000 + b"}"))) as server:
        source = make_source(organisation, server.address, max_bytes=4096)
        make_feed(source)
        delivery = pulled(source)
    assert delivery.state == DeliveryState.FAILED
    assert delivery.failure in (Failure.LOOK, Failure.TOO_LONG)
    assert not Run.objects.exists()


def test_a_server_that_answers_nobody_is_not_asked_for_every_feed(organisation: Organisation) -> None:
    with serving(failing(told_instead=DROPPED)) as server:
        source = make_source(organisation, server.address)
        for number in range(6):
            make_feed(source, name=f"f{number}")
        delivery = pulled(source)
        assert len(server.asked) == running.SILENT
    assert [one["error"][:9] for one in delivery.feeds] == ["No answer"] * 2 + ["Not asked"] * 4


def test_what_was_changed_while_it_was_asked_counts_for_nothing_and_is_asked_again(organisation: Organisation) -> None:
    chat = make_chat(organisation)

    def script(asked: Asked) -> Told:
        return answering(1, 2)(asked)

    with serving(script) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source)

        def change_then_ask(*args: Any, **more: Any) -> Any:
            answered = asking_one(*args, **more)
            change_feed(by=SYSTEM, feed=feed, changes={"workload": chat})
            return answered

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(running, "ask", change_then_ask)
            delivery = pulled(source)
        assert (delivery.state, delivery.failure, Run.objects.count()) == (DeliveryState.DROPPED, "", 0)
        health = health_of(source)
        assert (health.failures, health.next_pull_at is not None and health.next_pull_at <= clock.now()) == (0, True)
        assert pulled(source).state == DeliveryState.DONE
    assert Run.objects.get().workload_id == chat.pk


def test_an_answer_that_the_database_cannot_hold_fails_its_feed_alone(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(**values: Any) -> Any:
        if values["feed"].name == "a":
            raise DataError("numeric field overflow")
        return ingest(**values)

    monkeypatch.setattr(running, "ingest", picky)
    with serving(answering(1, 2)) as server:
        source = make_source(organisation, server.address)
        for name in ("a", "b"):
            make_feed(source, name=name, ask={"series": name})
        delivery = pulled(source)
    assert (delivery.state, delivery.failure) == (DeliveryState.PARTLY, Failure.LOOK)
    assert "overflow" not in delivery.error


def test_a_secret_that_no_key_opens_is_to_be_mended(organisation: Organisation, settings: Settings) -> None:
    with serving(answering(1)) as server:
        config = {"address": server.address, "auth": "bearer"}
        source = make_source(organisation, server.address, config=config, secrets={"token": "canary-55"})
        make_feed(source)
        settings.SECRET_KEYS = ["ZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY="]
        delivery = pulled(source)
        assert not server.asked
    assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, Failure.MEND)
    assert "enter it again" in delivery.error


def test_a_source_is_asked_with_its_secret(organisation: Organisation) -> None:
    with serving(answering(1)) as server:
        config = {"address": server.address, "auth": "bearer"}
        source = make_source(organisation, server.address, config=config, secrets={"token": "canary-55"})
        make_feed(source)
        delivery = pulled(source)
        assert server.asked[0].headers["authorization"] == "Bearer canary-55"
    assert "canary-55" not in str(Delivery.objects.values().get(pk=delivery.pk))
    assert "canary-55" not in str(list(Payload.objects.values()) + list(Job.objects.values()))


def test_a_change_brings_a_pull_at_once(organisation: Organisation) -> None:
    with serving(failing(told_instead=told({}, 404))) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        pulled(source)
        assert write_due(now=clock.now()) == 0
        change_source(by=SYSTEM, source=source, changes={"config": {"address": server.address + "/api"}})
        assert write_due(now=clock.now()) == 1
