"""The IT plan: its items, with what was bought of each."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.queries.lists import page_number, page_of
from portfolio.kit import clock
from portfolio.procurement.filters import PlanFilter
from portfolio.procurement.forms.catalogue import PlanItemForm
from portfolio.procurement.forms.rows import Offer, RowForm, offer, offer_units, typed
from portfolio.procurement.models import PlanItem
from portfolio.procurement.queries import pickers
from portfolio.procurement.queries import plan as reading
from portfolio.procurement.services import plan as verbs
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest, get_item
from portfolio.procurement.views.editing import row_page, step_page
from portfolio.procurement.views.purchases import filter_form, paging


@require_safe
def plan(request: PageRequest) -> HttpResponse:
    """What was meant to be bought, by year, and how many purchases are linked to each item."""
    actor, query = request.actor, request.GET
    found = PlanFilter(query, queryset=reading.visible_items(actor))
    rows = reading.ordered(reading.plan_rows(actor, found.qs), query.get("sort", ""))
    page = page_of(rows, page_number(query.get("page", "")))
    base = reverse("procurement:purchases")
    context = {
        "rows": [row | {"list_url": f"{base}?plan_item={row['id']}"} for row in page.rows], "form": filter_form(actor, found),
        "tabs": tabs("plan"), "money": actor.may_somewhere(Action.MONEY), "may_edit": actor.may_somewhere(Action.PURCHASE),
        **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/plan.html", context)


@require_http_methods(["GET", "POST"])
def item_new(request: PageRequest) -> HttpResponse:
    actor = request.actor
    if not actor.may_somewhere(Action.PURCHASE):
        raise PermissionDenied(_("Your roles do not allow this."))

    def save(filled: RowForm) -> str:
        verbs.create_plan_item(by=actor, demo=actor.showing_demo, **filled.values())
        return reverse("procurement:plan")

    form = PlanItemForm(
        request.POST or None, offers=_offers(actor), money=actor.may_somewhere(Action.MONEY), initial={"year": clock.today().year}
    )
    return row_page(request, form, save, title=_("New item of the IT plan"), cancel_url=reverse("procurement:plan"))


@require_http_methods(["GET", "POST"])
def item_edit(request: PageRequest, pk: int) -> HttpResponse:
    actor, row = request.actor, _editable(request, pk)
    money = actor.may(Action.MONEY, row.unit.path)

    def save(filled: RowForm) -> str:
        verbs.change_plan_item(by=actor, item=row, changes=filled.values(), version=filled.cleaned_data["version"])
        return reverse("procurement:plan")

    form = PlanItemForm(
        request.POST or None, offers=_offers(actor, row), money=money, initial=typed(row, PlanItemForm, money=money)
    )  # fmt: skip
    return row_page(
        request, form, save, title=_("Change %s") % row.name, cancel_url=reverse("procurement:plan"),
        current=lambda current: typed(current, PlanItemForm, money=money),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def item_remove(request: PageRequest, pk: int) -> HttpResponse:
    row = _editable(request, pk)

    def save(_filled: forms.Form) -> None:
        verbs.remove_plan_item(by=request.actor, item=row)

    return step_page(
        request, forms.Form(request.POST or None), save, title=_("Take this item out of the plan?"), submit=_("Take out"),
        danger=True, text=row.name, back=reverse("procurement:plan"),
    )  # fmt: skip


def _editable(request: PageRequest, pk: int) -> PlanItem:
    row = get_item(request, pk)
    if not request.actor.may(Action.PURCHASE, row.unit.path):
        raise PermissionDenied(_("Procurement officers of this unit look after its plan."))
    return row


def _offers(actor: Actor, row: PlanItem | None = None) -> dict[str, Offer]:
    units = pickers.units_for(actor, Action.PURCHASE, kept=row.unit if row else None)
    kinds = pickers.capabilities(kept=row.capability_id if row else None)
    return {"unit": offer_units(units), "capability": offer(kinds)}
