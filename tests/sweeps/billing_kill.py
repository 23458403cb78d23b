"""Kill imports of bills with -9 at random moments and look at what is left.

    python -m tests.sweeps.billing_kill --points 20

Each point: a bill waits, a worker reads and publishes it and is killed, a look (all of it counts or nothing does), another worker
ends it: the state is that of an undisturbed import.
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
from tempfile import TemporaryDirectory

import psycopg

from tests.sweeps.billing_file import write
from tests.sweeps.billing_load import WORKER, _timed, migrated
from tests.sweeps.import_kill import ROOT, _database, _environment, _line, _say, _url

_COUNTS = "SELECT (SELECT count(*) FROM procurement_billingmonth), (SELECT count(*) FROM procurement_billingrow)"
# in words: what is left is compared with a database of other numbers
_STATES = (
    """SELECT i.digest, m.month, m.billed, m.effective, m.list, m.rows FROM procurement_billingmonth m
       JOIN procurement_billingitem i ON i.id = m.item_id""",
    """SELECT r.row, i.digest, r.day, r.billed, r.effective FROM procurement_billingrow r
       JOIN procurement_billingitem i ON i.id = r.item_id""",
    "SELECT state, rows, kept, refused, refusals, refused_billed FROM procurement_billingimport",
    "SELECT line, row, field, fault, value FROM procurement_billingreject",
    "SELECT provider, billing_account_id, starts_on, rows, live FROM procurement_billingperiod",
    "SELECT i.digest, a.capability_id FROM procurement_billingassignment a JOIN procurement_billingitem i ON i.id = a.item_id",
)


@dataclass(frozen=True)
class Point:
    """`months` counted after the kill: none or `whole`; `rows` had been taken in by then."""

    after_s: float
    months: int
    whole: int
    rows: int
    same: bool

    @property
    def good(self) -> bool:
        return self.same and self.months in (0, self.whole)


def sweep(*, rows: int, points: int, template: str, folder: Path, seed: int = 1, items: int = 2_000) -> tuple[float, list[Point]]:
    """(seconds of the undisturbed import, what was found)."""
    dice = random.Random(seed)
    file = folder / "focus.csv"
    write(file, rows=rows, items=items)
    with _database(template, "billing_kill_waits") as waiting:
        _timed("start", waiting, folder, str(file))
        with _database(waiting, "billing_kill_whole") as point:
            took = _work(point, folder)
            whole, state = _counts(point)[0], _state(point)
        assert whole, "nothing was published"
        found = []
        for number in range(points):
            moment = took * (number + dice.random()) / points
            with _database(waiting, "billing_kill_point") as point:
                _work(point, folder, kill_after_s=moment)
                months, landed = _counts(point)
                _work(point, folder)
                found.append(Point(moment, months, whole, landed, _state(point) == state))
    return took, found


def _work(database: str, folder: Path, kill_after_s: float | None = None) -> float:
    with subprocess.Popen(
        [*WORKER, "work"], cwd=ROOT, env=_environment(database, str(folder)), stdout=subprocess.PIPE, start_new_session=True
    ) as worker:
        assert worker.stdout is not None
        _line(worker.stdout, b"working")
        began = time.monotonic()
        try:
            code = worker.wait(kill_after_s)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            code = worker.wait()
        assert code == 0 or kill_after_s is not None, f"the worker ended with {code}"
        return time.monotonic() - began


def _counts(database: str) -> tuple[int, int]:
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        months, rows = owner.execute(_COUNTS).fetchone() or (0, 0)
    return int(months), int(rows)


def _state(database: str) -> str:
    digest = hashlib.sha256()
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        for query in _STATES:
            digest.update(repr(sorted(map(repr, owner.execute(query).fetchall()))).encode())
    return digest.hexdigest()


def main() -> None:
    """The sweep at full size, for a note; exits with 1 if a point tore or lost anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--template", default="", help="a migrated database to copy, else one is made")
    options = parser.parse_args()
    from portfolio.kit.embedded import ensure_unless_configured

    embedded = ensure_unless_configured(Path(os.environ.get("PILOTAGE_VAR", ROOT / "var" / "test")))
    with TemporaryDirectory() as folder, migrated(options.template) as template:
        took, points = sweep(
            rows=options.rows, points=options.points, template=template, folder=Path(folder), seed=options.seed
        )  # fmt: skip
    if embedded is not None:
        embedded.release()
    for point in points:
        _say(
            f"killed after {point.after_s:.2f} s: {point.rows:,} rows in, {point.months} months, {'ok' if point.good else 'BAD'}"
        )
    bad = sum(not point.good for point in points)
    _say(f"{len(points)} kills in an import of {options.rows:,} rows ({took:.1f} s undisturbed): {bad} bad")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
