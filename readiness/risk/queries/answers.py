"""Answers of all initiatives of a portfolio to all drivers, and why each is what it is.

The sheet is of now: the product does not keep what most of its facts were on a past day, so that an earlier day than today gives
no earlier sheet. The past is kept by freezing answers with the figures that they made.

Nothing is hidden here: sheets are for the jobs that judge a whole portfolio. Whoever shows a reason to a person scopes it (the
initiative, and with `Reason.beyond` the rows of other units).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from readiness.risk.queries.facts import bought, built, spent, stayed, steered, wanted
from readiness.risk.queries.facts.asked import Asked
from readiness.risk.queries.facts.registered import Registered, registered
from readiness.risk.rules.drivers import DRIVERS
from readiness.risk.rules.drivers.facts import (
    Budget,
    Capacity,
    Dates,
    Demand,
    Facts,
    Gates,
    Order,
    Provider,
    Purchases,
    Requirements,
    Silos,
    Stay,
)
from readiness.risk.rules.drivers.progress import progress
from readiness.risk.rules.drivers.telling import Reason, reason

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]
Flags = NDArray[np.bool_]
_STAY, _DEMAND, _REQUIREMENTS, _ORDER, _PURCHASES = Stay(), Demand(), Requirements(), Order(), Purchases()
_PROVIDER, _CAPACITY, _GATES, _DATES, _SILOS = Provider(), Capacity(), Gates(), Dates(), Silos()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`initiative_id` (n,) ascending; `answers` (n, J) in the order of DRIVERS, 0 (no) to 1 (yes), NaN unknown; `facts` (n).

    `in_flight` (n,): not closed and not in production; the others are in the sheet for what their intake teaches.
    """

    initiative_id: IntArray
    answers: Array
    in_flight: Flags
    facts: tuple[Facts, ...]

    def __len__(self) -> int:
        return len(self.initiative_id)


def answers_now(*, demo: bool, today: date, now: datetime, initiative_ids: Sequence[int] | None = None) -> Sheet:
    """Every initiative of the demo or of the real portfolio, or those of `initiative_ids` that are in it. 15 statements."""
    asked = Asked(demo, today, now, initiative_ids)
    rows = registered(asked)
    facts = tuple(_facts(asked, rows))
    answers = np.array([[spec.answer(one) for spec in DRIVERS] for one in facts], dtype=np.float64)
    return Sheet(
        np.array([row.id for row in rows], dtype=np.int64), answers.reshape(len(rows), len(DRIVERS)),
        np.array([row.in_flight for row in rows], dtype=np.bool_), facts,
    )  # fmt: skip


def reasons(sheet: Sheet, row: int) -> list[Reason]:
    """Why the answers of one row of the sheet are what they are, in the order of DRIVERS."""
    pk, facts = int(sheet.initiative_id[row]), sheet.facts[row]
    return [reason(spec, facts, float(answer), pk) for spec, answer in zip(DRIVERS, sheet.answers[row], strict=True)]


def _facts(asked: Asked, rows: Sequence[Registered]) -> list[Facts]:
    stays, demands, requirements = stayed.stays(asked), wanted.demands(asked), wanted.requirements(asked)
    orders, providers, capacities = built.sequences(asked), built.providers(asked), built.capacities(asked)
    budgets, purchases, silos = spent.budgets(asked), bought.purchases(asked), bought.silos([row.id for row in rows])
    gates, dates = steered.gates(asked), steered.milestones(asked)
    return [
        Facts(
            row.intake, stays.get(row.id, _STAY), demands.get(row.id, _DEMAND), requirements.get(row.id, _REQUIREMENTS),
            orders.get(row.id, _ORDER), _budget(row, budgets.get(row.id), dates.get(row.id, _DATES)),
            purchases.get(row.id, _PURCHASES), providers.get(row.id, _PROVIDER), capacities.get(row.id, _CAPACITY), row.people,
            gates.get(row.id, _GATES), dates.get(row.id, _DATES), silos.get(row.id, _SILOS),
        )
        for row in rows
    ]  # fmt: skip


def _budget(row: Registered, found: spent.Spending | None, dates: Dates) -> Budget:
    gone = progress(row.gone, dates)
    return Budget(None, None, gone) if found is None else Budget(found.below, found.spent, gone, found.as_of)
