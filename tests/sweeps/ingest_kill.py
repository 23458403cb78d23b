"""Kill ingests with -9 at random moments and at every statement, and look at what is left of them.

    python -m tests.sweeps.ingest_kill --points 100

Each point: an empty store, a process that brings deliveries one transaction each and is killed, a look (each delivery whose
commit was told is there whole, of the others nothing), then the same deliveries once more: the state is that of an undisturbed
store. The suite runs a few points.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.sweeps.import_kill import URLS, _database, _say, _url

ROOT = Path(__file__).resolve().parents[2]
WORKER = (sys.executable, "-m", "tests.sweeps.ingest_worker")
_EMPTY = """
TRUNCATE evidence_latest, evidence_observation, evidence_series, evidence_run, evidence_payload, evidence_delivery, outbox_event,
         outbox_job CASCADE
"""
# in words: what is left is compared with a store of other numbers
_STATES = (
    """SELECT s.digest, o.observed_at, o.value, o.marks, o.samples
       FROM evidence_observation o JOIN evidence_series s ON s.id = o.series_id""",
    """SELECT s.digest, l.flawed, l.observed_at, l.low, l.high, l.marks, l.samples
       FROM evidence_latest l JOIN evidence_series s ON s.id = l.series_id""",
    "SELECT digest, observed_at, flawed FROM evidence_run",
    "SELECT digest FROM evidence_series",
)
_BROUGHT = "SELECT count(*) FROM evidence_delivery"
_TORN = """
SELECT (SELECT count(*) FROM evidence_observation o WHERE NOT EXISTS (SELECT FROM evidence_run r WHERE r.id = o.run_id)),
       (SELECT count(*) FROM evidence_observation o WHERE NOT EXISTS (
           SELECT FROM evidence_latest l
           WHERE l.series_id = o.series_id AND l.flawed = (o.marks & 4 <> 0) AND l.observed_at >= o.observed_at))
"""


@dataclass(frozen=True)
class Point:
    """`told` commits came through before the kill; `brought` deliveries were there after it."""

    killed: str
    told: int
    brought: int
    same: bool

    @property
    def kept(self) -> bool:
        """Nothing that was told is lost; at most the commit whose word did not come through is more."""
        return self.told <= self.brought <= self.told + 1


@dataclass(frozen=True)
class Sweep:
    """`took_s` and `sent` (statements) of the undisturbed run."""

    took_s: float
    sent: int
    points: list[Point]


def sweep(*, points: int, statements: list[int] | None, template: str, seed: int = 1) -> Sweep:
    """`statements`: numbers of statements to be killed before, as a share in per mille of all; None for each of them."""
    dice = random.Random(seed)
    with _database(template, "ingest_kill") as database:
        subprocess.run([*WORKER, "prepare"], cwd=ROOT, env=_environment(database), check=True)
        took, out = _work(database)
        sent, whole = int(out[-1].split()[1]), _state(database)
        found = [_point(database, whole, kill_after_s=dice.uniform(0, took * 1.05)) for _ in range(points)]
        numbers = range(1, sent + 1) if statements is None else [max(1, one * sent // 1000) for one in statements]
        found += [_point(database, whole, kill_at=number) for number in numbers]
    return Sweep(took, sent, found)


def _point(database: str, whole: str, *, kill_after_s: float | None = None, kill_at: int = 0) -> Point:
    _empty(database)
    _took, out = _work(database, kill_after_s=kill_after_s, kill_at=kill_at)
    told = sum(line.startswith("committed") for line in out)
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        brought = int((owner.execute(_BROUGHT).fetchone() or (0,))[0])
        assert owner.execute(_TORN).fetchone() == (0, 0), "an observation without its run or its latest"
    _work(database)
    where = f"before statement {kill_at}" if kill_at else f"after {kill_after_s:.3f} s"
    return Point(where, told, brought, _state(database) == whole)


def _work(database: str, *, kill_after_s: float | None = None, kill_at: int = 0) -> tuple[float, list[str]]:
    """(seconds since its start, lines it told); killed by itself or from here."""
    environment = _environment(database) | {"SWEEP_KILL_AT": str(kill_at)}
    with subprocess.Popen(
        [*WORKER, "work"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as worker:  # fmt: skip
        assert worker.stdout is not None and worker.stdout.readline() == "working\n", "the worker did not start"
        started = time.monotonic()
        try:
            code = worker.wait(kill_after_s)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            code = worker.wait()
        took = time.monotonic() - started
        assert code == 0 or kill_at or kill_after_s is not None, f"the worker ended with {code}"
        return took, worker.stdout.read().splitlines()


def _empty(database: str) -> None:
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        owner.execute(_EMPTY)


def _state(database: str) -> str:
    digest = hashlib.sha256()
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        for query in _STATES:
            digest.update(repr(sorted(map(repr, owner.execute(query).fetchall()))).encode())
    return digest.hexdigest()


def _environment(database: str) -> dict[str, str]:
    urls = {name: _url(name, database) for name in URLS}
    return os.environ | urls | {"DJANGO_SETTINGS_MODULE": "portfolio.settings", "LOG_LEVEL": "ERROR"}


def main() -> None:
    """The sweep at full size, for a note; exits with 1 if a point lost, doubled or tore anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    from portfolio.kit.embedded import ensure_unless_configured

    embedded = ensure_unless_configured(Path(os.environ.get("PILOTAGE_VAR", ROOT / "var" / "test")))
    with _database("template1", "ingest_kill_template") as template:
        migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=_environment(template), check=True)
        done = sweep(points=options.points, statements=None, template=template, seed=options.seed)
    if embedded is not None:
        embedded.release()
    bad = [point for point in done.points if not (point.kept and point.same)]
    for point in bad:
        _say(f"killed {point.killed}: {point.told} told, {point.brought} there, {'equal' if point.same else 'DIFFERENT'}")
    _say(f"{options.points} kills at random and one before each of {done.sent} statements ({done.took_s:.1f} s): {len(bad)} bad")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
