"""Capabilities, products and price tiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.finance.choices import CATEGORY_LABELS
from portfolio.procurement.forms.catalogue import CapabilityForm, ProductForm, TierForm
from portfolio.procurement.forms.rows import RowForm, offer, typed
from portfolio.procurement.models import PriceTier, Vendor
from portfolio.procurement.queries.pickers import capabilities as offered
from portfolio.procurement.queries.pickers import products
from portfolio.procurement.queries.vendors import capability_rows
from portfolio.procurement.services import catalogue as verbs
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest, get_capability, get_product, get_tier, get_vendor
from portfolio.procurement.views.editing import row_page, step_page


@require_safe
def capabilities(request: PageRequest) -> HttpResponse:
    """The taxonomy: what can be bought, where finance counts it, and how many units buy it."""
    actor = request.actor
    rows = [
        row | {"category_label": CATEGORY_LABELS.get(row["category"], ""), "list_url": _bought(row["key"])}
        for row in capability_rows(actor).order_by("position", "label")
    ]
    context = {"rows": rows, "tabs": tabs("capabilities"), "may_edit": verbs.may_edit_capabilities(actor)}
    return render(request, "procurement/capabilities.html", context)


@require_http_methods(["GET", "POST"])
def capability_new(request: PageRequest) -> HttpResponse:
    _taxonomist(request)

    def save(filled: RowForm) -> str:
        verbs.create_capability(by=request.actor, **filled.values())
        return reverse("procurement:capabilities")

    form = CapabilityForm(request.POST or None)
    return row_page(request, form, save, title=_("New capability"), cancel_url=reverse("procurement:capabilities"))


@require_http_methods(["GET", "POST"])
def capability_edit(request: PageRequest, pk: int) -> HttpResponse:
    _taxonomist(request)
    row = get_capability(request, pk)

    def save(filled: RowForm) -> str:
        version = filled.cleaned_data["version"]
        verbs.change_capability(by=request.actor, capability=row, changes=filled.values(), version=version)
        return reverse("procurement:capabilities")

    form = CapabilityForm(request.POST or None, initial=typed(row, CapabilityForm, money=True))
    return row_page(
        request, form, save, title=_("Change %s") % row.label, cancel_url=reverse("procurement:capabilities"),
        current=lambda current: typed(current, CapabilityForm, money=True),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def product_new(request: PageRequest, vendor: int) -> HttpResponse:
    actor, seller = _buyer(request), get_vendor(request, vendor)

    def save(filled: RowForm) -> str:
        verbs.create_product(by=actor, vendor=seller, **filled.values())
        return _page_of(seller)

    form = ProductForm(request.POST or None, offers={"capability": offer(offered())})
    return row_page(request, form, save, title=_("New product of %s") % seller.name, cancel_url=_page_of(seller))


@require_http_methods(["GET", "POST"])
def product_edit(request: PageRequest, pk: int) -> HttpResponse:
    actor, row = _buyer(request), get_product(request, pk)

    def save(filled: RowForm) -> str:
        verbs.change_product(by=actor, product=row, changes=filled.values(), version=filled.cleaned_data["version"])
        return _page_of(row.vendor)

    form = ProductForm(
        request.POST or None, offers={"capability": offer(offered(kept=row.capability_id))},
        initial=typed(row, ProductForm, money=True),
    )  # fmt: skip
    return row_page(
        request, form, save, title=_("Change %s") % row.name, cancel_url=_page_of(row.vendor),
        current=lambda current: typed(current, ProductForm, money=True),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def tier_new(request: PageRequest, vendor: int) -> HttpResponse:
    actor, seller = _buyer(request, terms=True), get_vendor(request, vendor)

    def save(filled: RowForm) -> str:
        verbs.create_tier(by=actor, vendor=seller, **filled.values())
        return _page_of(seller)

    form = _tier_form(request, seller)
    return row_page(request, form, save, title=_("New price tier of %s") % seller.name, cancel_url=_page_of(seller))


@require_http_methods(["GET", "POST"])
def tier_edit(request: PageRequest, pk: int) -> HttpResponse:
    actor = _buyer(request, terms=True)
    row = get_tier(request, pk)

    def save(filled: RowForm) -> str:
        verbs.change_tier(by=actor, tier=row, changes=filled.values(), version=filled.cleaned_data["version"])
        return _page_of(row.vendor)

    form = _tier_form(request, row.vendor, row)
    return row_page(
        request, form, save, title=_("Change a price tier of %s") % row.vendor.name, cancel_url=_page_of(row.vendor),
        current=_typed_tier,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def tier_remove(request: PageRequest, pk: int) -> HttpResponse:
    actor = _buyer(request, terms=True)
    row = get_tier(request, pk)

    def save(_filled: forms.Form) -> None:
        verbs.remove_tier(by=actor, tier=row)

    return step_page(
        request, forms.Form(request.POST or None), save, title=_("Remove this price tier?"), submit=_("Remove"), danger=True,
        text=_("It was never so. One that is over gets a last day instead."), back=_page_of(row.vendor),
    )  # fmt: skip


def _tier_form(request: PageRequest, vendor: Vendor, row: PriceTier | None = None) -> TierForm:
    own = {pk: one for pk, one in products(request.actor).items() if one.vendor_id == vendor.pk}
    offers = {"capability": offer(offered(kept=row.capability_id if row else None)), "product": offer(own)}
    return TierForm(request.POST or None, offers=offers, initial=_typed_tier(row) if row else {})


def _typed_tier(row: PriceTier) -> dict[str, Any]:
    return typed(row, TierForm, money=True) | {"discount": (row.discount * 100).normalize()}


def _page_of(vendor: Vendor) -> str:
    return reverse("procurement:vendor", args=[vendor.pk])


def _bought(key: str) -> str:
    return f"{reverse('procurement:purchases')}?capability={key}"


def _taxonomist(request: PageRequest) -> None:
    if not verbs.may_edit_capabilities(request.actor):
        raise PermissionDenied(_("Procurement officers and administrators look after the capabilities."))


def _buyer(request: PageRequest, *, terms: bool = False) -> Actor:
    """403 for anybody but a procurement officer, for terms also without a role that sees amounts."""
    actor = request.actor
    if not actor.may_somewhere(Action.PURCHASE) or (terms and not verbs.may_see_terms(actor)):
        raise PermissionDenied(_("Your roles do not allow this."))
    return actor
