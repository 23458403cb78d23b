"""The panel of a review: who has a seat, who is recused, who stands for whom at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from readiness.gates.choices import Ballot, GateFunction
from readiness.gates.rules.voting.ballots import Cast
from readiness.gates.rules.voting.delegation import Delegation


class Standing(StrEnum):
    """How a seat stands."""

    SELF = "self"
    DELEGATE = "delegate"
    RECUSED_OWN = "recused_own"  # owner or sponsor of the initiative
    RECUSED_SELF = "recused_self"  # said so
    INACTIVE = "inactive"  # the account is closed
    # The seat is its holder's own to fill: the delegation has no effect at this review.
    DELEGATE_RECUSED = "delegate_recused"
    DELEGATE_SEATED = "delegate_seated"  # has a seat of their own, or stands for an earlier giver: nobody votes twice


_OUT = frozenset({Standing.RECUSED_OWN, Standing.RECUSED_SELF, Standing.INACTIVE})


@dataclass(frozen=True, slots=True)
class Seat:
    """A gatekeeper named for a review, with what they stand for."""

    person: int
    functions: frozenset[GateFunction]
    chair: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """`person` is who may vote on the seat now; None where nobody may."""

    seat: Seat
    standing: Standing
    person: int | None

    @property
    def eligible(self) -> bool:
        """Whether the seat counts for quorum and vote, whoever fills it."""
        return self.standing not in _OUT


def panel(
    seats: Iterable[Seat],
    *,
    recused: Iterable[int],
    delegations: Iterable[Delegation] = (),
    votes: Mapping[int, Cast] | None = None,
    at: datetime,
) -> tuple[Filled, ...]:
    """Each seat as it stands at a moment. `recused` are owners and sponsors; `votes` the effective ones, by seat.

    A seat whose holder is recused is out, delegate or not. While a delegation has effect, the delegate fills the seat alone.
    """
    rows = tuple(seats)
    own = frozenset(recused)
    said = {person for person, vote in (votes or {}).items() if vote.ballot is Ballot.RECUSE}
    in_force = sorted((one for one in delegations if one.in_force(at)), key=lambda one: (one.begins, one.id))
    return tuple(_filled(seat, rows, own, said, in_force) for seat in rows)


def _filled(
    seat: Seat, seats: Sequence[Seat], own: frozenset[int], said: set[int], in_force: Sequence[Delegation]
) -> Filled:  # fmt: skip
    if not seat.active:
        return Filled(seat, Standing.INACTIVE, None)
    if seat.person in own:
        return Filled(seat, Standing.RECUSED_OWN, None)
    if seat.person in said:
        return Filled(seat, Standing.RECUSED_SELF, None)
    given = next((one for one in in_force if one.giver == seat.person), None)
    if given is None:
        return Filled(seat, Standing.SELF, seat.person)
    if given.taker in own:
        return Filled(seat, Standing.DELEGATE_RECUSED, seat.person)
    seated = {one.person for one in seats}
    earlier = next((one for one in in_force if one.taker == given.taker and one.giver in seated), given)
    if given.taker in seated or earlier is not given:
        return Filled(seat, Standing.DELEGATE_SEATED, seat.person)
    return Filled(seat, Standing.DELEGATE, given.taker)


def seat_of(filled: Iterable[Filled], person: int) -> Filled | None:
    """The seat that a person may vote on; None where there is none. Nobody has two."""
    return next((one for one in filled if one.person == person), None)
