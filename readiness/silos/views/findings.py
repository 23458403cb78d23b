"""The list of findings, one finding, and what a person makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from readiness.silos.choices import DEFINITIONS, FindingKind, FindingState
from readiness.silos.filters import FindingFilter
from readiness.silos.forms.filters import bar
from readiness.silos.forms.judging import JudgeForm, OwnerForm
from readiness.silos.models import Finding
from readiness.silos.queries import findings as reading
from readiness.silos.queries.bills import unmapped_services
from readiness.silos.queries.people import owners_of
from readiness.silos.queries.picking import capability_names
from readiness.silos.queries.proof import MOST_SHOWN, history, proof_rows, visible_count
from readiness.silos.rules.lifecycle import NEXT
from readiness.silos.services.judging import StaleFinding, assign, can_judge, judge
from readiness.silos.tables import findings as tables
from readiness.silos.tables import words
from readiness.silos.tables.frame import route, tabs
from readiness.silos.views.access import PageRequest, get_finding
from readiness.silos.views.listing import dressed

CHUNK = 500


@require_safe
def findings(request: PageRequest) -> HttpResponse:
    """Every finding that the reader sees, the largest saving first."""
    actor, query = request.actor, request.GET
    found = FindingFilter(_asked(query), queryset=reading.visible(actor), request=request)
    form = _bar(actor, found)
    rows = reading.ordered(reading.finding_rows(actor, found.qs), query.get("sort", ""))
    page = page_of(rows, page_number(query.get("page", "")))
    context = {
        "rows": dressed(actor, page.rows), "headline": tables.headline(reading.counts(actor)), "form": form,
        "tabs": tabs("findings"), "money": actor.may_somewhere(Action.MONEY), "total": found.qs.count(),
        "run": reading.newest_run(demo=actor.showing_demo), "amount": reading.distinct_amount(actor, found.qs),
        "unmapped": unmapped_services(actor), **_paging(request, page),
    }  # fmt: skip
    return render(request, "silos/findings.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """What the list shows under the same address, hidden values hidden the same way."""
    if fmt not in tables.EXPORTS:
        raise Http404
    lines, content_type = tables.EXPORTS[fmt]
    actor = request.actor
    found = FindingFilter(request.GET, queryset=reading.visible(actor), request=request)
    rows = list(reading.ordered(reading.finding_rows(actor, found.qs), request.GET.get("sort", "")))
    response = StreamingHttpResponse(lines(_in_parts(request, rows)), content_type=content_type)
    name = f"silo-findings{'-demo' if actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def finding(request: PageRequest, pk: int) -> HttpResponse:
    """One finding: what proves it, what it may save and on which assumptions, what became of it."""
    actor, held = request.actor, get_finding(request, pk)
    row = reading.one(actor, pk)
    if row is None:
        raise Http404
    (shown,) = dressed(actor, [row])
    seen = visible_count(actor, pk)
    may_judge = can_judge(actor, held)
    context = {
        "row": shown, "groups": tables.proof(proof_rows(actor, pk)), "seen": seen, "cut": max(0, seen - MOST_SHOWN),
        "others": seen < held.rows_count, "steps": tables.steps(history(actor, held)), "may_judge": may_judge,
        "actions": _actions(held) if may_judge else [], "definition": DEFINITIONS[FindingKind(held.kind)],
        "rule_url": reverse("silos:rules") + f"#{held.kind}", "what_if_url": f"{reverse('silos:what_if')}?finding={pk}",
        "history_url": route("activity:history", "silos_finding", pk), "tabs": tabs("findings"),
        "crumbs": [{"label": _("Silo findings"), "url": reverse("silos:findings")}],
    }  # fmt: skip
    return render(request, "silos/finding.html", context)


@require_http_methods(["GET", "POST"])
def step(request: PageRequest, pk: int, state: str) -> HttpResponse:
    """Accept, dismiss, call done or open again: a page that asks once, with the reason."""
    if state not in set(FindingState):
        raise Http404
    held, to = _judged(request, pk), FindingState(state)
    form = JudgeForm(request.POST or None, state=to, initial={"version": held.version})
    if request.method == "POST" and form.is_valid():
        try:
            judge(
                by=request.actor, finding=held, state=to, reason=form.cleaned_data["reason"], version=form.cleaned_data["version"]
            )
            messages.success(request, _("Saved: %s.") % words.STATES[to][0])
            return redirect("silos:finding", pk)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleFinding:
            form.add_error(None, _("Somebody else changed it meanwhile. Look at the finding again before you decide."))
    return _form(request, held, form, words.ACTIONS[to][0])


@require_http_methods(["GET", "POST"])
def owner(request: PageRequest, pk: int) -> HttpResponse:
    """Say who looks after it."""
    held = _judged(request, pk)
    initial = {"version": held.version, "owner": str(held.owner_id or "")}
    form = OwnerForm(request.POST or None, people=owners_of(held), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            assign(by=request.actor, finding=held, owner=form.chosen(), version=form.cleaned_data["version"])
            messages.success(request, _("Saved."))
            return redirect("silos:finding", pk)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleFinding:
            form.add_error(None, _("Somebody else changed it meanwhile. Look at the finding again before you decide."))
    return _form(request, held, form, _("Hand over"))


def _form(request: PageRequest, held: Finding, form: forms.Form, submit: Any) -> HttpResponse:
    row = reading.one(request.actor, held.pk)
    assert row is not None
    (shown,) = dressed(request.actor, [row])
    context = {"row": shown, "form": form, "submit": submit, "cancel_url": reverse("silos:finding", args=[held.pk])}
    return render(request, "silos/judge.html", context, status=422 if form.errors else 200)


def _judged(request: PageRequest, pk: int) -> Finding:
    """A finding that this person may judge; 403 where it is visible but not theirs."""
    held = get_finding(request, pk)
    if not can_judge(request.actor, held):
        raise PermissionDenied(_("Only those who judge silos for all of its units may do that."))
    return held


def _actions(held: Finding) -> list[dict[str, Any]]:
    allowed = NEXT[FindingState(held.state)]
    return [
        {"label": label, "icon": icon, "state": state.value, "url": reverse("silos:step", args=[held.pk, state.value])}
        for state, (label, icon) in words.ACTIONS.items()
        if state in allowed
    ]


def _asked(query: QueryDict) -> QueryDict:
    """The bar shows what the list does unless somebody asks for something else: what the last run found."""
    asked = query.copy()
    asked.setdefault("seen", "now")
    return asked


def _bar(actor: Any, found: FindingFilter) -> forms.Form:
    return bar(found.form, unit_rows(actor), capability_names())


def _in_parts(request: PageRequest, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(rows), CHUNK):
        yield from dressed(request.actor, rows[start : start + CHUNK])


def _paging(request: PageRequest, page: Any) -> dict[str, Any]:
    """What a list says of its pages; everything in force stays in the address."""
    kept = request.GET.copy()
    kept.pop("page", None)
    address = kept.urlencode()
    return {
        "first": page.first, "last": page.last, "query": address, "filtered": bool(request.GET),
        "previous_url": f"?{address}&page={page.number - 1}" if page.number > 1 else "",
        "next_url": f"?{address}&page={page.number + 1}" if page.more else "",
    }  # fmt: skip
