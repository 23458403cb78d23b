"""Closing a meeting, and its minutes."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from readiness.gates.choices import ReviewState
from readiness.gates.tables.needs import route
from readiness.meetings.choices import MeetingState
from readiness.meetings.models import Meeting
from readiness.meetings.queries.meetings import actions_of, agenda
from readiness.meetings.queries.minutes import decisions_of
from readiness.meetings.rules.minutes import without
from readiness.meetings.services.minutes import close_meeting
from readiness.meetings.services.rights import can_hold
from readiness.meetings.tables.meetings import agenda_rows
from readiness.meetings.views.access import PageRequest, done, get_meeting, get_meeting_for, room_of
from readiness.meetings.views.planning import confirm

UNDECIDED = (ReviewState.IN_REVIEW, ReviewState.PROPOSED)


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: PageRequest, pk: int) -> HttpResponse:
    """Lock the minutes; asks once, and says what is left undecided."""
    row = get_meeting_for(request, pk, can_hold)
    after = reverse("meetings:minutes", args=[pk])
    if request.method == "POST":
        back = after if row.state == MeetingState.IN_PROGRESS else room_of(row)
        return done(request, back, close_meeting, meeting=row, says=_("The minutes are locked, and mails with them leave."))
    undecided = row.items.filter(review__state__in=UNDECIDED).count()
    left = ngettext("%d review is left undecided.", "%d reviews are left undecided.", undecided) % undecided
    text = _("The minutes are locked as they are now and mailed to everybody concerned. What was not taken up is planned again.")
    return confirm(request, _("Close the meeting"), f"{left} {text}" if undecided else text, _("Close it"), room_of(row))


@require_safe
def minutes(request: PageRequest, pk: int) -> HttpResponse:
    """The locked text with its digest, and what was decided as a table."""
    row = get_meeting(request, pk)
    text, whole = minutes_for(request, row)
    lines = agenda(request.actor, row)
    assert row.started_at is not None
    decided = decisions_of([line.item for line in lines if line.review is not None], row.started_at)
    items = agenda_rows(lines, row, may=False)
    context = {
        "meeting": row,
        "text": text,
        "whole": whole,
        "items": [one | {"decision": decided.get(one.get("review", 0))} for one in items],
        "decided": len(decided),
        "actions": list(actions_of(request.actor, row)),
        "pdf_url": route("meetings:minutes_pdf", row.pk),
    }
    return render(request, "meetings/minutes.html", context)


@require_safe
def minutes_file(request: PageRequest, pk: int) -> HttpResponse:
    """The text as it was hashed, for whoever sees all of it."""
    row = get_meeting(request, pk)
    text, whole = minutes_for(request, row)
    if not whole:
        raise Http404
    name = f"minutes-{row.pk}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text.encode(), content_type="text/plain; charset=utf-8", headers=headers)


def minutes_for(request: PageRequest, row: Meeting) -> tuple[str, bool]:
    """The minutes as this reader may know them, and whether that is all of them; 404 before they are locked."""
    if row.state != MeetingState.CLOSED:
        raise Http404
    lines = agenda(request.actor, row)
    hidden = {place for place, line in enumerate(lines, start=1) if line.review is None}
    return without(row.minutes, hidden, _("An item of another unit")), not hidden
