"""What the list of meetings and the page of one show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.gates.models import Review
from readiness.gates.tables.criteria import chips_of
from readiness.gates.tables.needs import route
from readiness.gates.tables.words import STATES as REVIEW_STATES
from readiness.gates.tables.words import outcome, sign
from readiness.meetings.choices import AHEAD, MeetingState
from readiness.meetings.models import Invitee, Meeting
from readiness.meetings.queries.meetings import Line, ends_at
from readiness.meetings.tables.words import ANSWERS, STATES, span, time_of

Row = dict[str, Any]


def meeting_row(meeting: Meeting) -> Row:
    """A line of the list; `meeting` as queries.meetings gives it."""
    minutes: int = meeting.planned_minutes  # type: ignore[attr-defined]
    items: int = meeting.item_count  # type: ignore[attr-defined]
    return {
        "pk": meeting.pk,
        "title": meeting.title,
        "url": reverse("meetings:meeting", args=[meeting.pk]),
        "room_url": reverse("meetings:room", args=[meeting.pk]) if meeting.state == MeetingState.IN_PROGRESS else "",
        "minutes_url": reverse("meetings:minutes", args=[meeting.pk]) if meeting.state == MeetingState.CLOSED else "",
        "state": sign(STATES, meeting.state),
        "span": span(meeting.starts_at, ends_at(meeting, minutes)),
        "starts_at": meeting.starts_at,
        "unit": meeting.unit.name,
        "chair": meeting.chair,
        "items": ngettext("%d review", "%d reviews", items) % items,
        "minutes": ngettext("%d minute", "%d minutes", minutes) % minutes,
        "place": meeting.place,
    }


def agenda_rows(lines: Iterable[Line], meeting: Meeting, *, may: bool, moved: int | None = None) -> list[Row]:
    """The agenda with each item's time by the plan."""
    rows = [_item(place, line, meeting) for place, line in enumerate(lines, start=1)]
    for row in rows:
        row |= {
            "may": may, "first": row["place"] == 1, "last": row["place"] == len(rows),
            "says": _("Place %(place)d of %(count)d") % {"place": row["place"], "count": len(rows)} if moved == row["pk"] else "",
        }  # fmt: skip
    return rows


def _item(place: int, line: Line, meeting: Meeting) -> Row:
    item = line.item
    row: Row = {
        "pk": item.pk,
        "place": place,
        "minutes": item.minutes,
        "at": time_of(line.begins),
        "hidden": line.review is None,
        "current": meeting.current_id == item.pk,
        "begun": item.started_at is not None,
        "ended": item.ended_at is not None,
        "anchor": f"item-{item.pk}",
    }
    return row | review_row(line.review) if line.review is not None else row


def review_row(review: Review) -> Row:
    """What is on the table: initiative, gate, state, what is recommended."""
    return {
        "review": review.pk,
        "initiative_key": review.initiative.key,
        "name": review.initiative.name,
        "unit": review.initiative.unit.name,
        "gate": review.gate_name,
        "state": sign(REVIEW_STATES, review.state),
        "ready": review.ready,
        "recommended": outcome(review.recommended),
        "decided": outcome(review.decided),
        "chips": chips_of(review.verdicts),
        "missing": len(review.missing),
        "wanted_on": review.wanted_on,
        "url": route("gates:review", review.pk),
    }


def invitee_rows(rows: Iterable[Invitee], meeting: Meeting) -> list[Row]:
    """Who is asked to come, what they said, whether their calendar knows the newest."""
    return [
        {
            "pk": one.person_id,
            "name": str(one.person),
            "answer": sign(ANSWERS, one.answer),
            "sent": one.sent_sequence is not None,
            "old": one.sent_sequence is not None and one.sent_sequence < meeting.sequence,
            "chair": one.person_id == meeting.chair_id,
        }
        for one in rows
    ]


def headline(meeting: Meeting, lines: list[Line], total: int) -> str:
    """The one sentence of a meeting's page."""
    when = span(meeting.starts_at, ends_at(meeting, total))
    unready = sum(1 for line in lines if line.review is not None and not line.review.ready)
    if meeting.state == MeetingState.CANCELLED:
        return _("Cancelled; it would have been on %s") % when
    if meeting.state in AHEAD and unready:
        more = ngettext("%d review on it is not ready", "%d reviews on it are not ready", unready) % unready
        return f"{when}: {more}"
    if meeting.state in AHEAD and not lines:
        return f"{when}: {_('nothing is on the agenda yet')}"
    return f"{when}: {ngettext('%d review', '%d reviews', len(lines)) % len(lines)}"
