"""Paula of Retail plans a meeting about two initiatives of Stores; four gatekeepers sit at their gates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from portfolio.accounts.rules import Actor
from portfolio.activity.models import Mail
from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ReviewState
from readiness.gates.models import Decision, Review
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.services.agenda import add_items
from readiness.meetings.services.inviting import invite, open_meeting
from readiness.meetings.services.room import attend, start_item, start_meeting
from readiness.meetings.services.schedule import schedule_meeting
from tests.people import Organisation
from tests.readiness.gates import deciding_world as gates

TOMORROW = timedelta(days=1)
PANEL = gates.NAMES


def a_panel(organisation: Organisation) -> None:
    """Ida, Dan, Bea and Sam are gatekeepers of Retail."""
    gates.add_people(organisation, PANEL)


def planned(organisation: Organisation, name: str = "Chat", **more: Any) -> Review:
    """A review of an initiative of Stores that is planned, judged and seated."""
    initiative = more.pop("initiative", None) or gates.an_initiative(organisation, name)
    return gates.a_review(organisation, initiative=initiative, state=ReviewState.PLANNED, present=(), **more)


def actor(organisation: Organisation, name: str = "Paula") -> Actor:
    return gates.person(organisation, name)


def a_meeting(organisation: Organisation, *, unit: str = "Retail", at: datetime | None = None, **values: Any) -> Meeting:
    """A draft of tomorrow."""
    return schedule_meeting(
        by=actor(organisation), unit=organisation.units[unit], title=values.pop("title", "Gate board"),
        starts_at=at or clock.now() + TOMORROW, **values,
    )  # fmt: skip


def with_agenda(organisation: Organisation, names: Iterable[str] = ("Chat", "Search"), **values: Any) -> Meeting:
    """With a review of each of these initiatives."""
    meeting = a_meeting(organisation, **values)
    add_items(by=actor(organisation), meeting=meeting, reviews=[planned(organisation, name) for name in names])
    return fresh(meeting)


def opened(organisation: Organisation, people: Iterable[str] = (*PANEL, "Otto"), **values: Any) -> Meeting:
    """Open, with these people invited."""
    meeting = with_agenda(organisation, **values)
    invite(by=actor(organisation), meeting=meeting, people=[organisation.people[name] for name in people])
    open_meeting(by=actor(organisation), meeting=meeting)
    return fresh(meeting)


def in_progress(organisation: Organisation, present: Iterable[str] = PANEL, **values: Any) -> Meeting:
    """Begun, with these people in the room, and its first item on the table."""
    meeting = opened(organisation, **values)
    start_meeting(by=actor(organisation), meeting=meeting)
    for name in present:
        attend(by=actor(organisation, name), meeting=meeting, person=organisation.people[name])
    start_item(by=actor(organisation), item=first(meeting))
    return fresh(meeting)


def voted(organisation: Organisation, meeting: Meeting, ballot: Ballot = Ballot.GO) -> Review:
    """Everybody of the panel votes alike on the current item."""
    assert meeting.current is not None
    return gates.all_vote(organisation, meeting.current.review, ballot)


def decided(organisation: Organisation, review: Review, outcome: Outcome = Outcome.GO, **more: Any) -> Decision:
    return gates.decided(organisation, review, outcome, **more)


def first(meeting: Meeting) -> AgendaItem:
    return meeting.items.order_by("position")[0]


def second(meeting: Meeting) -> AgendaItem:
    return meeting.items.order_by("position")[1]


def fresh(meeting: Meeting) -> Meeting:
    row: Meeting = Meeting.objects.select_related("unit", "chair", "current__review").get(pk=meeting.pk)
    return row


def states(meeting: Meeting) -> list[str]:
    """Of the reviews, in the order of the agenda."""
    return list(meeting.items.order_by("position").values_list("review__state", flat=True))


def mails(word: str = "") -> list[Mail]:
    """Queued mails whose key has this word, in the order in which they were written."""
    return list(Mail.objects.filter(key__contains=word).order_by("pk"))
