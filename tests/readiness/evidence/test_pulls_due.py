"""When pulls are written, which attempt may write, who waits for whom, and what becomes of old ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from portfolio.outbox import queries as outbox
from portfolio.outbox.models import Job
from portfolio.outbox.services import LeaseLost, claim
from readiness.connectors import registry
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Feed, Payload, PullTally, Run, SourceHealth
from readiness.evidence.services.pulls import running
from readiness.evidence.services.pulls.asking import ask as asking_one
from readiness.evidence.services.pulls.due import write_due
from readiness.evidence.services.pulls.tidying import KEPT_FOR, end_abandoned, thin
from readiness.evidence.services.sources import (
    pause_feed,
    pause_source,
    pull_now,
    resume_source,
    retire_feed,
)
from tests.people import SYSTEM, Organisation
from tests.readiness.connectors.scripted import Asked, Told, serving
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
