"""To what finding out would narrow the figure that is shown: the twin of `posterior.resolved` without a random number of its own.

Each way in which the unknown answers may fall is forecast as if it were known; each end is the mean of that end over the ways.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.posterior import LEVEL, RESOLUTIONS, Figures


def resolved(
    weighed: Weighed, row: Initiatives, drivers: Sequence[int], months: int, *, level: float = LEVEL, ways: int = RESOLUTIONS
) -> Figures:
    """The figure (1,) of one initiative on average over the plausible answers to its unknown `drivers`.

    Answers run evenly through the mix of each driver, shuffled the same way every time. Raises ValueError unless there is one
    row and every driver is unknown in it.
    """
    if len(row) != 1 or not np.isnan(row.answers[0, list(drivers)]).all():
        raise ValueError("one initiative, and drivers that are unknown in it")
    rng, mix = np.random.default_rng(0), weighed.with_drivers.form.mix
    answers = np.repeat(row.answers, ways, axis=0)
    places = ((np.arange(ways) + 0.5) * mix.shape[1] / ways).astype(np.int64)
    for driver in drivers:
        answers[:, driver] = mix[driver, rng.permutation(places)]
    each = forecast(weighed, row.take(np.zeros(ways)).with_answers(answers), months, level=level)
    value, low, high = (end.mean(keepdims=True) for end in (each.value, each.low, each.high))
    return Figures(value, low, high, level, months)
