"""Notes and actions, written while the meeting goes on."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readiness.meetings.forms.room import ActionForm, NotesForm
from readiness.meetings.models import AgendaItem, Meeting
from readiness.meetings.queries.people import invitable
from readiness.meetings.services import actions as verbs
from readiness.meetings.services.minutes import write_notes
from readiness.meetings.views.access import PageRequest, done, get_action, get_item, get_meeting, page_of, room_of


@require_POST
def notes(request: PageRequest, pk: int, item: int | None = None) -> HttpResponse:
    """Notes of an item or of the meeting. With scripts they are saved as one types, and what was typed stays."""
    row = get_meeting(request, pk)
    found = get_item(request, row, item) if item is not None else None
    form = NotesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The notes are too long."))
        return redirect(room_of(row))
    text = form.cleaned_data["notes"]
    arguments = {"meeting": row, "item": found, "text": text, "seen": form.cleaned_data["seen"]}
    if not request.htmx:
        return done(request, room_of(row), write_notes, says=_("The notes are saved."), **arguments)
    try:
        write_notes(by=request.actor, **arguments)
    except ValidationError as problem:
        return _saved(request, row, found, problem=" ".join(problem.messages))
    return _saved(request, row, found)


def _saved(request: PageRequest, row: Meeting, item: AgendaItem | None, problem: str = "") -> HttpResponse:
    """Whether it is saved, and what the next save begins from."""
    target = item or row
    target.refresh_from_db(fields=["notes"])
    context = {"seen": target.notes, "problem": problem}
    return render(request, "meetings/notes_saved.html", context, status=409 if problem else 200)


@require_POST
def add_action(request: PageRequest, pk: int) -> HttpResponse:
    """What somebody takes on, for the item that is on the table or for the meeting."""
    row = get_meeting(request, pk)
    item = request.POST.get("item", "")
    found = get_item(request, row, int(item)) if item.isascii() and item.isdigit() and len(item) < 18 else None
    form = ActionForm(request.POST, people=invitable(row), prefix="action")
    if not form.is_valid():
        messages.error(request, _("An action needs words, somebody who does it, and a day."))
        return redirect(room_of(row))
    given = {"text": form.cleaned_data["text"], "owner": form.chosen_owner, "due": form.cleaned_data["due"]}
    return done(request, room_of(row), verbs.add_action, meeting=row, item=found, says=_("The action is noted."), **given)


@require_POST
def remove_action(request: PageRequest, pk: int, action: int) -> HttpResponse:
    """While the meeting goes on."""
    row = get_meeting(request, pk)
    return done(request, room_of(row), verbs.remove_action, action=get_action(request, row, action))


@require_POST
def finish_action(request: PageRequest, pk: int, action: int) -> HttpResponse:
    """It is done."""
    row = get_meeting(request, pk)
    return done(request, page_of(row, "actions"), verbs.finish_action, action=get_action(request, row, action))
