"""What a quantile of a histogram can tell. Within a bucket the server draws a straight line, which is a guess.

With all observations in one bucket the answer is lower + q x (upper - lower), whatever was measured: only "at most the upper
edge" is known. With observations beyond the last edge it is that edge: "at least" is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from readiness.connectors.contract import Bound
from readiness.connectors.values import number

_NEAR = 1e-6


def edges(label_values: Iterable[str]) -> tuple[float, ...]:
    """Finite upper edges, ascending, of the values of `le` ("0.1", "1.0", "+Inf")."""
    found = {value for one in label_values if (value := number(one)) is not None}
    return tuple(sorted(found))


def bounded(value: float, quantile: float, of: Sequence[float]) -> tuple[float, Bound]:
    """(value or edge, what it means), for edges in the unit of the value; unknown edges leave it as it is."""
    if not of:
        return value, Bound.EXACT
    if value >= of[-1] or _same(value, of[-1]):
        return of[-1], Bound.AT_LEAST
    for lower, upper in zip((min(0.0, of[0]), *of), of, strict=False):
        if value > upper and not _same(value, upper):
            continue
        if _same(value, upper) or _same(value, lower + quantile * (upper - lower)):
            return upper, Bound.AT_MOST
        return value, Bound.EXACT
    return value, Bound.EXACT


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_NEAR, abs_tol=1e-12)
