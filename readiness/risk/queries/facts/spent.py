"""Budgets: infrastructure's share of the plan against its band, and the share that is spent. Three statements."""

# ruff: noqa: S608 (the statement is put together from constants, values are parameters)

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from portfolio.finance.choices import INFRASTRUCTURE, Category
from portfolio.finance.queries.rates import RateTable, band_of, settings_now
from portfolio.finance.rules.share import Band, Standing, share_of
from readiness.risk.queries.facts.asked import ASKED, Asked

# Sums of known amounts, and whether an amount is unknown that no other line of the category tells for that time: what
# finance.rules.lines says of each line, over all of them at once. `part`: infrastructure (infra), in no category, or the rest.
_SUMS = f"""
WITH {ASKED}, rate AS (
    SELECT currency, day, per_unit, lead(day) OVER (PARTITION BY currency ORDER BY day) AS next
    FROM unnest(%(currencies)s::text[], %(days)s::date[], %(values)s::numeric[]) AS r(currency, day, per_unit)
), line AS MATERIALIZED (
    SELECT b.initiative_id, b.category, b.period_start AS starts, daterange(b.period_start, b.period_end, '[]') AS span,
           b.updated_at, b.planned * x.worth AS planned, b.actual * x.worth AS actual,
           CASE WHEN b.category = '' THEN '' WHEN b.category = ANY(%(infrastructure)s) THEN 'infra' ELSE 'rest' END AS part
    FROM finance_budgetline b JOIN asked ON asked.id = b.initiative_id
    LEFT JOIN rate ON rate.currency = b.currency AND b.period_start >= rate.day
         AND (rate.next IS NULL OR b.period_start < rate.next)
    CROSS JOIN LATERAL (SELECT CASE WHEN b.currency = %(reporting)s THEN 1 ELSE rate.per_unit END AS worth) x
), said AS (
    SELECT initiative_id, category, range_agg(span) FILTER (WHERE planned IS NOT NULL) AS planned,
           range_agg(span) FILTER (WHERE actual IS NOT NULL) AS actual
    FROM line GROUP BY 1, 2
), open AS (
    SELECT l.initiative_id, l.part,
           bool_or(l.planned IS NULL AND NOT coalesce(s.planned && l.span, false)) AS plan_unknown,
           bool_or(l.actual IS NULL AND l.starts <= %(today)s AND NOT coalesce(s.actual && l.span, false)) AS spend_unknown
    FROM line l JOIN said s ON s.initiative_id = l.initiative_id AND s.category = l.category
    WHERE l.planned IS NULL OR l.actual IS NULL GROUP BY 1, 2
), held AS (
    SELECT initiative_id, part, sum(planned) AS planned, sum(actual) AS actual, max(updated_at) AS at FROM line GROUP BY 1, 2
)
SELECT h.initiative_id, array_agg(h.part), array_agg(h.planned), array_agg(coalesce(o.plan_unknown, false)),
       sum(h.actual), bool_or(coalesce(o.spend_unknown, false)), max(h.at)
FROM held h LEFT JOIN open o ON o.initiative_id = h.initiative_id AND o.part = h.part GROUP BY h.initiative_id
"""
_CATEGORY = {"infra": Category.COMPUTE.value, "": "", "rest": Category.OTHER.value}


class Spending(NamedTuple):
    """Fields of rules.drivers.facts.Budget without the progress."""

    below: bool | None
    spent: float | None
    as_of: datetime


def budgets(asked: Asked) -> dict[int, Spending]:
    """By initiative, of those with a budget line. No amount leaves this file."""
    settings = settings_now()
    rates, band = RateTable.load(demo=asked.demo, settings=settings).rates, band_of(settings)
    told = [(name, *one) for name, (days, values) in rates.by_currency.items() for one in zip(days, values, strict=True)]
    found = asked.rows(
        _SUMS, currencies=[one[0] for one in told], days=[one[1] for one in told], values=[one[2] for one in told],
        reporting=rates.reporting, infrastructure=[category.value for category in INFRASTRUCTURE],
    )  # fmt: skip
    return {
        pk: Spending(_below(parts, planned, unknown, band), _spent(planned, actual, any(unknown) or spend_unknown), at)
        for pk, parts, planned, unknown, actual, spend_unknown, at in found
    }


def _below(parts: list[str], planned: list[Decimal | None], unknown: list[bool], band: Band) -> bool | None:
    """An interval across the band's edge tells nothing."""
    known = ((_CATEGORY[part], amount) for part, amount in zip(parts, planned, strict=True) if amount is not None)
    open_ = ((_CATEGORY[part], None) for part, one in zip(parts, unknown, strict=True) if one)
    share = share_of(chain(known, open_), band)
    if share is None or share.standing is Standing.UNKNOWN:
        return None
    return share.standing is Standing.BELOW


def _spent(planned: list[Decimal | None], actual: Decimal | None, unknown: bool) -> float | None:
    """Share of the planned total that was spent; None where an amount of either is unknown or nothing is planned."""
    whole = sum((amount for amount in planned if amount is not None), Decimal(0))
    return None if unknown or whole <= 0 else float((actual or Decimal(0)) / whole)
