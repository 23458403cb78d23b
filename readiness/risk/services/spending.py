"""What hangs on everything in flight and what of it is likely abandoned, written for pages to read."""

# ruff: noqa: S608 (put together from constants; every value is a parameter)

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.queries.rates import RateTable
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import EVERYTHING
from readiness.risk.models import Spending
from readiness.risk.queries.scores import current_generation
from readiness.risk.queries.spending.drawing import together
from readiness.risk.queries.spending.items import items
from readiness.risk.queries.spending.stakes import STAKES, parameters
from readiness.risk.rules.packing import OtherEngine
from readiness.risk.rules.spending import Item, Kept

_LOCK = 0x5BED  # any number that nothing else locks
_WRITE = f"""
INSERT INTO risk_stake (initiative_id, spent, bound, ahead, unknown, unbounded, no_rate, currency, "on")
SELECT x.*, %(reporting)s, %(today)s FROM ({STAKES}) x
"""
_CLEAR = """
DELETE FROM risk_stake k USING initiatives_initiative i WHERE i.id = k.initiative_id AND i.demo = %s
"""


def keep_spending(*, demo: bool, today: date, now: datetime) -> list[Spending]:
    """Amounts of all in flight, and under the current generation the figures of every unit and of the whole; empty without one.

    Call it in a transaction. Where this release cannot draw from the model any more, amounts are kept and figures are not.
    """
    began = time.monotonic()
    table = _stakes(demo, today)
    generation = current_generation(demo=demo)
    if generation is None:
        return []
    Spending.objects.filter(generation=generation).delete()
    rows = items(Initiative.objects.filter(demo=demo), None)
    units = _subtrees(rows)
    try:
        found = together(generation, rows, {str(pk): ids for pk, ids in units.items()})
    except OtherEngine:
        return []
    seconds = round(time.monotonic() - began, 3)
    made: list[tuple[int | None, Kept]] = [(None, found.whole), *((int(pk), kept) for pk, kept in found.groups.items())]
    return Spending.objects.bulk_create(
        Spending(
            generation=generation, unit_id=pk, figures=kept.row(), currency=table.reporting, on=today, at=now, seconds=seconds,
        )
        for pk, kept in made
    )  # fmt: skip


def _stakes(demo: bool, today: date) -> RateTable:
    """Written where they lie; no amount passes through Python."""
    table = RateTable.load(demo=demo)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(demo)])
        cursor.execute(_CLEAR, [demo])
        cursor.execute(_WRITE, parameters(demo=demo, today=today, table=table))
    return table


def _subtrees(rows: Sequence[Item]) -> dict[int, list[int]]:
    """`{unit: its initiatives with those of the units below it}`, of units with any."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        for pk in row.unit_path.strip(EVERYTHING).split(EVERYTHING):
            found[int(pk)].append(row.id)
    known = set(BusinessUnit.objects.filter(pk__in=found).values_list("pk", flat=True))
    return {pk: ids for pk, ids in found.items() if pk in known}
