"""What became of each initiative of one portfolio, as known on a day: arrays for curves, rates and the risk model."""

# ruff: noqa: S608 (the statement is put together from constants of this package, values are parameters)

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import ArrayLike

from portfolio.initiatives.choices import ABANDONMENT
from readiness.risk.queries.known import BETWEEN, CLOSURE, ENTRY, SNAPSHOT, parameters
from readiness.risk.rules.careers import Ages, Array, Days, Flags, IntArray, Known, Texts, ages

# The stage is the last one before production, or the current one, or that of the closure.
_STATEMENT = f"""
WITH {ENTRY}, {CLOSURE}, {SNAPSHOT}, began AS (
    SELECT DISTINCT ON (initiative_id) initiative_id, entered_on, entered_precision FROM entry
    WHERE entered_on IS NOT NULL ORDER BY initiative_id, entered_on, id
), produced AS (
    SELECT DISTINCT ON (initiative_id) initiative_id, id, entered_on, entered_precision, told FROM entry
    WHERE produced ORDER BY initiative_id, id
), last AS (
    SELECT DISTINCT ON (e.initiative_id) e.initiative_id, e.stage_id FROM entry e
    LEFT JOIN produced p ON p.initiative_id = e.initiative_id
    WHERE p.id IS NULL OR e.id < p.id ORDER BY e.initiative_id, e.id DESC
)
SELECT i.id, u.id, u.path, coalesce(s.key, ''), coalesce(s.name, ''), coalesce(s.position, 0), coalesce(c.kind, ''),
       coalesce(c.reason, ''), coalesce(d.value, b.entered_on),
       CASE WHEN d.value IS NULL THEN coalesce(b.entered_precision, 'unknown') ELSE d.precision END,
       p.id IS NOT NULL OR c.kind IS NOT DISTINCT FROM 'retired',
       coalesce(p.entered_on, m.value, {BETWEEN.format(told="p.told")}),
       CASE WHEN p.entered_on IS NULL THEN coalesce(m.precision, 'day') ELSE p.entered_precision END,
       coalesce(c.closed_on, {BETWEEN.format(told="c.told")}),
       CASE WHEN c.closed_on IS NULL THEN 'day' ELSE c.precision END,
       CASE WHEN i.register_id IS NOT NULL THEN l.told END,
       coalesce(r.as_of, (r.finished_at AT TIME ZONE %(zone)s)::date)
FROM initiatives_initiative i
JOIN listed l ON l.initiative_id = i.id
JOIN accounts_businessunit u ON u.id = i.unit_id
LEFT JOIN began b ON b.initiative_id = i.id
LEFT JOIN produced p ON p.initiative_id = i.id
LEFT JOIN last a ON a.initiative_id = i.id
LEFT JOIN closure c ON c.initiative_id = i.id
LEFT JOIN initiatives_stage s ON s.id = CASE WHEN p.id IS NULL THEN coalesce(a.stage_id, c.stage_id) ELSE a.stage_id END
    AND s.kind <> 'production'
LEFT JOIN initiatives_initiativedate d ON d.initiative_id = i.id AND d.kind = 'initiated' AND d.value IS NOT NULL
LEFT JOIN initiatives_initiativedate m ON m.initiative_id = i.id AND m.kind = 'implemented' AND m.value <= %(on)s
LEFT JOIN initiatives_importrun r ON r.id = i.missing_since_id
    AND coalesce(r.as_of::timestamp AT TIME ZONE %(zone)s, r.finished_at) <= %(known)s
ORDER BY i.id
"""


@dataclass(frozen=True, slots=True)
class Careers:
    """One row an initiative that has an age, in the order of `initiative_id`; arrays are (n,).

    `organisation` is a code into `organisations`, the ids of root units; `stage` one into `stages`, names of stages before
    production in the order of their lifecycles (of the same key under `stage_keys`): the current one or the last before leaving,
    -1 for unknown. Ages are months since `began_on`: at risk from `entry_month`, until `leaving_month`, which ended in `ending`
    (core.risk.cohort.Ending). `closure` is a ClosureKind, "" while open, with its `reason`. `ended_on` is NaT while open.
    `missing` marks what an import no longer lists: it is in flight until that import, and no ending. `left_out` counts, by
    rules.careers.LeftOut, the initiatives that have no age.
    """

    initiative_id: IntArray
    unit_id: IntArray
    unit_path: Texts
    organisation: IntArray
    organisations: tuple[int, ...]
    stage: IntArray
    stage_keys: tuple[str, ...]
    stages: tuple[str, ...]
    entry_month: Array
    leaving_month: Array
    ending: IntArray
    closure: Texts
    reason: Texts
    began_on: Days
    ended_on: Days
    missing: Flags
    demo: bool
    on: date
    known_at: datetime
    left_out: dict[str, int]

    def __len__(self) -> int:
        return len(self.initiative_id)

    def take(self, rows: ArrayLike) -> Careers:
        """The rows at these places or of this mask; codes, names and `left_out` stay."""
        at = np.asarray(rows)
        arrays = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(self, **{name: array[at] for name, array in arrays.items() if isinstance(array, np.ndarray)})


def careers(
    *, demo: bool, on: date, known_at: datetime | None = None, among: Collection[int] | None = None, from_met: bool = False
) -> Careers:
    """As known at `known_at` (the end of `on` unless given), of what happened until `on`. One statement.

    `among` limits it to these initiatives: those that a reader sees. Without it this is for jobs, never for a page. Dates of an
    initiative other than entries and closures (initiated, implemented), its unit and its lifecycle are as they stand today.
    `from_met` is for those to whom age is nothing: where nobody says when an initiative began, its months count from the day on
    which a register first listed it. What a register tells without a date happened half way between its snapshots.
    """
    values = parameters(demo=demo, on=on, known_at=known_at, among=among)
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        columns = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(cursor.description or ())
    found = ages(_known(columns), np.datetime64(on, "D"), from_met=from_met)
    return _careers(columns, found, demo=demo, on=on, known_at=values["known"])


def _known(columns: Sequence[Sequence[Any]]) -> Known:
    kinds = _texts(columns[6])
    abandoned = np.isin(kinds, [str(kind) for kind in ABANDONMENT])
    return Known(
        began=_days(columns[8]), began_precision=_texts(columns[9]), produced=np.array(columns[10], dtype=np.bool_),
        produced_on=_days(columns[11]), produced_precision=_texts(columns[12]), closed=kinds != "", abandoned=abandoned,
        closed_on=_days(columns[13]), closed_precision=_texts(columns[14]), met=_days(columns[15]), missing=_days(columns[16]),
    )  # fmt: skip


def _careers(columns: Sequence[Sequence[Any]], found: Ages, *, demo: bool, on: date, known_at: datetime) -> Careers:
    ids, units, paths, keys, names, positions, kinds, reasons = columns[:8]
    roots = [int(path.split("/")[1]) for path in paths]
    organisations = tuple(sorted(set(roots)))
    order = _stages(keys, names, positions)
    root_codes = {root: code for code, root in enumerate(organisations)}
    stage_codes = {key: code for code, key in enumerate(order)}
    every = Careers(
        initiative_id=np.array(ids, dtype=np.int64), unit_id=np.array(units, dtype=np.int64), unit_path=_texts(paths),
        organisation=np.array([root_codes[root] for root in roots], dtype=np.int64), organisations=organisations,
        stage=np.array([stage_codes.get(key, -1) for key in keys], dtype=np.int64), stage_keys=tuple(order),
        stages=tuple(order.values()), entry_month=found.entry, leaving_month=found.leaving, ending=found.ending,
        closure=_texts(kinds), reason=_texts(reasons), began_on=found.began_on, ended_on=found.ended_on,
        missing=~np.isnat(_days(columns[16])), demo=demo, on=on, known_at=known_at,
        left_out=dict(Counter(str(reason) for reason in found.left_out if reason)),
    )  # fmt: skip
    return every.take(found.left_out == "")


def _stages(keys: Sequence[str], names: Sequence[str], positions: Sequence[int]) -> dict[str, str]:
    """Names by key; versions and templates that share a key share the stage, at its first place."""
    places: dict[str, tuple[int, str]] = {}
    for key, name, position in zip(keys, names, positions, strict=True):
        if key:
            places[key] = min(places.get(key, (position, name)), (position, name))
    return {key: places[key][1] for key in sorted(places, key=lambda key: (places[key], key))}


def _texts(column: Sequence[str]) -> Texts:
    return np.array(column, dtype=np.str_)


def _days(column: Sequence[date | None]) -> Days:
    return np.array(column, dtype="datetime64[D]")
