"""What nobody knows over the portfolio: by question, row by row, one's own, given to people, exported."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.queries import people
from portfolio.accounts.rules import Actor
from portfolio.initiatives.queries.lists import page_number, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags import ui_text
from readiness.assessments.filters import NAMES, UnknownBar, UnknownFilter
from readiness.assessments.forms.unknowns import AssignForm
from readiness.assessments.queries.unknowns.groups import groups, labels_of
from readiness.assessments.queries.unknowns.rows import every, page_of
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.assessments.services.unknowns import MOST, assign_unknowns
from readiness.assessments.tables import unknowns as presenting
from readiness.assessments.views.access import PageRequest

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
MAX_PEOPLE = 2_000


@require_safe
def unknowns(request: PageRequest) -> HttpResponse:
    """Grouped by question, what holds up most first."""
    actor = request.actor
    found = groups(actor, _wanted(request), clock.today())
    kept = _kept(request.GET, drop=("kind", "key", "sort"))
    context = _frame(request, "groups") | {
        "headline": presenting.headline(found),
        "figures": presenting.figures(found),
        "chart": presenting.picture(found.groups, kept),
        "groups": presenting.group_rows(presenting.ordered(found.groups, request.GET.get("sort", "")), kept),
        "money": actor.may_somewhere(Action.MONEY) or any(one.held for one in found.groups),
        "bar": _bar(request, actor),
    }
    return render(request, "assessments/unknowns.html", context)


@require_safe
def unknown_rows(request: PageRequest) -> HttpResponse:
    """The rows behind a group, or one's own; the ticked ones can be given to somebody."""
    actor, wanted = request.actor, _wanted(request)
    number = page_number(request.GET.get("page", ""))
    page = page_of(actor, wanted, number, clock.today())
    what = labels_of(wanted.kind, [wanted.key]).get(wanted.key, wanted.key) if wanted.kind and wanted.key else ""
    here = "mine" if request.GET.get("owner") == "me" and not wanted.key else "rows"
    query = _kept(request.GET, drop=("page",))
    context = _frame(request, here) | {
        "headline": _sentence(page.total, what, here),
        "what": what,
        "rows": presenting.row_lines(page.rows),
        "query": urlencode(query),
        "total": page.total,
        "first": (number - 1) * page.size + 1,
        "last": (number - 1) * page.size + len(page.rows),
        "previous_url": "?" + urlencode(query | {"page": str(number - 1)}) if number > 1 else "",
        "next_url": "?" + urlencode(query | {"page": str(number + 1)}) if page.more else "",
        "bar": _bar(request, actor, what),
        "money": any(row.value is not None for row in page.rows),
        "may_assign": actor.may_somewhere(Action.REQUEST),
        "all_at_once": page.total <= MOST and page.total > len(page.rows),
    }
    if context["may_assign"]:
        context["form"] = AssignForm(people=_people(actor))
    return render(request, "assessments/unknown_rows.html", context)


@require_POST
def unknown_assign(request: PageRequest) -> HttpResponse:
    """Give the ticked ones, or all that match, to somebody; what could not be given is said."""
    actor, back = request.actor, request.POST.get("query", "")
    form = AssignForm(request.POST, people=_people(actor))
    try:
        _require_valid(form)
        refs = request.POST.getlist("ref")
        if request.POST.get("scope") == "all":
            wanted = UnknownFilter(QueryDict(back)).wanted(actor.user_id)
            refs = [row.ref for row in every(actor, wanted, clock.today())]
        told = assign_unknowns(by=actor, refs=refs, owner=form.owner, due=form.cleaned_data["due"])
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        done = ngettext("%d unknown is given.", "%d unknowns are given.", told.changed) % told.changed
        if told.changed or not told.refused:
            (messages.success if told.changed else messages.info)(request, done)
        if told.refused:
            text = _("Not all: %s") if told.changed else _("Nothing was given: %s")
            messages.warning(request, text % " ".join(told.refused[:5]))
    query = urlencode(_kept(QueryDict(back), drop=()))
    return redirect(f"{reverse('assessments:unknown_rows')}?{query}")


@require_safe
def unknown_export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """Every row under the filters, amounts masked as on the page."""
    if fmt not in TYPES:
        raise Http404
    actor = request.actor
    rows = every(actor, _wanted(request), clock.today())
    lines = presenting.csv_export(rows) if fmt == "csv" else presenting.json_export(rows)
    name = f"unknowns{'-demo' if actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=TYPES[fmt], headers=headers)


def _require_valid(form: AssignForm) -> None:
    if not form.is_valid():
        raise ValidationError([str(text) for texts in form.errors.values() for text in texts])


def _wanted(request: PageRequest) -> Wanted:
    return UnknownFilter(request.GET).wanted(request.actor.user_id)


def _people(actor: Actor) -> list[User]:
    return list(people(actor).order_by("name", "id").only("id", "name", "email")[:MAX_PEOPLE])


def _bar(request: PageRequest, actor: Actor, what: str = "") -> UnknownBar:
    """The filter bar; a refresh by htmx needs it too, for the chips."""
    units = [(str(unit.id), "\u2003" * unit.depth + unit.name) for unit in unit_rows(actor).values()]
    persons = [(str(person.pk), str(person)) for person in _people(actor)]
    return UnknownBar(request.GET, units=units, people=persons, what=(request.GET.get("key", ""), what) if what else None)


def _kept(query: QueryDict, *, drop: tuple[str, ...]) -> dict[str, str]:
    """The filters of an address, to carry on."""
    return {name: str(query[name]) for name in (*NAMES, "sort") if query.get(name) and name not in drop}


def _frame(request: PageRequest, here: str) -> dict[str, Any]:
    """Ways between the three views, and the exports of what is shown."""
    base, rows = reverse("assessments:unknowns"), reverse("assessments:unknown_rows")
    query = urlencode(_kept(request.GET, drop=()))
    tabs = [
        {"label": _("By question"), "url": base, "active": here == "groups"},
        {"label": _("Row by row"), "url": rows, "active": here == "rows"},
        {"label": _("Mine"), "url": f"{rows}?owner=me", "active": here == "mine"},
    ]
    exports = [
        {"label": fmt.upper(), "url": f"{reverse('assessments:unknown_export', args=[fmt])}?{query}"} for fmt in TYPES
    ]  # fmt: skip
    return {"tabs": tabs, "exports": exports}


def _sentence(total: int, what: str, here: str) -> str:
    count = ui_text.grouped(total)
    if here == "mine":
        return ngettext("%s unknown is yours to find out", "%s unknowns are yours to find out", total) % count
    if what:
        return ngettext("Unknown in %(count)s place: %(what)s", "Unknown in %(count)s places: %(what)s", total) % {
            "count": count, "what": what,
        }  # fmt: skip
    return ngettext("%s unknown, what is due first on top", "%s unknowns, what is due first on top", total) % count
