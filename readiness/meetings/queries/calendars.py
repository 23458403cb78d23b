"""Reads of a person's own calendar."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from portfolio.accounts.models import RoleAssignment, User
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import CalendarFeed, Invitee, Meeting

BACK = timedelta(days=92)
MOST = 500


def feed_behind(digest: str) -> CalendarFeed | None:
    """The feed that a secret opens: not revoked, of somebody who is active and still has a role."""
    return (
        CalendarFeed.objects.filter(digest=digest, revoked_at=None, person__is_active=True)
        .filter(Exists(RoleAssignment.objects.filter(user=OuterRef("person"))))
        .select_related("person")
        .first()
    )


def feed_of(person_id: int) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(person=person_id, revoked_at=None).first()


def calendar_of(person: User, now: datetime) -> QuerySet[Meeting]:
    """Meetings that the person is invited to or chairs, from some months ago on; no drafts."""
    mine = Exists(Invitee.objects.filter(meeting=OuterRef("pk"), person=person))
    return (
        Meeting.objects.filter(Q(mine) | Q(chair=person), starts_at__gte=now - BACK, demo=person.demo)
        .exclude(state=MeetingState.DRAFT)
        .annotate(planned_minutes=Sum("items__minutes"))
        .order_by("starts_at", "pk")[:MOST]
    )
