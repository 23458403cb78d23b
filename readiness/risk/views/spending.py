"""Abandoned spend of what the filters leave, and of what goes on being funded."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.finance.queries.rates import RateTable, settings_now
from portfolio.initiatives.forms.filter_bar import filter_bar, filter_query
from portfolio.initiatives.queries.lists import named_options, stage_rows, unit_rows
from portfolio.kit import clock
from readiness.risk.forms import FundingForm, SpendingForm
from readiness.risk.queries.spending.items import items
from readiness.risk.queries.spending.told import Asked, Told, UnitRows, computed, told_of
from readiness.risk.rules.funding import Pick, picked
from readiness.risk.rules.spending import Item
from readiness.risk.tables import funding as fund_tables
from readiness.risk.tables import spending as tables
from readiness.risk.tables import spending_charts as charts
from readiness.risk.tables.frame import Links, tabs
from readiness.risk.views.access import PageRequest, filtered

MOST_NAMED = 1_000  # initiatives that an address may name


class Page(NamedTuple):
    """What both pages begin with."""

    asked: Asked
    links: Links
    units: UnitRows
    frame: dict[str, Any]


def _page(request: PageRequest, route: str) -> Page:
    """403 for those who hold money for no unit, as on the pages of money."""
    actor, found = request.actor, filtered(request)
    if not actor.may_somewhere(Action.MONEY):
        raise PermissionDenied(_("Your roles do not see amounts."))
    kept = [(name, value) for name, values in request.GET.lists() for value in values if value and name in found.filters]
    left, rows = found.qs, unit_rows(actor)  # reading the rows reads the form
    unit = found.form.cleaned_data.get("unit")
    bar = filter_bar(found, request.GET, units=rows, stages=stage_rows(), named=named_options(actor))
    frame = {
        "bar": bar, "action": request.path, "tabs": tabs("spending", actor), "kept": kept, "query": filter_query(request.GET),
    }  # fmt: skip
    narrowed = any(name != "unit" for name, _value in kept)
    asked = Asked(left, int(unit) if unit is not None else None, narrowed)
    return Page(asked, Links(kept, route), {pk: (row.name, row.path) for pk, row in rows.items()}, frame)


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """The whole portfolio, or what the filters leave of it."""
    one, form = _page(request, "risk:spending"), SpendingForm(request.GET)
    rows = items(one.asked.rows, request.actor)
    found = told_of(request.actor, one.asked, rows, one.units, clock.today())
    context = one.frame | {"form": form, "items": len(rows), "told": found is not None}
    if found is not None:
        context |= _told(found, rows, one, float(form.cleaned_data["threshold"] or 0) or None if form.is_valid() else None)
    return render(request, "risk/spending.html", context)


def _told(found: Told, rows: list[Item], one: Page, threshold: float | None) -> dict[str, Any]:
    view = tables.View(found.whole, settings_now().reporting_currency, found.on, found.generation.version)
    return {
        "headline": tables.headline(view.kept), "strip": tables.strip(view, threshold), "view": view,
        "exceedance": charts.exceedance(view, threshold), "bubbles": charts.bubbles(view, rows),
        "units": tables.unit_rows(view, found.below, one.units, one.links), "rows": tables.item_rows(rows, view.kept),
        "more": max(0, len(tables.by_loss(rows)) - tables.SHOWN), "unknown": fund_tables.unknown_rows(rows),
        "independence": tables.independence(view), "assumptions": tables.assumptions(view),
        "unranked": tables.unranked(view.version),
    }  # fmt: skip


@require_safe
def funding(request: PageRequest) -> HttpResponse:
    """If only these went on: named ones, or the first by a rule. Nothing is saved; the address is the choice."""
    one, form, actor, today = _page(request, "risk:funding"), FundingForm(request.GET), request.actor, clock.today()
    rates = RateTable.load(demo=actor.showing_demo)
    rows = items(one.asked.rows, actor, worth=rates, today=today)
    asked = form.cleaned_data if form.is_valid() else {}
    chosen = _chosen(request, rows, asked)
    ids = {item.id for item in chosen}
    groups = {1: [item.id for item in chosen], 0: [item.id for item in rows if item.id not in ids]}
    found = computed(actor, rows, groups, today)
    context = one.frame | {"form": form, "items": len(rows), "told": found is not None, "chosen": len(chosen)}
    if found is not None:
        view = tables.View(found.whole, rates.reporting, found.on, found.generation.version)
        threshold = float(asked.get("threshold") or 0) or None
        context |= fund_tables.funding(view, found.below, rows, ids, threshold)
        context |= {"boxes": fund_tables.boxes(rows, ids, asked.get("find") or ""), "view": view}
    return render(request, "risk/funding.html", context)


def _chosen(request: PageRequest, rows: list[Item], asked: dict[str, Any]) -> list[Item]:
    """By the rule of the form, and with those that are named."""
    named = {int(text) for text in request.GET.getlist("only")[:MOST_NAMED] if text.isascii() and text.isdigit()}
    if asked.get("by"):
        budget = None if asked["budget"] is None else float(asked["budget"])
        named |= {item.id for item in picked(rows, Pick(asked["by"]), top=asked["top"], budget=budget)}
    return [item for item in rows if item.id in named]
