"""The list of meetings, and the page of one."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.gates.tables.needs import route
from readiness.gates.tables.words import sign
from readiness.meetings.choices import AHEAD, ENDED, MeetingState
from readiness.meetings.models import Invitee
from readiness.meetings.queries import meetings as queries
from readiness.meetings.services.rights import can_hold, can_keep, can_plan
from readiness.meetings.tables import meetings as tables
from readiness.meetings.tables.words import ANSWERS, STATES
from readiness.meetings.views.access import PageRequest, get_meeting

PAGE = 20
MOST_COMING = 60


@require_safe
def meetings(request: PageRequest) -> HttpResponse:
    """What is ahead, and what was, page by page."""
    page = Paginator(queries.past(request.actor), PAGE).get_page(request.GET.get("page"))
    coming = [tables.meeting_row(row) for row in queries.coming(request.actor)[:MOST_COMING]]
    context = {
        "coming": coming,
        "past": [tables.meeting_row(row) for row in page],
        "page": page,
        "may": request.actor.may_somewhere(Action.GATE),
        "next": coming[0] if coming else None,
    }
    return render(request, "meetings/list.html", context)


@require_safe
def meeting(request: PageRequest, pk: int) -> HttpResponse:
    """Agenda, who is invited, the pack, and what can be done next."""
    row = get_meeting(request, pk)
    lines, plans = queries.agenda(request.actor, row), can_plan(request.actor, row) and row.state not in ENDED
    invited = list(queries.invitees(row))
    mine: Invitee | None = next((one for one in invited if one.person_id == request.actor.user_id), None)
    moved = request.GET.get("moved", "")
    total = sum(line.item.minutes for line in lines)
    context = {
        "meeting": row,
        "state": sign(STATES, row.state),
        "headline": tables.headline(row, lines, total),
        "items": tables.agenda_rows(lines, row, may=plans, moved=int(moved) if moved.isdigit() and len(moved) < 18 else None),
        "total": total,
        "invitees": tables.invitee_rows(invited, row),
        "old_invitations": sum(1 for one in invited if one.sent_sequence is not None and one.sent_sequence < row.sequence),
        "actions": list(queries.actions_of(request.actor, row)),
        "mine": mine,
        "answers": [sign(ANSWERS, key) for key in ANSWERS if key],
        "plans": plans,
        "holds": can_hold(request.actor, row),
        "keeps": can_keep(request.actor, row),
        "ahead": row.state in AHEAD,
        "running": row.state == MeetingState.IN_PROGRESS,
        "packs_url": route("meetings:packs", row.pk),
        "soon": row.starts_at <= clock.now(),
    }
    return render(request, "meetings/meeting.html", context)
