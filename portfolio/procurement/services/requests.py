"""Asking to buy something, and its way to an order. Each step is a row that nobody edits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, is_own, may_see_money
from portfolio.initiatives.models import Initiative
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from portfolio.procurement.choices import DECLARED, OPEN_ASKS, Ask, Quantity
from portfolio.procurement.models import Purchase, PurchaseRequest, PurchaseRequestStep
from portfolio.procurement.services.purchases import set_shares
from portfolio.procurement.services.writing import amount_problems, check_names, fill, locked, refuse, require, save

MONEY = ("amount", "currency")
REQUEST_FIELDS = (
    "unit", "initiative", "title", "capability", "vendor", "quantity", "quantity_unit", *MONEY, "needed_on", "note"
)  # fmt: skip


def may_ask(by: Actor, unit: BusinessUnit, initiative: Initiative | None = None) -> bool:
    """Program managers, architects and procurement officers for their units; owner and sponsor for their initiative, by hand."""
    if by.may(Action.ASK, unit.path):
        return True
    return initiative is not None and initiative.unit_id == unit.pk and _owns(by, initiative)


def may_change(by: Actor, row: PurchaseRequest) -> bool:
    return may_ask(by, row.unit, row.initiative)


def may_decide(by: Actor, row: PurchaseRequest) -> bool:
    return by.may(Action.PURCHASE, row.unit.path)


def may_see_amount(by: Actor, unit: BusinessUnit, initiative: Initiative | None) -> bool:
    """By role for the unit, or as owner or sponsor of the initiative that it is for."""
    if initiative is None:
        return by.may(Action.MONEY, unit.path)
    own = {"owner_id": initiative.owner_id, "sponsor_id": initiative.sponsor_id}
    return may_see_money(by, unit_path=unit.path, **own)


def ask(
    *, by: Actor, unit: BusinessUnit, title: str, initiative: Initiative | None = None, demo: bool = False,
    source: str = DECLARED, external_key: str = "", **values: Any,
) -> PurchaseRequest:  # fmt: skip
    """Say what a unit wants to buy, when, for which initiative. What is left empty is unknown.

    Raises PermissionDenied, ValidationError by field.
    """
    changes = {"unit": unit, "title": title, "initiative": initiative, **values}
    check_names(changes, REQUEST_FIELDS)
    with acting(by):
        row = PurchaseRequest(demo=demo, source=source, external_key=external_key, asked_by_id=by.user_id)
        _write(by, row, changes)
        save(row)
        _step(by, row, "")
    return row


def change_request(
    *, by: Actor, request: PurchaseRequest, changes: Mapping[str, Any], version: int | None = None
) -> PurchaseRequest:  # fmt: skip
    """Change what is asked for, while nobody decided. Raises PermissionDenied, ValidationError by field, StaleRow."""
    check_names(changes, REQUEST_FIELDS)
    with acting(by):
        row = locked(PurchaseRequest, request.pk, "unit", "initiative__unit", "vendor", version=version)
        if not may_change(by, row):
            raise PermissionDenied(_("You may not change this request."))
        if row.state != Ask.ASKED:
            raise ValidationError(_("It was decided already; ask again instead."))
        _write(by, row, changes)
        save(row, list(changes))
        _told(row)
    return row


def approve(*, by: Actor, request: PurchaseRequest, reason: str = "") -> PurchaseRequest:
    """It may be bought. What is missing is the order."""
    return _decide(by, request, Ask.APPROVED, reason, since=(Ask.ASKED,))


def decline(*, by: Actor, request: PurchaseRequest, reason: str) -> PurchaseRequest:
    """It is not bought, for the reason that the asker reads."""
    return _decide(by, request, Ask.DECLINED, reason, since=tuple(OPEN_ASKS))


def withdraw(*, by: Actor, request: PurchaseRequest, reason: str) -> PurchaseRequest:
    """It is not wanted any more: whoever may ask takes it back."""
    with acting(by):
        row = _open(request, tuple(OPEN_ASKS))
        if not may_change(by, row):
            raise PermissionDenied(_("You may not take this request back."))
        return _move(by, row, Ask.WITHDRAWN, reason)


def order(
    *, by: Actor, request: PurchaseRequest, purchase: Purchase, share: Decimal | None = None, reason: str = ""
) -> PurchaseRequest:  # fmt: skip
    """It became this purchase; with `share` that part of it serves the initiative which the request is for."""
    with acting(by):
        row = _open(request, tuple(OPEN_ASKS))
        _require_decider(by, row)
        if not Purchase.objects.visible_to(by).filter(pk=purchase.pk, demo=row.demo).exists():
            raise ValidationError({"purchase": _("There is no such purchase.")})
        if share is not None:
            _serve(by, row, purchase, share)
        row.purchase = purchase
        return _move(by, row, Ask.ORDERED, reason)


def _serve(by: Actor, row: PurchaseRequest, purchase: Purchase, share: Decimal) -> None:
    if row.initiative is None:
        raise ValidationError({"share": _("The request is for no initiative, so nothing of the order serves one.")})
    held = {one.initiative: one.share for one in purchase.shares.select_related("initiative")}
    set_shares(by=by, purchase=purchase, shares={**held, row.initiative: share})


def _decide(by: Actor, request: PurchaseRequest, state: Ask, reason: str, *, since: tuple[Ask, ...]) -> PurchaseRequest:
    with acting(by):
        row = _open(request, since)
        _require_decider(by, row)
        return _move(by, row, state, reason)


def _open(request: PurchaseRequest, since: tuple[Ask, ...]) -> PurchaseRequest:
    row = locked(PurchaseRequest, request.pk, "unit", "initiative__unit")
    if row.state not in since:
        raise ValidationError(_("Somebody decided this request already."))
    return row


def _require_decider(by: Actor, row: PurchaseRequest) -> None:
    require(by, Action.PURCHASE, row.unit.path, words=_("Procurement officers of this unit decide on its requests."))


def _move(by: Actor, row: PurchaseRequest, state: Ask, reason: str) -> PurchaseRequest:
    if state in (Ask.DECLINED, Ask.WITHDRAWN) and not reason.strip():
        raise ValidationError({"reason": _("Say why, so that others can follow.")})
    row.state, row.reason = state, reason.strip()
    save(row, ["state", "reason", "purchase"])
    _step(by, row, reason)
    return row


def _step(by: Actor, row: PurchaseRequest, reason: str) -> None:
    PurchaseRequestStep.objects.create(
        request=row, state=row.state, reason=reason.strip(), purchase=row.purchase, by_id=by.user_id, by_label=by.label[:200]
    )
    _told(row)


def _told(row: PurchaseRequest) -> None:
    ids = [row.initiative_id] if row.initiative_id else []
    emit("purchase_request.changed", {"request_ids": [row.pk], "initiative_ids": ids})


def _write(by: Actor, row: PurchaseRequest, changes: Mapping[str, Any]) -> None:
    before = row.initiative_id
    fill(row, changes)
    if not may_ask(by, row.unit, row.initiative):
        raise PermissionDenied(_("You may not ask to buy for this unit."))
    written = {name for name, value in changes.items() if value not in (None, "")}
    if written & set(MONEY) and not may_see_amount(by, row.unit, row.initiative):
        raise PermissionDenied(_("You may not see amounts of this unit, so you may not write any."))
    problems = amount_problems(row, "amount") | _problems(row)
    if row.initiative is not None and row.initiative.pk != before and not _seen(by, row.initiative, row.demo):
        problems["initiative"] = _("There is no such initiative.")
    if row.initiative is not None and row.initiative.unit_id != row.unit_id:
        problems["initiative"] = _("It belongs to another unit; ask there.")
    if row.vendor is not None and row.vendor.demo != row.demo:
        problems["vendor"] = _("Demo and real rows do not mix.")
    refuse(problems)


def _problems(row: PurchaseRequest) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not row.title:
        problems["title"] = _("Say what is wanted.")
    quantity = row.quantity
    if quantity is not None and not (quantity.is_finite() and quantity > 0):
        problems["quantity"] = _("A number above 0. Leave it empty where nobody knows it.")
    elif quantity is not None and not row.quantity_unit:
        problems["quantity_unit"] = _("Say what it is counted in.")
    if row.quantity_unit == Quantity.AMOUNT:
        problems["quantity_unit"] = _("Money is the estimated amount, not a quantity.")
    return problems


def _seen(by: Actor, initiative: Initiative, demo: bool) -> bool:
    found: bool = Initiative.objects.visible_to(by).filter(pk=initiative.pk, demo=demo).exists()
    return found


def _owns(by: Actor, initiative: Initiative) -> bool:
    own = is_own(by, initiative.owner_id, initiative.sponsor_id)
    return own and by.scopes is None and by.may(Action.VIEW, initiative.unit.path)
