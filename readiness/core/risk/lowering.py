"""What an action is associated with in the figure that is shown: both fits, mixed as the figure is, with common draws.

Before and after are the forecast's own figures, so that a page never shows two numbers for one thing. The interval of their
difference comes from draws of both fits, the same ones before and after. With all of the drivers' effect counted it is
`counterfactual.what_if`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.counterfactual import Action, Change, changed
from readiness.core.risk.evidence import Weighed, undriven
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.hazards import abandoned_within
from readiness.core.risk.posterior import DRAWS, LEVEL, draw, logits

Array = NDArray[np.float64]


def lowered(
    weighed: Weighed, row: Initiatives, actions: Sequence[Action], months: int, *, level: float = LEVEL, seed: int = 0
) -> list[Change]:
    """One change for each action on one initiative, in their order. Raises ValueError unless there is one row."""
    if len(row) != 1:
        raise ValueError("one initiative at a time")
    rows = row.take(np.zeros(len(actions) + 1))
    answers = np.vstack([row.answers, *(changed(row, action).answers for action in actions)])
    both = rows.with_answers(answers)
    value, drawn = forecast(weighed, both, months, level=level).value, _drawn(weighed, both, months, seed)
    found = []
    for at, action in enumerate(actions, start=1):
        moved = drawn[at] - drawn[0]
        low, high = np.quantile(moved, [(1 - level) / 2, (1 + level) / 2])
        found.append(
            Change(
                action, float(value[0]), float(value[at]), float(value[at] - value[0]), float(low), float(high), level,
                float((moved < 0).mean()),
            )
        )  # fmt: skip
    return found


def _drawn(weighed: Weighed, rows: Initiatives, months: int, seed: int) -> Array:
    """P(abandoned within `months`), (n, draws): logits of both fits, the drivers' with their share."""
    driven = logits(draw(weighed.with_drivers, DRAWS, seed), rows)
    plain = logits(draw(weighed.without, DRAWS, seed), undriven(rows))
    return abandoned_within(plain + weighed.share * (driven - plain), months)


def best(changes: Sequence[Change], count: int = 3) -> list[Change]:
    """The `count` that lower the figure most, those that do not lower it left out; of equals the one of less effort."""
    unknown = float("inf")
    lowering = [one for one in changes if one.difference < 0]
    lowering.sort(key=lambda one: (one.difference, unknown if one.action.effort is None else one.action.effort, one.action.name))
    return lowering[:count]
