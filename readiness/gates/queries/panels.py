"""The panels of many reviews at once: who may vote on each seat now, and who has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import ALLOWED, Action
from portfolio.accounts.models import RoleAssignment
from portfolio.accounts.rules import EVERYTHING
from readiness.gates.choices import GateFunction
from readiness.gates.models import Delegation as DelegationRow
from readiness.gates.models import Review, Vote
from readiness.gates.models import Seat as SeatRow
from readiness.gates.queries.seated import cast_of, delegations_of
from readiness.gates.rules.voting.ballots import Cast, effective
from readiness.gates.rules.voting.delegation import Delegation
from readiness.gates.rules.voting.panel import Filled, Seat, panel, seat_of

_NOBODY = 0  # asked for where there is nobody: the number of statements is the same for any amount


@dataclass(frozen=True)
class Panel:
    """`votes` are those in effect, by seat."""

    review: Review
    filled: tuple[Filled, ...]
    votes: Mapping[int, Cast]

    @property
    def fillers(self) -> frozenset[int]:
        """Whoever may vote and decide."""
        return frozenset(one.person for one in self.filled if one.eligible and one.person is not None)

    @property
    def owing(self) -> frozenset[int]:
        """Whoever fills a seat that has no vote yet."""
        seats = (one for one in self.filled if one.eligible and one.person is not None)
        return frozenset(one.person for one in seats if one.person is not None and one.seat.person not in self.votes)

    def seat_of(self, person: int) -> Filled | None:
        return seat_of(self.filled, person)


def panels(reviews: Sequence[Review], *, now: datetime) -> dict[int, Panel]:
    """By review, in four statements; `reviews` with their initiatives' units."""
    seats, votes = _seats(reviews), _votes(reviews)
    sitting = {seat.person for rows in seats.values() for seat in rows}
    delegations = delegations_of(sitting or {_NOBODY}, now)
    held = _deciding(sitting | {one.taker for one in delegations} or {_NOBODY})
    return {row.pk: _panel(row, seats[row.pk], votes[row.pk], delegations, held, now) for row in reviews}


def concerning(rows: QuerySet[Review], person: int, now: datetime) -> QuerySet[Review]:
    """Those of them where a person has a seat or may stand for somebody who has one."""
    givers = DelegationRow.objects.filter(taker=person, begins_at__lte=now, ends_at__gt=now, revoked_at=None).values("giver")
    seats = SeatRow.objects.filter(Q(person=person) | Q(person__in=givers))
    return rows.filter(pk__in=seats.values("review"))


def _panel(
    row: Review, seats: Sequence[Seat], casts: Sequence[Cast], delegations: Sequence[Delegation],
    held: Mapping[int, Collection[str]], now: datetime,
) -> Panel:  # fmt: skip
    path = row.initiative.unit.path
    able = {person for person, paths in held.items() if any(path.startswith(one) for one in paths)}
    recused = [one for one in (row.initiative.owner_id, row.initiative.sponsor_id) if one is not None]
    votes = effective(casts)
    rows = [Seat(one.person, one.functions, one.chair, one.person in able) for one in seats]
    given = [one for one in delegations if one.taker in able]
    return Panel(row, panel(rows, recused=recused, delegations=given, votes=votes, at=now), votes)


def _seats(reviews: Sequence[Review]) -> Mapping[int, list[Seat]]:
    made: dict[int, list[Seat]] = defaultdict(list)
    rows = SeatRow.objects.filter(review__in=[row.pk for row in reviews] or [_NOBODY]).order_by("-chair", "id")
    for review, person, functions, chair in rows.values_list("review_id", "person_id", "functions", "chair"):
        made[review].append(Seat(person, frozenset(map(GateFunction, functions)), chair))
    return made


def _votes(reviews: Sequence[Review]) -> Mapping[int, list[Cast]]:
    """Of the round that each is in."""
    rounds = {row.pk: row.round for row in reviews}
    made: dict[int, list[Cast]] = defaultdict(list)
    for vote in Vote.objects.filter(review__in=rounds or [_NOBODY]).order_by("id"):
        if vote.round == rounds[vote.review_id]:
            made[vote.review_id].append(cast_of(vote))
    return made


def _deciding(people: Collection[int]) -> Mapping[int, list[str]]:
    """Of people with an open account, the paths of the units where they may decide."""
    made: dict[int, list[str]] = defaultdict(list)
    held = RoleAssignment.objects.filter(user__in=people, user__is_active=True, role__in=ALLOWED[Action.DECIDE])
    for person, path in held.values_list("user_id", "unit__path"):
        made[person].append(path or EVERYTHING)
    return made
