"""Panels of the Portfolio page, each a fragment of its own and without scripts a page, all under the page's filter."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.finance.queries.rates import RateTable, band_of, settings_now
from portfolio.finance.rules.years import fiscal_year, fiscal_year_of
from portfolio.initiatives.queries.lists import unit_rows
from portfolio.kit import clock
from readiness.dashboards.queries.commitments import scaling
from readiness.dashboards.queries.figures import references
from readiness.dashboards.queries.help import who_needs_help
from readiness.dashboards.queries.knowledge import knowledge
from readiness.dashboards.queries.money import avoided_by_kills, money_by_unit, spent_by_fate
from readiness.dashboards.queries.movers import movers as moved
from readiness.dashboards.queries.silos import open_silos
from readiness.dashboards.rules.figures import common_root
from readiness.dashboards.rules.money import money_below, together
from readiness.dashboards.tables import costs as cost_tables
from readiness.dashboards.tables import help as help_tables
from readiness.dashboards.tables import knowledge as knowledge_tables
from readiness.dashboards.tables import movers as mover_tables
from readiness.dashboards.tables import scaling as scaling_tables
from readiness.dashboards.tables import silos as silo_tables
from readiness.dashboards.tables.money import SPEND, MoneyView, share_context
from readiness.dashboards.views.access import Filtered, PageRequest, filtered, require_money
from readiness.silos.filters import FindingFilter
from readiness.silos.queries.findings import newest_run, visible

YEARS = 3


def answer(request: PageRequest, name: str, title: str, asked: Filtered, context: dict[str, Any]) -> HttpResponse:
    """The panel alone, or in a page of its own that leads back."""
    panel = f"dashboards/panels/{name}.html"
    context |= {"asked": asked, "title": title, "today": clock.today()}
    if request.htmx:
        return render(request, panel, context)
    return render(request, "dashboards/panel_page.html", context | {"panel": panel, "back": asked.links.page()})


@require_safe
def needs_help(request: PageRequest) -> HttpResponse:
    """Running initiatives with the largest expected loss or, where that ranks nobody, most kinds of trouble on record first."""
    asked, today = filtered(request), clock.today()
    found = who_needs_help(asked.rows, asked.visible, today=today, actor=request.actor)
    currency = settings_now().reporting_currency if found.by_loss else ""
    return answer(request, "help", _("Who needs help"), asked, help_tables.help_context(found, today, currency))


@require_safe
def movers(request: PageRequest) -> HttpResponse:
    """What moved since the same day of last week."""
    asked = filtered(request)
    context = mover_tables.movers_context(moved(asked.rows, request.actor, clock.now())) | {"part": True}
    return answer(request, "movers", _("What moved since last week"), asked, context)


@require_safe
def costs(request: PageRequest) -> HttpResponse:
    """Spend by what became of it: the figure of the strip, and beside it the panel."""
    require_money(request)
    asked, currency = filtered(request), settings_now().reporting_currency
    found = spent_by_fate(asked.rows, request.actor, currency, clock.today())
    avoided = avoided_by_kills(asked.rows, request.actor)
    context = cost_tables.cost_context(found, avoided, currency, asked.links)
    return answer(request, "costs", _("What it cost"), asked, context)


@require_safe
def shares(request: PageRequest) -> HttpResponse:
    """Infrastructure's share by unit against the band, and the year's spend beside the published average."""
    require_money(request)
    asked = filtered(request)
    return answer(request, "shares", _("Infrastructure in the budget"), asked, share_context(_money(request, asked), asked.links))


def _money(request: PageRequest, asked: Filtered) -> MoneyView:
    settings, today, published = settings_now(), clock.today(), references().get(SPEND)
    currency = settings.reporting_currency
    here = fiscal_year_of(today, settings.fiscal_year_start)
    years = [fiscal_year(here.name - back, settings.fiscal_year_start) for back in reversed(range(YEARS))]
    found = money_by_unit(asked.rows, request.actor, currency, years, today)
    units = {pk: (unit.name, unit.path) for pk, unit in unit_rows(request.actor).items()}
    named = units.get(asked.unit) if asked.unit is not None else None
    root = named[1] if named else common_root(units[pk][1] for pk in found[here.name])
    rate = (
        RateTable.load(demo=request.actor.showing_demo, settings=settings).rates.on(published.unit, today) if published else None
    )
    sums = [(year, together(found[year.name].values(), 0, _("All of it"))) for year in years]
    below = money_below(found[here.name].values(), units, root)
    return MoneyView(below, sums[-1][1], sums, settings, band_of(settings), currency, published, rate, today)


@require_safe
def commitments(request: PageRequest) -> HttpResponse:
    """When infrastructure was committed to, beside when scaling started."""
    require_money(request)
    asked = filtered(request)
    context = scaling_tables.scaling_context(scaling(asked.rows, request.actor), asked.links, clock.today())
    return answer(request, "commitments", _("Committed before scaling?"), asked, context)


@require_safe
def unknowns(request: PageRequest) -> HttpResponse:
    """Verdicts by dimension, and what is unknown most with who finds it out by when."""
    asked = filtered(request)
    found = knowledge(asked.rows, request.actor, clock.today())
    context = {
        "chart": knowledge_tables.knowledge_chart(found.knowledge, asked.unit), "knowledge": found.knowledge,
        "rows": knowledge_tables.unknown_rows(found.groups, asked.unit),
    }  # fmt: skip
    return answer(request, "unknowns", _("What is known"), asked, context)


@require_safe
def silos(request: PageRequest) -> HttpResponse:
    """Open findings by kind. They belong to purchases: of the filter bar only the unit narrows them."""
    actor, asked = request.actor, filtered(request)
    narrowed = {"unit": str(asked.unit)} if asked.unit else {}
    found = open_silos(actor, FindingFilter(narrowed, queryset=visible(actor), request=request).qs)
    context = {
        "chart": silo_tables.silos_chart(found, asked.unit), "run": newest_run(demo=actor.showing_demo),
        "rows": silo_tables.rows(found, asked.unit),
        "money": actor.may_somewhere(Action.MONEY), "only_unit": {name for name, _value in asked.links.kept} - {"unit"},
    }  # fmt: skip
    return answer(request, "silos", _("Silos"), asked, context)
