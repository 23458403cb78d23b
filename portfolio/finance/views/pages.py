"""Money of the portfolio by unit, of one unit, of one initiative, and its panel on the initiative's overview."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.filters import LineFilter
from portfolio.finance.models import BudgetLine, Commitment, FinanceSettings
from portfolio.finance.queries import budgets, portfolio
from portfolio.finance.queries.lists import line_rows
from portfolio.finance.queries.rates import RateTable, band_of, settings_now
from portfolio.finance.rules.years import Year, fiscal_year, fiscal_year_of
from portfolio.finance.services.access import can_configure, can_edit
from portfolio.finance.tables import budget as tables
from portfolio.finance.tables import portfolio as listing
from portfolio.finance.tables.export import EXPORTS
from portfolio.finance.views.access import PageRequest, get_initiative, get_unit, require_money
from portfolio.initiatives.queries.lists import PAGE_SIZE
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value

_YEARS = range(2000, 2101)


@require_safe
def home(request: PageRequest) -> HttpResponse:
    """Every unit that the reader sees amounts of, with everything below it, in one fiscal year."""
    require_money(request)
    settings = settings_now()
    year = _year(request, settings)
    table = RateTable.load(demo=request.actor.showing_demo, settings=settings)
    sums = portfolio.by_unit(request.actor, table, year, clock.today())
    band, top = band_of(settings), sums[0] if sums else None
    only = top if top and all(one.unit.path.startswith(top.unit.path) for one in sums) else None
    context = {
        "rows": listing.unit_rows(sums, band), "currency": table.reporting, "band": settings,
        "headline": listing.headline(only, table.reporting) if only or not sums else _("Planned and spent, by unit"),
        "figures": listing.figures(only, band, table.reporting), "may_import": _may_edit_somewhere(request),
        "may_configure": can_configure(request.actor), **_frame(request, year),
    }  # fmt: skip
    return render(request, "finance/home.html", context)


@require_safe
def unit(request: PageRequest, pk: int) -> HttpResponse:
    """A unit: what is below it in the year, its own lines, and its initiatives one by one."""
    row, settings, today = get_unit(request, pk), settings_now(), clock.today()
    year = _year(request, settings)
    table = RateTable.load(demo=request.actor.showing_demo, settings=settings)
    sums = {one.unit.pk: one for one in portfolio.by_unit(request.actor, table, year, today)}
    top, band = sums.get(pk), band_of(settings)
    mine = portfolio.visible_money(request.actor).filter(unit=pk).select_related("unit").order_by("name", "id")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    found = portfolio.initiative_sums(request.actor, list(page.object_list), settings, table, year, today)
    own = budgets.budget_of_unit(request.actor, row, today=today)
    context = {
        "unit": row, "headline": listing.headline(top, table.reporting), "figures": listing.figures(top, band, table.reporting),
        "below": listing.unit_rows([one for key, one in sums.items() if key != pk and _under(one.unit, row)], band),
        "rows": listing.initiative_rows(found), "page_obj": page, "currency": table.reporting, "band": settings,
        "crumbs": tables.unit_crumbs(_above(request, row)), "budget": own, "categories": tables.category_rows(own),
        "may_edit": can_edit(request.actor, row.path), **_own(request, unit=pk), **_frame(request, year),
    }  # fmt: skip
    return render(request, "finance/unit.html", context)


@require_safe
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """The budget of one initiative: figures, both charts, lines and commitments."""
    row, today = get_initiative(request, pk), clock.today()
    budget = budgets.budget_of_initiative(request.actor, row, today=today)
    context = {
        "initiative": row, "budget": budget, "headline": tables.headline(budget), "figures": tables.figures(budget),
        "categories": tables.category_rows(budget), "variance": tables.variance_chart(budget),
        "burn": tables.burn_chart(budget, today), "currency": budget.currency, "may_edit": can_edit(request.actor, row.unit.path),
        **_own(request, initiative=pk),
    }  # fmt: skip
    return render(request, "finance/initiative.html", context)


@require_safe
def panel(request: PageRequest, pk: int) -> HttpResponse:
    """In brief, on the overview; without htmx the page itself."""
    row = get_initiative(request, pk)
    url = reverse("finance:initiative", args=[pk])
    if not request.htmx:
        return redirect(url)
    budget = budgets.budget_of_initiative(request.actor, row, today=clock.today())
    context = {
        "url": url, "headline": tables.headline(budget), "figures": tables.figures(budget)[2:3], "has_lines": bool(budget.lines),
        "may_edit": can_edit(request.actor, row.unit.path),
    }  # fmt: skip
    return render(request, "finance/panel.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """Visible budget lines as a file, filtered by the address."""
    if fmt not in EXPORTS:
        raise Http404
    found = LineFilter(request.GET, queryset=BudgetLine.objects.visible_to(request.actor)).qs
    rows = line_rows(found).order_by("id").iterator(chunk_size=2_000)
    response = StreamingHttpResponse(EXPORTS[fmt].lines(rows), content_type=EXPORTS[fmt].content_type)
    name = f"budget-lines{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _year(request: PageRequest, settings: FinanceSettings) -> Year:
    """The fiscal year that the address names, else the one that runs."""
    text = request.GET.get("year", "")
    if text.isascii() and text.isdigit() and len(text) == 4 and int(text) in _YEARS:
        return fiscal_year(int(text), settings.fiscal_year_start)
    return fiscal_year_of(clock.today(), settings.fiscal_year_start)


def _frame(request: PageRequest, year: Year) -> dict[str, Any]:
    touched = f"since={year.start.isoformat()}&until={year.end.isoformat()}"
    return {
        "year": year, "previous_year": with_value(request, "year", str(year.name - 1)),
        "next_year": with_value(request, "year", str(year.name + 1)), "touched": touched,
    }  # fmt: skip


def _own(request: PageRequest, **holder: int) -> dict[str, Any]:
    """Lines and commitments of exactly this holder, with their marks."""
    lines = budgets.lines_of(request.actor, **holder).order_by("period_start", "category", "label", "id")
    commitments: list[Commitment] = list(budgets.commitments_of(request.actor, **holder).order_by("starts_on", "id"))
    return {"lines": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("lines")), "commitments": commitments}


def _above(request: PageRequest, row: BusinessUnit) -> list[BusinessUnit]:
    numbers = [int(part) for part in row.path.strip("/").split("/")][:-1]
    found = BusinessUnit.objects.filter(pk__in=numbers).order_by("depth")
    paths = request.actor.paths("money")
    return [one for one in found if "/" in paths or any(one.path.startswith(path) for path in paths)]


def _under(one: BusinessUnit, top: BusinessUnit) -> bool:
    return one.path.startswith(top.path)


def _may_edit_somewhere(request: PageRequest) -> bool:
    return request.actor.may_somewhere("budget.edit")
