"""Waivers: the list, one with its steps, asking for one, and each step, asked for once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.gates.filters.waivers import WaiverFilter
from readiness.gates.forms.bars import GatesBar
from readiness.gates.forms.steps import local
from readiness.gates.forms.waivers import ExtendForm, NoteForm, WaiverForm, WhyForm
from readiness.gates.models import Waiver
from readiness.gates.queries import listed
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules.waivers import fold
from readiness.gates.services import waivers as verbs
from readiness.gates.tables import waivers as tables
from readiness.gates.tables.frame import crumbs, tabs
from readiness.gates.tables.words import WAIVERS, sign
from readiness.gates.views.access import PageRequest, get_open_review, get_waiver
from readiness.gates.views.answering import ask
from readiness.gates.views.rights import may, require
from readiness.gates.views.voting import criterion_of

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def waivers(request: PageRequest) -> HttpResponse:
    """The newest first."""
    seen = listed.waivers(request.actor, clock.now())
    rows = WaiverFilter(request.GET, queryset=seen).qs
    page = page_of(listed.waiver_rows(rows).order_by("-id"), page_number(request.GET.get("page", "")))
    states = dict(seen.order_by().values_list("standing").annotate(n=Count("pk")))
    options = {"state": [(key, word) for key, (word, _icon) in WAIVERS.items()]}
    context = {
        "tabs": tabs("waivers"),
        "headline": tables.waivers_headline(states),
        "form": GatesBar(request.GET, units=unit_rows(request.actor), options=options),
        "rows": tables.waiver_rows(page.rows),
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
    }
    return render(request, "gates/waivers.html", context)


@require_safe
def waiver(request: PageRequest, pk: int) -> HttpResponse:
    """What was asked, what makes up for it, until when, and every step."""
    row = get_waiver(request, pk)
    now = fold(events_of([pk])[pk], clock.now())
    context = {
        "row": row,
        "now": now,
        "crumbs": crumbs((_("Waivers"), reverse("gates:waivers"))),
        "headline": tables.waiver_headline(row),
        "state": sign(WAIVERS, row.standing),  # type: ignore[attr-defined]  # annotated
        "history": tables.waiver_history(row.events.select_related("by")),
        **_offered(request, row, now),
    }
    return render(request, "gates/waiver.html", context)


def _offered(request: PageRequest, row: Waiver, now: Any) -> dict[str, Any]:
    own = request.actor.user_id in (row.initiative.owner_id, row.initiative.sponsor_id)
    return tables.waiver_steps(
        row.pk, now, request.actor.user_id, decides=may(request, row.initiative, Action.DECIDE) and not own,
        asks=may(request, row.initiative, Action.WAIVE, own=True), manages=may(request, row.initiative, Action.GATE),
    )  # fmt: skip


@FORM
def waive(request: PageRequest, pk: int, key: str) -> HttpResponse:
    """Ask for one of a criterion of a review's gate."""
    row = get_open_review(request, pk)
    require(request, row.initiative, Action.WAIVE, own=True)
    criterion = criterion_of(row, key)
    form = WaiverForm(request.POST or None)
    return ask(
        request,
        lambda given: verbs.propose_waiver(by=request.actor, initiative=row.initiative, gate=row.gate, criterion=key, **given),
        form=form, title=_("Ask for a waiver"), text=criterion.text, submit=_("Ask for it"),
        done=_("Asked for. A gatekeeper who is not you decides."),
        back=reverse("gates:review", args=[pk]) + f"#criterion-{key}",
    )  # fmt: skip


def _step(
    request: PageRequest, pk: int, verb: Callable[..., Any], *actions: Action, form: forms.Form | None = None, own: bool = False,
    **words: Any,
) -> HttpResponse:  # fmt: skip
    row = get_waiver(request, pk)
    require(request, row.initiative, *actions, own=own)
    return ask(
        request, lambda given: verb(by=request.actor, waiver=row, **given), form=form, back=reverse("gates:waiver", args=[pk]),
        **words,
    )  # fmt: skip


@FORM
def waiver_review(request: PageRequest, pk: int) -> HttpResponse:
    return _step(
        request, pk, verbs.review_waiver, Action.DECIDE, Action.GATE, title=_("Take up the waiver for review"),
        text=_("From now on a gatekeeper's approval or rejection is awaited."), submit=_("Take it up"),
        done=_("It is under review."),
    )  # fmt: skip


@FORM
def waiver_approve(request: PageRequest, pk: int) -> HttpResponse:
    return _step(
        request, pk, verbs.approve_waiver, Action.DECIDE, form=NoteForm(request.POST or None), title=_("Approve the waiver"),
        text=_("The criterion then counts as waived until its end: never as met. Whoever asked for it cannot approve it."),
        submit=_("Approve"), done=_("Approved."),
    )  # fmt: skip


@FORM
def waiver_reject(request: PageRequest, pk: int) -> HttpResponse:
    return _step(
        request, pk, verbs.reject_waiver, Action.DECIDE, form=WhyForm(request.POST or None), title=_("Reject the waiver"),
        text=_("Of an extension: the waiver runs until its old end."), submit=_("Reject"), done=_("Rejected."), danger=True,
    )  # fmt: skip


@FORM
def waiver_extend(request: PageRequest, pk: int) -> HttpResponse:
    row = get_waiver(request, pk)
    now = fold(events_of([pk])[pk], clock.now())
    first = {"reason": now.reason, "measure": now.measure, "expires_at": local(row.expires_at)}
    return _step(
        request, pk, verbs.extend_waiver, Action.WAIVE, own=True, form=ExtendForm(request.POST or None, initial=first),
        title=_("Ask for an extension"), text=_("It goes back to review. Until that is through the old end holds."),
        submit=_("Ask for it"), done=_("Asked for."),
    )  # fmt: skip


@FORM
def waiver_revoke(request: PageRequest, pk: int) -> HttpResponse:
    return _step(
        request, pk, verbs.revoke_waiver, Action.DECIDE, Action.GATE, Action.WAIVE, own=True,
        form=WhyForm(request.POST or None), title=_("Revoke the waiver"),
        text=_("From now on the criterion counts as it is judged."), submit=_("Revoke"), done=_("Revoked."), danger=True,
    )  # fmt: skip
