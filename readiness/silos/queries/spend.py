"""Purchases added up where they lie: one statement a page, in the reporting currency, as far as the reader may see.

`seen` are live purchases of the units that the reader holds; `priced` marks those whose amount it may see. An amount is worth
what it was on the day its term began (today, where that is to come or unknown); without a rate it is unknown and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL, Action
from portfolio.accounts.rules import Actor
from portfolio.finance.queries.rates import settings_now
from readiness.silos.rules.fragmentation import PlanShare, plan_share

_SEEN = """
WITH units AS MATERIALIZED (
    SELECT id, path, EXISTS (SELECT 1 FROM unnest(%(money)s::text[]) m WHERE starts_with(path, m)) AS priced
    FROM accounts_businessunit u
    WHERE starts_with(path, %(root)s) AND EXISTS (SELECT 1 FROM unnest(%(view)s::text[]) v WHERE starts_with(path, v))
),
rates AS MATERIALIZED (
    SELECT currency, effective_on AS since, per_unit,
           coalesce(lead(effective_on) OVER (PARTITION BY currency ORDER BY effective_on), 'infinity') AS until
    FROM (SELECT DISTINCT ON (currency, effective_on) currency, effective_on, per_unit FROM finance_rate
          WHERE reporting_currency = %(reporting)s AND (NOT demo OR %(demo)s) ORDER BY currency, effective_on, demo) r
),
seen AS MATERIALIZED (
    SELECT p.id, u.id AS unit, u.path, coalesce(c.key, '') AS capability, coalesce(v.parent_id, v.id) AS family, p.venue,
           CASE WHEN p.in_plan = 'unknown' AND p.plan_item_id IS NOT NULL THEN 'yes' ELSE p.in_plan END AS standing, u.priced,
           CASE WHEN u.priced THEN CASE WHEN p.currency = %(reporting)s THEN p.amount ELSE p.amount * r.per_unit END END AS worth
    FROM procurement_purchase p
    JOIN units u ON u.id = p.unit_id
    LEFT JOIN procurement_capability c ON c.id = p.capability_id
    LEFT JOIN procurement_vendor v ON v.id = p.vendor_id
    LEFT JOIN rates r ON r.currency = p.currency AND p.currency <> %(reporting)s
        AND least(coalesce(p.starts_on, %(today)s), %(today)s) >= r.since
        AND least(coalesce(p.starts_on, %(today)s), %(today)s) < r.until
    WHERE p.demo = %(demo)s AND p.state IN ('planned', 'active') AND (p.ends_on IS NULL OR p.ends_on >= %(today)s)
)
"""
# What is too small to be drawn apart: no unit and no vendor has this number.
OTHERS = -1
MOST_VENDORS, MOST_UNITS = 12, 14
# The row of the map that a purchase is in: the part of its path below the root, 0 for the root's own.
_ROW = "coalesce(nullif(split_part(substr(path, %(skip)s), '/', 1), ''), '0')::bigint"

_MAP = """
SELECT 'cell', jsonb_build_object('row', {row}, 'capability', capability, 'standing', standing, 'n', count(*),
                                  'known', count(worth), 'priced', count(*) FILTER (WHERE priced), 'worth', sum(worth))::text
    FROM seen GROUP BY {row}, capability, standing
UNION ALL
SELECT 'scatter', jsonb_build_object('capability', capability, 'vendors', count(*) FILTER (WHERE sort = 'vendor' AND n > 0),
       'units', count(*) FILTER (WHERE sort = 'unit' AND n > 0), 'n', max(in_all), 'known', max(known_all),
       'vendor_count', sum((n / in_all) ^ 2) FILTER (WHERE sort = 'vendor'),
       'unit_count', sum((n / in_all) ^ 2) FILTER (WHERE sort = 'unit'),
       'vendor_worth', sum((worth / worth_all) ^ 2) FILTER (WHERE sort = 'vendor'),
       'unit_worth', sum((worth / worth_all) ^ 2) FILTER (WHERE sort = 'unit'))::text
    FROM (
        SELECT capability, sort, n::float, worth::float, known, (sum(n) OVER w)::float AS in_all,
               (nullif(sum(worth) OVER w, 0))::float AS worth_all, sum(known) OVER w AS known_all
        FROM (SELECT capability, 'vendor' AS sort, family AS who, count(*) AS n, sum(worth) AS worth,
                     count(worth) AS known FROM seen WHERE family IS NOT NULL GROUP BY 1, 2, 3
              UNION ALL
              SELECT capability, 'unit', unit, count(*), sum(worth), count(worth) FROM seen GROUP BY 1, 2, 3) parts
        WINDOW w AS (PARTITION BY capability, sort)
    ) shares GROUP BY capability
"""
_FLOW = """, parts AS MATERIALIZED (
    SELECT {row} AS row, family, venue, count(*) AS n, count(worth) AS known, count(*) FILTER (WHERE priced) AS priced,
           sum(worth) AS worth
    FROM seen GROUP BY 1, 2, 3
),
large_units AS (SELECT row FROM parts GROUP BY row ORDER BY {weight} DESC, row LIMIT %(units)s),
large_vendors AS (
    SELECT family FROM parts WHERE family IS NOT NULL GROUP BY family ORDER BY {weight} DESC, family LIMIT %(vendors)s
)
SELECT 'flow', jsonb_build_object('row', unit, 'family', vendor, 'venue', venue, 'n', sum(n), 'known', sum(known),
                                  'priced', sum(priced), 'worth', sum(worth))::text
    FROM (SELECT parts.*, CASE WHEN row IN (SELECT row FROM large_units) THEN row ELSE {others} END AS unit,
                 CASE WHEN family IS NULL OR family IN (SELECT family FROM large_vendors) THEN family ELSE {others} END AS vendor
          FROM parts) joined
    GROUP BY unit, vendor, venue
"""
_PLAN = """
SELECT 'plan', jsonb_build_object('standing', standing, 'n', count(*), 'known', count(worth),
                                  'priced', count(*) FILTER (WHERE priced), 'worth', sum(worth))::text
    FROM seen GROUP BY standing
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """Purchases of one row and capability: how many by standing, and what the priced ones come to."""

    inside: int = 0
    outside: int = 0
    unknown: int = 0
    known: int = 0
    priced: int = 0
    worth: Decimal = Decimal(0)
    inside_worth: Decimal = Decimal(0)
    outside_worth: Decimal = Decimal(0)
    unknown_worth: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        return self.inside + self.outside + self.unknown

    @property
    def shown(self) -> Decimal | None:
        """The sum of the known amounts, where it may be told (`told`); else None."""
        return self.worth if told(self.total, self.priced, self.known) else None

    @classmethod
    def sum(cls, cells: Iterable[Cell]) -> Cell:
        """All of them together."""
        totals: list[Any] = [sum(figures) for figures in zip(*map(_FIGURES, cells), strict=True)]
        return cls(*totals)


_FIGURES = attrgetter(*(figure.name for figure in fields(Cell)))


@dataclass(frozen=True, slots=True)
class Scatter:
    """Of one capability: 1 minus the sum of squared shares, over vendor families and over units; by count, and by amount where
    the reader may see two amounts or more (else None).
    """

    vendors: int
    units: int
    by_vendor_count: float
    by_unit_count: float
    by_vendor: float | None
    by_unit: float | None


@dataclass(frozen=True, slots=True)
class Spend:
    """The map: cells by (row, capability), scatter by capability. Row 0 is what the root bought itself."""

    cells: dict[tuple[int, str], Cell]
    scatter: dict[str, Scatter]
    currency: str

    def plan(self) -> PlanShare:
        """All of it, inside, outside and unknown; amounts None-like zero where fewer than two are known (see `known`)."""
        return _plan_of(self.cells.values())

    @property
    def known(self) -> int:
        return sum(cell.known for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Flow:
    """Of one row of the map, or of OTHERS; `family` None: nobody knows the vendor."""

    row: int
    family: int | None
    venue: str
    n: int
    priced: int
    known: int
    worth: Decimal | None


def told(rows: int, priced: int, known: int) -> bool:
    """Whether a sum may be told: its reader may see the amount of every row, or of two at least; and something is known."""
    return known >= (1 if priced == rows else FEWEST_IN_A_TOTAL)


def spend_map(actor: Actor, root: str, today: date) -> Spend:
    """Two statements: the currency, and everything else."""
    reporting, found = _ask(actor, _MAP.format(row=_ROW), root, today)
    parts: dict[tuple[int, str], list[Cell]] = defaultdict(list)
    for row in found["cell"]:
        parts[(row["row"], row["capability"])].append(_cell(row))
    return Spend(
        {key: Cell.sum(cells) for key, cells in parts.items()},
        {row["capability"]: _scatter(row) for row in found["scatter"]},
        reporting,
    )


def spend_flow(actor: Actor, root: str, today: date, *, money: bool) -> tuple[list[Flow], str]:
    """What goes from each row of the map through a vendor's family to a venue; and the currency. But for the largest (by amount
    with `money`, else by number) rows and families flow together, as OTHERS.
    """
    weight = "coalesce(sum(worth), 0)" if money else "sum(n)"
    sql = _FLOW.format(row=_ROW, weight=weight, others=OTHERS)
    reporting, found = _ask(actor, sql, root, today, units=MOST_UNITS, vendors=MOST_VENDORS)
    return [
        Flow(row["row"], row["family"], row["venue"], row["n"], row["priced"], row["known"], _decimal(row["worth"]))
        for row in found["flow"]
    ], reporting


def plan_shares(actor: Actor, root: str, today: date) -> tuple[PlanShare, int, str]:
    """The share of the plan, of how many amounts it knows, and the currency."""
    reporting, found = _ask(actor, _PLAN, root, today)
    rows = found["plan"]
    share = plan_share((row["standing"], row["n"], _decimal(row["worth"]), row["priced"] - row["known"]) for row in rows)
    return share, sum(row["known"] for row in rows), reporting


def _ask(actor: Actor, sql: str, root: str, today: date, **more: int) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    reporting = settings_now().reporting_currency
    params: dict[str, Any] = {
        "view": list(actor.paths(Action.VIEW)), "money": list(actor.paths(Action.MONEY)), "root": root, "skip": len(root) + 1,
        "reporting": reporting, "demo": actor.showing_demo, "today": today, **more,
    }  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SEEN + sql, params)
        for part, text in cursor.fetchall():
            found[part].append(orjson.loads(text))
    return reporting, found


def _cell(row: dict[str, Any]) -> Cell:
    name = {"yes": "inside", "no": "outside", "unknown": "unknown"}[row["standing"]]
    worth = _decimal(row["worth"]) or Decimal(0)
    counts: dict[str, Any] = {name: row["n"], f"{name}_worth": worth}
    return Cell(known=row["known"], priced=row["priced"], worth=worth, **counts)


def _scatter(row: dict[str, Any]) -> Scatter:
    seen = row["known"] >= FEWEST_IN_A_TOTAL
    return Scatter(
        row["vendors"], row["units"], 1 - (row["vendor_count"] or 1), 1 - row["unit_count"],
        1 - row["vendor_worth"] if seen and row["vendor_worth"] is not None else None,
        1 - row["unit_worth"] if seen and row["unit_worth"] is not None else None,
    )  # fmt: skip


def _plan_of(cells: Iterable[Cell]) -> PlanShare:
    whole = Cell.sum(cells)
    return PlanShare(
        whole.inside, whole.outside, whole.unknown, whole.inside_worth, whole.outside_worth, whole.unknown_worth,
        whole.priced - whole.known,
    )  # fmt: skip


def _decimal(value: Any) -> Decimal | None:
    """A sum of PostgreSQL came as a JSON number: to the cent it is exact up to what a double holds (9e13)."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
