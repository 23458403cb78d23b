"""Writing purchases, and which initiatives they serve by which share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from portfolio.procurement.choices import DECLARED, Kind, Quantity, State
from portfolio.procurement.models import Purchase, PurchaseShare
from portfolio.procurement.services.commitments import keep_commitments
from portfolio.procurement.services.writing import (
    amount_problems,
    check_names,
    fill,
    locked,
    refuse,
    require,
    require_money,
    save,
)

MONEY = ("amount", "currency", "price_tier")
PURCHASE_FIELDS = (
    "unit", "kind", "title", "vendor", "vendor_name", "product", "capability", "venue", "function", "buyer", "buyer_name",
    *MONEY, "starts_on", "ends_on", "notice_days", "renews", "committed_quantity", "committed_unit", "non_cancellable_until",
    "order_number", "contract_number", "cost_centre", "plan_item", "in_plan", "billing_account_id", "sub_account_id", "state",
    "note",
)  # fmt: skip
LONGEST_NOTICE_DAYS = 3660
Shares = Mapping[Initiative, Decimal]


def can_edit(by: Actor, purchase: Purchase) -> bool:
    return by.may(Action.PURCHASE, purchase.unit.path)


def create_purchase(
    *, by: Actor, unit: BusinessUnit, kind: Kind, title: str, shares: Shares | None = None, demo: bool = False,
    source: str = DECLARED, external_key: str = "", **values: Any,
) -> Purchase:  # fmt: skip
    """Write down what was bought; `values` are PURCHASE_FIELDS, `shares` which initiatives it serves by which part.

    A product brings its vendor and capability where nobody says otherwise. Raises PermissionDenied, ValidationError by field.
    """
    changes = {"unit": unit, "kind": kind, "title": title, **values}
    check_names(changes, PURCHASE_FIELDS)
    with acting(by):
        row = Purchase(demo=demo, source=source, external_key=external_key)
        _write(by, row, changes)
        save(row)
        touched = _share(by, row, shares) if shares else set()
        _changed(by, [row.pk], touched)
    return row


def change_purchase(
    *, by: Actor, purchase: Purchase, changes: Mapping[str, Any], shares: Shares | None = None, version: int | None = None
) -> Purchase:  # fmt: skip
    """Change PURCHASE_FIELDS; `shares`, where given, replace those there are.

    Raises PermissionDenied, ValidationError with a message per field, StaleRow if `version` is not the current one.
    """
    check_names(changes, PURCHASE_FIELDS)
    with acting(by):
        row = locked(Purchase, purchase.pk, "unit", "vendor", "product", "price_tier", "plan_item", version=version)
        require(by, Action.PURCHASE, row.unit.path)
        touched = set(row.shares.values_list("initiative_id", flat=True))
        _write(by, row, changes)
        save(row, list(changes))
        if shares is not None:
            touched |= _share(by, row, shares)
        _changed(by, [row.pk], touched)
    return row


def cancel_purchase(
    *, by: Actor, purchase: Purchase, reason: str, ends_on: date | None = None, version: int | None = None
) -> Purchase:  # fmt: skip
    """It is over before its time, or never came. The reason stays in its note; with `ends_on` its term is shortened."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is cancelled.")})
    with acting(by, note=reason.strip()):
        row = locked(Purchase, purchase.pk, "unit", version=version)
        require(by, Action.PURCHASE, row.unit.path)
        if row.state == State.CANCELLED:
            raise ValidationError(_("It is cancelled already."))
        row.state = State.CANCELLED
        row.note = f"{row.note}\n{_('Cancelled: %s') % reason.strip()}".strip()
        if ends_on is not None:
            if row.starts_on is not None and ends_on < row.starts_on:
                raise ValidationError({"ends_on": _("It cannot end before it begins.")})
            row.ends_on = ends_on
        save(row, ["state", "note", "ends_on"])
        _changed(by, [row.pk], set(row.shares.values_list("initiative_id", flat=True)))
    return row


def set_shares(*, by: Actor, purchase: Purchase, shares: Shares, version: int | None = None) -> Purchase:
    """Which initiatives it serves, by which part of 1; what is left over serves none of them."""
    return change_purchase(by=by, purchase=purchase, changes={}, shares=shares, version=version)


def check_shares(by: Actor, shares: Shares, *, demo: bool, kept: frozenset[int] = frozenset()) -> None:
    """Raises ValidationError: a part that is none, more than the whole, or an initiative that does not exist for the actor."""
    if any(not (part.is_finite() and 0 < part <= 1) for part in shares.values()):
        raise ValidationError({"shares": _("A share is more than 0 and at most 1 (100 %).")})
    if sum(shares.values()) > 1:
        raise ValidationError({"shares": _("The shares add up to %s; all of it is 1 (100 %%).") % sum(shares.values())})
    wanted = {row.pk for row in shares} - kept
    if len(wanted) != Initiative.objects.visible_to(by).filter(pk__in=wanted, demo=demo).count():
        raise ValidationError({"shares": _("There is no such initiative.")})


def _share(by: Actor, row: Purchase, shares: Shares) -> set[int]:
    """The ids of the initiatives whose share is another now. The caller holds the purchase's lock."""
    rounded = {initiative: part.quantize(Decimal("0.000001")) for initiative, part in shares.items()}
    before = dict(row.shares.values_list("initiative_id", "share"))
    check_shares(by, rounded, demo=row.demo, kept=frozenset(before))
    after = {initiative.pk: part for initiative, part in rounded.items()}
    other = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
    PurchaseShare.objects.filter(purchase=row, initiative__in=other).delete()
    made = [PurchaseShare(purchase=row, initiative_id=pk, share=after[pk]) for pk in sorted(other & after.keys())]
    PurchaseShare.objects.bulk_create(made)
    return other


def _write(by: Actor, row: Purchase, changes: Mapping[str, Any]) -> None:
    fill(row, changes)
    require(by, Action.PURCHASE, row.unit.path)
    require_money(by, changes, MONEY, row.unit.path)
    if row.committed_unit == Quantity.AMOUNT:
        require_money(by, changes, ("committed_quantity",), row.unit.path)
    if row.product is not None:
        row.vendor = row.vendor or row.product.vendor
        row.capability = row.capability or row.product.capability
    refuse(amount_problems(row, "amount") | _term_problems(row) | _pointer_problems(row))


def _term_problems(row: Purchase) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not row.title:
        problems["title"] = _("Say what was bought.")
    if row.starts_on is not None and row.ends_on is not None and row.ends_on < row.starts_on:
        problems["ends_on"] = _("It cannot end before it begins.")
    if (row.notice_days or 0) > LONGEST_NOTICE_DAYS:
        problems["notice_days"] = _("At most %d days.") % LONGEST_NOTICE_DAYS
    quantity = row.committed_quantity
    if quantity is not None and not (quantity.is_finite() and quantity >= 0):
        problems["committed_quantity"] = _("A number from 0 on.")
    elif quantity is not None and not row.committed_unit:
        problems["committed_unit"] = _("Say what it is counted in.")
    return problems


def _pointer_problems(row: Purchase) -> dict[str, str]:
    """What is chosen must fit together, and neither mix demo and real."""
    problems = {
        name: _("Demo and real rows do not mix.")
        for name in ("vendor", "product", "price_tier", "plan_item")
        if (other := getattr(row, name)) is not None and other.demo != row.demo
    }
    if row.product is not None and row.vendor_id != row.product.vendor_id:
        problems["product"] = _("Choose a product of this vendor.")
    if row.price_tier is not None and row.price_tier.vendor_id not in _family(row):
        problems["price_tier"] = _("Choose a price tier of this vendor.")
    return problems


def _family(row: Purchase) -> set[int | None]:
    """The vendor and whom it belongs to: a tier is often agreed with the parent."""
    return {row.vendor.pk, row.vendor.parent_id} if row.vendor is not None else set()


def _changed(by: Actor, purchase_ids: list[int], initiative_ids: set[int]) -> None:
    keep_commitments(by, purchase_ids)
    emit("purchase.changed", {"purchase_ids": sorted(purchase_ids), "initiative_ids": sorted(initiative_ids)})
