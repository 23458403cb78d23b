"""Voting on one's own seat, arriving in the room, and judging what only a person can judge."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, RuleKind
from readiness.gates.forms.voting import JudgeForm, VoteForm
from readiness.gates.models import Review
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.templates.template import Criterion, Gate
from readiness.gates.services.judging import judge as say
from readiness.gates.services.panel.attendance import arrive as let_in
from readiness.gates.services.voting import cast
from readiness.gates.tables import panel
from readiness.gates.views.access import PageRequest, get_open_review, get_review
from readiness.gates.views.answering import ask, blame
from readiness.gates.views.reviews import context_of
from readiness.gates.views.rights import require


@require_POST
def vote(request: PageRequest, pk: int) -> HttpResponse:
    """On one's own seat; what cannot be taken comes back on the review's page with what was typed."""
    row = get_review(request, pk)
    form = VoteForm(request.POST, ballots=panel.ballots(last_gate=gate_of(row).last_before_production))
    if form.is_valid():
        given = form.cleaned_data
        try:
            cast(by=request.actor, review=row, ballot=Ballot(given["ballot"]), rationale=given["rationale"], supersedes=form.seen)
        except ValidationError as problem:
            blame(form, problem)
        else:
            messages.success(request, _("Your vote is cast."))
            return redirect(reverse("gates:review", args=[pk]) + "#panel")
    context = context_of(request, get_review(request, pk), form)
    if context["vote_form"] is None:
        for text in form.non_field_errors():
            messages.error(request, str(text))
    return render(request, "gates/review.html", context, status=422)


def gate_of(row: Review) -> Gate:
    return parsed(row.template).gate(row.gate)


@require_POST
def arrive(request: PageRequest, pk: int) -> HttpResponse:
    """Oneself, or whom a program manager sees in the room (`person`)."""
    row = get_review(request, pk)
    named = request.POST.get("person", "")
    who = get_object_or_404(User, pk=int(named)) if named.isascii() and named.isdigit() and len(named) < 10 else request.user
    return ask(
        request, lambda _given: let_in(by=request.actor, review=row, person=who), title="", text="", submit="",
        done=_("In the room."), back=reverse("gates:review", args=[pk]) + ("#vote" if who == request.user else "#panel"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: PageRequest, pk: int, key: str) -> HttpResponse:
    """A person's word on one criterion that asks for it."""
    row = get_open_review(request, pk)
    require(request, row.initiative, Action.GATE, Action.DECIDE, own=True)
    criterion = criterion_of(row, key)
    if criterion.rule.kind is not RuleKind.JUDGEMENT:
        raise Http404
    form = JudgeForm(request.POST or None)
    return ask(
        request,
        lambda given: say(
            by=request.actor, review=row, criterion=key, verdict=Verdict(given["verdict"]), note=given["note"],
            impossible=given["impossible"],
        ),
        form=form, title=criterion.text, text=criterion.why, submit=_("Judge"), done=_("Your judgement is kept."),
        back=reverse("gates:review", args=[pk]) + f"#criterion-{key}",
    )  # fmt: skip


def criterion_of(row: Review, key: str) -> Criterion:
    """Of the review's gate; 404 for any other key."""
    try:
        return gate_of(row).criterion(key)
    except KeyError:
        raise Http404 from None
