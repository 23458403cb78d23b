"""Reads of meetings: lists, one with its agenda, and what may still go on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.gates.choices import Mode, ReviewState
from readiness.gates.models import Review
from readiness.meetings.choices import ENDED
from readiness.meetings.models import Action, AgendaItem, Attendance, Invitee, Meeting

LEAST = timedelta(minutes=15)
AHEAD = Q(state__in=(ReviewState.PLANNED, ReviewState.SCHEDULED))
UNDER_WAY = Q(state__in=(ReviewState.IN_REVIEW, ReviewState.PROPOSED), mode=Mode.MEETING)  # not decided at the meeting before
MOST_OFFERED = 200


def meetings(actor: Actor) -> QuerySet[Meeting]:
    """What the actor may see, with `item_count` and `planned_minutes`."""
    items = AgendaItem.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(actor)
        .select_related("unit", "chair")
        .annotate(
            item_count=Coalesce(Subquery(items.annotate(n=Count("pk")).values("n")), 0),
            planned_minutes=Coalesce(Subquery(items.annotate(n=Sum("minutes")).values("n")), 0),
        )
    )
    return rows


def coming(actor: Actor) -> QuerySet[Meeting]:
    """Those that are ahead or go on, the next one first."""
    return meetings(actor).exclude(state__in=ENDED).order_by("starts_at", "pk")


def past(actor: Actor) -> QuerySet[Meeting]:
    """Those that are over or were cancelled, the newest first."""
    return meetings(actor).filter(state__in=ENDED).order_by("-starts_at", "-pk")


def meeting_by_id(actor: Actor, pk: int) -> Meeting | None:
    """One that the actor may see."""
    return meetings(actor).filter(pk=pk).first()


def ends_at(meeting: Meeting, minutes: int | None = None) -> datetime:
    """When it is over by its plan; at least a quarter of an hour after it began."""
    total = sum(meeting.items.values_list("minutes", flat=True)) if minutes is None else minutes
    return meeting.starts_at + max(LEAST, timedelta(minutes=total))


@dataclass(frozen=True)
class Line:
    """An item of an agenda. Where the actor does not see the initiative, `review` is nothing: only its time is theirs to know."""

    item: AgendaItem
    review: Review | None
    begins: datetime


def agenda(actor: Actor, meeting: Meeting) -> list[Line]:
    """The items in their order; one statement."""
    rows = agenda_items(meeting).annotate(
        seen=Exists(Review.objects.visible_to(actor).filter(pk=OuterRef("review_id")))
    )  # fmt: skip
    lines, begins = [], meeting.starts_at
    for item in rows:
        lines.append(Line(item, item.review if item.seen else None, item.started_at or begins))
        begins += timedelta(minutes=item.minutes)
    return lines


def agenda_items(meeting: Meeting) -> QuerySet[AgendaItem]:
    """All items with what they are about, whoever may see it: for the meeting's own work."""
    return (
        AgendaItem.objects.filter(meeting=meeting)
        .select_related("review__initiative__unit", "review__template")
        .order_by("position", "pk")
    )


def item_by_id(actor: Actor, meeting: Meeting, pk: int) -> AgendaItem | None:
    """An item whose initiative the actor may see."""
    seen = Review.objects.visible_to(actor).values("pk")
    return agenda_items(meeting).filter(pk=pk, review__in=seen).first()


def candidates(actor: Actor, meeting: Meeting) -> QuerySet[Review]:
    """Reviews of the meeting's unit and those below that may go on the agenda: ready ones first, then as they are wanted."""
    standing = AgendaItem.objects.filter(review=OuterRef("pk"), standing=True)
    rows: QuerySet[Review] = (
        Review.objects.visible_to(actor)
        .filter(within("initiative__unit__path", (meeting.unit.path,)), AHEAD | UNDER_WAY, initiative__demo=meeting.demo)
        .filter(~Exists(standing), ~Exists(AgendaItem.objects.filter(review=OuterRef("pk"), meeting=meeting)))
        .select_related("initiative__unit")
        .order_by("-ready", F("wanted_on").asc(nulls_last=True), "pk")
    )
    return rows


def invitees(meeting: Meeting) -> QuerySet[Invitee]:
    """Who is invited, by name."""
    return Invitee.objects.filter(meeting=meeting).select_related("person").order_by("person__name", "pk")


def in_the_room(meeting: Meeting) -> QuerySet[Attendance]:
    """Who is there now."""
    return Attendance.objects.filter(meeting=meeting, left_at=None).select_related("person").order_by("arrived_at", "pk")


def meetings_of_reviews(actor: Actor, reviews: list[int]) -> dict[int, Meeting]:
    """{review: the meeting it is on the agenda of}, for pages of reviews."""
    items = AgendaItem.objects.filter(Q(review__in=reviews), standing=True, meeting__in=Meeting.objects.visible_to(actor))
    return {item.review_id: item.meeting for item in items.select_related("meeting")}


def actions_of(actor: Actor, meeting: Meeting) -> QuerySet[Action]:
    """What was taken on, except for items whose initiative the actor does not see."""
    seen = Review.objects.visible_to(actor).values("pk")
    rows = Action.objects.filter(Q(item=None) | Q(item__review__in=seen), meeting=meeting)
    return rows.select_related("owner", "item__review__initiative").order_by("done_at", "due", "pk")
