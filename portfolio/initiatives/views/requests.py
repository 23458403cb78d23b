"""Requests: asking, the list, the answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.choices import RequestState
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.forms.requests import ACCEPT, MERGE, RequestForm, TriageForm
from portfolio.initiatives.models import Initiative, Request
from portfolio.initiatives.queries import lists
from portfolio.initiatives.queries.initiatives import unit_trail
from portfolio.initiatives.queries.pickers import pickers
from portfolio.initiatives.queries.requests import request_rows, requests_of, state_counts, with_request_money
from portfolio.initiatives.services.requests import accept_request, decline_request, merge_request, submit_request
from portfolio.initiatives.views.access import PageRequest, get_request, require

STATES = {
    RequestState.OPEN: gettext_lazy("Open"),
    RequestState.ACCEPTED: gettext_lazy("Accepted"),
    RequestState.MERGED: gettext_lazy("Merged"),
    RequestState.DECLINED: gettext_lazy("Declined"),
}


@require_safe
def requests(request: PageRequest) -> HttpResponse:
    """Requests of one state, open ones first to be seen; narrowed to a unit."""
    actor, query = request.actor, request.GET
    units = lists.unit_rows(actor)
    unit = query.get("unit", "")
    chosen = int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 19 else None
    state = query.get("state", "") if query.get("state", "") in set(RequestState) else RequestState.OPEN.value
    rows = requests_of(actor, unit=chosen)
    counts = state_counts(rows)
    page = lists.page_of(request_rows(actor, rows.filter(state=state)), lists.page_number(query.get("page", "")))
    for row in page.rows:
        row["trail"] = units[row["unit_id"]].trail if row["unit_id"] in units else row["unit_name"]
    least = min((row.depth for row in units.values()), default=0)
    context = {
        "rows": page.rows, "state": state, "total": counts[state], "all": sum(counts.values()), "headline": _headline(counts),
        "tabs": [_tab(s, label, state, counts, unit) for s, label in STATES.items()],
        "units": [(str(row.id), "\u2003" * (row.depth - least) + row.name) for row in units.values()], "unit": unit,
        "first": page.first, "last": page.last, "may_ask": actor.may_somewhere(Action.REQUEST),
        "previous_url": f"?state={state}&unit={chosen or ''}&page={page.number - 1}" if page.number > 1 else "",
        "next_url": f"?state={state}&unit={chosen or ''}&page={page.number + 1}" if page.more else "",
    }  # fmt: skip
    return render(request, "initiatives/requests.html", context)


def _headline(counts: dict[str, int]) -> str:
    waiting = counts[RequestState.OPEN]
    if not waiting:
        return _("No request waits for an answer")
    return ngettext("%d request waits for an answer", "%d requests wait for an answer", waiting) % waiting


def _tab(state: RequestState, label: Any, here: str, counts: dict[str, int], unit: str) -> dict[str, Any]:
    url = f"{reverse('initiatives:requests')}?state={state.value}" + (f"&unit={unit}" if unit.isdigit() else "")
    return {"label": label, "url": url, "active": state == here, "count": counts[state]}


@require_http_methods(["GET", "POST"])
def request_new(request: PageRequest) -> HttpResponse:
    """Write down what somebody asks for."""
    require(request, Action.REQUEST)
    form = RequestForm(request.POST or None, pickers=pickers(request.actor, action=Action.REQUEST))
    if request.method == "POST" and form.is_valid():
        try:
            made = submit_request(by=request.actor, demo=request.actor.showing_demo, **form.values())
            messages.success(request, _("Your request is in. A program manager of the unit answers it."))
            return redirect("initiatives:request", made.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"form": form, "back": reverse("initiatives:requests")}
    return render(request, "initiatives/request_form.html", context, status=422 if form.errors else 200)


@require_safe
def request_page(request: PageRequest, pk: int) -> HttpResponse:
    """What was asked, and the answer once there is one."""
    return _page(request, _one(request, pk), TriageForm())


@require_http_methods(["POST"])
def triage(request: PageRequest, pk: int) -> HttpResponse:
    """Accept, merge or decline, always with a reason."""
    asked = get_request(request, pk)
    require(request, Action.TRIAGE, asked.unit.path)
    form = TriageForm(request.POST)
    if form.is_valid():
        try:
            return _settle(request, asked, form)
        except ValidationError as problem:
            add_errors(form, problem)
    return _page(request, _one(request, pk), form, status=422)


def _settle(request: PageRequest, asked: Request, form: TriageForm) -> HttpResponse:
    by, reason = request.actor, form.cleaned_data["reason"]
    if form.cleaned_data["answer"] == ACCEPT:
        made = accept_request(by=by, request=asked, reason=reason)
        messages.success(request, _("Accepted: %s is in the register.") % made.key)
        return redirect("initiatives:detail", made.pk)
    if form.cleaned_data["answer"] == MERGE:
        key = form.cleaned_data["into"].strip().upper()
        into = Initiative.objects.visible_to(by).filter(key=key).first()
        if into is None:
            raise ValidationError({"into": _("Name the initiative by its key; you must be able to see it.")})
        merge_request(by=by, request=asked, into=into, reason=reason)
    else:
        decline_request(by=by, request=asked, reason=reason)
    messages.success(request, _("Answered. The requester finds your reason here."))
    return redirect("initiatives:request", asked.pk)


def _one(request: PageRequest, pk: int) -> Request:
    rows = Request.objects.visible_to(request.actor)
    related = ("unit", "sponsor", "requester", "triaged_by")
    row: Request | None = with_request_money(rows, request.actor).select_related(*related).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _page(request: PageRequest, asked: Request, form: TriageForm, status: int = 200) -> HttpResponse:
    into = Initiative.objects.visible_to(request.actor).filter(pk=asked.initiative_id or 0).first()
    context = {
        "asked": asked, "form": form, "into": into, "state_label": STATES[RequestState(asked.state)],
        "may_triage": asked.state == RequestState.OPEN and request.actor.may(Action.TRIAGE, asked.unit.path),
        "crumbs": [{"label": unit.name, "url": ""} for unit in unit_trail(asked.unit)],
    }  # fmt: skip
    return render(request, "initiatives/request.html", context, status=status)
