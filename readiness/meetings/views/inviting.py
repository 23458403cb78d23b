"""Inviting people, and their answers."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.initiatives.forms.fields import add_errors
from readiness.meetings.choices import Answer
from readiness.meetings.forms.room import PeopleForm
from readiness.meetings.queries.meetings import invitees
from readiness.meetings.queries.people import expected, invitable
from readiness.meetings.services import inviting as verbs
from readiness.meetings.services.rights import can_hold
from readiness.meetings.tables.meetings import invitee_rows
from readiness.meetings.views.access import PageRequest, done, get_meeting, get_meeting_for, get_person, page_of

MOST_OFFERED = 500


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: PageRequest, pk: int) -> HttpResponse:
    """Who should come is proposed: the panels, owners and sponsors, the chair. A POST without names sends what is outstanding."""
    row = get_meeting_for(request, pk, can_hold)
    form = PeopleForm(request.POST or None, offered=list(invitable(row)[:MOST_OFFERED]))
    if request.method == "POST" and form.is_valid():
        try:
            sent = verbs.invite(by=request.actor, meeting=row, people=form.chosen)
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            mails = ngettext("%d invitation leaves by mail.", "%d invitations leave by mail.", sent) % sent
            messages.success(request, mails if sent else _("Invitations leave when the meeting is opened."))
            return redirect(page_of(row, "invitees"))
    proposed, invited = expected(row), list(invitees(row))
    taken = {one.person_id for one in invited} | {person.pk for person in proposed}
    context = {
        "meeting": row,
        "proposed": proposed,
        "others": [person for person in form.offered.values() if person.pk not in taken],
        "invitees": invitee_rows(invited, row),
        "form": form,
    }
    return render(request, "meetings/invite.html", context, status=422 if form.errors else 200)


@require_POST
def uninvite(request: PageRequest, pk: int) -> HttpResponse:
    """Take somebody off."""
    row = get_meeting_for(request, pk, can_hold)
    person = get_person(request.POST.get("person", ""))
    return done(request, page_of(row, "invitees"), verbs.uninvite, meeting=row, person=person)


@require_POST
def answer(request: PageRequest, pk: int) -> HttpResponse:
    """Whether one comes."""
    row, said = get_meeting(request, pk), request.POST.get("answer", "")
    if said not in set(Answer):
        messages.error(request, _("Say whether you come."))
        return redirect(page_of(row))
    return done(request, page_of(row), verbs.answer, meeting=row, said=Answer(said), says=_("Thank you; it is noted."))
