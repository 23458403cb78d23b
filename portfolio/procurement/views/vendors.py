"""Vendors: the list, one with its purchases against its price tiers, its names, products and terms, and merging two."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.finance.queries.rates import RateTable
from portfolio.initiatives.queries.lists import page_number, page_of
from portfolio.kit import clock
from portfolio.procurement.filters import VendorFilter
from portfolio.procurement.forms.catalogue import AliasForm, MergeForm, VendorForm
from portfolio.procurement.forms.rows import Offer, RowForm, offer, typed
from portfolio.procurement.models import Vendor, VendorAlias
from portfolio.procurement.queries import purchases as bought
from portfolio.procurement.queries import vendors as reading
from portfolio.procurement.queries.pickers import parent_proposal
from portfolio.procurement.queries.totals import totals
from portfolio.procurement.services import vendors as verbs
from portfolio.procurement.services.catalogue import may_see_terms
from portfolio.procurement.tables import vendors as tables
from portfolio.procurement.tables.frame import route, tabs
from portfolio.procurement.tables.purchases import rows_of
from portfolio.procurement.views.access import PageRequest, get_vendor
from portfolio.procurement.views.editing import row_page, step_page
from portfolio.procurement.views.purchases import filter_form, paging

SHOWN = 50
VENDOR_TABLE = "procurement_vendor"


@require_safe
def vendors(request: PageRequest) -> HttpResponse:
    """Every vendor with how much is bought of it, and by how many units."""
    actor, query = request.actor, request.GET
    found = VendorFilter(query, queryset=reading.visible_vendors(actor))
    rows = reading.ordered(reading.vendor_rows(actor, found.qs), query.get("sort", ""))
    page = page_of(rows, page_number(query.get("page", "")))
    context = {
        "rows": tables.vendor_rows(page.rows), "headline": tables.headline(actor), "form": filter_form(actor, found),
        "tabs": tabs("vendors"), "may_edit": actor.may_somewhere(Action.PURCHASE), **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/vendors.html", context)


@require_safe
def vendor(request: PageRequest, pk: int) -> HttpResponse:
    """One vendor: what is bought of it and by whom, and whether its contracts together would reach a better price."""
    actor, today, row = request.actor, clock.today(), get_vendor(request, pk)
    named = bought.visible_purchases(actor).filter(vendor=row)
    rates = RateTable.load(demo=actor.showing_demo)
    terms, may_edit = may_see_terms(actor), actor.may_somewhere(Action.PURCHASE)
    listed = rows_of(bought.purchase_rows(actor, named).order_by("-id")[: SHOWN + 1], today)
    context = {
        "row": row, "purchases": listed[:SHOWN], "more": len(listed) > SHOWN, "totals": totals(actor, named, rates, today),
        "aliases": reading.aliases_of([pk])[pk], "children": reading.children_of(actor, row), "terms": terms,
        "products": reading.product_rows(actor, vendor=pk).order_by("name"),
        "tiers": tables.tier_rows(actor, row, rates, today) if terms else [],
        "may_edit": may_edit, "likely_parent": parent_proposal(row) if may_edit else None,
        "money": actor.may_somewhere(Action.MONEY),
        "list_url": f"{reverse('procurement:purchases')}?vendor={pk}", "history_url": route("activity:history", VENDOR_TABLE, pk),
        "crumbs": [{"label": _("Vendors"), "url": reverse("procurement:vendors")}],
    }  # fmt: skip
    return render(request, "procurement/vendor.html", context)


@require_http_methods(["GET", "POST"])
def vendor_new(request: PageRequest) -> HttpResponse:
    actor = _buyer(request)
    form = VendorForm(request.POST or None, offers={"parent": _parents(actor)}, initial={"name": request.GET.get("name", "")})

    def save(filled: RowForm) -> str:
        made = verbs.create_vendor(by=actor, demo=actor.showing_demo, **filled.values())
        return reverse("procurement:vendor", args=[made.pk])

    return row_page(request, form, save, title=_("New vendor"), cancel_url=reverse("procurement:vendors"))


@require_http_methods(["GET", "POST"])
def vendor_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change it; a name that it had stays as another name of it. `?parent=` is what its page proposes."""
    actor, row = _buyer(request), get_vendor(request, pk)
    initial = typed(row, VendorForm, money=True)
    initial["parent"] = initial["parent"] or request.GET.get("parent", "")
    form = VendorForm(request.POST or None, offers={"parent": _parents(actor)}, initial=initial)

    def save(filled: RowForm) -> str:
        verbs.change_vendor(by=actor, vendor=row, changes=filled.values(), version=filled.cleaned_data["version"])
        return reverse("procurement:vendor", args=[pk])

    return row_page(
        request, form, save, title=_("Change %s") % row.name, cancel_url=reverse("procurement:vendor", args=[pk]),
        current=lambda current: typed(current, VendorForm, money=True),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def alias_new(request: PageRequest, pk: int) -> HttpResponse:
    actor, row = _buyer(request), get_vendor(request, pk)

    def save(filled: forms.Form) -> object:
        return verbs.add_alias(by=actor, vendor=row, **filled.cleaned_data)

    return step_page(
        request, AliasForm(request.POST or None), save, title=_("Another name of %s") % row.name, submit=_("Add the name"),
        back=reverse("procurement:vendor", args=[pk]),
    )  # fmt: skip


@require_POST
def alias_remove(request: PageRequest, pk: int, alias: int) -> HttpResponse:
    actor = _buyer(request)
    verbs.remove_alias(by=actor, alias=get_object_or_404(VendorAlias.objects.visible_to(actor), pk=alias, vendor=pk))
    return redirect("procurement:vendor", pk)


@require_http_methods(["GET", "POST"])
def vendor_merge(request: PageRequest, pk: int) -> HttpResponse:
    """Two vendors are one: choose which name stays."""
    actor, row = _buyer(request), get_vendor(request, pk)
    others = dict(reading.visible_vendors(actor).exclude(pk=pk).order_by("name").values_list("id", "name"))

    def save(filled: forms.Form) -> object:
        into = get_vendor(request, int(filled.cleaned_data["into"]))
        return verbs.merge_vendors(by=actor, vendor=row, into=into, reason=filled.cleaned_data["reason"])

    return step_page(
        request, MergeForm(request.POST or None, vendors=others), save, title=_("Merge %s into another vendor") % row.name,
        text=_("All that names it names the other one from then on, and its names stay as other names. This cannot be undone."),
        submit=_("Merge"), danger=True, back=reverse("procurement:vendors"),
    )  # fmt: skip


def _buyer(request: PageRequest) -> Actor:
    """403 for anybody but a procurement officer: vendors belong to the organisation."""
    if not request.actor.may_somewhere(Action.PURCHASE):
        raise PermissionDenied(_("Procurement officers look after the vendors."))
    return request.actor


def _parents(actor: Actor) -> Offer:
    rows: dict[int, Vendor] = {row.pk: row for row in reading.visible_vendors(actor).order_by("name")}
    return offer(rows)
