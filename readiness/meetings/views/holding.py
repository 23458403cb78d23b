"""What is pressed while a meeting goes on; every button comes back to the room."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from readiness.gates.choices import Ballot
from readiness.gates.services.voting import cast
from readiness.meetings.forms.room import VoteForm
from readiness.meetings.services import room as verbs
from readiness.meetings.services.rights import can_hold
from readiness.meetings.views.access import PageRequest, done, get_item, get_meeting, get_meeting_for, get_person, room_of
from readiness.meetings.views.planning import confirm


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PageRequest, pk: int) -> HttpResponse:
    """The meeting begins."""
    row = get_meeting_for(request, pk, can_hold)
    if request.method == "POST":
        return done(request, room_of(row), verbs.start_meeting, meeting=row)
    text = _("From now on items can be taken up, and everybody who is there is counted.")
    return confirm(request, _("Begin the meeting"), text, _("Begin"), room_of(row))


@require_POST
def start_item(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Take up an item."""
    row = get_meeting_for(request, pk, can_hold)
    return done(request, room_of(row), verbs.start_item, item=get_item(request, row, item))


@require_POST
def end_item(request: PageRequest, pk: int) -> HttpResponse:
    """The current item is over."""
    row = get_meeting_for(request, pk, can_hold)
    return done(request, room_of(row), verbs.end_item, meeting=row)


@require_POST
def show_votes(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Before all are cast."""
    row = get_meeting(request, pk)
    return done(request, room_of(row), verbs.show_votes, item=get_item(request, row, item))


@require_POST
def attend(request: PageRequest, pk: int) -> HttpResponse:
    """Somebody is there: oneself, or whom the chair names."""
    row = get_meeting(request, pk)
    return done(request, room_of(row), verbs.attend, meeting=row, person=get_person(request.POST.get("person", "")))


@require_POST
def leave(request: PageRequest, pk: int) -> HttpResponse:
    """Somebody left."""
    row = get_meeting(request, pk)
    return done(request, room_of(row), verbs.leave, meeting=row, person=get_person(request.POST.get("person", "")))


@require_POST
def vote(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Vote on one's seat of the review that is on the table."""
    row = get_meeting(request, pk)
    found, form, seen = get_item(request, row, item), VoteForm(request.POST), request.POST.get("seen", "")
    ballot = request.POST.get("ballot", "")
    if not form.is_valid() or ballot not in set(Ballot):
        messages.error(request, _("Choose how you vote."))
        return redirect(room_of(row))
    return done(
        request, room_of(row), cast, review=found.review, ballot=Ballot(ballot), rationale=form.cleaned_data["rationale"],
        supersedes=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else None, says=_("Your vote is cast."),
    )  # fmt: skip
