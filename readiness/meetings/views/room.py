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
from readiness.meetings.queries.room import pulse
from readiness.meetings.services.rights import can_hold, can_keep
from readiness.meetings.tables.room import keys
from readiness.meetings.views.access import PageRequest
from readiness.meetings.views.followed import Followed, followed

MOST_OFFERED = 500


@require_safe
def room(request: PageRequest, pk: int) -> HttpResponse:
    """The whole page."""
    context = _context(request, pk, pulse(request.actor, pk))
    return render(request, "meetings/room.html", context | _pad(context))


@require_safe
def live(request: PageRequest, pk: int) -> HttpResponse:
    """204 while nothing changed since `seen`; else the piece anew, with the forms where theirs changed too."""
    seen = pulse(request.actor, pk)
    if seen is not None and seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    context = _context(request, pk, seen)
    for part in ("desk", "pad"):
        context[f"swap_{part}"] = context[part] != request.GET.get(part)
    if context["swap_pad"]:
        context |= _pad(context)
    return render(request, "meetings/room_live.html", context)


def _context(request: PageRequest, pk: int, seen: str | None) -> dict[str, Any]:
    """What all look at, with what is this person's own; 404 where the meeting is not theirs to see."""
    found = followed(request.actor, pk, seen, now=clock.now()) if seen is not None else None
    if found is None:
        raise Http404
    row, person = found.room.meeting, request.actor.user_id
    keeps, holds = can_keep(request.actor, row), can_hold(request.actor, row)
    here = any(one.person_id == person for one in found.room.present)
    own = {
        "seen": seen,
        "here": here,
        "keeps": keeps,
        "holds": holds,
        "me": person,
        "shown": "" if keeps else found.shown,
        "actions": found.actions,
    }
    return found.context | own | _desk(found, person, here=here, keeps=keeps)


def _desk(found: Followed, person: int | None, *, here: bool, keeps: bool) -> dict[str, Any]:
    """The forms of this person, and the keys that change when they must be shown anew."""
    current, table = found.room.current, found.room.table
    seat = table.seat_of(person) if table is not None else None
    vote = table.panel.votes.get(seat.seat.person) if table is not None and seat is not None else None
    state = table.review.state if table is not None else ""
    votes = seat is not None and state == ReviewState.IN_REVIEW
    item = current.item if current is not None and current.review is not None else None
    form = VoteForm(last_gate=table.last_gate, initial={"ballot": vote.ballot if vote else None}) if votes and table else None
    where = [found.room.meeting.state, item.pk if item else 0]
    return {
        "desk": keys([*where, state, vote.id if vote else 0, int(here), int(keeps)]),
        "pad": keys([*where, int(keeps), *(one.pk for one in found.actions)]),
        "item": item,
        "vote_form": form if here else None,
        "must_arrive": votes and not here,
        "my_vote": sign(BALLOTS, vote.ballot) if vote is not None else None,
        "my_vote_id": vote.id if vote else "",
        "decide_url": route("gates:decide", table.review.pk) if table is not None and _decides(state, seat) else "",
    }


def _decides(state: str, seat: object) -> bool:
    return seat is not None and state == ReviewState.PROPOSED


def _pad(context: dict[str, Any]) -> dict[str, Any]:
    """Notes and actions, for those who keep them."""
    row, item = context["meeting"], context["item"]
    writes = context["keeps"] and row.state == MeetingState.IN_PROGRESS
    return {
        "pad_notes": item.notes if item is not None else row.notes,
        "action_form": _action_form(row) if writes else None,
    }


def _action_form(meeting: Meeting) -> ActionForm:
    return ActionForm(people=people.invitable(meeting)[:MOST_OFFERED], prefix="action")
