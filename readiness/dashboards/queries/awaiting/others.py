"""What one promised outside of reviews: to find something out, to do something, to answer an invitation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from readiness.assessments.queries.unknowns.rows import unknowns_of
from readiness.dashboards.choices import DutyKind
from readiness.dashboards.queries.awaiting.duty import Duty
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import Action, Invitee

MOST = 500


def unknowns(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """Three statements."""
    for one in unknowns_of(actor, User(pk=person), timezone.localdate(now), limit=MOST):
        ref = f"unknown:{one.kind}:{':'.join(map(str, one.arguments))}:{one.label}"
        yield Duty(
            DutyKind.UNKNOWN, ref, one.label, None, one.initiative_key, one.initiative_name, one.due, one.overdue, one.route,
            one.arguments,
        )  # fmt: skip


def actions(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """One statement."""
    today = timezone.localdate(now)
    rows = Action.objects.visible_to(actor).filter(owner=person, done_at=None).exclude(meeting__state=MeetingState.CANCELLED)
    for row in rows.select_related("meeting", "item__review__initiative").order_by("due", "id"):
        about = row.item.review.initiative if row.item else None
        yield Duty(
            DutyKind.ACTION, f"action:{row.pk}", row.text, about.pk if about else None, about.key if about else "",
            about.name if about else row.meeting.title, row.due, row.due < today, "meetings:meeting", (row.meeting_id,),
        )  # fmt: skip


def invitations(actor: Actor, person: int, now: datetime) -> Iterator[Duty]:
    """To meetings that are still to come; one statement."""
    rows = Invitee.objects.visible_to(actor).filter(person=person, answer="", invited_at__isnull=False)
    coming = rows.filter(meeting__state=MeetingState.OPEN, meeting__starts_at__gt=now).select_related("meeting")
    for row in coming.order_by("meeting__starts_at", "id"):
        yield Duty(
            DutyKind.ANSWER, f"answer:{row.pk}", row.meeting.title, None, "", "", row.meeting.starts_at, False,
            "meetings:meeting", (row.meeting_id,),
        )  # fmt: skip
