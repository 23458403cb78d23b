"""Moving a review: schedule, open, withdraw and the rest, each asked for once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.gates.choices import Mode
from readiness.gates.forms.steps import MigrateForm, NoteForm, OpenForm, ReopenForm, ScheduleForm, local
from readiness.gates.models import Review
from readiness.gates.queries.templates import published
from readiness.gates.services import evaluating
from readiness.gates.services import reviews as verbs
from readiness.gates.views.access import PageRequest, get_review
from readiness.gates.views.answering import ask
from readiness.gates.views.rights import require

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _managed(request: PageRequest, pk: int) -> tuple[Review, str]:
    row = get_review(request, pk)
    require(request, row.initiative, Action.GATE)
    return row, reverse("gates:review", args=[pk])


@FORM
def schedule(request: PageRequest, pk: int) -> HttpResponse:
    row, back = _managed(request, pk)
    form = ScheduleForm(request.POST or None, initial={"at": local(row.scheduled_at)})
    return ask(
        request, lambda given: verbs.schedule_review(by=request.actor, review=row, at=given["at"]), form=form, back=back,
        title=_("Schedule the review"), text=_("The panel is told, and what is missing until then is shown to who owes it."),
        submit=_("Schedule"), done=_("Scheduled."),
    )  # fmt: skip


@FORM
def unschedule(request: PageRequest, pk: int) -> HttpResponse:
    row, back = _managed(request, pk)
    return ask(
        request, lambda _given: verbs.unschedule_review(by=request.actor, review=row), back=back,
        title=_("Take the review off the calendar"), text=_("It stays planned and can be scheduled again."),
        submit=_("Take it off"), done=_("It has no date any more."),
    )  # fmt: skip


@FORM
def open_(request: PageRequest, pk: int) -> HttpResponse:
    """In a meeting, or in writing with the end of its window."""
    row, back = _managed(request, pk)
    form = OpenForm(request.POST or None, initial={"mode": row.mode})
    return ask(
        request,
        lambda given: verbs.open_review(
            by=request.actor, review=row, mode=Mode(given["mode"]), window_ends_at=given["window_ends_at"]
        ),
        form=form, back=back, title=_("Open the review for votes"),
        text=_("From now on the panel votes. In a meeting the votes of those who are there count."), submit=_("Open"),
        done=_("The review is open."),
    )  # fmt: skip


@FORM
def lapse(request: PageRequest, pk: int) -> HttpResponse:
    row, back = _managed(request, pk)
    return ask(
        request, lambda _given: verbs.lapse_review(by=request.actor, review=row), back=back,
        title=_("End the vote without a decision"), text=_("The review is planned again; the votes are kept in its history."),
        submit=_("End the vote"), done=_("The vote has ended, nothing was decided."),
    )  # fmt: skip


@FORM
def reopen(request: PageRequest, pk: int) -> HttpResponse:
    """By program managers, and by gatekeepers of the unit."""
    row = get_review(request, pk)
    require(request, row.initiative, Action.GATE, Action.DECIDE)
    form = ReopenForm(request.POST or None)
    return ask(
        request, lambda given: verbs.reopen_review(by=request.actor, review=row, **given), form=form,
        back=reverse("gates:review", args=[pk]), title=_("Open the review again for votes"),
        text=_("Votes that were cast stay in effect until somebody votes anew."), submit=_("Open again"),
        done=_("The review is open again."),
    )  # fmt: skip


@FORM
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    row, back = _managed(request, pk)
    form = NoteForm(request.POST or None)
    return ask(
        request, lambda given: verbs.withdraw_review(by=request.actor, review=row, note=given["note"]), form=form, back=back,
        title=_("Withdraw the review"), text=_("It ends without a decision. Another one can be planned for the same gate."),
        submit=_("Withdraw"), done=_("Withdrawn."), danger=True,
    )  # fmt: skip


@FORM
def again(request: PageRequest, pk: int) -> HttpResponse:
    row, back = _managed(request, pk)
    return ask(
        request, lambda _given: verbs.review_again(by=request.actor, review=row), back=back, title=_("Start another round"),
        text=_("The same review is planned again. Its decision, votes and judgements of before stay in the record."),
        submit=_("Start"), done=_("Another round is planned."),
    )  # fmt: skip


@FORM
def close(request: PageRequest, pk: int) -> HttpResponse:
    row, back = _managed(request, pk)
    return ask(
        request, lambda _given: verbs.close_review(by=request.actor, review=row), back=back, title=_("Close the review"),
        text=_("The decision stands; its conditions and drift are still watched."), submit=_("Close"), done=_("Closed."),
    )  # fmt: skip


@FORM
def migrate(request: PageRequest, pk: int) -> HttpResponse:
    """To another version of the template, or to another template of the lifecycle."""
    row, back = _managed(request, pk)
    found = published(row.template.lifecycle).exclude(pk=row.template_id)
    choices = [(str(one.pk), str(one)) for one in found]
    form = MigrateForm(request.POST or None, choices=choices)
    return ask(
        request,
        lambda given: verbs.migrate_review(
            by=request.actor, review=row, template=get_object_or_404(found, pk=given["template"])
        ),
        form=form, back=back, title=_("Move the review to another template version"),
        text=_("Judgements and waivers go along where a criterion means the same; the others are asked for anew."),
        submit=_("Move"), done=_("The review follows another version now."),
    )  # fmt: skip


@require_POST
def evaluate(request: PageRequest, pk: int) -> HttpResponse:
    """Judge all criteria anew; the answer is the same for the same facts."""
    row = get_review(request, pk)
    require(request, row.initiative, Action.GATE, Action.DECIDE, Action.WAIVE, own=True)
    return ask(
        request, lambda _given: evaluating.evaluate([row.pk], why="asked", now=clock.now(), by=request.actor), title="", text="",
        submit="", done=_("Evaluated anew."), back=reverse("gates:review", args=[pk]),
    )  # fmt: skip
