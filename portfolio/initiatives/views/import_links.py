"""The step between preview and publishing in which a person links rows to initiatives of the register."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING
from portfolio.initiatives.choices import LinkSearchState, LinkState, LinkVerdict, RunState
from portfolio.initiatives.models import ImportRun, LinkProposal, LinkSearch
from portfolio.initiatives.queries import links as reads
from portfolio.initiatives.queries.lists import page_number
from portfolio.initiatives.services.imports.link_decisions import USUAL_IN_BULK, confirm_links, decide_link, undo_link
from portfolio.initiatives.services.imports.link_search import MOST, request_search
from portfolio.initiatives.tables.links import pair
from portfolio.initiatives.views.access import PageRequest
from portfolio.initiatives.views.imports import get_run

WORKING = (LinkSearchState.WAITING, LinkSearchState.SEARCHING)
_PAIRS = 20


@require_safe
def links(request: PageRequest, pk: int) -> HttpResponse:
    """Pairs that look alike, most alike first."""
    run = get_run(request, pk)
    search = _search(run)
    if search is None:
        return redirect("initiatives:import", pk=pk)
    context: dict[str, Any] = {
        "run": run,
        "search": search,
        "working": search.state in WORKING,
        "waiting": search.state == LinkSearchState.WAITING,
        "too_many": search.state == LinkSearchState.TOO_MANY,
        "most": MOST,
        "progress": _progress(run, search),
        "given_up": search.state in WORKING and reads.search_died(run),
        "may_act": _may_act(request, run),
    }
    if search.state == LinkSearchState.DONE:
        context |= _pairs(request, run, context["may_act"])
    return render(request, "initiatives/imports/links.html", context)


def _search(run: ImportRun) -> LinkSearch | None:
    return getattr(run, "link_search", None)


def _may_act(request: PageRequest, run: ImportRun) -> bool:
    return run.state == RunState.PREVIEW and request.actor.may(Action.IMPORT, run.unit.path if run.unit else EVERYTHING)


def _progress(run: ImportRun, search: LinkSearch) -> dict[str, Any]:
    return {
        "url": reverse("initiatives:import_links_progress", args=[run.pk]),
        "state": {LinkSearchState.WAITING: "waiting", LinkSearchState.SEARCHING: "running"}.get(
            LinkSearchState(search.state), "done"
        ),
        "label": _("Comparing rows with the register"),
        "done": search.rows_done,
        "total": search.rows_total,
    }


def _pairs(request: PageRequest, run: ImportRun, may_act: bool) -> dict[str, Any]:
    """One page of the pairs of one state."""
    shown = request.GET.get("show", "")
    shown = shown if shown in LinkState.__members__.values() else LinkState.OPEN
    number = page_number(request.GET.get("page", ""))
    counts = reads.tally(request.actor, run, USUAL_IN_BULK)
    rows = reads.in_state(reads.proposals_of(request.actor, run), run, shown)
    found = list(rows[(number - 1) * _PAIRS : number * _PAIRS + 1])
    fields = reads.rows_by_line(run, {one.line for one in found[:_PAIRS]})
    address = reverse("initiatives:import_links", args=[run.pk]) + "?" + urlencode({"show": shown}) + "&page="
    return {
        "pairs": [pair(one, fields.get(one.line, {}), request.actor.may(Action.IMPORT, one.initiative.unit.path) and may_act)
                  for one in found[:_PAIRS]],
        "shown": shown,
        "page": number,
        "counts": counts,
        "tabs": _tabs(run, shown, counts),
        "sure": counts["sure"] if may_act and shown == LinkState.OPEN else 0,
        "floor": f"{USUAL_IN_BULK:.2f}",
        "previous_url": f"{address}{number - 1}" if number > 1 else "",
        "next_url": f"{address}{number + 1}" if len(found) > _PAIRS else "",
    }  # fmt: skip


def _tabs(run: ImportRun, shown: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    labels = {LinkState.OPEN: _("To decide"), LinkState.CONFIRMED: _("Linked"), LinkState.REFUSED: _("Not the same")}
    here = reverse("initiatives:import_links", args=[run.pk])
    return [
        {"label": label, "url": f"{here}?show={state}", "active": state == shown, "count": counts[state]}
        for state, label in labels.items()
    ]


@require_safe
def progress(request: PageRequest, pk: int) -> HttpResponse:
    """The progress bar again; when the work is over, the whole page."""
    run = get_run(request, pk)
    search = _search(run)
    if not request.htmx or search is None:
        return redirect("initiatives:import_links", pk=pk)
    if search.state not in WORKING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ui/progress.html", {"id": "progress-of-links", **_progress(run, search)})


@require_POST
def search(request: PageRequest, pk: int) -> HttpResponse:
    """Let a worker look again."""
    run = get_run(request, pk, Action.IMPORT)
    try:
        request_search(by=request.actor, run=run)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("initiatives:import_links", pk=pk)


@require_POST
def confirm_all(request: PageRequest, pk: int) -> HttpResponse:
    """Confirm every pair that scores high and that nothing is as good beside."""
    run = get_run(request, pk, Action.IMPORT)
    try:
        count = confirm_links(by=request.actor, run=run, at_least=USUAL_IN_BULK)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, ngettext("%d row linked.", "%d rows linked.", count) % count)
    return redirect("initiatives:import_links", pk=pk)


@require_POST
def decide(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """`verdict` is confirmed, refused, or undo."""
    run = get_run(request, pk, Action.IMPORT)
    rows = LinkProposal.objects.visible_to(request.actor).filter(run=run).select_related("run")
    proposal = get_object_or_404(rows, pk=child)
    verdict = request.POST.get("verdict", "")
    try:
        if verdict == "undo":
            undo_link(by=request.actor, proposal=proposal)
        elif verdict in LinkVerdict.__members__.values():
            decide_link(by=request.actor, proposal=proposal, verdict=LinkVerdict(verdict))
        else:
            messages.error(request, _("Say whether they are the same."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    back = {"show": request.POST.get("show", ""), "page": page_number(request.POST.get("page", ""))}
    return redirect(f"{reverse('initiatives:import_links', args=[pk])}?{urlencode(back)}")
