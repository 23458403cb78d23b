"""Kill an import with -9 at random points and compare what it leaves with an import that nobody disturbed.

    python -m tests.sweeps.import_kill --rows 100000 --points 20

Each point: a fresh copy of a database in which the import waits, a worker process that is killed somewhere between the
first row and the last commit, a look (nothing of the import is visible, or all of it), a second worker that ends it, and a
hash over every business table. The suite runs the same with few rows.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from tests.sweeps.registers import MAPPING, write_register
from tests.sweeps.state import business_state

ROOT = Path(__file__).resolve().parents[2]
URLS = ("DATABASE_URL", "DATABASE_OWNER_URL")
LEASE_S = 1.0  # instead of the product's ten, so that a killed worker's job is free sooner


@dataclass
class Outcome:
    """`state`: table -> hash. `visible`: initiatives of the import seen right after the kill."""

    killed_after_s: float
    visible: int
    state: dict[str, str]


def sweep(*, rows: int, points: int, template: str, seed: int = 1, newer: bool = True) -> tuple[Outcome, list[Outcome]]:
    """The undisturbed outcome and one per kill. `newer`: the import updates a register that is there already."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, _database(template, "import_kill_start") as start:
        _prepare(Path(folder), start, rows, newer)
        with _database(start, "import_kill_whole") as whole:
            before = _count(whole)
            took = _work(whole, folder)
            undisturbed = Outcome(took, _count(whole), business_state(_url("DATABASE_OWNER_URL", whole)))
        outcomes = []
        for _number in range(points):
            moment = dice.uniform(0, took * 1.02)
            with _database(start, "import_kill_point") as point:
                _work(point, folder, kill_after_s=moment)
                seen = _count(point)
                assert seen in (before, undisturbed.visible), f"{seen} initiatives are visible: a part of the import"
                _work(point, folder)
                outcomes.append(Outcome(moment, seen, business_state(_url("DATABASE_OWNER_URL", point))))
            _say(f"killed after {moment:6.2f} of {took:.2f} s, {seen} visible: {_verdict(outcomes[-1], undisturbed)}")
    return undisturbed, outcomes


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _verdict(outcome: Outcome, undisturbed: Outcome) -> str:
    return "equal" if outcome.state == undisturbed.state else "DIFFERENT"


def _prepare(folder: Path, database: str, rows: int, newer: bool) -> None:
    """A database in which one import waits to be staged and published."""
    first = write_register(folder / "first.csv", rows)
    second = write_register(folder / "second.csv", rows + rows // 10, edition=2) if newer else first
    (folder / "mapping.yaml").write_text(MAPPING)
    if newer:
        _start(folder, database, first)
        _work(database, str(folder))
    _start(folder, database, second)


def _start(folder: Path, database: str, file: Path) -> None:
    command = [sys.executable, "-m", "tests.sweeps.import_worker", "start", str(file), str(folder / "mapping.yaml")]
    subprocess.run(command, cwd=ROOT, env=_environment(database, str(folder)), check=True)


def _work(database: str, folder: str, kill_after_s: float | None = None) -> float:
    """Run a worker until nothing waits, or kill it after a while; seconds of work."""
    command = [sys.executable, "-m", "tests.sweeps.import_worker", "work"]
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(database, folder), stdout=subprocess.PIPE, start_new_session=True
    ) as worker:
        assert worker.stdout is not None
        _line(worker.stdout, b"working")
        started = time.monotonic()
        try:
            code = worker.wait(kill_after_s)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            code = worker.wait()
        assert code == 0 or kill_after_s is not None, f"the worker ended with {code}"
        return time.monotonic() - started


def _line(stream: IO[bytes], expected: bytes) -> None:
    assert stream.readline().strip() == expected, "the worker did not start"


def _environment(database: str, folder: str) -> dict[str, str]:
    urls = {name: _url(name, database) for name in URLS}
    mine = {"DJANGO_SETTINGS_MODULE": "portfolio.settings", "PILOTAGE_MEDIA": folder, "SWEEP_LEASE_S": str(LEASE_S)}
    return os.environ | urls | mine | {"LOG_LEVEL": "ERROR"}


def _url(name: str, database: str) -> str:
    return psycopg.conninfo.make_conninfo(os.environ[name], dbname=database)


def _count(database: str) -> int:
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        row = owner.execute("SELECT count(*) FROM initiatives_initiative").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _database(template: str, name: str) -> Iterator[str]:
    """A copy of `template`, dropped afterwards."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        _drop(owner, name)
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            yield name
        finally:
            _drop(owner, name)


def _drop(owner: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Without FORCE, which may not end a vacuum; a killed worker's backend notices at the end of its statement."""
    for attempt in range(20):
        try:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            if attempt == 19:
                raise
        else:
            return


def main() -> None:
    """The sweep at full size, for a note; exits with 1 if any point differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh", action="store_true", help="import into an empty register instead of a newer file")
    options = parser.parse_args()
    from portfolio.kit.embedded import ensure_unless_configured

    embedded = ensure_unless_configured(Path(os.environ.get("PILOTAGE_VAR", ROOT / "var" / "test")))
    with _database("template1", "import_kill_template") as template:
        migrate = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=_environment(template, str(ROOT)), check=True)
        undisturbed, outcomes = sweep(
            rows=options.rows, points=options.points, template=template, seed=options.seed, newer=not options.fresh
        )
    if embedded is not None:
        embedded.release()
    bad = [outcome for outcome in outcomes if outcome.state != undisturbed.state]
    _say(f"{len(outcomes)} kills in an import of {options.rows} rows ({undisturbed.killed_after_s:.1f} s): {len(bad)} differ")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
