"""Meetings of the demo: those where its decisions were taken, and one tomorrow for what is ready."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.gates.models import Decision, Review, Seat
from readiness.meetings.choices import Answer, MeetingState
from readiness.meetings.models import Action, AgendaItem, Attendance, Invitee, Meeting
from readiness.meetings.queries.meetings import candidates
from readiness.meetings.queries.minutes import facts_of_minutes
from readiness.meetings.queries.people import expected
from readiness.meetings.rules.minutes import digest_of, text_of
from readiness.meetings.services.agenda import add_items
from readiness.meetings.services.schedule import schedule_meeting

PAST, AT_ONCE = 6, 5  # meetings that were, and reviews that one of them looks at
MINUTES = 20
NINE = time(9, tzinfo=UTC)
NOTES = (
    "The figures at load were asked for again; the next run is to show the long prompts.",
    "Most of the time went to who runs it at night.",
    "The venue comparison was read out; nobody asked for more.",
)
ACTIONS = (
    "Send the last benchmark with its configuration to the panel",
    "Ask the provider for the quota in writing",
    "Name who is on call after the pilot",
)


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add meetings to the demo that stands; returns how many. Inside the caller's transaction; without reviews there are none."""
    root = BusinessUnit.objects.filter(demo=True, depth=0).order_by("id").first()
    if root is None:
        return 0
    with acting(by, note="demo"):
        made = [_held(root, day, decisions, number) for number, (day, decisions) in enumerate(_by_day())]
        ahead = _tomorrow(replace(by, showing_demo=True), root, today)
    return len(made) + (ahead is not None)


def _by_day() -> list[tuple[date, list[Decision]]]:
    """Decisions that were taken in a meeting, by day: the newest days."""
    found: dict[date, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(initiative__demo=True, mode="meeting", superseded_by=None).select_related("review", "by")
    for row in rows.order_by("at", "pk"):
        found[row.at.date()].append(row)
    newest = sorted(found, reverse=True)[:PAST]
    return [(day, found[day][:AT_ONCE]) for day in reversed(newest)]


def _held(root: BusinessUnit, day: date, decisions: list[Decision], number: int) -> Meeting:
    """As if it had been held on that day: each item ends when its decision was taken."""
    begun = min(decision.at for decision in decisions) - timedelta(minutes=MINUTES)
    ended = max(decision.at for decision in decisions) + timedelta(minutes=10)
    seats = list(Seat.objects.filter(review__in=[one.review_id for one in decisions]).select_related("person").order_by("id"))
    people = {seat.person_id: seat.person for seat in seats} | {one.by_id: one.by for one in decisions}
    row = Meeting.objects.create(
        unit=root, title=_title(day), starts_at=begun, time_zone="UTC", place="Room 4.12", state=MeetingState.IN_PROGRESS,
        chair=_chair(seats), started_at=begun, invited_at=begun - timedelta(days=7), demo=True,
    )  # fmt: skip
    items = [_item(row, place, decision, number) for place, decision in enumerate(decisions, start=1)]
    Invitee.objects.bulk_create(
        Invitee(meeting=row, person=person, invited_at=row.invited_at, sent_sequence=0, answer=Answer.YES)
        for person in people.values()
    )
    Attendance.objects.bulk_create(
        Attendance(meeting=row, person=person, arrived_at=begun, left_at=ended) for person in people.values()
    )
    _action(row, items[0], number)
    row.minutes = text_of(facts_of_minutes(row, ended=ended), UTC)
    row.minutes_digest, row.state, row.closed_at = digest_of(row.minutes), MeetingState.CLOSED, ended
    row.save(update_fields=["minutes", "minutes_digest", "state", "closed_at"])
    return row


def _item(row: Meeting, place: int, decision: Decision, number: int) -> AgendaItem:
    return AgendaItem.objects.create(
        meeting=row, review=decision.review, position=place, minutes=MINUTES, notes=NOTES[(number + place) % len(NOTES)],
        started_at=decision.at - timedelta(minutes=MINUTES - 3), ended_at=decision.at, standing=False,
    )  # fmt: skip


def _action(row: Meeting, item: AgendaItem, number: int) -> None:
    owner = item.review.initiative.owner
    if owner is None or row.started_at is None:
        return
    due = row.started_at.date() + timedelta(days=14)
    done = row.started_at + timedelta(days=9) if number % 2 else None
    Action.objects.create(meeting=row, item=item, text=ACTIONS[number % len(ACTIONS)], owner=owner, due=due, done_at=done)


def _tomorrow(by: Actor, root: BusinessUnit, today: date) -> Meeting | None:
    """Open, with what is ready on its agenda and everybody concerned invited; no mail leaves, for nobody of the demo reads it."""
    if not Review.objects.filter(initiative__demo=True, state="planned").exists():
        return None
    begins = datetime.combine(today + timedelta(days=1), NINE)
    if begins.date() < clock.today():  # the demo of a day long past has no tomorrow
        return None
    row = schedule_meeting(
        by=by, unit=root, title=_title(begins.date()), starts_at=begins, demo=True, time_zone="UTC", place="Room 4.12",
        call_link="https://meet.example.org/gate-board",
    )  # fmt: skip
    ready = [review for review in candidates(by, row) if review.state == "planned"]
    chosen: list[Review] = sorted(ready, key=lambda review: (not review.ready, review.pk))[:4]
    add_items(by=by, meeting=row, reviews=chosen, minutes=MINUTES)
    people = expected(row)
    Invitee.objects.bulk_create(
        Invitee(meeting=row, person=person, invited_at=row.created_at, sent_sequence=0, answer=list(Answer)[place % 3])
        for place, person in enumerate(people)
    )
    seats = list(Seat.objects.filter(review__in=[review.pk for review in chosen]).select_related("person").order_by("id"))
    Meeting.objects.filter(pk=row.pk).update(state=MeetingState.OPEN, chair=_chair(seats), invited_at=row.created_at, version=9)
    return row


def _chair(seats: list[Seat]) -> User | None:
    return next((seat.person for seat in seats if seat.chair), seats[0].person if seats else None)


def _title(day: date) -> str:
    return f"Gate board, {day:%d %B %Y}"
