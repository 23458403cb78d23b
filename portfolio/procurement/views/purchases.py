"""Purchases: the list with what it adds up to, one purchase, and those that serve an initiative."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor, may_see_money
from portfolio.finance.queries.rates import RateTable
from portfolio.initiatives.queries.initiatives import unit_trail
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from portfolio.procurement.filters import PurchaseFilter
from portfolio.procurement.models import Capability
from portfolio.procurement.queries import purchases as reading
from portfolio.procurement.queries.pickers import proposals
from portfolio.procurement.queries.totals import totals
from portfolio.procurement.services.purchases import can_edit
from portfolio.procurement.tables import purchases as tables
from portfolio.procurement.tables import words
from portfolio.procurement.tables.frame import route, tabs
from portfolio.procurement.views.access import PageRequest, get_initiative, get_purchase

STATISTIC = "separate-purchasing"


@require_safe
def purchases(request: PageRequest) -> HttpResponse:
    """Every visible purchase with what is known of it, and what the filtered ones add up to."""
    actor, query, today = request.actor, request.GET, clock.today()
    found = PurchaseFilter(query, queryset=reading.visible_purchases(actor), request=request)
    form, sort = filter_form(actor, found), query.get("sort", "")
    page = page_of(reading.ordered(reading.purchase_rows(actor, found.qs), sort), page_number(query.get("page", "")))
    added = totals(actor, found.qs, RateTable.load(demo=actor.showing_demo), today)
    context = {
        "rows": tables.rows_of(page.rows, today), "headline": tables.headline(added), "totals": added,
        "figures": tables.figures(added), "form": form, "tabs": tabs("purchases"), "money": actor.may_somewhere(Action.MONEY),
        "may_create": actor.may_somewhere(Action.PURCHASE), "reference_url": route("risk:statistic_line", STATISTIC),
        **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/purchases.html", context)


@require_safe
def purchase(request: PageRequest, pk: int) -> HttpResponse:
    """One purchase: what, from whom, how long, whose plan, and which initiatives it serves."""
    actor, today = request.actor, clock.today()
    held, row = get_purchase(request, pk), reading.one_purchase(actor, pk)
    if row is None:
        raise Http404
    (shown,) = tables.rows_of([row], today)
    shares, left = tables.share_rows(reading.shares_of(actor, [pk]).get(pk, ()), row["shown_amount"])
    may_edit = can_edit(actor, held)
    unclear = proposals(held.vendor_name, demo=held.demo) if may_edit and held.vendor_id is None and held.vendor_name else []
    context = {
        "held": held, "row": shown, "shares": shares, "left": words.percent(float(left)) if left > 0 else "",
        "may_edit": may_edit, "unclear": unclear, "renews": words.RENEWS[held.renews], "function": words.FUNCTIONS[held.function],
        "history_url": route("activity:history", "procurement_purchase", pk),
        "crumbs": [{"label": _("Purchases"), "url": reverse("procurement:purchases")}]
        + [{"label": unit.name, "url": ""} for unit in unit_trail(held.unit)],
    }  # fmt: skip
    return render(request, "procurement/purchase.html", context)


@require_safe
def of_initiative(request: PageRequest, pk: int) -> HttpResponse:
    """Purchases and requests of an initiative: a panel of its page, and without scripts a page of its own."""
    actor, initiative = request.actor, get_initiative(request, pk)
    rows, elsewhere = reading.purchases_of(actor, initiative)
    own = {"owner_id": initiative.owner_id, "sponsor_id": initiative.sponsor_id}
    money = may_see_money(actor, unit_path=initiative.unit.path, **own)
    shown = tables.rows_of(rows, clock.today())
    amounts = reading.amounts_for([row["id"] for row in rows]) if money else {}
    for row in shown:
        amount, currency = amounts.get(row["id"], (None, ""))
        row["part"], row["part_currency"] = reading.part(amount, row["share"]), currency
        row["percent"] = words.part(row["share"])
    context = {
        "initiative": initiative, "rows": shown, "elsewhere": elsewhere, "money": money,
        "requests_url": f"{reverse('procurement:requests')}?initiative={pk}",
        "list_url": f"{reverse('procurement:purchases')}?initiative={pk}",
    }  # fmt: skip
    return render(request, "procurement/initiative_panel.html" if request.htmx else "procurement/initiative.html", context)


def filter_form(actor: Actor, found: Any) -> forms.Form:
    """The filter's form with names to choose from instead of numbers to know; before the filter is applied."""
    form: forms.Form = found.form
    units = [(str(row.id), "\u2003" * row.depth + row.name) for row in unit_rows(actor).values()]
    kinds = [(key, label) for key, label in Capability.objects.values_list("key", "label")]
    offered = {"unit": (_("Unit"), units), "capability": (_("Capability"), [("unknown", _("unknown")), *kinds])}
    for name, (label, choices) in offered.items():
        if name in form.fields:
            form.fields[name].label, form.fields[name].widget = label, forms.Select(choices=[("", ""), *choices])
    for name in ("vendor", "initiative", "plan_item", "parent"):
        if name in form.fields:
            form.fields[name].widget = forms.HiddenInput()
    return form


def paging(request: PageRequest, page: Any) -> dict[str, Any]:
    """What a list says of its pages; everything in force stays in the address."""
    kept = request.GET.copy()
    kept.pop("page", None)
    address = kept.urlencode()
    return {
        "first": page.first, "last": page.last, "query": address, "filtered": bool(request.GET),
        "previous_url": f"?{address}&page={page.number - 1}" if page.number > 1 else "",
        "next_url": f"?{address}&page={page.number + 1}" if page.more else "",
    }  # fmt: skip
