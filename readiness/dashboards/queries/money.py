"""Amounts of the initiatives that a filter leaves, as far as the reader may see them: added up where they lie.

An amount is worth what it was on the day its period began (finance.queries.facts); without a rate it is unknown and counted.
Lines of units themselves belong to no initiative and are not in these sums.
"""

# ruff: noqa: S608 (the statements are put together from constants and the ORM's own text; every value is a parameter)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, DecimalField, JSONField, Q, QuerySet, Sum, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from portfolio.accounts.rules import Actor
from portfolio.finance.rules.lines import ZERO
from portfolio.finance.rules.years import Year
from portfolio.initiatives.models import Initiative
from readiness.dashboards.queries.filtered import fetch, priced_sql
from readiness.dashboards.rules.money import Avoided, Spent, UnitMoney
from readiness.gates.choices import Outcome
from readiness.gates.models import Decision
from readiness.gates.queries.amounts import opened_to

_RATES = """
rates AS MATERIALIZED (
    SELECT currency, effective_on AS since, per_unit,
           coalesce(lead(effective_on) OVER (PARTITION BY currency ORDER BY effective_on), 'infinity') AS until
    FROM (SELECT DISTINCT ON (currency, effective_on) currency, effective_on, per_unit FROM finance_rate
          WHERE reporting_currency = %s AND (NOT demo OR %s) ORDER BY currency, effective_on, demo) r
)"""
# Nobody said the amount, and no other line of the same initiative and category tells it (finance.rules.lines.unknown_lines).
_UNSAID = """NOT EXISTS (
    SELECT 1 FROM finance_budgetline o WHERE o.initiative_id = l.initiative_id AND o.category = l.category
    AND o.{amount} IS NOT NULL AND o.period_start <= l.period_end AND o.period_end >= l.period_start)"""
_UNKNOWN = (
    """CASE WHEN l.{amount} IS NULL THEN {begun} """
    + _UNSAID
    + """
              ELSE l.currency <> %s AND r.per_unit IS NULL END"""
)
_LINE = """
    FROM f JOIN finance_budgetline l ON l.initiative_id = f.id AND f.priced
    LEFT JOIN rates r ON r.currency = l.currency AND l.period_start >= r.since AND l.period_start < r.until
"""
_SHARES = f"""
WITH f AS MATERIALIZED ({{filtered}}), {_RATES},
years AS (SELECT * FROM unnest(%s::int[], %s::date[], %s::date[]) AS y (name, since, until)),
lines AS MATERIALIZED (
    SELECT f.id, f.unit_id, l.category, l.period_start, l.period_end,
           l.planned * CASE WHEN l.currency = %s THEN 1 ELSE r.per_unit END AS planned,
           l.actual * CASE WHEN l.currency = %s THEN 1 ELSE r.per_unit END AS actual,
           {_UNKNOWN.format(amount="planned", begun="")} AS no_plan,
           {_UNKNOWN.format(amount="actual", begun="l.period_start <= %s AND")} AS no_actual
    {_LINE} WHERE l.period_start <= %s AND l.period_end >= %s
),
cut AS (
    SELECT y.name, x.*, (least(x.period_end, y.until) - greatest(x.period_start, y.since) + 1)::numeric
                        / (x.period_end - x.period_start + 1) AS part
    FROM lines x JOIN years y ON x.period_start <= y.until AND x.period_end >= y.since
)
SELECT name, unit_id, category, sum(planned * part), sum(actual * part), count(*) FILTER (WHERE no_plan),
       count(*) FILTER (WHERE no_actual), 0, 0, 0 FROM cut GROUP BY name, unit_id, category
UNION ALL
SELECT y.name, f.unit_id, '', NULL, NULL, 0, 0, count(*), count(*) FILTER (WHERE f.priced),
       count(*) FILTER (WHERE h.id IS NOT NULL)
FROM f CROSS JOIN years y LEFT JOIN (SELECT DISTINCT name, id FROM cut) h ON h.id = f.id AND h.name = y.name
GROUP BY y.name, f.unit_id
"""
# What of a commitment has to be paid after the end (finance.rules.ending.bound_after).
_BOUND = """
CASE WHEN p.non_cancellable_until IS NULL OR p.non_cancellable_until <= x.ended OR p.ends_on <= x.ended THEN 0
     WHEN x.ended IS NULL OR p.amount IS NULL OR p.starts_on IS NULL
          OR coalesce(p.ends_on, p.non_cancellable_until) < p.starts_on THEN NULL
     ELSE p.amount * CASE WHEN p.currency = %s THEN 1 ELSE r.per_unit END
          * greatest(0, least(coalesce(p.ends_on, p.non_cancellable_until), p.non_cancellable_until)
                        - greatest(p.starts_on, x.ended + 1) + 1)
          / (coalesce(p.ends_on, p.non_cancellable_until) - p.starts_on + 1) END
"""
_BEGUN = "l.period_start <= coalesce(x.ended, %s) AND"
_FATES = f"""
WITH f AS MATERIALIZED ({{filtered}}), {_RATES},
x AS MATERIALIZED (
    SELECT f.id, f.priced, c.closed_on AS ended,
           CASE WHEN c.kind IN ('stopped_by_decision', 'drifted', 'abandoned_unknown') THEN c.kind
                WHEN f.status = 'closed' THEN 'closed_otherwise' WHEN f.stage_id IS NULL THEN 'unknown_stage'
                WHEN s.kind = 'production' THEN 'in_production' ELSE 'in_flight' END AS fate
    FROM f LEFT JOIN initiatives_stage s ON s.id = f.stage_id
    LEFT JOIN initiatives_closure c ON c.initiative_id = f.id AND c.reopened_at IS NULL
),
spent AS (
    SELECT l.initiative_id, sum(l.actual * CASE WHEN l.currency = %s THEN 1 ELSE r.per_unit END) AS amount,
           count(*) FILTER (WHERE {_UNKNOWN.format(amount="actual", begun=_BEGUN)}) AS unknown
    FROM x JOIN finance_budgetline l ON l.initiative_id = x.id AND x.priced
    LEFT JOIN rates r ON r.currency = l.currency AND l.period_start >= r.since AND l.period_start < r.until GROUP BY 1
),
bound AS (
    SELECT initiative_id, sum(amount) AS amount, count(*) FILTER (WHERE amount IS NULL) AS unknown FROM (
        SELECT p.initiative_id, {_BOUND} AS amount
        FROM x JOIN finance_commitment p ON p.initiative_id = x.id AND x.priced
        LEFT JOIN rates r ON r.currency = p.currency AND p.starts_on >= r.since AND p.starts_on < r.until
        WHERE x.fate IN ('stopped_by_decision', 'drifted', 'abandoned_unknown')) b GROUP BY 1
)
SELECT x.fate, count(*), count(*) FILTER (WHERE x.priced), count(*) FILTER (WHERE spent.amount IS NOT NULL OR bound.amount > 0),
       coalesce(sum(spent.amount), 0), coalesce(sum(spent.unknown), 0)::bigint, coalesce(sum(bound.amount), 0),
       coalesce(sum(bound.unknown), 0)::bigint
FROM x LEFT JOIN spent ON spent.initiative_id = x.id LEFT JOIN bound ON bound.initiative_id = x.id GROUP BY x.fate
"""


def money_by_unit(
    rows: QuerySet[Initiative], actor: Actor, currency: str, years: Sequence[Year], today: date
) -> dict[int, dict[int, UnitMoney]]:
    """`{year: {unit: its own initiatives}}` of fiscal years, in `currency` (the reporting one). One statement."""
    filtered, params = priced_sql(rows, actor, "id", "unit_id")
    names, starts, ends = ([getattr(year, part) for year in years] for part in ("name", "start", "end"))
    found = fetch(
        _SHARES.format(filtered=filtered),
        (*params, currency, actor.showing_demo, names, starts, ends, currency, currency, currency, today, currency, max(ends),
         min(starts)),
    )  # fmt: skip
    made: dict[int, dict[int, UnitMoney]] = {name: {} for name in names}
    for name, unit, category, planned, actual, *numbers in found:
        one = made[name].setdefault(unit, UnitMoney(unit, ""))
        one.planned[category] += planned or ZERO
        one.actual[category] += actual or ZERO
        one.unknown_planned += numbers[0]
        one.unknown_actual += numbers[1]
        one.initiatives += numbers[2]
        one.priced += numbers[3]
        one.held += numbers[4]
    return made


def spent_by_fate(rows: QuerySet[Initiative], actor: Actor, currency: str, today: date) -> dict[str, Spent]:
    """What initiatives cost so far by what became of them; for the abandoned with what is still bound. One statement."""
    filtered, params = priced_sql(rows, actor, "id", "status", "stage_id")
    values = (*params, currency, actor.showing_demo, currency, today, currency, currency)
    return {row[0]: Spent(*row) for row in fetch(_FATES.format(filtered=filtered), values)}


def avoided_by_kills(rows: QuerySet[Initiative], actor: Actor) -> list[Avoided]:
    """Of Kill decisions in effect about `rows`, by the currency that was the reporting one then; "" for those not told."""
    kills: QuerySet[Decision] = Decision.objects.visible_to(actor).filter(outcome=Outcome.KILL, superseded_by=None)
    about: Any = kills.filter(initiative__in=rows.order_by().values("pk")).order_by()
    opened = Q(pk__in=opened_to(actor, kills).order_by().values("pk"))
    sealed = about.annotate(amounts=Case(When(opened, then=Cast("sealed", JSONField()))), mine=_flag(opened))
    read = sealed.annotate(
        currency=Cast(KT("amounts__amounts__currency"), CharField()), loose=KT("amounts__amounts__at_least"),
        avoided=Cast(KT("amounts__amounts__spend_avoided"), DecimalField(max_digits=30, decimal_places=2)),
    )  # fmt: skip
    found = read.values("currency").annotate(
        n=Count("pk"), opened=Count("pk", filter=Q(mine=True)), known=Count("avoided"), total=Sum("avoided"),
        loosely=Count("pk", filter=Q(loose="true")),
    )  # fmt: skip
    return [_avoided(row) for row in found.order_by("currency")]


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


def _avoided(row: dict[str, Any]) -> Avoided:
    total: Decimal | None = row["total"]
    return Avoided(row["currency"] or "", row["n"], row["opened"], row["known"], total, row["loosely"])
