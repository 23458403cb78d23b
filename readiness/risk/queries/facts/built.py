"""What was decided and what is there to run on: sequence of decisions, providers, capacity. A statement each."""

# ruff: noqa: S608 (the statements are put together from constants, values are parameters)

from __future__ import annotations

from collections import defaultdict

from portfolio.initiatives.choices import Venue
from readiness.risk.queries.facts.asked import ASKED, Asked
from readiness.risk.rules.drivers.facts import Capacity, Order, Provider
from readiness.sizing.choices import Approach
from readiness.workloads.choices import AllocationState, OptionState, PoolKind
from readiness.workloads.rules.sequence import RULES, Dated, Rule, Verdict, judge

_PAIR = RULES[Rule.COMPUTE_BEFORE_MODEL]
_DATES = f"""
WITH {ASKED} SELECT d.initiative_id, d.kind, d.value, d.precision
FROM initiatives_initiativedate d JOIN asked ON asked.id = d.initiative_id WHERE d.kind = ANY(%(kinds)s)
"""
LONG_BACKLOG_DAYS = 90  # a quarter: longer than most pilots have left (our opinion)
SHORT_NOTICE_DAYS = 90  # a price that changes within a quarter meets a budget that does not (our opinion)
# Of each function the chosen option, or while none is chosen every candidate. Nobody's own places depend on a provider.
_PROVIDERS = f"""
WITH {ASKED}, standing AS (
    SELECT o.*, o.venue NOT IN ('{Venue.ON_PREMISES.value}', '{Venue.EDGE.value}') AS bought,
           o.state = '{OptionState.CHOSEN.value}'
           OR NOT bool_or(o.state = '{OptionState.CHOSEN.value}') OVER (PARTITION BY o.initiative_id, o.function) AS counts
    FROM workloads_venueoption o JOIN asked ON asked.id = o.initiative_id WHERE o.state <> '{OptionState.REJECTED.value}'
), told AS (
    SELECT initiative_id, bought, quota_requested > 0 AND quota_granted IS NOT NULL AS quota_known,
           backlog_days IS NOT NULL AS backlog_known, price_notice_days IS NOT NULL AS notice_known,
           quota_requested > 0 AND quota_granted < quota_requested AS quota, backlog_days >= %(backlog)s AS backlog,
           price_notice_days < %(notice)s AS notice
    FROM standing WHERE counts
)
SELECT initiative_id, count(*) FILTER (WHERE bought)::int, count(*) FILTER (WHERE NOT bought)::int,
       (count(*) FILTER (WHERE bought AND quota_known) + count(*) FILTER (WHERE bought AND backlog_known)
        + count(*) FILTER (WHERE bought AND notice_known))::int,
       count(*) FILTER (WHERE bought AND quota)::int, count(*) FILTER (WHERE bought AND backlog)::int,
       count(*) FILTER (WHERE bought AND notice)::int
FROM told GROUP BY initiative_id
"""
# A need is what one workload asks of one kind of pool, at least what its chosen sizing says of accelerators. What ends before
# it is needed is no cover.
_CAPACITY = f"""
WITH {ASKED}, line AS (
    SELECT w.initiative_id, w.id AS workload, p.kind, sum(a.quantity) AS wanted,
           sum(a.quantity) FILTER (WHERE a.state = '{AllocationState.GRANTED.value}') AS granted,
           count(*) FILTER (WHERE a.state = '{AllocationState.REQUESTED.value}') AS waiting, max(a.asked_at) AS at
    FROM workloads_allocation a
    JOIN workloads_workload w ON w.id = a.workload_id AND w.retired_at IS NULL
    JOIN asked ON asked.id = w.initiative_id
    JOIN workloads_capacitypool p ON p.id = a.pool_id
    WHERE a.state IN ('{AllocationState.GRANTED.value}', '{AllocationState.REQUESTED.value}')
      AND (a.ends_on IS NULL OR a.ends_on >= greatest(%(today)s, w.needed_on))
    GROUP BY w.initiative_id, w.id, p.kind
), need AS (
    SELECT line.*, greatest(line.wanted, r.accelerators_low) AS whole
    FROM line
    LEFT JOIN sizing_sizingoption o ON o.workload_id = line.workload AND o.chosen AND o.retired_at IS NULL
         AND o.approach <> '{Approach.API.value}' AND line.kind = '{PoolKind.ACCELERATORS.value}'
    LEFT JOIN sizing_sizingresult r ON r.id = o.result_id
)
SELECT initiative_id, count(*)::int, sum(coalesce(granted, 0) / whole), sum(waiting)::int, max(at)
FROM need GROUP BY initiative_id
"""


def sequences(asked: Asked) -> dict[int, Order]:
    """By initiative, of those with a date of the architecture's or the model's decision."""
    dates: dict[int, dict[str, Dated]] = defaultdict(dict)
    for pk, kind, value, precision in asked.rows(_DATES, kinds=[kind.value for kind in _PAIR]):
        dates[pk][kind] = Dated(value, precision)
    return {pk: _sequence(found) for pk, found in dates.items()}


def _sequence(dates: dict[str, Dated]) -> Order:
    told = judge(Rule.COMPUTE_BEFORE_MODEL, *(dates.get(kind, Dated()) for kind in _PAIR))
    inverted = {Verdict.NOT_MET: True, Verdict.MET: False}.get(told.verdict)
    return Order(inverted, told.days, max((one.value for one in dates.values() if one.value), default=None))


def providers(asked: Asked) -> dict[int, Provider]:
    """By initiative, of those with a venue option that is not rejected. Nobody notes when these facts were written down."""
    found = asked.rows(_PROVIDERS, backlog=LONG_BACKLOG_DAYS, notice=SHORT_NOTICE_DAYS)
    return {pk: Provider(*rest) for pk, *rest in found}


def capacities(asked: Asked) -> dict[int, Capacity]:
    """By initiative, of those that have capacity granted or asked for."""
    return {pk: Capacity(*rest) for pk, *rest in asked.rows(_CAPACITY)}
