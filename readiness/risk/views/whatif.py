"""What if: facts supposed otherwise, and what follows, before and after.

Every state has an address; nothing reaches the register.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.kit import clock
from readiness.risk.forms import ScenarioForm
from readiness.risk.models import Scenario
from readiness.risk.queries import scenarios as reading
from readiness.risk.queries.explained import Seen, seen
from readiness.risk.queries.whatif import base_digest, scored_of, world_of
from readiness.risk.rules.whatif.asked import MOST_TEXT, read
from readiness.risk.rules.whatif.outcome import Outcome, Scored, outcome
from readiness.risk.rules.whatif.world import World
from readiness.risk.services import scenarios as verbs
from readiness.risk.tables import whatif as tables
from readiness.risk.tables.whatif_fields import sections
from readiness.risk.views.access import PageRequest

SCENARIO = "scenario"
NO_CHANGE = frozenset({SCENARIO, "csrfmiddlewaretoken", "name", "note", "shared", "version", "page_size"})


@require_safe
def page(request: PageRequest, pk: int) -> HttpResponse:
    """The whole page, or what follows alone where a field changed; what cannot be read is told beside its field."""
    one, scenario, said = _seen(request, pk), _scenario(request, pk), _given(request.GET)
    given = said or ({} if scenario is None or request.htmx else scenario.changes)
    world, scored, found = _outcome(request, one, given)
    path = _address(pk, found.asked.texts, scenario)
    # A scenario by itself leads to what it supposes; one of which nothing is left to suppose is shown where it is.
    if not request.htmx and not found.wrong and (set(said) - set(found.asked.texts) or (not said and found.asked.texts)):
        return redirect(path)
    context = _context(request, one, world, scored, found) | {"scenario": scenario, "path": path}
    context |= _standing(request, world, scored, scenario)
    if request.htmx and request.htmx.target == "outcome":
        response = render(request, "risk/what_if_refresh.html", context, status=422 if found.wrong else 200)
        response.headers["HX-Replace-Url"] = path
        return response
    return render(request, "risk/what_if.html", context, status=400 if found.wrong else 200)


@require_safe
def compare(request: PageRequest, pk: int) -> HttpResponse:
    """Up to four scenarios beside how it stands."""
    one = _seen(request, pk)
    world = world_of(request.actor, one, today=clock.today(), now=clock.now())
    scored, base = scored_of(one), ""
    rows = reading.picked(request.actor, pk, _ids(request.GET.getlist(SCENARIO)))
    columns = [(row.name, world, outcome(world, read(row.changes, world), scored)) for row in rows]
    base = base_digest(world, scored)
    context = {
        "initiative": one.initiative, "rows": tables.side_by_side(columns), "most": reading.MOST_TOGETHER,
        "columns": [_column(row, base, found) for row, (_name, _world, found) in zip(rows, columns, strict=True)],
        "scenarios": reading.scenarios_of(request.actor, pk), "picked": {row.pk for row in rows},
    }  # fmt: skip
    return render(request, "risk/what_if_compare.html", context)


@require_POST
def keep(request: PageRequest, pk: int) -> HttpResponse:
    """Keep what is supposed under a name: a new scenario, or one's own changed."""
    one, given = _seen(request, pk), _given(request.POST)
    world, scored, found = _outcome(request, one, given)
    scenario, form = _scenario(request, pk), ScenarioForm(request.POST)
    back = _address(pk, given, scenario)
    if found.wrong or not form.is_valid():
        messages.error(request, _("Nothing was kept: some values cannot be taken, or the name is missing."))
        return redirect(back)
    values = form.cleaned_data | {"changes": found.asked.texts, "base": base_digest(world, scored)}
    try:
        kept = _kept(request, one, scenario, values)
    except verbs.StaleVersion:
        messages.error(request, _("It was saved elsewhere meanwhile. Look at it, or keep this as a new one."))
        return redirect(back)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect(back)
    messages.success(request, _("Kept. Nothing in the register has changed."))
    return redirect(_address(pk, kept.changes, kept))


def _kept(request: PageRequest, one: Seen, scenario: Scenario | None, values: dict[str, Any]) -> Scenario:
    """Another one where the open one is somebody else's, or where a new one is asked for."""
    if scenario is not None and verbs.is_own(request.actor, scenario) and "as_new" not in request.POST:
        return verbs.change_scenario(by=request.actor, scenario=scenario, version=_version(request), **values)
    return verbs.keep_scenario(by=request.actor, initiative=one.initiative, **values)


@require_POST
def copy(request: PageRequest, pk: int) -> HttpResponse:
    """One's own copy of a scenario, private until shared."""
    row = _get(request, pk)
    name = _("Copy of %s") % row.name
    try:
        kept = verbs.keep_scenario(
            by=request.actor, initiative=row.initiative, name=name[:80], note=row.note, changes=row.changes, base=row.base
        )
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("risk:what_if", row.initiative_id)
    return redirect(_address(row.initiative_id, kept.changes, kept))


@require_http_methods(["GET", "POST"])
def delete(request: PageRequest, pk: int) -> HttpResponse:
    """Asks once; for ever."""
    row = _get(request, pk)
    if request.method == "POST":
        verbs.delete_scenario(by=request.actor, scenario=row)
        messages.success(request, _("Deleted."))
        return redirect("risk:what_if", row.initiative_id)
    context = {
        "title": _("Delete “%s”?") % row.name, "text": _("Links to it lead nowhere afterwards."), "action": request.path,
        "submit": _("Delete"), "danger": True, "cancel_url": _address(row.initiative_id, row.changes, row),
    }  # fmt: skip
    return render(request, "ui/confirm_page.html", context)


def _seen(request: PageRequest, pk: int) -> Seen:
    one = seen(request.actor, pk)
    if one is None:
        raise Http404
    return one


def _get(request: PageRequest, pk: int) -> Scenario:
    row = reading.one_scenario(request.actor, pk)
    if row is None:
        raise Http404
    return row


def _scenario(request: PageRequest, initiative: int) -> Scenario | None:
    """The one that the address names; one of another initiative, or that the reader does not see, is none."""
    ids = _ids([(request.POST or request.GET).get(SCENARIO, "")])
    rows = reading.picked(request.actor, initiative, ids) if ids else []
    return rows[0] if rows else None


def _outcome(request: PageRequest, one: Seen, given: Mapping[str, str]) -> tuple[World, Scored | None, Outcome]:
    world = world_of(request.actor, one, today=clock.today(), now=clock.now())
    scored = scored_of(one)
    return world, scored, outcome(world, read(given, world), scored)


def _context(request: PageRequest, one: Seen, world: World, scored: Scored | None, found: Outcome) -> dict[str, Any]:
    return {
        "initiative": one.initiative, "sentence": tables.sentence(found), "sections": sections(world, found, scored),
        "groups": tables.groups(world, found), "changes": tables.change_rows(world, found), "found": found,
        "share": one.version.share if one.score is not None else None, "scored": scored is not None,
        "may_keep": verbs.may_keep(request.actor, one.initiative),
    }  # fmt: skip


def _standing(request: PageRequest, world: World, scored: Scored | None, scenario: Scenario | None) -> dict[str, Any]:
    """The scenarios that there are, and whether the base of the open one is another by now."""
    rows = reading.scenarios_of(request.actor, scenario.initiative_id if scenario else _pk(request))
    return {
        "scenarios": [
            {"row": row, "own": verbs.is_own(request.actor, row), "url": _address(row.initiative_id, {}, row)} for row in rows
        ],
        "own": scenario is not None and verbs.is_own(request.actor, scenario),
        "stale": scenario is not None and scenario.base != base_digest(world, scored),
    }  # fmt: skip


def _pk(request: PageRequest) -> int:
    assert request.resolver_match is not None
    return int(request.resolver_match.kwargs["pk"])


def _column(row: Scenario, base: str, found: Outcome) -> dict[str, Any]:
    url = _address(row.initiative_id, row.changes, row)
    return {"row": row, "url": url, "stale": row.base != base, "wrong": bool(found.wrong)}


def _given(query: QueryDict) -> dict[str, str]:
    """The filled fields of an address, each once."""
    return {
        name: query.get(name, "").replace("\x00", "")[:MOST_TEXT]
        for name in query
        if name not in NO_CHANGE and query.get(name, "").strip()
    }  # fmt: skip


def _address(pk: int, texts: Mapping[str, str], scenario: Scenario | None) -> str:
    pairs = [*texts.items(), *([(SCENARIO, str(scenario.pk))] if scenario is not None else [])]
    return reverse("risk:what_if", args=[pk]) + (f"?{urlencode(pairs)}" if pairs else "")


def _ids(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 18]


def _version(request: PageRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
