"""A whole portfolio scored again: read, figures, written, taken over; beside COPY of the same rows, and beside Django."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from django.db import connection, transaction

from portfolio.initiatives.models import Initiative, RiskStanding
from portfolio.kit import clock
from readiness.core.risk.posterior import Figures
from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Spread, milliseconds
from readiness.dashboards.management.bench.risk_world import DRIVERS, MONTHS, STAGES, UNITS, learned, people
from readiness.risk.models import Generation, ModelVersion
from readiness.risk.queries.scores import COLUMNS, TOP
from readiness.risk.rules.packing import ENGINE, Codes, form_of, packed
from readiness.risk.services.scoring import Scored, rescore, write_scores

ROUNDS = 5
BULK = 2_000  # rows of bulk_update, whose rate does not grow with them
_UNIT = "INSERT INTO accounts_businessunit (id, name, path, depth) VALUES (1, 'Bench', '/1/', 0)"
_INITIATIVES = """
INSERT INTO initiatives_initiative (name, unit_id, lifecycle_id, status, containerised, developed_by, rag)
SELECT 'Initiative ' || n, 1, (SELECT id FROM initiatives_lifecycle WHERE is_default), 'active', 'unknown', 'unknown', ''
FROM generate_series(1, %s) n
"""
_OUT = """
COPY (SELECT {columns} FROM risk_score WHERE generation_id = {generation} ORDER BY initiative_id) TO STDOUT (FORMAT BINARY)
"""
_STANDING = RiskStanding._meta.db_table


@dataclass
class Took:
    """Milliseconds of one rescoring, commit included, and what of them the standing rows took."""

    whole: float = 0.0
    standing: float = 0.0

    def note(self, execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any) -> Any:
        """As an execute_wrapper."""
        began = time.perf_counter_ns()
        found = execute(statement, params, many, context)
        if _STANDING in str(statement):
            self.standing += (time.perf_counter_ns() - began) / 1e6
        return found


def rescoring_lines(databases: Databases, *, rows: int) -> Iterator[Line]:
    """Two versions take turns, so that each run writes a generation; what it retires is deleted between the runs."""
    name = databases.copy("rescoring")
    versions = _fill(rows)
    with psycopg.connect(databases.url("DATABASE_OWNER_URL", name), autocommit=True) as owner:
        owner.execute("CREATE TABLE bench_score (LIKE risk_score INCLUDING ALL)")
        took, copies, rates = _rounds(owner, versions, rows)
    yield from _told(took, copies, rows)
    yield _beside_django(took, rates, rows)


def _fill(rows: int) -> list[ModelVersion]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNIT)
        cursor.execute(_INITIATIVES, [rows])
    versions = [_version(number) for number in (1, 2)]
    today = clock.today()
    with transaction.atomic():
        ids = np.array(Initiative.objects.order_by("id").values_list("id", flat=True), dtype=np.int64)
        generation = Generation.objects.create(
            version=versions[0], on=today, why="bench", seen=rows, digest="0" * 64, current=True, frozen=True
        )
        none, top = np.full(rows, 0.5), np.full((rows, TOP), -1)
        write_scores(generation, Scored(versions[0], ids, people(rows, 2), Figures(none, none, none, 0.8, MONTHS), top, ""))
    return versions


def _version(number: int) -> ModelVersion:
    weighed = learned(number)
    codes = Codes(
        (1,), tuple(range(2, 2 + UNITS)), tuple(f"s{n}" for n in range(STAGES)), tuple(f"Stage {n}" for n in range(STAGES))
    )
    fit = weighed.without
    return ModelVersion.objects.create(
        number=number, engine=ENGINE, digest=f"{number:064d}", form=form_of(weighed.with_drivers.form, codes, {}),
        arrays=packed(weighed), horizon_months=MONTHS, known_on=clock.today(), initiatives=0, months=fit.months,
        abandoned=fit.abandoned, produced=fit.produced, log_factor=weighed.log_factor, share=weighed.share, why="bench",
        seconds=0.0,
    )  # fmt: skip


def _rounds(
    owner: psycopg.Connection[Any], versions: list[ModelVersion], rows: int
) -> tuple[list[Took], list[float], list[float]]:
    """Rescorings, COPY out and in (ms), and rates of bulk_update, in turn; the first round of each is for warming up."""
    took, copies, rates = [], [], []
    for number in range(ROUNDS + 1):
        owner.execute("VACUUM (ANALYZE) risk_score, initiatives_riskstanding")
        version = versions[(number + 1) % 2]
        if number % 2:
            took.append(_rescored(version, rows))
            copies.append(_copied(owner, rows))
        else:
            copies.append(_copied(owner, rows))
            took.append(_rescored(version, rows))
        rates.append(_bulk_rate())
        owner.execute("DELETE FROM risk_score WHERE generation_id <> (SELECT id FROM risk_generation WHERE current)")
    return took[1:], copies[1:], rates[1:]


def _rescored(version: ModelVersion, rows: int) -> Took:
    found = Took()

    def act() -> None:
        with transaction.atomic(), connection.execute_wrapper(found.note):
            made = rescore(version, why="bench", on=clock.today(), now=clock.now())
            if made is None or made.seen != rows:
                raise NotMeasured("nothing was scored")

    found.whole = milliseconds(act)
    if RiskStanding.objects.count() != rows:
        raise NotMeasured("not every initiative has its standing figure")
    return found


def _copied(owner: psycopg.Connection[Any], rows: int) -> float:
    """The current generation out and into an empty table with the same indexes, as bytes that nobody looks at."""
    (current,) = owner.execute("SELECT id FROM risk_generation WHERE current").fetchone() or (0,)
    out = _OUT.format(columns=COLUMNS, generation=current)

    def act() -> None:
        with owner.cursor() as cursor:
            with cursor.copy(out) as stream:
                held = b"".join(stream)
            with cursor.copy(f"COPY bench_score ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as stream:
                stream.write(held)

    took = milliseconds(act)
    (count,) = owner.execute("SELECT count(*) FROM bench_score").fetchone() or (0,)
    if count != rows:
        raise NotMeasured(f"COPY brought {count} of {rows} rows")
    owner.execute("TRUNCATE bench_score")
    return took


def _told(took: list[Took], copies: list[float], rows: int) -> Iterator[Line]:
    whole, standing = (Spread.of([getattr(one, name) for one in took]) for name in ("whole", "standing"))
    swap, copied = Spread.of([one.whole - one.standing for one in took]), Spread.of(copies)
    data = {"whole": whole, "standing": standing, "swap": swap, "copy": copied}
    told = f"n {swap.n}; {rows:,} x {len(DRIVERS)}: {_ms(swap)}, commit included; COPY out and in {_ms(copied)}"
    least = f"least of each {swap.least / copied.least:.2f}"
    notes = (told, f"{least}; {rows / swap.p50 * 1e3:,.0f} initiatives/s, with the standing rows {rows / whole.p50 * 1e3:,.0f}")
    label = "rescored: read, figures, new generation, taken over / COPY out and in"
    yield Line("risk rescoring", label, swap.p50 / copied.p50, "x", Bar(3, 1.2), notes, data)
    label = "the same with the standing rows that lists read / COPY out and in"
    note = f"n {whole.n}; {_ms(whole)}, of them standing rows {_ms(standing)}"
    yield Line("risk rescoring standing", label, whole.p50 / copied.p50, "x", None, (note,), data)


def _bulk_rate() -> float:
    """Rows a second of the standing rows, one float of each, instances at hand; undone."""
    some = list(RiskStanding.objects.order_by("pk")[:BULK])
    for one in some:
        one.value += 0.001
    with transaction.atomic():
        spent = milliseconds(lambda: RiskStanding.objects.bulk_update(some, ["value"], batch_size=1_000))
        transaction.set_rollback(True)
    return len(some) / spent * 1e3


def _beside_django(took: list[Took], rates: list[float], rows: int) -> Line:
    django, ours = Spread.of(rates), Spread.of([rows / (one.whole - one.standing) * 1e3 for one in took])
    whole = Spread.of([rows / one.whole * 1e3 for one in took])
    rate = f"bulk_update {django.p50:,.0f} rows/s ({django.least:,.0f} to {django.most:,.0f})"
    notes = (f"n {ours.n}; {ours.p50:,.0f} initiatives/s, {rate}", f"with the standing rows {whole.p50 / django.p50:.1f} x")
    label = "rescored / Django bulk_update of one float"
    data = {"ours": ours, "whole": whole, "django": django}
    return Line("risk rescoring django", label, ours.p50 / django.p50, "x", Bar(15, 40, at_least=True), notes, data)


def _ms(spread: Spread) -> str:
    return f"{spread.p50:,.0f} ms ({spread.least:,.0f} to {spread.most:,.0f})"
