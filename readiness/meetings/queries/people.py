"""Who may be invited to a meeting, and who should be."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portfolio.accounts.models import RoleAssignment, User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from readiness.gates.models import Review, Seat
from readiness.meetings.models import Meeting
from readiness.meetings.queries.meetings import agenda_items


def invitable(meeting: Meeting) -> QuerySet[User]:
    """Active people whose roles reach the meeting's unit or the unit of something on its agenda."""
    paths = {meeting.unit.path, *(item.review.initiative.unit.path for item in agenda_items(meeting))}
    units = {int(part) for path in paths for part in path.strip("/").split("/")}
    holders = RoleAssignment.objects.filter(Q(unit=None) | Q(unit__in=units))
    people = User.objects.filter(is_active=True, pk__in=holders.values("user_id"))
    return people if meeting.demo else people.filter(demo=False)


def expected(meeting: Meeting) -> list[User]:
    """Who should be there: who sits at the reviews of the agenda, owners and sponsors, and the chair; those not yet invited."""
    items = list(agenda_items(meeting))
    wanted = {meeting.chair_id}
    for item in items:
        wanted |= {item.review.initiative.owner_id, item.review.initiative.sponsor_id}
    wanted |= set(Seat.objects.filter(review__in=[item.review_id for item in items]).values_list("person_id", flat=True))
    invited = meeting.invitees.values("person_id")
    return list(invitable(meeting).filter(pk__in=wanted - {None}).exclude(pk__in=invited).order_by("name", "pk"))


def seen_reviews(person: User, reviews: list[int]) -> set[int]:
    """Which of these reviews a person may see; two statements."""
    return seen_by(actor_for(person), reviews)


def seen_by(actor: Actor, reviews: list[int]) -> set[int]:
    return set(Review.objects.visible_to(actor).filter(pk__in=reviews).values_list("pk", flat=True))
