"""The one door of the pages of meetings: who asks, the scoped getters, and how a verb answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from readiness.meetings.models import Action, AgendaItem, Meeting
from readiness.meetings.queries.meetings import item_by_id, meetings


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails
    user: User


def get_meeting(request: PageRequest, pk: int) -> Meeting:
    """A visible meeting with its unit and chair; 404 for anything else."""
    row: Meeting = get_object_or_404(meetings(request.actor), pk=pk)
    return row


def get_meeting_for(request: PageRequest, pk: int, right: Callable[[Actor, Meeting], bool]) -> Meeting:
    """A visible meeting of which the person has `right` (services.rights); 404 or 403."""
    row = get_meeting(request, pk)
    if not right(request.actor, row):
        raise PermissionDenied(_("Your roles do not allow this here. A program manager of the unit plans its meetings."))
    return row


def get_item(request: PageRequest, meeting: Meeting, pk: int) -> AgendaItem:
    """An item whose initiative the person sees; 404 for anything else."""
    found = item_by_id(request.actor, meeting, pk)
    if found is None:
        raise Http404
    return found


def get_action(request: PageRequest, meeting: Meeting, pk: int) -> Action:
    row: Action = get_object_or_404(Action.objects.filter(meeting=meeting), pk=pk)
    if row.item_id is not None:
        get_item(request, meeting, row.item_id)
    return row


def get_person(pk: str) -> User:
    """Somebody by what a form sent; 404 for anything else. Whether they may is the verb's to say."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 18):
        raise Http404
    return get_object_or_404(User.objects.filter(is_active=True), pk=int(pk))


def done(request: PageRequest, back: str, verb: Callable[..., Any], *, says: Any = "", **arguments: Any) -> HttpResponse:
    """Run a verb as this person and go back; what it objects to is told there."""
    try:
        verb(by=request.actor, **arguments)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        if says:
            messages.success(request, says)
    return redirect(back)


def page_of(meeting: Meeting, fragment: str = "") -> str:
    return reverse("meetings:meeting", args=[meeting.pk]) + (f"#{fragment}" if fragment else "")


def room_of(meeting: Meeting) -> str:
    return reverse("meetings:room", args=[meeting.pk])
