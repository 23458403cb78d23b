"""A panel of five and their votes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from readiness.gates.choices import Ballot, GateFunction, Majority, Mode, TieRule
from readiness.gates.rules.templates.template import Quorum, Veto, Voting, Written
from readiness.gates.rules.voting.ballots import Cast
from readiness.gates.rules.voting.delegation import Delegation
from readiness.gates.rules.voting.panel import Filled, Seat, panel
from readiness.gates.rules.voting.tally import Tally, tally

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
IDA, DAN, BEA, FAY, SAM = 1, 2, 3, 4, 5  # IT operations, data science, business, finance, security
OWNER, STRANGER, DEPUTY = 90, 91, 92
SEATS = tuple(
    Seat(person, frozenset({function}), chair=person == BEA) for person, function in zip(range(1, 6), GateFunction, strict=True)
)
EVERYBODY = tuple(seat.person for seat in SEATS)


def voting(
    majority: Majority = Majority.MAJORITY,
    tie: TieRule = TieRule.STRICTER,
    *,
    veto: tuple[GateFunction, ...] = (),
    least: int = 3,
    share: float = 0.5,
) -> Voting:
    quorum = Quorum(least=least, share=share)
    return Voting(majority=majority, tie=tie, quorum=quorum, veto=Veto(functions=veto), written=Written(allowed=True, hours=48))


def cast(votes: Mapping[int, Ballot]) -> dict[int, Cast]:
    """{seat: the vote in effect}, each cast by whoever has the seat."""
    return {seat: Cast(seat, seat, seat, ballot, NOW) for seat, ballot in votes.items()}


def filled(
    seats: Iterable[Seat] = SEATS,
    recused: Iterable[int] = (),
    delegations: Iterable[Delegation] = (),
    votes: Mapping[int, Cast] | None = None,
    at: datetime = NOW,
) -> tuple[Filled, ...]:
    return panel(seats, recused=recused, delegations=delegations, votes=votes, at=at)


def count(
    rule: Voting,
    votes: Mapping[int, Ballot],
    *,
    mode: Mode = Mode.MEETING,
    present: Iterable[int] = EVERYBODY,
    seats: Iterable[Seat] = SEATS,
    recused: tuple[int, ...] = (),
    window_over: bool = False,
) -> Tally:
    given = cast(votes)
    return tally(
        rule, filled(seats, recused, votes=given), given, mode=mode, recused=recused, present=present, window_over=window_over
    )  # fmt: skip


def delegation(giver: int, taker: int, begins: float = -1, ends: float = 24, id_: int = 1) -> Delegation:
    """Hours from now."""
    return Delegation(id_, giver, taker, NOW + begins * HOUR, NOW + ends * HOUR)
