"""Kill the worker of pulls with -9 at random moments, and the broker too, and count what is in the database afterwards.

    python -m tests.sweeps.evidence_kill --points 100

Sources are asked all the time, of servers that know one value of each pod for every second. After each kill the worker is
started again, as the supervisor does; every fifth time the broker is killed or emptied as well. How long it takes until a pull
begins, and until the pulls that the kill interrupted have ended, is measured. In the end every second that a watermark covers is
there exactly once, with its value, and counted once. The suite runs the same with few points.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.sweeps.evidence_world import installation, make_sources, say, servers

if TYPE_CHECKING:
    from tests.readiness.evidence.pulling.broker import Broker

SOURCES, FEEDS, PODS = 12, 2, 10
RESUMES_WITHIN_S = 15.0
BROKER_EVERY = 5
GIVEN_UP_AFTER_S = 60.0
PAUSE_S = 3.0  # at most, before the next kill


@dataclass
class Outcome:
    """`resumed_s`: from each kill until a pull began; `ended_s`: until those that it interrupted had ended."""

    points: int = 0
    interrupted: int = 0
    broker_kills: int = 0
    resumed_s: list[float] = field(default_factory=list)
    ended_s: list[float] = field(default_factory=list)
    observations: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    failed_pulls: int = 0

    def __str__(self) -> str:
        return (
            f"{self.points} kills, {self.broker_kills} of them with the broker, {self.interrupted} pulls interrupted; "
            f"{self.observations} observations: {self.lost} lost, {self.doubled} doubled, {self.wrong} wrong; a pull began again "
            f"after {_spread(self.resumed_s)}, what was interrupted had ended after {_spread(self.ended_s)}; "
            f"{self.failed_pulls} pulls failed"
        )

    @property
    def sound(self) -> bool:
        late = max(self.resumed_s, default=0.0) > RESUMES_WITHIN_S
        return not (self.lost or self.doubled or self.wrong or late)


def sweep(*, points: int, folder: Path, seed: int = 1, pause_s: float = PAUSE_S, **settings: str) -> Outcome:
    """In a database that is there and empty; `settings` are told to the workers."""
    from tests.readiness.evidence.pulling.broker import broker, rung
    from tests.readiness.evidence.pulling.far_side import far_side
    from tests.readiness.evidence.pulling.processes import PROCESSES, THREADS, clock, eventually, running

    dice, outcome, began = random.Random(seed), Outcome(), int(time.time()) - 60
    with far_side(began, PODS, after_ms=200) as port, broker() as redis, rung(redis):
        make_sources(folder, servers(port, SOURCES, 2), feeds=FEEDS)
        arguments = (*THREADS, "--concurrency", "8", "-l", "WARNING")
        settings = {"LOG_LEVEL": "WARNING", "REDIS_URL": redis.url, **settings}
        with (
            running(*PROCESSES, "-l", "WARNING", folder=folder, **settings),  # takes what was interrupted twice
            running(*arguments, folder=folder, **settings) as worker,
            clock(folder, **settings),
            _hurried(),
        ):
            eventually(lambda: bool(_done()), GIVEN_UP_AFTER_S, "the first pull")
            for number in range(points):
                time.sleep(dice.uniform(0.0, pause_s))
                worker.kill()
                killed, open_ones = _now(), _running()
                if number % BROKER_EVERY == BROKER_EVERY - 1:
                    _hurt(redis, dice)
                    outcome.broker_kills += 1
                worker.start()
                _see(outcome, killed, open_ones)
                say(f"{number + 1:3} of {points}: {len(open_ones)} interrupted, begun after {outcome.resumed_s[-1]:.1f} s")
        with (
            running(*PROCESSES, "-l", "WARNING", folder=folder, **settings),
            running(*arguments, folder=folder, **settings),
            clock(folder, **settings),
        ):
            eventually(lambda: not _open(), GIVEN_UP_AFTER_S, "all pulls end")
    _count(outcome, began)
    return outcome


def _see(outcome: Outcome, killed: datetime, open_ones: list[int]) -> None:
    from django.db.models import Max, Min

    from readiness.evidence.models import Delivery
    from tests.readiness.evidence.pulling.processes import eventually

    outcome.points += 1
    outcome.interrupted += len(open_ones)
    begun = Delivery.objects.filter(started_at__gt=killed)
    eventually(begun.exists, GIVEN_UP_AFTER_S, "a pull begins again")
    outcome.resumed_s.append((begun.aggregate(at=Min("started_at"))["at"] - killed).total_seconds())
    if open_ones:
        theirs = Delivery.objects.filter(pk__in=open_ones)
        eventually(lambda: not theirs.filter(ended_at=None).exists(), GIVEN_UP_AFTER_S, "the interrupted pulls end")
        outcome.ended_s.append((theirs.aggregate(at=Max("ended_at"))["at"] - killed).total_seconds())


def _count(outcome: Outcome, began: int) -> None:
    """Compare what is stored with what was so."""
    from readiness.evidence.models import Delivery, Feed
    from tests.readiness.evidence.pulling.far_side import value

    for feed in Feed.objects.all():
        name = str(feed.ask["series"])
        covered = int(feed.read_to.timestamp()) if feed.read_to else began
        stored = _stored(feed.pk)
        outcome.observations += len(stored)
        places = {(second, pod) for second, pod, _ in stored}
        outcome.doubled += len(stored) - len(places)
        outcome.lost += len({(second, pod) for second in range(began + 1, covered + 1) for pod in range(PODS)} - places)
        outcome.wrong += sum(told != value(name, pod, second) or second > covered for second, pod, told in stored)
    counted = sum(Delivery.objects.values_list("observations", flat=True))
    outcome.doubled += max(0, counted - outcome.observations)
    outcome.lost += max(0, outcome.observations - counted)
    outcome.failed_pulls = Delivery.objects.filter(state__in=("failed", "partly")).count()


def _stored(feed_id: int) -> list[tuple[int, int, float]]:
    """(second, pod, value) of everything that came through a feed."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as reader:
        rows = reader.execute(
            "SELECT extract(epoch FROM o.observed_at)::bigint, (s.labels->>'pod')::int, o.value FROM evidence_observation o"
            " JOIN evidence_series s ON s.id = o.series_id JOIN evidence_run r ON r.id = o.run_id WHERE r.feed_id = %s",
            [feed_id],
        )
        return [(row[0], row[1], row[2]) for row in rows]


@contextmanager
def _hurried() -> Iterator[None]:
    """Everything is due all the time, and a second clock writes it down beside the real one."""
    from django.db import connection

    from portfolio.kit import clock
    from readiness.evidence.services.pulls.due import write_due

    over, ended = threading.Event(), threading.Event()

    def hurry() -> None:
        try:
            while not over.wait(0.3):
                with connection.cursor() as cursor:
                    cursor.execute("UPDATE evidence_sourcehealth SET next_pull_at = now() WHERE next_pull_at > now()")
                write_due(now=clock.now())
        finally:
            ended.set()
            connection.close()

    thread = threading.Thread(target=hurry, daemon=True)
    thread.start()
    try:
        yield
        assert not ended.is_set(), "the second clock stopped: see its traceback above"
    finally:
        over.set()
        thread.join()


def _hurt(broker: Broker, dice: random.Random) -> None:
    """Kill and start it again, or empty it."""
    if dice.random() < 0.5:
        broker.client.flushall()
        return
    broker.kill()
    time.sleep(dice.uniform(0.0, 2.0))
    broker.start()


def _now() -> datetime:
    from portfolio.kit import clock

    return clock.now()


def _done() -> int:
    from readiness.evidence.models import Delivery

    return Delivery.objects.filter(state="done").count()


def _running() -> list[int]:
    from readiness.evidence.models import Delivery

    return list(Delivery.objects.filter(state="running").values_list("pk", flat=True))


def _open() -> bool:
    from readiness.evidence.models import Delivery

    return Delivery.objects.filter(state__in=("queued", "running")).exists()


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "nothing"
    return f"{statistics.median(seconds):.1f} s (median), {max(seconds):.1f} s (longest)"


def main() -> None:
    """Exits with 1 if anything is lost, doubled or wrong, or a pull began later than RESUMES_WITHIN_S after a kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with installation("evidence_kill"), tempfile.TemporaryDirectory() as folder:
        outcome = sweep(points=options.points, folder=Path(folder), seed=options.seed)
    say(str(outcome))
    sys.exit(not outcome.sound)


if __name__ == "__main__":
    main()
