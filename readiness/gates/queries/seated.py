"""The panel of a review as it stands at a moment: who fills each seat, what was voted, who is in the room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from portfolio.accounts.choices import ALLOWED, Action
from portfolio.accounts.models import RoleAssignment, User
from portfolio.initiatives.models import Initiative
from readiness.gates.choices import Ballot, GateFunction, Mode
from readiness.gates.models import Attendance as AttendanceRow
from readiness.gates.models import Delegation as DelegationRow
from readiness.gates.models import Review, Vote
from readiness.gates.models import Seat as SeatRow
from readiness.gates.rules.templates.template import Voting
from readiness.gates.rules.voting.ballots import Cast, effective
from readiness.gates.rules.voting.casting import Window
from readiness.gates.rules.voting.delegation import Delegation
from readiness.gates.rules.voting.panel import Filled, Seat, panel
from readiness.gates.rules.voting.tally import Attendance, Tally, tally


@dataclass(frozen=True)
class Seated:
    """`casts` are all votes of the round, `votes` those in effect by seat; `recused` the initiative's owner and sponsor."""

    filled: tuple[Filled, ...]
    casts: tuple[Cast, ...]
    votes: Mapping[int, Cast]
    attendance: tuple[Attendance, ...]
    recused: frozenset[int]

    def present(self, at: datetime) -> frozenset[int]:
        return frozenset(one.person for one in self.attendance if one.there(at))

    @property
    def fillers(self) -> frozenset[int]:
        """Whoever fills a seat that is not out."""
        return frozenset(one.person for one in self.filled if one.eligible and one.person is not None)

    @property
    def people(self) -> frozenset[int]:
        """Everybody who is named in it."""
        seats = {one.seat.person for one in self.filled} | {one.person for one in self.filled if one.person is not None}
        return frozenset(seats | {one.by for one in self.casts} | {one.person for one in self.attendance} | self.recused)


def seated(review: Review, *, now: datetime) -> Seated:
    """Six statements. Somebody who is no gatekeeper of the unit any more, or whose account is closed, fills no seat."""
    casts = tuple(cast_of(row) for row in Vote.objects.filter(review=review, round=review.round).order_by("id"))
    rows = SeatRow.objects.filter(review=review).order_by("-chair", "id")
    seats = list(rows.values_list("person_id", "functions", "chair"))
    delegations = delegations_of({person for person, *_ in seats}, now)
    able = gatekeepers({person for person, *_ in seats} | {one.taker for one in delegations}, review.initiative)
    attendance = AttendanceRow.objects.filter(review=review, round=review.round).order_by("arrived_at", "id")
    recused = _owners(review)
    votes = effective(casts)
    filled = panel(
        [Seat(person, frozenset(map(GateFunction, functions)), chair, person in able) for person, functions, chair in seats],
        recused=recused, delegations=[one for one in delegations if one.taker in able], votes=votes, at=now,
    )  # fmt: skip
    there = tuple(Attendance(*row) for row in attendance.values_list("person_id", "arrived_at", "left_at"))
    return Seated(filled, casts, votes, there, recused)


def counted(review: Review, voting: Voting, panel_: Seated, *, now: datetime) -> Tally:
    """What the votes come to at a moment, by the rules of the gate."""
    window = window_of(review)
    return tally(
        voting, panel_.filled, panel_.votes, mode=Mode(review.mode), recused=panel_.recused, present=panel_.present(now),
        window_over=window is not None and window.is_over(now),
    )  # fmt: skip


def window_of(review: Review) -> Window | None:
    """Of a vote in writing; None for a meeting and before it is opened."""
    if review.mode != Mode.WRITTEN or review.opened_at is None or review.window_ends_at is None:
        return None
    return Window(review.opened_at, review.window_ends_at)


def gatekeepers(people: Collection[int], initiative: Initiative) -> frozenset[int]:
    """Those of them who may decide for the initiative's unit now, with an account that is open."""
    above = [int(part) for part in initiative.unit.path.strip("/").split("/")]
    held = RoleAssignment.objects.filter(Q(unit=None) | Q(unit__in=above), role__in=ALLOWED[Action.DECIDE])
    return frozenset(held.filter(user__in=people, user__is_active=True).values_list("user_id", flat=True))


def names_of(people: Iterable[int]) -> dict[int, str]:
    """As they are called now."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=set(people)).only("name", "email")}


def _owners(review: Review) -> frozenset[int]:
    rows = Initiative.objects.filter(pk=review.initiative_id).values_list("owner_id", "sponsor_id")
    return frozenset(person for row in rows for person in row if person is not None)


def delegations_of(givers: Collection[int], now: datetime) -> Sequence[Delegation]:
    """In force now or taken back, of any of the givers; one statement."""
    rows = DelegationRow.objects.filter(giver__in=givers, begins_at__lte=now, ends_at__gt=now)
    return [Delegation(*row) for row in rows.values_list("id", "giver_id", "taker_id", "begins_at", "ends_at", "revoked_at")]


def cast_of(row: Vote) -> Cast:
    """As the rules take it."""
    return Cast(row.pk, row.seat_id, row.by_id, Ballot(row.ballot), row.at, row.rationale, row.supersedes_id)
