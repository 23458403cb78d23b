"""Initiatives by stage of one lifecycle template; moved by drag, or by each card's own form."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.choices import Status
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.forms.filter_bar import filter_bar, filter_query, kept_pairs, kept_query
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.queries import board as reading
from portfolio.initiatives.queries import lists
from portfolio.initiatives.queries.saved_views import menu_of
from portfolio.initiatives.tables.risk import card
from portfolio.initiatives.tables.rows import table_rows
from portfolio.initiatives.views.access import PageRequest
from portfolio.initiatives.views.initiatives import rights
from portfolio.kit import clock
from portfolio.kit.templatetags import ui_text

STEP = 40


@require_safe
def board(request: PageRequest) -> HttpResponse:
    """The board of `template` (default: the one with most rows), without closed ones unless the filters ask for them."""
    actor, query = request.actor, request.GET
    found = InitiativeFilter(query, queryset=Initiative.objects.visible_to(actor))
    rows = found.qs if query.get("status") else found.qs.exclude(status=Status.CLOSED)
    units, stages = lists.unit_rows(actor), lists.stage_rows()
    counts = reading.column_counts(rows)
    used = {key: sum(columns.values()) for key, columns in counts.items()}
    template = _template(query, used, stages)
    found_cards = reading.cards(actor, rows.filter(lifecycle__key=template), _limits(query))
    own = [stage for stage in stages if stage.lifecycle_key == template]
    shown = table_rows(
        (row for column in found_cards.values() for row in column), actor=actor, units=units, stages=own, today=clock.today()
    )
    for row in shown:
        row.update(card(row))
    context = _board(shown, counts.get(template, {}), query, own)
    context |= {"action": request.path, "tabs": _tabs(query, used, template, stages), "headline": _headline(context["columns"])}
    if request.htmx and request.htmx.target == "board":
        return render(request, "initiatives/board_refresh.html", context)
    bar = filter_bar(
        found, query, units=units, stages=stages, named=lists.named_options(actor), skip=("stage", "lifecycle", "stage_kind")
    )
    context |= {"bar": bar, "views": menu_of(actor, "board"), "keep": kept_pairs(query, only=("template",)), **rights(actor)}
    return render(request, "initiatives/board.html", context | {"query": filter_query(query), "list_query": kept_query(query)})


def _board(shown: list[dict[str, Any]], counts: dict[str, int], query: QueryDict, stages: list[lists.StageRow]) -> dict[str, Any]:
    """The columns: the newest version's stages in order, then what only older versions have, then unknown."""
    columns = {stage.key: stage.name for stage in reversed(stages)}
    ordered = dict.fromkeys(stage.key for stage in stages)
    by_column: dict[str, list[dict[str, Any]]] = {}
    for row in shown:
        by_column.setdefault(row["stage_key"] or reading.UNKNOWN, []).append(row)
    named = [*((key, columns[key]) for key in ordered), (reading.UNKNOWN, _("Unknown"))]
    made = [_column(key, label, by_column.get(key, []), counts.get(key, 0), query) for key, label in named]
    return {
        "columns": made,
        "move_url": reverse("initiatives:list"),
        "back": reverse("initiatives:board") + (f"?{kept_query(query)}" if query else ""),
    }


def _column(key: str, label: str, cards: list[dict[str, Any]], count: int, query: QueryDict) -> dict[str, Any]:
    key, hidden = key or "unknown", count - len(cards)
    more = (
        "?" + kept_query(query, show=f"{key}.{min(len(cards) + STEP, reading.MOST)}")
        if hidden and len(cards) < reading.MOST
        else ""
    )
    table = reverse("initiatives:list") + "?" + kept_query(query, drop=("show", "template"), stage=key)
    return {
        "key": key, "label": label, "cards": cards, "count": ui_text.grouped(count), "n": count, "more_url": more,
        "more": ui_text.grouped(min(hidden, STEP)), "table_url": table,
    }  # fmt: skip


def _limits(query: QueryDict) -> dict[str, int]:
    """`show=poc.52` asks for more cards of one column."""
    made = {}
    for text in query.getlist("show"):
        key, _dot, number = text.rpartition(".")
        if number.isascii() and number.isdigit() and len(number) < 5:
            made[reading.UNKNOWN if key == "unknown" else key] = min(int(number), reading.MOST)
    return made


def _template(query: QueryDict, used: dict[str, int], stages: list[lists.StageRow]) -> str:
    keys = {stage.lifecycle_key for stage in stages}
    wanted = query.get("template", "")
    if wanted in keys:
        return wanted
    default = next((stage.lifecycle_key for stage in stages if stage.is_default), stages[0].lifecycle_key if stages else "")
    return max(used, key=lambda key: (used[key], key == default)) if used else default


def _tabs(query: QueryDict, used: dict[str, int], here: str, stages: list[lists.StageRow]) -> list[dict[str, Any]]:
    names = {stage.lifecycle_key: stage.lifecycle_name for stage in reversed(stages)}
    base = reverse("initiatives:board")
    return [
        {
            "label": names[key],
            "url": f"{base}?{kept_query(query, drop=('show',), template=key)}",
            "active": key == here,
            "count": used.get(key, 0),
        }
        for key in sorted(names, key=lambda key: -used.get(key, 0))
        if key in used or key == here
    ]


def _headline(columns: list[dict[str, Any]]) -> str:
    """Where most of them are, and how many nobody can place."""
    total = sum(column["n"] for column in columns)
    if not total:
        return _("No initiative is running here")
    fullest = max(columns, key=lambda column: column["n"])
    unknown = columns[-1]["n"]
    text = _("%(n)s of %(total)s are in “%(stage)s”") % {
        "n": ui_text.grouped(fullest["n"]), "total": ui_text.grouped(total), "stage": fullest["label"],
    }  # fmt: skip
    return text if not unknown or fullest is columns[-1] else text + ", " + _("%s in an unknown stage") % ui_text.grouped(unknown)
