"""The score of should-meet criteria: an interval, because what nobody knows is neither met nor not (DOMAIN.md).

[low, high] = sum(weight x value) / sum(weight) over the applicable ones: met 1, warning 1/2, not met 0, waived 0; unknown and
stale 0 at the low end and 1 at the high end; not applicable leaves both sums. Without any the score is [1, 1].
Computed in fractions of the decimals as they are written, so that a score on a threshold is on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from readiness.evidence.choices import Verdict
from readiness.gates.choices import CriterionKind

_NONE, _HALF, _ALL = Fraction(0), Fraction(1, 2), Fraction(1)
_ENDS = {
    Verdict.MET: (_ALL, _ALL),
    Verdict.WARNING: (_HALF, _HALF),
    Verdict.NOT_MET: (_NONE, _NONE),
    Verdict.WAIVED: (_NONE, _NONE),
    Verdict.UNKNOWN: (_NONE, _ALL),
    Verdict.STALE: (_NONE, _ALL),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A criterion as far as score and recommendation care. `impossible` only ever of what is not met."""

    key: str
    kind: CriterionKind
    verdict: Verdict
    weight: float = 1.0
    is_key: bool = False
    impossible: bool = False

    @property
    def blocks(self) -> bool:
        """Must-meet, readiness and those marked key; info never counts."""
        if self.kind is CriterionKind.INFO:
            return False
        return self.is_key or self.kind is not CriterionKind.SHOULD_MEET

    @property
    def scores(self) -> bool:
        return self.kind is CriterionKind.SHOULD_MEET and self.verdict is not Verdict.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of 1."""

    low: Fraction
    high: Fraction

    def plain(self) -> dict[str, float]:
        return {"low": float(self.low), "high": float(self.high)}


def score(criteria: Iterable[Counted]) -> Score:
    low = high = total = Fraction(0)
    for one in criteria:
        if one.scores:
            weight, (least, most) = exact(one.weight), _ENDS[one.verdict]
            total += weight
            low += weight * least
            high += weight * most
    return Score(low / total, high / total) if total else Score(_ALL, _ALL)


@cache
def exact(number: float) -> Fraction:
    """The decimal that somebody wrote, not the binary nearest to it: 0.1 is 1/10."""
    return Fraction(str(number))
