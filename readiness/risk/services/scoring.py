"""Scoring a whole portfolio: one read, one write of a new generation, and a pointer that moves."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from portfolio.accounts.rules import system
from portfolio.initiatives.services.standing import RiskRun, keep_risk
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast, pushes
from readiness.core.risk.posterior import Figures
from readiness.risk.models import Generation, ModelVersion
from readiness.risk.queries.answers import Sheet, answers_now
from readiness.risk.queries.places import Places, coded, places
from readiness.risk.queries.scores import (
    COLUMNS,
    PLAIN,
    TOP,
    arrays,
    current_generation,
    newest_version,
    stored,
    stored_values,
    weighed_of,
)
from readiness.risk.rules.drivers import KEYS
from readiness.risk.rules.encoding import HEADER, TRAILER, empty
from readiness.risk.rules.packing import Codes, codes_of, digest
from readiness.risk.services.fitting import fit_now

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Old = tuple[IntArray, Array]
_AT_ONCE = 2_000  # rows that are encoded: the bytes stay in a processor's cache

_LOCK = 0x715C  # any number that nothing else locks; two runs would both be the newest
# The driver keys of `top` in the version's order; array subscripts start at 1.
_FIGURES = """
SELECT s.initiative_id, s.value, s.low, s.high,
       ARRAY(SELECT (%(keys)s::text[])[place + 1]
             FROM unnest(s.top) WITH ORDINALITY AS t(place, nth) WHERE place >= 0 ORDER BY nth) AS drivers
FROM risk_score s WHERE s.generation_id = %(generation)s
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one scoring is made of; `ids` (n,) ascending are those of `rows`."""

    version: ModelVersion
    ids: IntArray
    rows: Initiatives
    figures: Figures
    top: IntArray
    digest: str


def score_all(*, why: str, today: date, now: datetime) -> list[Generation]:
    """The real portfolio, and the demo where there is one; those where something changed."""
    made = (score_now(demo=demo, why=why, today=today, now=now) for demo in (False, True))
    return [one for one in made if one is not None]


def score_now(*, demo: bool, why: str, today: date, now: datetime, refit: bool = False) -> Generation | None:
    """A new generation from today's answers, or None where every input is as it was and the month's figures are frozen.

    A model is fitted where there is none, where a driver or a place is new to it, or `refit` asks for it. Call it in a
    transaction. Raises core.risk.laplace.NotConverged.
    """
    began = time.monotonic()
    _alone(demo)
    where = places(demo=demo)
    version = newest_version(demo=demo)
    if not len(where) and version is None:
        return None
    sheet = answers_now(demo=demo, today=today, now=now)
    if version is None or refit or not _fits(version, where):
        version = fit_now(demo=demo, why=why, today=today, now=now, sheet=sheet, where=where)
    scored = scored_with(version, weighed_of(version), where.initiative_id, _rows(version, where, sheet))
    return _kept(scored, demo=demo, why=why, on=today, at=now, began=began)


def rescore(version: ModelVersion, *, why: str, on: date, now: datetime) -> Generation | None:
    """The stored answers of the current generation under another version with the same columns: arrays in, arrays out."""
    began = time.monotonic()
    _alone(version.demo)
    current = current_generation(demo=version.demo)
    if current is None:
        return None
    kept = stored(current)
    scored = scored_with(version, weighed_of(version), kept.initiative_id, kept.rows)
    return _kept(scored, demo=version.demo, why=why, on=on, at=now, began=began, old=(kept.initiative_id, kept.value))


def _alone(demo: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(demo)])


def _fits(version: ModelVersion, where: Places) -> bool:
    codes = codes_of(version.form)
    keys = tuple(row[0] for row in version.form["drivers"])
    return (
        keys == KEYS
        and set(where.root.tolist()) <= set(codes.organisations)
        and set(where.unit.tolist()) <= {*codes.units, -1}
        and set(where.stage.tolist()) <= {*codes.stage_keys, ""}
    )


def _rows(version: ModelVersion, where: Places, sheet: Sheet) -> Initiatives:
    """The answers of those in flight, in the order of `where`; who is not in the sheet knows nothing."""
    codes = codes_of(version.form)
    answers = np.full((len(where), len(KEYS)), np.nan)
    common, place, row = np.intersect1d(where.initiative_id, sheet.initiative_id, return_indices=True)
    if len(common):
        answers[place] = sheet.answers[row]
    return places_as_rows(codes, where, answers)


def places_as_rows(codes: Codes, where: Places, answers: Array) -> Initiatives:
    """Rows of a form from places and their answers (n, drivers)."""
    return Initiatives(
        answers, coded(where.root, codes.organisations), coded(where.unit, codes.units), coded(where.stage, codes.stage_keys)
    )


def scored_with(version: ModelVersion, weighed: Weighed, ids: IntArray, rows: Initiatives) -> Scored:
    """Figures of the rows, and what pushes each up most; pure but for the version's name."""
    figures = forecast(weighed, rows, version.horizon_months)
    top = _foremost(pushes(weighed.with_drivers, rows))
    seal = digest(version.digest, ids, rows.answers, rows.organisation, rows.unit, rows.stage)
    return Scored(version, ids, rows, figures, top, seal)


def _foremost(pushed: Array) -> IntArray:
    """Places (n, TOP) of the drivers that push most, the first of equal ones first; -1 where fewer do. `pushed` is spent."""
    found = np.full((len(pushed), TOP), -1, dtype=np.int64)
    rows = np.arange(len(pushed))
    for nth in range(min(TOP, pushed.shape[1]) if len(pushed) else 0):
        most = pushed.argmax(axis=1)
        found[:, nth] = np.where(pushed[rows, most] > 0, most, -1)
        pushed[rows, most] = 0.0
    return found


def _kept(
    scored: Scored, *, demo: bool, why: str, on: date, at: datetime, began: float, old: Old | None = None
) -> Generation | None:
    """`old` are ids and figures of the current generation, where they are at hand."""
    before = current_generation(demo=demo)
    freezes = not Generation.objects.filter(
        demo=demo, frozen=True, reconstructed=False, on__year=on.year, on__month=on.month
    ).exists()
    if before is not None and before.digest == scored.digest and not freezes:
        return None
    with acting(system("risk")):
        generation = Generation.objects.create(
            demo=demo, version=scored.version, on=on, at=at, why=why[:60], seen=len(scored.ids), digest=scored.digest,
            average=float(scored.figures.value.mean()) if len(scored.ids) else None, frozen=freezes,
        )  # fmt: skip
        write_scores(generation, scored)
        if before is not None and old is None:
            old = stored_values(before)
        _swap(generation, scored, old)
        generation.seconds = round(time.monotonic() - began, 3)
        generation.save(update_fields=["seconds", "changed", "current"])
        if generation.changed:
            emit("risk.scored", {"generation_id": generation.pk, "demo": demo, "changed": generation.changed})
    return generation


def write_scores(generation: Generation, scored: Scored) -> None:
    """All scores of a generation in one binary COPY, encoded a few at a time."""
    statement = f"COPY risk_score ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write(HEADER)
        for start in range(0, len(scored.ids), _AT_ONCE):
            copy.write(_encoded(generation.pk, scored, slice(start, start + _AT_ONCE)))
        copy.write(TRAILER)


def _encoded(generation_id: int, scored: Scored, part: slice) -> memoryview:
    ids, figures, given = scored.ids[part], scored.figures, scored.rows
    rows = empty(len(ids), PLAIN, arrays(given.answers.shape[1]))
    rows["generation"], rows["initiative"] = generation_id, ids
    rows["value"], rows["low"], rows["high"] = figures.value[part], figures.low[part], figures.high[part]
    rows["organisation"], rows["unit"], rows["stage"] = given.organisation[part], given.unit[part], given.stage[part]
    rows["answers"]["value"], rows["top"]["value"] = given.answers[part], scored.top[part]
    return rows.view(np.uint8).data


def _swap(generation: Generation, scored: Scored, old: Old | None) -> None:
    """The new generation becomes what pages show. `changed` counts figures that moved by a tenth of a point, came or went."""
    generation.changed = len(scored.ids)
    if old is not None:
        _common, new, was = np.intersect1d(scored.ids, old[0], assume_unique=True, return_indices=True)
        same = int((np.abs(scored.figures.value[new] - old[1][was]) < 0.001).sum())
        generation.changed = max(len(scored.ids), len(old[0])) - same
        Generation.objects.filter(demo=generation.demo, current=True).update(current=False)
    generation.current = True
    keys = [row[0] for row in scored.version.form["drivers"]]
    # What is printed as 0 % of their effect does not count: pages would say both.
    run = RiskRun(
        demo=generation.demo, average=generation.average, counts=round(100 * scored.version.share) > 0,
        months=scored.version.horizon_months, on=generation.on, resolved=scored.version.resolved, version=str(scored.version),
        generation=generation.pk, digest=generation.digest,
    )  # fmt: skip
    generation.save(update_fields=["current"])
    keep_risk(run, _FIGURES, {"generation": generation.pk, "keys": keys})
