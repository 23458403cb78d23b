"""Writing purchases: new, changed, cancelled, whom they serve, and whose name the order writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.models import Initiative
from portfolio.procurement.choices import AliasSource
from portfolio.procurement.forms.purchases import CancelForm, PurchaseForm, SharesForm
from portfolio.procurement.forms.rows import Offer, RowForm, offer, offer_units, typed
from portfolio.procurement.models import PriceTier, Purchase
from portfolio.procurement.queries import pickers
from portfolio.procurement.queries.vendors import visible_vendors
from portfolio.procurement.services import purchases as verbs
from portfolio.procurement.services.vendors import add_alias, create_vendor
from portfolio.procurement.services.writing import StaleRow
from portfolio.procurement.tables import words
from portfolio.procurement.views.access import PageRequest, get_purchase
from portfolio.procurement.views.editing import row_page, step_page


@require_http_methods(["GET", "POST"])
def purchase_new(request: PageRequest) -> HttpResponse:
    """Write down what was bought."""
    actor = request.actor
    if not actor.may_somewhere(Action.PURCHASE):
        raise PermissionDenied(_("Your roles do not allow this."))
    initial = {"unit": request.GET.get("unit", ""), "vendor_name": request.GET.get("vendor", "")}
    form = PurchaseForm(
        request.POST or None, offers=_offers(actor), money=actor.may_somewhere(Action.MONEY), initial=initial
    )  # fmt: skip

    def save(filled: RowForm) -> str:
        made = verbs.create_purchase(by=actor, demo=actor.showing_demo, **_values(actor, filled))
        return reverse("procurement:purchase", args=[made.pk])

    return row_page(
        request, form, save, title=_("New purchase"), cancel_url=reverse("procurement:purchases"),
        names=pickers.vendor_names(actor), said=_("The purchase is written down. Say which initiatives it serves."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def purchase_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a purchase; what somebody else saved meanwhile is shown before it is lost."""
    actor, row = request.actor, _editable(request, pk)
    money = actor.may(Action.MONEY, row.unit.path)
    form = PurchaseForm(request.POST or None, offers=_offers(actor, row), money=money, initial=_typed(row, money=money))

    def save(filled: RowForm) -> str:
        values = _values(actor, filled, row)
        verbs.change_purchase(by=actor, purchase=row, changes=values, version=filled.cleaned_data["version"])
        return reverse("procurement:purchase", args=[pk])

    return row_page(
        request, form, save, title=_("Change %s") % row.title, cancel_url=reverse("procurement:purchase", args=[pk]),
        current=lambda current: _typed(current, money=money), names=pickers.vendor_names(actor),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def purchase_cancel(request: PageRequest, pk: int) -> HttpResponse:
    row = _editable(request, pk)
    form = CancelForm(request.POST or None, initial={"version": row.version})

    def save(filled: forms.Form) -> object:
        return verbs.cancel_purchase(by=request.actor, purchase=row, **filled.cleaned_data)

    return step_page(
        request, form, save, title=_("Cancel this purchase?"), submit=_("Cancel the purchase"), danger=True, text=row.title,
        back=reverse("procurement:purchase", args=[pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def purchase_shares(request: PageRequest, pk: int) -> HttpResponse:
    """Which initiatives it serves, in per cent; those of other units that are not shown stay as they are."""
    actor, row = request.actor, _editable(request, pk)
    held = {one.initiative: one.share for one in row.shares.select_related("initiative__unit")}
    seen = {one: share for one, share in held.items() if actor.may(Action.VIEW, one.unit.path)}
    kept = {one: share for one, share in held.items() if one not in seen}
    pairs = [(one.key, share) for one, share in seen.items()]
    form = SharesForm(request.POST or None, held=pairs, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        shares = _shares(actor, form)
        try:
            if not form.errors:
                verbs.set_shares(by=actor, purchase=row, shares=kept | shares, version=form.cleaned_data["version"])
                messages.success(request, _("Saved."))
                return redirect("procurement:purchase", pk)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleRow:
            form.add_error(None, _("Somebody else saved meanwhile; open the page again."))
    context = {"form": form, "row": row, "kept": len(kept), "cancel_url": reverse("procurement:purchase", args=[pk])}
    return render(request, "procurement/shares.html", context, status=422 if form.errors else 200)


@require_POST
def vendor_is(request: PageRequest, pk: int) -> HttpResponse:
    """Say whose name the order writes: a known vendor, which goes by it from now on, or a new one."""
    actor, row = request.actor, _editable(request, pk)
    if row.vendor_id is not None or not row.vendor_name:
        raise Http404
    known = request.POST.get("vendor", "")
    vendor = visible_vendors(actor).filter(pk=known).first() if known.isdigit() and len(known) < 19 else None
    try:
        if vendor is None:
            vendor = create_vendor(by=actor, name=row.vendor_name, demo=row.demo)
        elif vendor.name.casefold() != row.vendor_name.casefold():
            add_alias(by=actor, vendor=vendor, name=row.vendor_name, source=AliasSource.MATCHED)
        verbs.change_purchase(by=actor, purchase=row, changes={"vendor": vendor})
        messages.success(request, _("It is %s.") % vendor.name)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("procurement:purchase", pk)


def _editable(request: PageRequest, pk: int) -> Purchase:
    row = get_purchase(request, pk)
    if not verbs.can_edit(request.actor, row):
        raise PermissionDenied(_("Procurement officers of this unit look after its purchases."))
    return row


def _offers(actor: Actor, row: Purchase | None = None) -> dict[str, Offer]:
    """What may be chosen, and what the row has already."""
    units = pickers.units_for(actor, Action.PURCHASE, kept=row.unit if row else None)
    return {
        "unit": offer_units(units),
        "product": offer(pickers.products(actor), lambda one: f"{one.vendor.name} · {one.name}"),
        "capability": offer(pickers.capabilities(kept=row.capability_id if row else None)),
        "price_tier": offer(pickers.tiers(actor), tier_words),
        "plan_item": offer(pickers.plan_items(actor), lambda one: f"{one.year} · {one.unit.name} · {one.code} {one.name}"),
    }


def tier_words(tier: PriceTier) -> str:
    """`Nimbus: from 500,000 EUR a year, 12 %`."""
    every = _(" a year") if tier.per_year else ""
    return f"{tier.vendor.name}: {_('from')} {tier.from_amount:,.0f} {tier.currency}{every}, {words.part(tier.discount)}"


def _typed(row: Purchase, *, money: bool) -> dict[str, Any]:
    made = typed(row, PurchaseForm, money=money)
    made["vendor_name"] = row.vendor.name if row.vendor is not None else row.vendor_name
    made["billing_account_id"], made["sub_account_id"] = row.billing_account_id, row.sub_account_id
    return made


def _values(actor: Actor, form: RowForm, row: Purchase | None = None) -> dict[str, Any]:
    """What the verb takes: the typed vendor as the vendor that it is, or as it was written."""
    values = form.values()
    written = values["vendor_name"]
    vendor = pickers.vendor_named(actor, written)
    if row is not None and vendor is not None and row.vendor_id == vendor.pk and row.vendor_name:
        written = row.vendor_name  # what the order wrote stays beside the vendor that it was taken for
    if vendor is None and values.get("product") is not None and not written:
        vendor = values["product"].vendor
    return values | {"vendor": vendor, "vendor_name": written}


def _shares(actor: Actor, form: SharesForm) -> dict[Initiative, Decimal]:
    shares: dict[Initiative, Decimal] = {}
    for number, key, share in form.given():
        initiative = pickers.initiative_named(actor, key)
        if initiative is None:
            form.add_error(f"key_{number}", _("There is no such initiative."))
        elif initiative in shares:
            form.add_error(f"key_{number}", _("It is named twice."))
        else:
            shares[initiative] = share
    return shares
