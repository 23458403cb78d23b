"""Figures of now beside those of a week ago: which moved, by which answers, who came and who left. Three statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isnan
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from readiness.risk.models import Generation
from readiness.risk.queries.scores import current_generation

WITHIN = timedelta(days=7)
OLDEST = timedelta(days=75)  # a demo that was just loaded, and who was away, has older ones
LEAST = 0.005  # of a figure, so that what is printed moved
SHOWN = 5
_MOVED = """
WITH f AS MATERIALIZED ({filtered}),
x AS MATERIALIZED (
    SELECT f.id, a.value AS now, a.low, a.high, b.value AS was, a.answers AS new, b.answers AS old,
           a.stage AS here, b.stage AS there
    FROM f LEFT JOIN risk_score a ON a.initiative_id = f.id AND a.generation_id = %s
    LEFT JOIN risk_score b ON b.initiative_id = f.id AND b.generation_id = %s
    WHERE a.value IS NOT NULL OR b.value IS NOT NULL
), n AS (
    SELECT count(*) FILTER (WHERE now - was >= {least}) AS up, count(*) FILTER (WHERE was - now >= {least}) AS down,
           count(*) FILTER (WHERE was IS NULL) AS came, count(*) FILTER (WHERE now IS NULL) AS gone FROM x
)
SELECT n.up, n.down, n.came, n.gone, i.id, i.key, i.name, t.was, t.now, t.low, t.high, t.old, t.new, t.there, t.here
FROM n LEFT JOIN (SELECT * FROM x WHERE abs(now - was) >= {least} ORDER BY abs(now - was) DESC, id LIMIT %s) t ON true
LEFT JOIN initiatives_initiative i ON i.id = t.id ORDER BY abs(t.now - t.was) DESC NULLS LAST, i.id
"""


@dataclass(frozen=True, slots=True)
class Move:
    """One figure that moved. `changed`: driver, its answer then and now (NaN unknown); `stages` then and now, where another."""

    id: int
    key: str
    name: str
    was: float
    now: float
    low: float
    high: float
    changed: tuple[tuple[str, float, float], ...]
    stages: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Moves:
    """`before` None: there are no figures to compare with, and nothing is counted."""

    now: Generation
    before: Generation | None
    rows: tuple[Move, ...] = ()
    up: int = 0
    down: int = 0
    came: int = 0
    gone: int = 0

    @property
    def relearned(self) -> bool:
        return self.before is not None and self.before.version_id != self.now.version_id


def moves(rows: QuerySet[Initiative], actor: Actor, today: date) -> Moves | None:
    """Of `rows`, initiatives that the reader may see; None before the first scoring.

    Beside the newest figures that are a week old; computed afterwards ones only where no others are.
    """
    now = current_generation(demo=actor.showing_demo)
    if now is None:
        return None
    old = Generation.objects.filter(demo=now.demo, on__lte=today - WITHIN, on__gte=today - OLDEST).exclude(pk=now.pk)
    before = old.select_related("version").order_by("reconstructed", "-on", "-id").first()
    if before is None:
        return Moves(now, None)
    filtered, params = _ids(rows)
    with connection.cursor() as cursor:
        cursor.execute(_MOVED.format(filtered=filtered, least=LEAST), (*params, now.pk, before.pk, SHOWN))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return Moves(now, before, tuple(_move(row[4:], now, before) for row in found if row[4] is not None), *found[0][:4])


def _ids(rows: QuerySet[Initiative]) -> tuple[str, tuple[Any, ...]]:
    try:
        sql, params = rows.order_by().values_list("id").query.sql_with_params()
    except EmptyResultSet:  # nothing is visible: Django would not even ask
        return "SELECT id FROM initiatives_initiative WHERE false", ()
    return sql, tuple(params)


def _move(row: Sequence[Any], now: Generation, before: Generation) -> Move:
    pk, key, name, was, is_, low, high, old, new, there, here = row
    keys = [[driver[0] for driver in one.version.form["drivers"]] for one in (before, now)]
    then = dict(zip(keys[0], old, strict=True))
    changed = tuple(
        (driver, then[driver], answer)
        for driver, answer in zip(keys[1], new, strict=True)
        if driver in then and not _same(then[driver], answer)
    )
    stages = _stage(before, there), _stage(now, here)
    return Move(pk, key, name, was, is_, low, high, changed, stages if stages[0] != stages[1] else None)


def _same(one: float, other: float) -> bool:
    return (isnan(one) and isnan(other)) or abs(one - other) < 1e-9


def _stage(generation: Generation, code: int) -> str:
    names: list[str] = generation.version.form.get("stages", [])
    return names[code] if 0 <= code < len(names) else ""
