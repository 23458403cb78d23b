"""Writing what can be bought: capabilities, products and price tiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from portfolio.procurement.models import Capability, PriceTier, Product, Vendor
from portfolio.procurement.services.writing import (
    amount_problems,
    check_names,
    fill,
    locked,
    refuse,
    require_somewhere,
    save,
)

CAPABILITY_FIELDS = ("label", "is_infrastructure", "category", "position", "retired")
PRODUCT_FIELDS = ("name", "capability", "sku")
TIER_FIELDS = (
    "vendor", "capability", "product", "from_amount", "currency", "per_year", "discount", "effective_on", "ends_on", "source",
)  # fmt: skip


def may_edit_capabilities(by: Actor) -> bool:
    """The taxonomy belongs to all: procurement officers and administrators."""
    return by.may_somewhere(Action.PURCHASE) or by.may_somewhere(Action.CONFIGURE)


def create_capability(*, by: Actor, label: str, key: str = "", **values: Any) -> Capability:
    """Add a kind of thing to buy; its key is made of the label where none is given, and never changes."""
    _require_taxonomy(by)
    changes = {"label": label, **values}
    check_names(changes, CAPABILITY_FIELDS)
    with acting(by):
        row = Capability(key=key or slugify(label).replace("-", "_")[:60])
        _write_capability(row, changes)
        save(row)
        _changed()
    return row


def change_capability(
    *, by: Actor, capability: Capability, changes: Mapping[str, Any], version: int | None = None
) -> Capability:  # fmt: skip
    """Change CAPABILITY_FIELDS. What bought it keeps it, also when it is no longer offered."""
    _require_taxonomy(by)
    check_names(changes, CAPABILITY_FIELDS)
    with acting(by):
        row = locked(Capability, capability.pk, version=version)
        _write_capability(row, changes)
        save(row, list(changes))
        _changed()
    return row


def create_product(*, by: Actor, vendor: Vendor, name: str, **values: Any) -> Product:
    require_somewhere(by, Action.PURCHASE)
    changes = {"name": name, **values}
    check_names(changes, PRODUCT_FIELDS)
    with acting(by):
        row = Product(vendor=vendor, demo=vendor.demo)
        _write_product(row, changes)
        save(row)
    return row


def change_product(*, by: Actor, product: Product, changes: Mapping[str, Any], version: int | None = None) -> Product:
    require_somewhere(by, Action.PURCHASE)
    check_names(changes, PRODUCT_FIELDS)
    with acting(by):
        row = locked(Product, product.pk, "vendor", version=version)
        _write_product(row, changes)
        save(row, list(changes))
    return row


def create_tier(*, by: Actor, vendor: Vendor, **values: Any) -> PriceTier:
    """Write down a price tier of a vendor: terms, so only for those who may see amounts."""
    _require_terms(by)
    changes = {"vendor": vendor, **values}
    check_names(changes, TIER_FIELDS)
    with acting(by):
        row = PriceTier(demo=vendor.demo)
        _write_tier(row, changes)
        save(row)
        emit("vendor.changed", {"vendor_ids": [vendor.pk]})
    return row


def change_tier(*, by: Actor, tier: PriceTier, changes: Mapping[str, Any], version: int | None = None) -> PriceTier:
    _require_terms(by)
    check_names(changes, TIER_FIELDS)
    with acting(by):
        row = locked(PriceTier, tier.pk, "vendor", version=version)
        _write_tier(row, changes)
        save(row, list(changes))
        emit("vendor.changed", {"vendor_ids": [row.vendor_id]})
    return row


def remove_tier(*, by: Actor, tier: PriceTier, version: int | None = None) -> None:
    """It was never so. One that is over gets a last day instead. Raises StaleRow if `version` is not the current one."""
    _require_terms(by)
    with acting(by):
        row = locked(PriceTier, tier.pk, version=version)
        row.delete()
        emit("vendor.changed", {"vendor_ids": [row.vendor_id]})


def may_see_terms(by: Actor) -> bool:
    """A vendor's terms belong to no unit: whoever may see amounts of any."""
    return by.may_somewhere(Action.MONEY)


def _require_terms(by: Actor) -> None:
    require_somewhere(by, Action.PURCHASE)
    if not may_see_terms(by):
        raise PermissionDenied(_("You may not see a vendor's terms, so you may not write any."))


def _require_taxonomy(by: Actor) -> None:
    if not may_edit_capabilities(by):
        raise PermissionDenied(_("Procurement officers and administrators look after the capabilities."))


def _write_capability(row: Capability, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    if not row.label:
        raise ValidationError({"label": _("It needs a name.")})


def _write_product(row: Product, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    same = Product.objects.filter(vendor=row.vendor, name__iexact=row.name).exclude(pk=row.pk)
    if not row.name:
        raise ValidationError({"name": _("It needs a name.")})
    if same.exists():
        raise ValidationError({"name": _("This vendor has a product of that name.")})


def _write_tier(row: PriceTier, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    problems = amount_problems(row, "from_amount")
    if not (row.discount.is_finite() and 0 <= row.discount < 1):
        problems["discount"] = _("A fraction from 0 to less than 1.")
    if row.ends_on is not None and row.ends_on < row.effective_on:
        problems["ends_on"] = _("It cannot end before it begins.")
    if row.product is not None and row.product.vendor_id != row.vendor_id:
        problems["product"] = _("Choose a product of this vendor.")
    refuse(problems)


def _changed() -> None:
    emit("capability.changed", {})
