"""The recommendation (DOMAIN.md): computed, with the rule that fired and the criteria that fired it; the first hit wins.

(1) Kill: a blocking criterion is impossible by a declared rule. (2) Recycle: a blocking one is not met, or high < warning.
(3) Hold: a blocking one is unknown or stale, or low < warning <= high, or a declared dependency is not ready. (4) Conditional Go:
low < pass, or a blocking one is on warning or waived; at the last gate before production this becomes Hold. (5) Go.
Open conditions of the gate before bar Go and Conditional Go, which become Hold; what it would be without them is told beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portfolio.initiatives.choices import DependencyKind
from readiness.evidence.choices import Verdict
from readiness.gates.choices import ADVANCING, Outcome
from readiness.gates.rules.scores import Counted, Score, exact, score
from readiness.gates.rules.templates.template import Thresholds


class Cause(StrEnum):
    """What in a rule fired; several of one rule can at once."""

    IMPOSSIBLE = "impossible"
    BLOCKING_NOT_MET = "blocking_not_met"
    SCORE_BELOW_WARNING = "score_below_warning"
    BLOCKING_UNKNOWN = "blocking_unknown"
    SCORE_UNCERTAIN = "score_uncertain"
    DEPENDENCY_NOT_READY = "dependency_not_ready"
    SCORE_BELOW_PASS = "score_below_pass"  # noqa: S105
    BLOCKING_WARNING = "blocking_warning"
    BLOCKING_WAIVED = "blocking_waived"
    NOTHING_IN_THE_WAY = "nothing_in_the_way"


class Turned(StrEnum):
    """Why what the rules give is not what is recommended."""

    LAST_GATE = "last_gate"
    OPEN_CONDITIONS = "open_conditions"


@dataclass(frozen=True, slots=True)
class Because:
    """`keys` are of criteria; of dependencies and conditions their ids as texts."""

    cause: Cause
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependency:
    """`ready` None: nobody knows."""

    id: int
    name: str
    kind: DependencyKind
    ready: bool | None

    @property
    def holds(self) -> bool:
        """Whether it stands in the way; what this initiative feeds does not, and what nobody knows to be ready does."""
        return self.kind is not DependencyKind.FEEDS and self.ready is not True


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`rule` 1..5 and `because` say what fired. `by_rule`: what it gave before it was `turned`."""

    outcome: Outcome
    rule: int
    because: tuple[Because, ...]
    score: Score
    by_rule: Outcome
    turned: tuple[Turned, ...] = ()
    open_conditions: tuple[int, ...] = ()

    def plain(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value, "rule": self.rule, "by_rule": self.by_rule.value,
            "because": [{"cause": one.cause.value, "keys": list(one.keys)} for one in self.because],
            "score": self.score.plain(), "turned": [one.value for one in self.turned],
            "open_conditions": list(self.open_conditions),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    criteria: Sequence[Counted]
    score: Score
    thresholds: Thresholds
    dependencies: Sequence[Dependency]

    def blocking(self, cause: Cause, *verdicts: Verdict) -> list[Because]:
        return _because(cause, [one.key for one in self.criteria if one.blocks and one.verdict in verdicts])

    def scored(self, cause: Cause, *verdicts: Verdict) -> list[Because]:
        """A score's cause with the criteria that pull it there."""
        return [Because(cause, tuple(one.key for one in self.criteria if one.scores and one.verdict in verdicts))]


_LOST = (Verdict.NOT_MET, Verdict.WARNING, Verdict.WAIVED)
_OPEN = (Verdict.UNKNOWN, Verdict.STALE)


def recommend(
    criteria: Iterable[Counted],
    thresholds: Thresholds,
    *,
    last_gate: bool = False,
    dependencies: Iterable[Dependency] = (),
    open_conditions: Iterable[int] = (),
) -> Recommendation:
    """The same for the same criteria in whatever order, except for the order in which causes name them."""
    rows = tuple(criteria)
    case = _Case(rows, score(rows), thresholds, tuple(dependencies))
    hits = ((number, outcome, find(case)) for number, (outcome, find) in enumerate(_RULES, start=1))
    number, by_rule, because = next(hit for hit in hits if hit[2])
    barring = tuple(open_conditions)
    turned = tuple(_turned(by_rule, last_gate=last_gate, barred=bool(barring)))
    outcome = Outcome.HOLD if turned else by_rule
    return Recommendation(outcome, number, tuple(because), case.score, by_rule, turned, barring)


def _turned(by_rule: Outcome, *, last_gate: bool, barred: bool) -> Iterable[Turned]:
    if last_gate and by_rule is Outcome.CONDITIONAL_GO:
        yield Turned.LAST_GATE
    if barred and by_rule in ADVANCING:
        yield Turned.OPEN_CONDITIONS


def _kill(case: _Case) -> list[Because]:
    return _because(Cause.IMPOSSIBLE, [one.key for one in case.criteria if one.blocks and one.impossible])


def _recycle(case: _Case) -> list[Because]:
    found = case.blocking(Cause.BLOCKING_NOT_MET, Verdict.NOT_MET)
    if case.score.high < exact(case.thresholds.warning):
        found += case.scored(Cause.SCORE_BELOW_WARNING, *_LOST)
    return found


def _hold(case: _Case) -> list[Because]:
    found = case.blocking(Cause.BLOCKING_UNKNOWN, *_OPEN)
    if case.score.low < exact(case.thresholds.warning) <= case.score.high:
        found += case.scored(Cause.SCORE_UNCERTAIN, *_OPEN)
    return found + _because(Cause.DEPENDENCY_NOT_READY, [str(one.id) for one in case.dependencies if one.holds])


def _conditional(case: _Case) -> list[Because]:
    found = []
    if case.score.low < exact(case.thresholds.passing):
        found += case.scored(Cause.SCORE_BELOW_PASS, *_LOST, *_OPEN)
    found += case.blocking(Cause.BLOCKING_WARNING, Verdict.WARNING)
    return found + case.blocking(Cause.BLOCKING_WAIVED, Verdict.WAIVED)


def _go(_case: _Case) -> list[Because]:
    return [Because(Cause.NOTHING_IN_THE_WAY)]


def _because(cause: Cause, keys: Sequence[str]) -> list[Because]:
    return [Because(cause, tuple(keys))] if keys else []


_RULES: tuple[tuple[Outcome, Callable[[_Case], list[Because]]], ...] = (
    (Outcome.KILL, _kill),
    (Outcome.RECYCLE, _recycle),
    (Outcome.HOLD, _hold),
    (Outcome.CONDITIONAL_GO, _conditional),
    (Outcome.GO, _go),
)
