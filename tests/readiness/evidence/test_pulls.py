"""Pulls in this process: when they are written, what each feed leaves behind, what failures do, who waits for whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from portfolio.outbox import queries as outbox
from portfolio.outbox.models import Event, Job
from portfolio.outbox.services import LeaseLost, claim
from readiness.connectors import registry
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Feed, Latest, Observation, Payload, PullTally, Run, SourceHealth
from readiness.evidence.services.ingest import ingest
from readiness.evidence.services.pulls import running
from readiness.evidence.services.pulls.asking import ask as asking_one
from readiness.evidence.services.pulls.due import write_due
from readiness.evidence.services.pulls.tidying import KEPT_FOR, end_abandoned, thin
from readiness.evidence.services.sources import (
    change_feed,
    change_source,
    pause_feed,
    pause_source,
    pull_now,
    resume_source,
    retire_feed,
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
    work_off,
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


def test_two_beats_make_one_pull_of_a_slot(organisation: Organisation) -> None:
    with serving(answering(1)) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        now = clock.now()
        slot = health_of(source).next_pull_at
        assert [write_due(now=now), write_due(now=now)] == [1, 0]
        SourceHealth.objects.update(next_pull_at=slot)
        work_off()
        SourceHealth.objects.update(next_pull_at=slot)
        assert write_due(now=now) == 1  # it only moves on to the next slot
    (delivery,) = Delivery.objects.all()
    assert (delivery.slot, delivery.state) == (slot, DeliveryState.DONE)
    assert Job.objects.filter(handler="evidence.pull").count() == 1


def test_a_source_whose_pull_is_not_over_keeps_its_turn(organisation: Organisation) -> None:
    source = make_source(organisation, "http://127.0.0.1:9999")
    make_feed(source)
    open_one = pull_now(by=SYSTEM, source=source, now=clock.now())
    SourceHealth.objects.update(next_pull_at=clock.now())
    assert write_due(now=clock.now()) == 0
    assert pull_now(by=SYSTEM, source=source, now=clock.now()) == open_one


def test_after_a_pause_of_a_week_there_is_one_pull(organisation: Organisation) -> None:
    with serving(answering(1)) as server:
        source = make_source(organisation, server.address, interval_s=60)
        make_feed(source)
        pulled(source)
        with time_machine.travel(clock.now() + timedelta(days=7), tick=True):
            assert write_due(now=clock.now()) == 1
            work_off()
            assert write_due(now=clock.now()) == 0


def test_pull_now_is_for_those_who_look_after_the_source(organisation: Organisation) -> None:
    source = make_source(organisation, "http://127.0.0.1:9999")
    with pytest.raises(ValidationError, match="feed first"):
        pull_now(by=SYSTEM, source=source, now=clock.now())
    make_feed(source)
    with pytest.raises(PermissionDenied):
        pull_now(by=organisation.actor("Vera"), source=source, now=clock.now())
    pause_source(by=SYSTEM, source=source)
    with pytest.raises(ValidationError, match="resume"):
        pull_now(by=SYSTEM, source=source, now=clock.now())
    resume_source(by=SYSTEM, source=source)
    delivery = pull_now(by=organisation.actor("Iris"), source=source, now=clock.now())
    assert (delivery.asked_by_id, delivery.slot) == (organisation.people["Iris"].pk, None)


@pytest.mark.parametrize("how", ["source paused", "feed paused", "feed retired"])
def test_what_nobody_wants_any_more_is_dropped(organisation: Organisation, how: str) -> None:
    with serving(answering(1)) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source)
        delivery = pull_now(by=SYSTEM, source=source, now=clock.now())
        if how == "source paused":
            pause_source(by=SYSTEM, source=source)
        elif how == "feed paused":
            pause_feed(by=SYSTEM, feed=feed)
        else:
            retire_feed(by=SYSTEM, feed=feed)
        work_off()
        assert not server.asked
    delivery.refresh_from_db()
    assert (delivery.state, delivery.ended_at is not None) == (DeliveryState.DROPPED, True)


def test_only_the_attempt_that_holds_the_job_writes(organisation: Organisation) -> None:
    with serving(answering(1, 2)) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source)
        pull_now(by=SYSTEM, source=source, now=clock.now())
        job = Job.objects.get(handler="evidence.pull")
        first = claim(job.pk)
        assert first is not None
        Job.objects.filter(pk=job.pk).update(lease_until=None)
        second = claim(job.pk)
        assert second is not None
        with pytest.raises(LeaseLost):
            running.run_pull(first)
        feed.refresh_from_db()
        assert (Run.objects.count(), feed.read_to) == (0, None)
        running.run_pull(second)
    assert Run.objects.count() == 1
    assert Delivery.objects.get().attempt == 2


def test_a_lease_that_is_lost_while_it_is_asked_writes_nothing(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(asked: Asked) -> Told:
        return answering(1, 2)(asked)

    with serving(script) as server:
        source = make_source(organisation, server.address)
        feed = make_feed(source)
        pull_now(by=SYSTEM, source=source, now=clock.now())
        job = Job.objects.get(handler="evidence.pull")
        held = claim(job.pk)
        assert held is not None

        def lose_then_ask(*args: Any, **more: Any) -> Any:
            Job.objects.filter(pk=job.pk).update(attempt=7)
            return asking_one(*args, **more)

        monkeypatch.setattr(running, "ask", lose_then_ask)
        with pytest.raises(LeaseLost):
            running.run_pull(held)
    feed.refresh_from_db()
    assert (Run.objects.count(), Payload.objects.count(), feed.read_to) == (0, 0, None)


def test_a_pull_that_is_taken_up_again_asks_only_the_feeds_that_are_not_done(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answering(1, 2)) as server:
        source = make_source(organisation, server.address)
        for name in ("a", "b"):
            make_feed(source, name=name, ask={"series": name})
        pull_now(by=SYSTEM, source=source, now=clock.now())
        job = Job.objects.get(handler="evidence.pull")

        def die_at_the_second(*args: Any, **more: Any) -> Any:
            if len(server.asked) == 1:
                raise KeyboardInterrupt
            return asking_one(*args, **more)

        held = claim(job.pk)
        assert held is not None
        monkeypatch.setattr(running, "ask", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            running.run_pull(held)
        monkeypatch.setattr(running, "ask", asking_one)
        Job.objects.filter(pk=job.pk).update(lease_until=None)
        work_off()
        assert server.paths == ["/series/a", "/series/b"]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempt, delivery.observations) == (DeliveryState.DONE, 2, 4)


def test_a_pull_whose_job_died_in_every_attempt_is_ended(organisation: Organisation) -> None:
    source = make_source(organisation, "http://127.0.0.1:9999")
    make_feed(source)
    delivery = pull_now(by=SYSTEM, source=source, now=clock.now())
    assert end_abandoned(now=clock.now()) == 0
    Job.objects.filter(handler="evidence.pull").update(dead_at=clock.now())
    assert [end_abandoned(now=clock.now()), end_abandoned(now=clock.now())] == [1, 0]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, Failure.BROKEN)
    assert health_of(source).failures == 1
    assert health_of(source).next_pull_at


def test_no_more_than_two_pulls_of_a_server_at_a_time_and_the_others_keep_waiting(organisation: Organisation) -> None:
    for number in range(3):
        source = make_source(organisation, "http://127.0.0.1:9999/path", name=f"s{number}")
        make_feed(source)
        pull_now(by=SYSTEM, source=source, now=clock.now())
    first, second, third = Job.objects.filter(handler="evidence.pull").order_by("pk")
    assert first.limits == {"pull.host 127.0.0.1:9999": 2}
    assert claim(first.pk)
    assert claim(second.pk)
    assert claim(third.pk) is None
    third.refresh_from_db()
    assert (third.attempt, outbox.waiting(queue="evidence"), outbox.oldest_unclaimed_s()) == (0, [], 0)
    Job.objects.filter(pk=first.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert claim(third.pk)


def test_slow_sources_hold_a_quarter_of_the_threads_at_most(organisation: Organisation, settings: Settings) -> None:
    settings.PULLS_AT_ONCE = 8
    for number in range(4):
        source = make_source(organisation, f"http://127.0.0.{number + 1}:9999", name=f"s{number}")
        make_feed(source)
        if number < 3:
            SourceHealth.objects.filter(pk=source.pk).update(failures=1)
        pull_now(by=SYSTEM, source=source, now=clock.now())
    jobs = list(Job.objects.filter(handler="evidence.pull").order_by("pk"))
    assert [job.limits.get("pull.slow") for job in jobs] == [2, 2, 2, None]
    assert [claim(job.pk) is not None for job in jobs] == [True, True, False, True]


def test_old_pulls_that_brought_nothing_become_a_count(organisation: Organisation) -> None:
    with serving(answering(1)) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        kept = pulled(source)
    other = make_source(organisation, "http://127.0.0.1:9998", name="Other")
    make_feed(other)
    ended = datetime(2026, 1, 5, 10, tzinfo=UTC)
    for number, state in enumerate(("done", "failed", "failed")):
        Delivery.objects.create(
            source=other,
            unit=other.unit,
            way="pull",
            state=state,
            slot=ended + timedelta(hours=number),
            ended_at=ended,
            repeated=5,
        )
    Delivery.objects.filter(pk=kept.pk).update(ended_at=ended)
    for _ in range(2):
        thin(now=ended + KEPT_FOR + timedelta(days=1))
    assert list(Delivery.objects.values_list("pk", flat=True)) == [kept.pk]
    tally = PullTally.objects.get()
    assert (tally.source_id, tally.day, tally.done, tally.failed, tally.repeated) == (other.pk, ended.date(), 1, 2, 15)


def test_a_kind_that_is_gone_is_to_be_mended(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(organisation, "http://127.0.0.1:9999")
    make_feed(source)
    pull_now(by=SYSTEM, source=source, now=clock.now())
    monkeypatch.setattr(registry, "CONNECTORS", ())
    work_off()
    assert (Delivery.objects.get().failure, Feed.objects.get().read_to) == (Failure.MEND, None)


def test_a_change_brings_a_pull_at_once(organisation: Organisation) -> None:
    with serving(failing(told_instead=told({}, 404))) as server:
        source = make_source(organisation, server.address)
        make_feed(source)
        pulled(source)
        assert write_due(now=clock.now()) == 0
        change_source(by=SYSTEM, source=source, changes={"config": {"address": server.address + "/api"}})
        assert write_due(now=clock.now()) == 1
