"""Whether an initiative may pass a gate now: the one word that a pipeline or a cluster's admission control asks for.

A decision in effect says it, as long as nothing changed materially since and no condition is overdue; a recommendation never lets
anything pass. Fails closed: without a decision it is unknown, and unknown, stale and not met are not met.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from readiness.evidence.choices import Verdict
from readiness.gates.choices import ADVANCING, ConditionState, Outcome
from readiness.gates.rules.conditions import Condition
from readiness.gates.rules.drift import Change
from readiness.gates.rules.recommend import Recommendation

_LETS_PASS = frozenset({Verdict.MET, Verdict.WARNING})
_AGAINST = frozenset({Outcome.RECYCLE, Outcome.KILL})


class Why(StrEnum):
    """`GO` to `KILL` say which decision is in effect."""

    GO = "go_in_effect"
    CONDITIONAL_GO = "conditional_go_in_effect"
    HOLD = "hold_in_effect"
    RECYCLE = "recycle_in_effect"
    KILL = "kill_in_effect"
    CONDITION_OPEN = "condition_open"
    CONDITION_OVERDUE = "condition_overdue"
    CHANGED = "evidence_changed_since"
    CLOSED = "initiative_closed"  # by whatever way it ended: nothing of it is let through any more
    NOT_DECIDED = "not_decided"
    NO_REVIEW = "no_review"
    RECOMMENDED_AGAINST = "recommended_against"  # nobody decided, and what is known speaks for Recycle or Kill


@dataclass(frozen=True, slots=True)
class Because:
    """`criterion`, `condition` and `change` name what it is about, where it is about one."""

    why: Why
    criterion: str = ""
    condition: int | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`decided`: the outcome in effect, with what changed since and its conditions. `recommended`: of the review that runs."""

    decided: Outcome | None
    changes: Sequence[Change] = ()
    conditions: Sequence[Condition] = ()
    reviewed: bool = False  # there is a review of this gate, of whatever state
    recommended: Recommendation | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Passing:
    verdict: Verdict
    because: tuple[Because, ...]

    @property
    def met(self) -> bool:
        return self.verdict in _LETS_PASS


def passing(case: Case, today: date) -> Passing:
    """The verdict, with everything that makes it, what weighs most first."""
    found = [Because(Why.CLOSED)] if case.closed else []
    if case.decided is None:
        return _undecided(case, found)
    found += [*_conditions(case, today, ConditionState.OVERDUE), *_changes(case)]
    found.append(Because(Why(f"{case.decided.value}_in_effect")))
    found += _conditions(case, today, ConditionState.OPEN)
    return Passing(_verdict(case, {one.why for one in found}), tuple(found))


def _verdict(case: Case, whys: set[Why]) -> Verdict:
    if case.decided not in ADVANCING or whys & {Why.CLOSED, Why.CONDITION_OVERDUE}:
        return Verdict.NOT_MET
    if Why.CHANGED in whys:
        return Verdict.STALE
    return Verdict.WARNING if Why.CONDITION_OPEN in whys else Verdict.MET


def _undecided(case: Case, found: list[Because]) -> Passing:
    if not case.reviewed:
        found.append(Because(Why.NO_REVIEW))
    elif case.recommended is not None and case.recommended.outcome in _AGAINST:
        found += _against(case.recommended)
    else:
        found.append(Because(Why.NOT_DECIDED))
    speaks_against = {one.why for one in found} & {Why.CLOSED, Why.RECOMMENDED_AGAINST}
    return Passing(Verdict.NOT_MET if speaks_against else Verdict.UNKNOWN, tuple(found))


def _against(recommended: Recommendation) -> Iterator[Because]:
    """One for each criterion that fired it; at least one, for a score may fall without any."""
    keys = dict.fromkeys(key for one in recommended.because for key in one.keys)
    for key in keys or ("",):
        yield Because(Why.RECOMMENDED_AGAINST, criterion=key)


def _conditions(case: Case, today: date, state: ConditionState) -> list[Because]:
    why = Why.CONDITION_OVERDUE if state is ConditionState.OVERDUE else Why.CONDITION_OPEN
    return [Because(why, condition=one.id) for one in case.conditions if one.state(today) is state]


def _changes(case: Case) -> list[Because]:
    """Material ones, of a decision that let it pass: of another one there is nothing to lose."""
    if case.decided not in ADVANCING:
        return []
    return [Because(Why.CHANGED, criterion=one.key, change=one) for one in case.changes if one.material]


def changes_until(times: Sequence[datetime | None], now: datetime) -> datetime | None:
    """The next moment at which time alone may change the answer."""
    return min((one for one in times if one is not None and one > now), default=None)
