"""Renewals: what ends and where notice is due in the next twelve months, as a calendar of months and as a list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import page_number, page_of_list
from portfolio.kit import clock
from portfolio.procurement.filters import PurchaseFilter
from portfolio.procurement.queries import renewals as reading
from portfolio.procurement.queries.purchases import visible_purchases
from portfolio.procurement.tables import renewals as tables
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest
from portfolio.procurement.views.purchases import filter_form, paging

SHOWN_FILTERS = ("q", "unit", "capability", "vendor")


@require_safe
def renewals(request: PageRequest) -> HttpResponse:
    """The months ahead: each purchase on the day on which somebody must say yes or no; the list beside them has pages."""
    actor, today = request.actor, clock.today()
    found = PurchaseFilter(request.GET, queryset=visible_purchases(actor), request=request)
    form = filter_form(actor, found)
    for name in [name for name in form.fields if name not in SHOWN_FILTERS]:
        del form.fields[name]
    rows = reading.coming(actor, today, found.qs)
    open_ended = reading.open_ended(actor, found.qs)
    page = page_of_list(rows, page_number(request.GET.get("page", "")))
    context = {
        "rows": tables.rows(page.rows, today), "months": tables.calendar(rows, today), "headline": tables.headline(rows, today),
        "figures": tables.figures(rows, open_ended), "form": form, "tabs": tabs("renewals"), "today": today,
        "money": actor.may_somewhere(Action.MONEY), **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/renewals.html", context)
