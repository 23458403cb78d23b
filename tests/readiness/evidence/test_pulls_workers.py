"""Pulls on real worker processes over a broker of their own: killed, poisoned, rung twice, listened to."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pytest_django.fixtures import Settings

from portfolio.kit import clock as now
from portfolio.outbox import services
from portfolio.outbox.models import Job
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Feed, Observation, Source, SourceHealth, Trial
from readiness.evidence.services.pulls.due import write_due
from readiness.evidence.services.sources import create_source, pull_now
from readiness.evidence.services.sources import test_source as try_source
from tests.people import SYSTEM, make_organisation
from tests.readiness.connectors.scripted import serving
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.broker import Broker, broker, listened, rung
from tests.readiness.evidence.pulling.far_side import far_side
from tests.readiness.evidence.pulling.processes import PROCESSES, THREADS, Process, clock, eventually, running
from tests.readiness.evidence.pulling.world import answering, make_feed, open_loopback
from tests.sampling import of
from tests.sweeps.evidence_kill import RESUMES_WITHIN_S, sweep
from tests.sweeps.evidence_world import servers

LEASE_S = "2"  # instead of the product's eight, where how long it takes is not what is tried
CANARY = "canary-8e1c-never-written-down"


@dataclass
class World:
    folder: Path
    broker: Broker
    stack: ExitStack
    unit: Any

    def worker(self, *arguments: str, **settings: str) -> Process:
        environment = {"REDIS_URL": self.broker.url, "TEST_LEASE_S": LEASE_S, **settings}
        return self.stack.enter_context(running(*(arguments or THREADS), folder=self.folder, **environment))

    def clock(self) -> Process:
        return self.stack.enter_context(clock(self.folder, REDIS_URL=self.broker.url))

    def source(self, address: str, name: str = "Probe", series: str = "a", **more: Any) -> Source:
        kind: Any = probe.KIND
        values = {"config": {"address": address}, **more}
        source = create_source(by=SYSTEM, unit=self.unit, name=name, kind=kind, **values)
        make_feed(source, ask={"series": series})
        return source


@pytest.fixture
def world(committed_db: str, settings: Settings, tmp_path: Path) -> Iterator[World]:
    open_loopback(settings, tmp_path)
    with probe.installed(), broker() as own, rung(own), ExitStack() as stack:
        yield World(tmp_path, own, stack, make_organisation().units["Retail"])


def over(*sources: Source) -> bool:
    """Each of them has a pull behind it, and none before it."""
    found = Delivery.objects.filter(source__in=sources)
    return found.exclude(ended_at=None).count() >= len(sources) and not found.filter(ended_at=None).exists()


def test_what_is_due_is_pulled_by_itself_and_a_try_is_answered(world: World) -> None:
    with serving(answering(1, 2, 3)) as server:
        source = world.source(server.address)
        world.worker()
        world.clock()
        eventually(lambda: over(source), 40, "the first pull, which nobody asked for")
        trial = try_source(by=SYSTEM, source=source)
        eventually(lambda: Trial.objects.get(pk=trial.pk).ended_at is not None, 20, "the try")
    assert (Delivery.objects.get().state, Observation.objects.count()) == (DeliveryState.DONE, 3)
    assert Trial.objects.get().found["version"] == "1.0"


def test_a_bell_that_is_heard_five_times_makes_one_pull(world: World) -> None:
    with serving(answering(1, 2)) as server:
        source = world.source(server.address)
        delivery = pull_now(by=SYSTEM, source=source, now=now.now())
        job = Job.objects.get(handler="evidence.pull")
        for _ in range(4):
            ring(job.pk)
        world.worker()
        eventually(lambda: over(source), 30, "the pull")
        eventually(lambda: world.broker.client.llen("evidence") == 0, 10, "all bells are heard")
        time.sleep(0.5)
        assert len(server.asked) == 1
    delivery.refresh_from_db()
    job.refresh_from_db()
    assert (delivery.state, delivery.attempt, job.attempt, delivery.observations) == (DeliveryState.DONE, 1, 1, 2)


def test_a_connector_that_kills_its_process_takes_nobody_along_and_ends_as_a_dead_letter(world: World) -> None:
    """The supervisor starts the worker again; the third attempt is made by a process that runs nothing else."""
    with far_side(int(time.time()) - 30) as port:
        addresses = servers(port, 7)
        lethal = world.source(addresses[0], "Lethal", probe.LETHAL)
        others = [world.source(address, f"s{number}") for number, address in enumerate(addresses[1:])]
        threads = world.worker(*THREADS, "--concurrency", "4")
        world.worker(*PROCESSES)
        world.clock()
        deaths = 0
        end = time.monotonic() + 120
        while not Delivery.objects.filter(source=lethal).exclude(ended_at=None).exists():
            assert time.monotonic() < end, list(Job.objects.filter(handler="evidence.pull").values())
            if not threads.alive():
                deaths += 1
                threads.start()
            write_due(now=now.now())
            SourceHealth.objects.filter(source__in=others).update(next_pull_at=now.now())
            time.sleep(0.3)
        ended = Delivery.objects.filter(source__in=others).exclude(ended_at=None)
        eventually(lambda: ended.values("source").distinct().count() == len(others), 60, "a pull of each of the others")
        theirs = set(ended.values_list("source", "state"))
    delivery = Delivery.objects.get(source=lethal)
    assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, Failure.BROKEN)
    (letter,) = Job.objects.exclude(dead_at=None)
    assert (letter.payload["delivery_id"], letter.queue, deaths) == (delivery.pk, "imports", 2)
    assert SourceHealth.objects.get(source=lethal).failures == 1
    assert theirs == {(source.pk, DeliveryState.DONE) for source in others}


def test_a_secret_is_nowhere_but_in_its_seal(world: World) -> None:
    with serving(answering(1, 2)) as server, listened(world.broker) as heard:
        config = {"address": server.address, "auth": "bearer"}
        source = world.source(server.address, config=config, secrets={"token": CANARY})
        broken = world.source("http://127.0.0.1:9", "Broken", config=config | {"address": "http://127.0.0.1:1025"},
                              secrets={"token": CANARY})  # fmt: skip
        worker = world.worker("--loglevel", "DEBUG", *THREADS, LOG_LEVEL="DEBUG")
        world.clock()
        eventually(lambda: over(source, broken), 60, "both pulls")
        assert server.asked[0].headers["authorization"] == f"Bearer {CANARY}"
        cmdline = Path(f"/proc/{worker.pid}/cmdline").read_bytes() + Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert CANARY not in worker.said()
    assert len(heard) > 10
    assert not any(CANARY in command for command in heard)
    assert CANARY.encode() not in cmdline
    assert CANARY not in _dump(with_seals=True)
    assert source.sealed in _dump(with_seals=True)
    assert source.sealed not in _dump(with_seals=False)


def ring(job_id: int) -> None:
    services.ring(job_id, queue="evidence")  # type: ignore[attr-defined]


def _dump(*, with_seals: bool) -> str:
    """Every row of every table, as a backup has them; without the sealed column, if wanted."""
    import os

    text = []
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = sql.SQL("SELECT string_agg((to_jsonb(t) - %s)::text, ' ') FROM {} t").format(sql.Identifier(table))
            found = owner.execute(rows, ["" if with_seals else "sealed"]).fetchone()
            text.append(str(found[0] if found else ""))
    return "\n".join(text)


def test_a_broker_that_is_killed_or_emptied_costs_seconds_and_no_pull(world: World) -> None:
    with far_side(int(time.time()) - 30) as port:
        sources = [world.source(address, f"s{number}") for number, address in enumerate(servers(port, 4))]
        world.worker(LOG_LEVEL="WARNING")
        world.clock()
        eventually(lambda: over(*sources), 40, "the first pulls")
        emptied: Callable[[], object] = world.broker.client.flushall
        for number, hurt in enumerate((world.broker.kill, emptied)):
            hurt()
            SourceHealth.objects.update(next_pull_at=now.now())
            due = now.now()
            if number == 0:
                time.sleep(1)
                world.broker.start()
            after = Delivery.objects.filter(source__in=sources, asked_at__gt=due).exclude(ended_at=None)
            took = eventually(lambda after=after: after.count() == 4, 30, "all pulls that were due")  # type: ignore[misc]
            assert took < RESUMES_WITHIN_S
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DONE}


def test_sources_that_never_answer_do_not_hold_up_the_others(world: World) -> None:
    """Everything is due at once, twice: with all of them well, and with some that drip for ever."""
    with far_side(int(time.time()) - 30) as port:
        addresses = servers(port, of(60, suite=36))
        sources = [world.source(address, f"s{number}") for number, address in enumerate(addresses)]
        well, ill = sources[6:], sources[:6]
        world.worker(*THREADS, "--concurrency", "16", LOG_LEVEL="WARNING")
        eventually(lambda: _round(sources, 60) > 0, 60, "a first round, to warm up")
        without = _round(well, 60)
        for source, address in zip(ill, addresses, strict=False):
            Source.objects.filter(pk=source.pk).update(config={"address": f"{address}/drip"})
        with_them = max(_round(well, 60, beside=ill), _round(well, 60, beside=ill))
        assert Delivery.objects.filter(source__in=ill, state=DeliveryState.RUNNING).count() == len(ill)
    assert with_them < 2 * without + 0.5


def _round(sources: list[Source], within_s: float, *, beside: list[Source] = []) -> float:  # noqa: B006
    """All are due now; seconds until the 95th of a hundred had begun."""
    SourceHealth.objects.filter(source__in=[*sources, *beside]).update(next_pull_at=now.now())
    slot = now.now()
    write_due(now=slot)
    mine = Delivery.objects.filter(source__in=sources, asked_at=slot)
    eventually(lambda: mine.exclude(ended_at=None).count() == len(sources), within_s, "the round")
    assert not mine.exclude(state=DeliveryState.DONE).exists()
    lags = sorted((one.started_at - slot).total_seconds() for one in mine if one.started_at)
    return lags[int(0.95 * len(lags))]


def test_a_worker_that_is_asked_to_end_finishes_what_it_does_and_takes_nothing_more(world: World) -> None:
    with far_side(int(time.time()) - 30, after_ms=1500) as port:
        sources = [world.source(address, f"s{number}") for number, address in enumerate(servers(port, 6))]
        worker = world.worker(*THREADS, "--concurrency", "2")
        write_due(now=now.now())
        world.clock()
        eventually(lambda: Delivery.objects.filter(state=DeliveryState.RUNNING).count() == 2, 30, "two run")
        worker.stop(within_s=15)
    states = sorted(Delivery.objects.filter(source__in=sources).values_list("state", flat=True))
    assert DeliveryState.RUNNING not in states
    assert states.count(DeliveryState.QUEUED) >= 2
    assert not Job.objects.filter(lease_until__gt=now.now()).exists()


def test_killed_workers_lose_nothing_repeat_nothing_and_are_back_in_time(
    committed_db: str, settings: Settings, tmp_path: Path
) -> None:
    open_loopback(settings, tmp_path)  # what the sweep opens by itself is closed again with it
    outcome = sweep(points=of(10, suite=3), folder=tmp_path, seed=3, pause_s=1.0, TEST_LEASE_S=LEASE_S)
    assert outcome.interrupted > 0
    assert outcome.observations > 1000
    assert (outcome.lost, outcome.doubled, outcome.wrong) == (0, 0, 0), outcome
    assert max(outcome.resumed_s) < RESUMES_WITHIN_S, outcome
    assert not Feed.objects.filter(read_to=None).exists()


def test_the_worker_of_pulls_is_what_the_supervisor_and_compose_start() -> None:
    from portfolio.kit.supervisor import up

    said = Path(up.__file__).read_text()
    composed = (Path(up.__file__).parents[3] / "docker-compose.yml").read_text()
    for text in (said, composed):
        assert "evidence,clock" in text
        assert "default,imports,clock" in text
    told = subprocess.run([sys.executable, "-m", "celery", "worker", "--help"], capture_output=True, text=True, check=True)
    assert "threads" in told.stdout
