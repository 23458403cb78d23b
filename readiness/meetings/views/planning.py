"""Scheduling a meeting, moving it, opening it, calling it off."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import people, unit_trail, units_where
from portfolio.initiatives.forms.fields import add_errors
from readiness.meetings.forms.meetings import MeetingForm
from readiness.meetings.queries.people import invitable
from readiness.meetings.services.inviting import open_meeting
from readiness.meetings.services.locking import StaleMeeting
from readiness.meetings.services.rights import can_hold, can_plan
from readiness.meetings.services.schedule import cancel_meeting, change_meeting, schedule_meeting
from readiness.meetings.views.access import PageRequest, done, get_meeting_for, page_of

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def new(request: PageRequest) -> HttpResponse:
    """A draft: date, place, chair. Its agenda comes on its page."""
    units = list(units_where(request.actor, Action.GATE))
    if not units:
        raise PermissionDenied(_("Your roles do not allow this. A program manager plans meetings."))
    form = MeetingForm(request.POST or None, units=units, people=people(request.actor), trails=unit_trail(units))
    if request.method == "POST" and form.is_valid():
        demo = request.actor.showing_demo
        try:
            made = schedule_meeting(by=request.actor, unit=form.chosen_unit, demo=demo, **form.values)
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("The meeting is a draft; put reviews on its agenda and invite people."))
            return redirect("meetings:meeting", made.pk)
    context = {"form": form, "title": _("Plan a meeting"), "action": request.path, "cancel_url": reverse("meetings:list")}
    return render(request, "meetings/form.html", context, status=422 if form.errors else 200)


@require_http_methods(METHODS)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Date, place, chair; who is invited is mailed again where calendars must hear of it."""
    row = get_meeting_for(request, pk, can_plan)
    form = MeetingForm(request.POST or None, people=invitable(row), meeting=row)
    stale = None
    if request.method == "POST" and form.is_valid():
        try:
            change_meeting(by=request.actor, meeting=row, changes=form.values, version=form.cleaned_data["version"] or 0)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleMeeting as problem:
            stale = problem.current
            form.data = {**request.POST.dict(), "version": str(stale.version)}
        else:
            messages.success(request, _("The meeting is changed."))
            return redirect(page_of(row))
    context = {
        "form": form, "title": _("Change the meeting"), "action": request.path, "cancel_url": page_of(row), "theirs": stale,
    }  # fmt: skip
    return render(request, "meetings/form.html", context, status=409 if stale else 422 if form.errors else 200)


@require_http_methods(METHODS)
def open_(request: PageRequest, pk: int) -> HttpResponse:
    """The agenda stands: invitations leave."""
    row = get_meeting_for(request, pk, can_hold)
    if request.method == "POST":
        return done(request, page_of(row), open_meeting, meeting=row, says=_("The meeting is open; invitations leave."))
    count = row.invitees.count()
    text = ngettext("%d invitation leaves by mail.", "%d invitations leave by mail.", count) % count
    return confirm(
        request, _("Open the meeting"), f"{text} {_('Whoever is invited sees the agenda.')}", _("Open it"), page_of(row)
    )


@require_http_methods(METHODS)
def cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Call it off."""
    row = get_meeting_for(request, pk, can_plan)
    if request.method == "POST":
        return done(request, page_of(row), cancel_meeting, meeting=row, says=_("The meeting is cancelled."))
    text = _("Its reviews are planned again and can go on another agenda. Calendars of those who are invited take it out.")
    return confirm(request, _("Cancel the meeting"), text, _("Cancel the meeting"), page_of(row), danger=True)


def confirm(
    request: PageRequest, title: str, text: str, submit: str, back: str, *, danger: bool = False
) -> HttpResponse:  # fmt: skip
    """A page that asks once; as a dialog where scripts run."""
    context = {
        "title": title, "text": text, "action": request.path, "submit": submit, "danger": danger, "cancel_url": back,
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)
