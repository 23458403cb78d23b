"""An import with everything it does (interpretation, checks, raw values, audit) beside COPY of the same cells."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from django.conf import settings
from django.db.models import Count
from psycopg import sql

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative
from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Spread, milliseconds
from readiness.dashboards.management.bench.register_file import HEADERS, MAPPING, write_register

PEER_ROWS_PER_S = 100  # the CSV form of NetBox 4.6 with its change log, 1,000 rows: docs/performance.md
COPIES = 5
MAX_MB = 300
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Import:
    """One run of the command in a process of its own, from its start to its end."""

    seconds: float
    peak_mb: float
    counts: dict[str, int]


def import_lines(databases: Databases, *, rows: int) -> Iterator[Line]:
    """Rate, memory and share of COPY for a new register of `rows` rows in an empty database, then the same file again."""
    name = databases.copy("import")
    with TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "register.csv"
        write_register(file, rows=rows)
        first = _import(file)
        audited = _check(first, rows)
        copies = _copies(databases.url("DATABASE_OWNER_URL", name), file)
        yield from _told(rows, first, audited, copies)
        again = _import(file)
        if again.counts["unchanged"] != rows:
            raise NotMeasured(f"the same file again changed something: {again.counts}")
    note = f"n 1: {again.seconds:.2f} s, {rows / again.seconds:,.0f} rows/s; peak memory {again.peak_mb:.0f} MB"
    label = "the same file again, nothing changes: time / time of the first"
    yield Line("import again", label, again.seconds / first.seconds, "x", None, (note,), {"again": again})


def _told(rows: int, first: Import, audited: int, copies: Spread) -> Iterator[Line]:
    rate, copy_rate = rows / first.seconds, rows / copies.p50
    notes = (
        f"n 1: {rows:,} new rows of {len(HEADERS)} columns, {audited:,} audit entries",
        f"{first.seconds:.2f} s from the start of the command to its end, {rate:,.0f} rows/s",
    )
    data = {"first": first, "audit_entries": audited, "rows": rows}
    label = f"CSV import with full audit / {PEER_ROWS_PER_S} rows/s (closest peer)"
    yield Line("import", label, rate / PEER_ROWS_PER_S, "x", Bar(20, 50, at_least=True), notes, data)
    yield Line("import memory", "peak memory of the importing process", first.peak_mb, "MB", Bar(MAX_MB))
    copied = f"COPY n {copies.n}: {copy_rate:,.0f} rows/s, p50 {copies.p50 * 1e3:.0f} ms"
    copied += f" ({copies.least * 1e3:.0f} to {copies.most * 1e3:.0f})"
    label = "CSV import / COPY binary of the same cells to a heap"
    yield Line("import copy", label, rate / copy_rate, "x", None, (copied,), {"copy_s": copies})


def _import(file: Path) -> Import:
    """Run the product's command on the database in use."""
    mapping, report = file.with_name("mapping.yaml"), file.with_name("report.json")
    mapping.write_text(MAPPING, encoding="utf-8")
    command = [
        sys.executable,
        "manage.py",
        "import_register",
        str(file),
        "--mapping",
        str(mapping),
        "--unit",
        "Bench",
        "--report",
        str(report),
    ]
    started = time.perf_counter()
    said = settings.VAR / "bench" / "import.log"
    with said.open("wb") as log:
        environment = os.environ | {"REDIS_URL": "memory://"}
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
        try:
            peak_mb = _peak_mb(process)
        finally:
            process.kill()
            process.wait()
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [str(process.returncode)]
        raise NotMeasured(f"the import failed: {lines[-1]} (all of it: {said})")
    told = json.loads(report.read_text(encoding="utf-8"))
    return Import(seconds, peak_mb, {key: told[key] for key in ("rows", "created", "updated", "unchanged", "rejected")})


def _peak_mb(process: subprocess.Popen[bytes]) -> float:
    """Wait for the end; the kernel's own high-water mark of resident memory, in MB."""
    status, peak = Path(f"/proc/{process.pid}/status"), 0.0
    while process.poll() is None:
        if status.exists() and (found := _HIGH_WATER.search(status.read_text())):
            peak = max(peak, int(found[1]) * 1024 / 1e6)
        time.sleep(_LOOK_EVERY_S)
    if peak:
        return peak
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # no /proc: the largest child so far, bytes on macOS
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def _check(done: Import, rows: int) -> int:
    """How many audit entries the import wrote. Raises NotMeasured unless every row landed and left one."""
    if done.counts["created"] != rows or Initiative.objects.count() != rows:
        raise NotMeasured(f"{rows} rows gave {done.counts}")
    entries = AuditEntry.objects.filter(initiative_id__isnull=False).aggregate(
        n=Count("id"), covered=Count("initiative_id", distinct=True)
    )
    if entries["covered"] != rows:
        raise NotMeasured(f"only {entries['covered']} of {rows} imported initiatives have an audit entry")
    return int(entries["n"])


def _copies(url: str, file: Path) -> Spread:
    """Seconds of COPY binary of the file's cells, all text, into a new table without an index; commit included."""
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source))[1:]
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in HEADERS)
    with psycopg.connect(url, autocommit=True) as owner:
        seconds = []
        for _ in range(COPIES):
            owner.execute(sql.SQL("CREATE TABLE bench_heap ({})").format(columns))
            seconds.append(milliseconds(lambda: _copy(owner, rows)) / 1e3)
            owner.execute("DROP TABLE bench_heap")
    return Spread.of(seconds)


def _copy(owner: psycopg.Connection[Any], rows: list[list[str]]) -> None:
    with owner.cursor() as cursor, cursor.copy("COPY bench_heap FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["text"] * len(HEADERS))
        for row in rows:
            copy.write_row(row)
