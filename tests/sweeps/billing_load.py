"""A large FOCUS file through the real door and the real jobs: seconds, memory, totals, the same file again, pages.

    python -m tests.sweeps.billing_load --rows 5000000

The worker's time is that of reading and publishing, from an empty database; its memory is its largest resident set.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.sweeps.billing_file import write
from tests.sweeps.import_kill import ROOT, _database, _environment, _say, _url

WORKER = (sys.executable, "-m", "tests.sweeps.billing_worker")
_TOTALS = """
SELECT i.service_name, i.sub_account_id, to_char(m.month, 'YYYY-MM'), m.charge_category, sum(m.billed), sum(m.effective)
FROM procurement_billingmonth m JOIN procurement_billingitem i ON i.id = m.item_id GROUP BY 1, 2, 3, 4
"""
_TIMES = """
SELECT extract(epoch FROM read_at - began_at)::float8,
       extract(epoch FROM (SELECT max(done_at) FROM outbox_job WHERE handler = 'procurement.publish_bill') - read_at)::float8,
       rows, kept, refused, state FROM procurement_billingimport ORDER BY id DESC LIMIT 1
"""
_STATE = """
SELECT (SELECT count(*) FROM procurement_billingimport), (SELECT count(*) FROM procurement_billingrow),
       (SELECT count(*) FROM procurement_billingitem), (SELECT md5(string_agg(m.item_id || ' ' || m.billed || ' ' || m.rows, ','
        ORDER BY m.id)) FROM procurement_billingmonth m)
"""


@dataclass(frozen=True)
class Loaded:
    """`pages`: [address, ms, ms in SQL, statements]. `equal`: totals are those of the file; `unchanged`: by the same file."""

    file_mb: float
    upload_s: float
    worked_s: float
    read_s: float
    publish_s: float
    peak_mb: float
    cpu_s: float
    kept: int
    refused: int
    equal: bool
    again_s: float
    unchanged: bool
    pages: list[list[Any]]


def load(*, rows: int, items: int, template: str, folder: Path, name: str = "billing_load") -> Loaded:
    file = folder / "focus.csv.gz"
    made = write(file, rows=rows, items=items)
    with _database(template, name) as database:
        upload_s, _told = _timed("start", database, folder, str(file))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked_s, _told = _timed("work", database, folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert after.ru_maxrss > before.ru_maxrss or rows < 1_000_000, (
            "the worker is not the largest process: its memory is not known"
        )
        read_s, publish_s, _rows, kept, refused, state = _one(database, _TIMES)
        assert state == "published", state
        equal, was = _totals(database) == made.exact(), _one(database, _STATE)
        again_s, told = _timed("start", database, folder, str(file))
        _timed("work", database, folder)
        unchanged = told.split()[1] == "0" and _one(database, _STATE) == was
        pages = json.loads(_timed("pages", database, folder)[1])
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Loaded(
        file_mb=file.stat().st_size / 2**20, upload_s=upload_s, worked_s=worked_s, read_s=read_s, publish_s=publish_s,
        peak_mb=after.ru_maxrss / 1024, cpu_s=cpu_s, kept=kept, refused=refused, equal=equal and made.bad == refused,
        again_s=again_s, unchanged=unchanged, pages=pages,
    )  # fmt: skip


def _timed(what: str, database: str, folder: Path, *arguments: str) -> tuple[float, str]:
    began = time.monotonic()
    command, environment = [*WORKER, what, *arguments], _environment(database, str(folder))
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return time.monotonic() - began, done.stdout


def _totals(database: str) -> dict[tuple[str, str, str, str], tuple[Decimal, Decimal]]:
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        return {(a, b, c, d): (billed, effective) for a, b, c, d, billed, effective in owner.execute(_TOTALS).fetchall()}


def _one(database: str, query: Any) -> tuple[Any, ...]:
    with psycopg.connect(_url("DATABASE_OWNER_URL", database)) as owner:
        found = owner.execute(query).fetchone()
    assert found is not None
    return found


def main() -> None:
    """Exits with 1 if the totals differ or the same file changed anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--template", default="", help="a migrated database to copy, else one is made")
    options = parser.parse_args()
    from portfolio.kit.embedded import ensure_unless_configured

    embedded = ensure_unless_configured(Path(os.environ.get("PILOTAGE_VAR", ROOT / "var" / "test")))
    with TemporaryDirectory() as folder, migrated(options.template) as template:
        done = load(rows=options.rows, items=options.items, template=template, folder=Path(folder))
    if embedded is not None:
        embedded.release()
    tell(options.rows, done)
    sys.exit(not (done.equal and done.unchanged))


def tell(rows: int, done: Loaded) -> None:
    _say(f"{rows:,} rows, {done.file_mb:.0f} MB gzip, uploaded in {done.upload_s:.1f} s (start of the process included)")
    _say(f"read in {done.read_s:.1f} s, published in {done.publish_s:.1f} s; {done.peak_mb:.0f} MB at most")
    _say(f"the worker's process {done.worked_s:.1f} s, {done.cpu_s:.1f} s of them of a processor (PostgreSQL's own not counted)")
    _say(f"{done.kept:,} kept, {done.refused} refused, totals {'equal' if done.equal else 'DIFFERENT'}")
    _say(f"the same file again: {done.again_s:.1f} s, {'nothing changed' if done.unchanged else 'CHANGED'}")
    for page, took, in_sql, statements in done.pages:
        _say(f"{page}: {took:.0f} ms, {in_sql:.0f} ms of them SQL in {statements:.0f} statements ({took / in_sql:.2f} times)")


class migrated:  # noqa: N801  (a context manager, used like a function)
    """The database to copy: the given one, or one that is migrated for this run."""

    def __init__(self, name: str) -> None:
        self._given, self._made = name, _database("template1", "billing_template")

    def __enter__(self) -> str:
        if self._given:
            return self._given
        template = self._made.__enter__()
        command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=_environment(template, str(ROOT)), check=True)
        return template

    def __exit__(self, *error: Any) -> None:
        if not self._given:
            self._made.__exit__(*error)


if __name__ == "__main__":
    main()
