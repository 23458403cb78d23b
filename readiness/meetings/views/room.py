"""The room: a page for the projector and for everybody who follows, and the piece of it that asks every two seconds."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from readiness.gates.choices import ReviewState
from readiness.gates.tables.needs import route
from readiness.gates.tables.words import BALLOTS, sign
from readiness.meetings.choices import MeetingState
from readiness.meetings.forms.room import ActionForm, VoteForm
from readiness.meetings.models import Meeting
from readiness.meetings.queries import people
from readiness.meetings.queries.meetings import actions_of
from readiness.meetings.queries.room import Room, pulse
from readiness.meetings.queries.room import room as room_now
from readiness.meetings.services.rights import can_hold, can_keep
from readiness.meetings.tables import room as tables
from readiness.meetings.tables.meetings import agenda_rows, review_row
from readiness.meetings.tables.words import STATES
from readiness.meetings.views.access import PageRequest, get_meeting


@require_safe
def room(request: PageRequest, pk: int) -> HttpResponse:
    """The whole page."""
    seen = pulse(request.actor, pk)
    row = get_meeting(request, pk)
    context = _context(request, row, seen or "")
    return render(request, "meetings/room.html", context)


@require_safe
def live(request: PageRequest, pk: int) -> HttpResponse:
    """204 while nothing changed since `seen`; else the piece anew, with the forms where theirs changed too."""
    seen = pulse(request.actor, pk)
    if seen is None:
        raise Http404
    if seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    context = _context(request, get_meeting(request, pk), seen)
    for part in ("desk", "pad"):
        context[f"swap_{part}"] = context[part] != request.GET.get(part)
    return render(request, "meetings/room_live.html", context)


def _context(request: PageRequest, row: Meeting, seen: str) -> dict[str, Any]:
    now = clock.now()
    found = room_now(request.actor, row, now=now)
    keeps, holds = can_keep(request.actor, row), can_hold(request.actor, row)
    context = {
        "meeting": row,
        "state": sign(STATES, row.state),
        "running": row.state == MeetingState.IN_PROGRESS,
        "over": row.state in (MeetingState.CLOSED, MeetingState.CANCELLED),
        "seen": seen,
        "items": agenda_rows(found.lines, row, may=False),
        "current": found.current,
        "previous": found.previous,
        "upcoming": found.upcoming,
        "attendance": tables.attendance_rows(found),
        "here": any(one.person_id == request.actor.user_id for one in found.present),
        "keeps": keeps,
        "holds": holds,
        "me": request.actor.user_id,
    }
    return context | _table(found, now) | _desk(request, found, keeps=keeps)


def _table(found: Room, now: Any) -> dict[str, Any]:
    """What is on the table."""
    current, table = found.current, found.table
    if current is None or table is None or current.review is None:
        return {"on_table": None, "hidden": current is not None and current.review is None}
    shown = tables.votes_shown(found, current.item)
    return {
        "on_table": review_row(current.review),
        "clock": tables.clock_row(current.item, now),
        "criteria": tables.criteria_rows(table),
        "recommendation": tables.recommendation_row(table),
        "votes": tables.vote_rows(table, shown=shown, now=now),
        "decision": tables.decision_row(table),
        "waits": tables.waits_for(table),
        "notes": current.item.notes,
    }


def _desk(request: PageRequest, found: Room, *, keeps: bool) -> dict[str, Any]:
    """The forms of this person, and the key that changes when they must be shown anew."""
    current, table, person = found.current, found.table, request.actor.user_id
    seat = table.seat_of(person) if table is not None else None
    vote = table.panel.votes.get(seat.seat.person) if table is not None and seat is not None else None
    state = table.review.state if table is not None else ""
    votes = seat is not None and state == ReviewState.IN_REVIEW
    mine = sign(BALLOTS, vote.ballot) if vote is not None else None
    here = any(one.person_id == person for one in found.present)
    decides = seat is not None and state == ReviewState.PROPOSED
    item = current.item if current is not None and current.review is not None else None
    actions = list(actions_of(request.actor, found.meeting))
    form = VoteForm(last_gate=table.last_gate, initial={"ballot": vote.ballot if vote else None}) if votes and table else None
    return {
        "desk": tables.keys([found.meeting.state, item.pk if item else 0, state, vote.id if vote else 0, int(here), int(keeps)]),
        "pad": tables.keys([found.meeting.state, item.pk if item else 0, int(keeps), len(actions), *(one.pk for one in actions)]),
        "pad_notes": item.notes if item is not None else found.meeting.notes,
        "item": item,
        "vote_form": form if here else None,
        "must_arrive": votes and not here,
        "my_vote": mine,
        "my_vote_id": vote.id if vote else "",
        "decide_url": route("gates:decide", table.review.pk) if decides and table is not None else "",
        "action_form": _action_form(found.meeting) if keeps and found.meeting.state == MeetingState.IN_PROGRESS else None,
        "actions": actions,
    }


def _action_form(meeting: Meeting) -> ActionForm:
    return ActionForm(people=people.invitable(meeting)[:500], prefix="action")
