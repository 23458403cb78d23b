"""Scores of an assessment: intervals, because what nobody knows is neither a yes nor a no.

Over the applicable questions, low = sum(weight x value) / sum(weight) with unknown as 0, high the same with unknown as 1;
yes 1, partly 1/2, no 0; not applicable leaves both sums. An unanswered question is unknown. (DOMAIN: Assessment.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from readiness.assessments.choices import Dimension, Phase, Reply

VALUES = {Reply.YES: 1.0, Reply.PARTLY: 0.5, Reply.NO: 0.0}
BLOCKING_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, as far as scores care. `weight` is positive."""

    key: str
    dimension: Dimension
    weight: float
    phases: frozenset[Phase]

    @property
    def blocks(self) -> bool:
        """Whether a no or unknown here stands in the way of the stage it counts for."""
        return self.weight >= BLOCKING_WEIGHT


@dataclass(frozen=True, slots=True)
class Score:
    """`low` and `high` are shares from 0 to 1; both None where no question applies, which is a verdict and not a 1."""

    low: float | None
    high: float | None
    replies: Mapping[Reply, int] = field(default_factory=dict)
    blocking_unknown: int = 0
    blocking_no: int = 0

    @property
    def applicable(self) -> bool:
        return self.low is not None

    @property
    def asked(self) -> int:
        return sum(self.replies.values())

    @property
    def unknown(self) -> int:
        return self.replies.get(Reply.UNKNOWN, 0)

    @property
    def answered(self) -> int:
        return self.asked - self.unknown

    @property
    def blocking(self) -> int:
        return self.blocking_unknown + self.blocking_no


def counting(questions: Iterable[Asked], phase: Phase | None) -> list[Asked]:
    """The questions that count for `phase`; all of them for None."""
    return [question for question in questions if phase is None or phase in question.phases]


def score(questions: Iterable[Asked], replies: Mapping[str, Reply]) -> Score:
    """The interval of these questions under `replies` by question key; a missing key is unknown."""
    low = high = total = 0.0
    counts = dict.fromkeys(Reply, 0)
    blocking = {Reply.UNKNOWN: 0, Reply.NO: 0}
    for question in questions:
        reply = replies.get(question.key, Reply.UNKNOWN)
        counts[reply] += 1
        if question.blocks and reply in blocking:
            blocking[reply] += 1
        if reply is Reply.NOT_APPLICABLE:
            continue
        total += question.weight
        low += question.weight * VALUES.get(reply, 0.0)
        high += question.weight * VALUES.get(reply, 1.0)
    if not total:
        return Score(None, None, counts)
    return Score(min(1.0, low / total), min(1.0, high / total), counts, blocking[Reply.UNKNOWN], blocking[Reply.NO])


def by_dimension(questions: Iterable[Asked], replies: Mapping[str, Reply]) -> dict[Dimension, Score]:
    """A score for every dimension, in their order; one without questions has none applicable."""
    grouped: dict[Dimension, list[Asked]] = {dimension: [] for dimension in Dimension}
    for question in questions:
        grouped[question.dimension].append(question)
    return {dimension: score(found, replies) for dimension, found in grouped.items()}
