"""Budgets, spending, commitments and rates of the demo: set-based, the same for the same seed, marked and removable."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows

COLUMNS = ("finance_rate", "finance_budgetline", "finance_commitment")
RATES = {"EUR": Decimal("1.08"), "GBP": Decimal("1.27")}
QUARTERS = 9

# ruff: noqa: S608  (every name in the statements is written here)
# A number from 0 to 1 that follows from the seed, the place of an initiative in the demo, and what it is drawn for.
_DRAW = "(abs(hashtextextended({what}, %(seed)s)) %% 10000) / 10000.0"
_PLACES = """
WITH placed AS MATERIALIZED (
    SELECT i.id, i.status, s.position, row_number() OVER (ORDER BY i.id) AS place,
        (SELECT min(c.closed_on) FROM initiatives_closure c WHERE c.initiative_id = i.id AND c.reopened_at IS NULL) AS ended
    FROM initiatives_initiative i LEFT JOIN initiatives_stage s ON s.id = i.stage_id WHERE i.demo
), sized AS MATERIALIZED (
    SELECT *, {size} AS size, {tilt} AS tilt, {has} AS has, {money} AS money FROM placed
)
""".format(
    size=_DRAW.format(what="place || ' size'"), tilt=_DRAW.format(what="place || ' tilt'"),
    has=_DRAW.format(what="place || ' has'"), money=_DRAW.format(what="place || ' money'"),
)  # fmt: skip
# Three in four have a budget. Shares lean to models, data and people, as in most organisations; a few lie within the band.
_LINES = (
    (
        _PLACES
        + """
, shared (category, label, weight, lean) AS (VALUES
    ('compute', 'Accelerators and servers', 0.08, 0.22), ('storage', 'Data storage', 0.02, 0.04),
    ('network', 'Links', 0.01, 0.02),
    ('orchestration', 'Platform and orchestration', 0.03, 0.05), ('model_api', 'Model API', 0.34, -0.14),
    ('data_engineering', 'Data engineering', 0.26, -0.10), ('people', 'Team', 0.22, -0.08), ('', 'Not sorted yet', 0.04, -0.01)
), years (year) AS (VALUES (%(year)s - 1), (%(year)s)), wanted AS (
    SELECT z.id, z.ended, h.category, h.label, y.year, h.weight + h.lean * z.tilt AS part,
        round((20000 + 480000 * z.size * z.size)::numeric, -3) AS whole,
        CASE WHEN z.money < 0.7 THEN 'USD' WHEN z.money < 0.9 THEN 'EUR' ELSE 'GBP' END AS currency,
        {pace} AS pace, {gap} AS gap, make_date(y.year, 1, 1) AS starts, make_date(y.year, 12, 31) AS ends
    FROM sized z CROSS JOIN shared h CROSS JOIN years y
    WHERE z.has < 0.75 AND (h.category <> '' OR z.tilt < 0.5) AND (y.year = %(year)s OR coalesce(z.position, 0) >= 2)
        AND (z.ended IS NULL OR z.ended >= make_date(y.year, 1, 1))
)
INSERT INTO finance_budgetline (initiative_id, category, label, cost_centre, period_start, period_end, planned, actual, currency,
    source, demo)
SELECT id, category, label, 'CC-' || (1000 + id %% 40), starts, ends,
    CASE WHEN gap > 0.02 THEN round(part * whole, 2) END,
    CASE WHEN gap < 0.93 THEN round(part * whole * (0.7 + 0.6 * pace)::numeric * CASE WHEN ends <= %(today)s THEN 1
        ELSE (%(today)s - starts + 1) / 365.0 END, 2) END,
    currency, 'entered', true
FROM wanted WHERE part > 0 AND (gap > 0.02 OR gap < 0.93) ORDER BY id, year, category
"""
    )
    .replace("{pace}", _DRAW.format(what="z.place || h.category || y.year"))
    .replace("{gap}", _DRAW.format(what="z.place || h.category || y.year || ' gap'"))
)
_COMMITMENTS = (
    _PLACES
    + """
INSERT INTO finance_commitment (initiative_id, category, label, amount, currency, starts_on, ends_on, non_cancellable_until,
    source, demo)
SELECT id, CASE WHEN tilt < 0.5 THEN 'model_api' ELSE 'compute' END,
    CASE WHEN tilt < 0.5 THEN 'Model API, yearly minimum' ELSE 'Reserved accelerators, one year' END,
    CASE WHEN tilt > 0.03 THEN round((5000 + 90000 * size * size)::numeric, -2) END, CASE WHEN tilt > 0.03 THEN 'USD' ELSE '' END,
    make_date(%(year)s, 1 + (place %% 9)::int, 1), make_date(%(year)s + 1, 1 + (place %% 9)::int, 1) - 1,
    CASE WHEN money < 0.8 THEN make_date(%(year)s, 1 + (place %% 9)::int, 1) + 270 END, 'declared', true
FROM sized WHERE has < 0.3 ORDER BY id
"""
)
# Units pay for what serves several: a shared platform of each top department.
_UNITS = """
INSERT INTO finance_budgetline (unit_id, category, label, cost_centre, period_start, period_end, planned, actual, currency,
    source, demo)
SELECT u.id, 'orchestration', 'Shared platform', 'CC-' || (900 + u.id %% 40), make_date(%(year)s, 1, 1),
    make_date(%(year)s, 12, 31), 250000, round(250000 * (%(today)s - make_date(%(year)s, 1, 1) + 1) / 365.0, 2), 'USD', 'entered',
    true
FROM accounts_businessunit u WHERE u.demo AND u.depth = 1 ORDER BY u.id
"""


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Budgets for the demo initiatives that are there; how many lines were written."""
    values: dict[str, Any] = {"seed": seed, "year": today.year, "today": today}
    with acting(by, note="demo"):
        _load_rates(today)
        with connection.cursor() as cursor:
            cursor.execute(_LINES, values)
            written = int(cursor.rowcount)
            cursor.execute(_UNITS, values)
            written += int(cursor.rowcount)
            cursor.execute(_COMMITMENTS, values)
    return written


def _load_rates(today: date) -> None:
    """A rate a quarter for two years, drifting a little."""
    first = today.replace(day=1) - timedelta(days=91 * QUARTERS)
    rows = (
        (currency, "USD", first + timedelta(days=91 * number), value * (100 + number) / 100, "made up for the demo", True)
        for currency, value in RATES.items()
        for number in range(QUARTERS + 1)
    )
    copy_rows("finance_rate", "currency reporting_currency effective_on per_unit source demo", rows)
