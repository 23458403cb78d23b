"""What the votes come to: quorum, count, veto, tie.

The outcome is the most favourable one that enough want, or one more favourable: Go needs the template's majority for Go, a
Conditional Go for Go or Conditional Go; Hold and Recycle need more than half for theirs or better; else it is Kill. So a more
favourable vote never makes the outcome less favourable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Any

from readiness.gates.choices import ADVANCING, OUTCOME_OF, OUTCOMES, Ballot, GateFunction, Majority, Mode, Outcome, TieRule
from readiness.gates.rules.scores import exact
from readiness.gates.rules.templates.template import Quorum, Voting
from readiness.gates.rules.voting.ballots import Cast
from readiness.gates.rules.voting.panel import Filled, Standing

_HALF = Fraction(1, 2)
_FOR_ADVANCE = {Majority.MAJORITY: _HALF, Majority.TWO_THIRDS: Fraction(2, 3), Majority.UNANIMOUS: Fraction(1)}


class How(StrEnum):
    """How the outcome came about."""

    COUNTED = "counted"
    TIE_BROKEN = "tie_broken"  # exactly half, and the template's tie rule decided
    VETOED = "vetoed"
    NOBODY_CHOSE = "nobody_chose"  # nobody, or only abstentions: nothing advances by itself
    NO_QUORUM = "no_quorum"


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody in the room from `arrived_at` until before `left_at`."""

    person: int
    arrived_at: datetime
    left_at: datetime | None = None

    def there(self, at: datetime) -> bool:
        return self.arrived_at <= at and (self.left_at is None or at < self.left_at)


@dataclass(frozen=True, slots=True)
class Reached:
    """`attainable`: with everybody eligible there would be a quorum; else somebody must be seated first."""

    present: int
    needed: int
    missing: tuple[GateFunction, ...]
    attainable: bool

    @property
    def met(self) -> bool:
        return self.present >= self.needed and not self.missing


@dataclass(frozen=True, slots=True)
class Tally:
    """`outcome` None while there is no quorum. `waiting`: seats whose vote is awaited; none left and a quorum: `complete`."""

    outcome: Outcome | None
    how: How
    quorum: Reached
    counts: Mapping[Ballot, int]
    vetoes: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    complete: bool = False

    def plain(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value if self.outcome else None, "how": self.how.value,
            "quorum": {"present": self.quorum.present, "needed": self.quorum.needed, "met": self.quorum.met},
            "counts": {ballot.value: count for ballot, count in self.counts.items()}, "vetoes": list(self.vetoes),
        }  # fmt: skip


def tally(
    voting: Voting,
    filled: Iterable[Filled],
    votes: Mapping[int, Cast],
    *,
    mode: Mode,
    recused: Iterable[int] = (),
    present: Iterable[int] = (),
    window_over: bool = False,
) -> Tally:
    """`votes`: the effective ones by seat. `present`: people in the room, in a meeting; in writing votes cast stand for them.

    `filled` and `recused` (owners and sponsors) are of the moment of counting: a vote of a seat that is out by then, or that was
    cast by somebody who has become the owner, counts nothing.
    """
    rows, own = tuple(filled), frozenset(recused)
    seats = [one for one in rows if one.eligible]
    cast = {seat: vote for seat, vote in votes.items() if vote.by not in own and any(one.seat.person == seat for one in seats)}
    there = _there(seats, cast, mode, frozenset(present))
    reached = quorum(voting.quorum, seats, there)
    counts = {ballot: sum(vote.ballot is ballot for vote in cast.values()) for ballot in Ballot}
    counts[Ballot.RECUSE] = sum(one.standing is Standing.RECUSED_SELF for one in rows)
    vetoes = tuple(sorted(_vetoes(voting, seats, cast)))
    awaited = there if mode is Mode.MEETING else [] if window_over else seats
    waiting = tuple(one.seat.person for one in awaited if one.seat.person not in cast)
    outcome, how = _outcome(voting, seats, cast, vetoes) if reached.met else (None, How.NO_QUORUM)
    return Tally(outcome, how, reached, counts, vetoes, waiting, complete=reached.met and not waiting)


def quorum(rule: Quorum, eligible: Sequence[Filled], there: Sequence[Filled]) -> Reached:
    """Of the seats that are not out: so many, such a share, and each of the functions."""
    needed = max(rule.least, ceil(exact(rule.share) * len(eligible)))
    functions = {function for one in there for function in one.seat.functions}
    possible = {function for one in eligible for function in one.seat.functions}
    missing = tuple(one for one in rule.functions if one not in functions)
    return Reached(len(there), needed, missing, needed <= len(eligible) and possible >= set(rule.functions))


def _there(seats: Sequence[Filled], cast: Mapping[int, Cast], mode: Mode, present: frozenset[int]) -> list[Filled]:
    """In a meeting a seat is there where whoever fills it is, or was when they voted; in writing where it has voted."""
    voted = [one for one in seats if one.seat.person in cast]
    if mode is Mode.WRITTEN:
        return voted
    return [one for one in seats if one in voted or one.person in present]


def _vetoes(voting: Voting, seats: Sequence[Filled], cast: Mapping[int, Cast]) -> Iterable[int]:
    for one in seats:
        vote = cast.get(one.seat.person)
        if vote and vote.ballot in voting.veto.ballots and one.seat.functions & set(voting.veto.functions):
            yield one.seat.person


def _outcome(
    voting: Voting, seats: Sequence[Filled], cast: Mapping[int, Cast], vetoes: Sequence[int]
) -> tuple[Outcome, How]:  # fmt: skip
    chosen = [OUTCOME_OF[vote.ballot] for vote in cast.values() if vote.ballot in OUTCOME_OF]
    if not chosen:
        return Outcome.HOLD, How.NOBODY_CHOSE
    outcome, how = _counted(voting, chosen, _of_chair(seats, cast))
    if vetoes and outcome in ADVANCING:
        return Outcome.HOLD, How.VETOED
    return outcome, how


def _counted(voting: Voting, chosen: Sequence[Outcome], chair: Outcome | None) -> tuple[Outcome, How]:
    """Walk from the most favourable down to the first that enough want; exactly half is a tie, by the rule of the template."""
    how = How.COUNTED
    for place, outcome in enumerate(OUTCOMES[:-1]):
        share = Fraction(sum(OUTCOMES.index(one) <= place for one in chosen), len(chosen))
        if share == _HALF and _needed(voting, outcome) == _HALF:
            how = How.TIE_BROKEN
            if voting.tie is TieRule.MILDER or (voting.tie is TieRule.CHAIR and chair and OUTCOMES.index(chair) <= place):
                return outcome, how
        elif share > _HALF and share >= _needed(voting, outcome):
            return outcome, how
    return Outcome.KILL, how


def _needed(voting: Voting, outcome: Outcome) -> Fraction:
    return _FOR_ADVANCE[voting.majority] if outcome in ADVANCING else _HALF


def _of_chair(seats: Sequence[Filled], cast: Mapping[int, Cast]) -> Outcome | None:
    """What the chair chose; None where there is none, or they abstained: then a tie is broken to the stricter side."""
    votes = [cast[one.seat.person] for one in seats if one.seat.chair and one.seat.person in cast]
    return OUTCOME_OF.get(votes[0].ballot) if votes else None
