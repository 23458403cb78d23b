"""The table of initiatives."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.forms.filter_bar import filter_bar, filter_query, kept_pairs, kept_query
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries import lists
from portfolio.initiatives.queries.initiatives import list_rows, ordered
from portfolio.initiatives.queries.saved_views import menu_of
from portfolio.initiatives.tables.rows import COLUMNS, chip, chosen_columns, infrastructure_cells, money_cells, table_rows
from portfolio.initiatives.views.access import PageRequest
from portfolio.kit import clock
from portfolio.kit.templatetags import ui_text

FORMATS = (("csv", "CSV"), ("xlsx", "Excel (XLSX)"), ("json", "JSON"))


@require_safe
def list_page(request: PageRequest) -> HttpResponse:
    """The table; a refresh by htmx gets the table with its chips and its sentence alone."""
    actor, query = request.actor, request.GET
    found = InitiativeFilter(query, queryset=Initiative.objects.visible_to(actor))
    units, stages = lists.unit_rows(actor), lists.stage_rows()
    refresh = bool(request.htmx) and request.htmx.target == "results"
    named = None if refresh else lists.named_options(actor)
    bar = filter_bar(found, query, units=units, stages=stages, named=named)
    context = _table(actor, found, query, units, stages) | {"bar": bar, "action": request.path, **rights(actor)}
    if refresh:
        return render(request, "initiatives/list_refresh.html", context)
    context |= {"views": menu_of(actor, "list"), "keep": kept_pairs(query, only=("sort", "columns"))}
    return render(request, "initiatives/list.html", context)


def _table(
    actor: Actor, found: InitiativeFilter, query: QueryDict, units: dict[int, lists.UnitRow], stages: list[lists.StageRow]
) -> dict[str, Any]:
    """What the table shows: one statement for the counts, one for the rows."""
    show = chosen_columns(query, actor)
    counts = lists.summary(found.qs)
    rows = list_rows(actor, found.qs, extra=("status_note",) if show["rag"] else ())
    page = lists.page_of(ordered(rows, query.get("sort", "")), lists.page_number(query.get("page", "")))
    shown = table_rows(page.rows, actor=actor, units=units, stages=stages, today=clock.today())
    infrastructure_cells(shown)
    money_cells(shown)
    return {
        "rows": shown,
        "show": show,
        "columns": [{"name": c.name, "label": c.label, "sort": c.sort, "num": c.num, "shown": show[c.name]} for c in COLUMNS],
        "column_keep": kept_pairs(query, drop=("page", "columns")),
        "query": filter_query(query),
        "list_query": kept_query(query),
        "formats": [{"label": label, "url": _export_url(fmt, query)} for fmt, label in FORMATS],
        **_position(page, counts, query),
        **_marks(),
    }


def _position(page: lists.Slice, counts: lists.Summary, query: QueryDict) -> dict[str, Any]:
    return {
        "headline": headline(counts),
        "first": ui_text.grouped(page.first),
        "last": ui_text.grouped(page.last),
        "total": _count(counts),
        "previous_url": "?" + kept_query(query, page=page.number - 1) if page.number > 1 else "",
        "next_url": "?" + kept_query(query, page=page.number + 1) if page.more else "",
    }


def _count(counts: lists.Summary) -> str:
    if counts.exact:
        return ui_text.grouped(counts.total)
    return _("more than %s") % ui_text.grouped(lists.COUNTED_EXACTLY)


def headline(counts: lists.Summary) -> str:
    """The sentence above the table: how many, how many of them ended, how many nobody knows the stage of."""
    if not counts.exact:
        return _("More than %s initiatives") % ui_text.grouped(lists.COUNTED_EXACTLY)
    parts = [ngettext("%s initiative", "%s initiatives", counts.total) % ui_text.grouped(counts.total)]
    if counts.closed:
        parts.append(_("%s closed") % ui_text.grouped(counts.closed))
    if counts.unknown:
        parts.append(_("%s running in an unknown stage") % ui_text.grouped(counts.unknown))
    return ", ".join(parts)


def _marks() -> dict[str, SafeString]:
    """Pieces that repeat in every row, made once for the page."""
    title = _("You do not hold a role that sees amounts of this unit.")
    gone = _("The latest import of its register no longer lists it; nobody closed it.")
    return {
        "unknown": chip("verdict", "unknown"),
        "none": format_html('<span class="soft">{}</span>', ui_text.DASH),
        "nobody": format_html('<span class="soft text-nowrap">{}</span>', _("not named")),
        "hidden_mark": format_html('<span class="soft" title="{}">{}</span>', title, _("hidden")),
        "missing_mark": format_html('<span class="chip dashed" title="{}">{}</span>', gone, _("not in the latest import")),
    }


def rights(actor: Actor) -> dict[str, Any]:
    """What the buttons of the table and the board depend on."""
    edit, infrastructure = actor.may_somewhere(Action.EDIT), actor.may_somewhere(Action.INFRASTRUCTURE)
    may = {
        "create": edit,
        "bulk": edit or infrastructure,
        "infrastructure": infrastructure,
        "import": actor.may_somewhere(Action.IMPORT),
    }
    return {"may": may, "create_url": reverse("initiatives:create"), "import_url": _imports_url()}


def _imports_url() -> str:
    try:
        return reverse("initiatives:imports")
    except NoReverseMatch:
        return reverse("initiatives:create")


def _export_url(fmt: str, query: QueryDict) -> str:
    kept = kept_query(query)
    return reverse("initiatives:export", args=[fmt]) + (f"?{kept}" if kept else "")
