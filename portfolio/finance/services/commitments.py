"""Writing commitments: by hand, and the standing rows that procurement keeps of its purchases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.finance.choices import CommitmentSource
from portfolio.finance.models import Commitment
from portfolio.finance.services.access import changed, holder_path, locked, require_edit
from portfolio.finance.services.checking import check_amounts, check_currency, check_names, given
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting

COMMITMENT_FIELDS = (
    "category", "label", "amount", "currency", "starts_on", "ends_on", "non_cancellable_until", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a purchase one initiative, or with `initiative_id` None the purchase's own unit, is bound to."""

    amount: Decimal | None
    initiative_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPurchase:
    """A purchase as far as budgets must know it. `parts` add up to its amount; `category` is finance's Category or ""."""

    purchase_id: int
    unit_id: int
    label: str
    currency: str
    parts: Sequence[Part]
    category: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    non_cancellable_until: date | None = None
    demo: bool = False


def add_commitment(
    *, by: Actor, unit: BusinessUnit | None = None, initiative: Initiative | None = None, **values: Any
) -> Commitment:  # fmt: skip
    """Say what will have to be paid; `values` are COMMITMENT_FIELDS. Raises PermissionDenied, ValidationError by field."""
    require_edit(by, holder_path(unit, initiative))
    check_names(values, COMMITMENT_FIELDS)
    with acting(by):
        holder = initiative or unit
        row = Commitment(unit=unit, initiative=initiative, demo=bool(holder and holder.demo))
        _write(row, values)
        row.save()
        changed(initiatives=[row.initiative_id], units=[row.unit_id])
    return row


def change_commitment(
    *, by: Actor, commitment: Commitment, changes: Mapping[str, Any], version: int | None = None
) -> Commitment:  # fmt: skip
    """Change a declared one. Raises PermissionDenied, ValidationError by field, Stale."""
    check_names(changes, COMMITMENT_FIELDS)
    with acting(by):
        row: Commitment = locked(Commitment, commitment.pk, by=by, version=version)
        _require_declared(row)
        _write(row, changes)
        row.version, row.updated_at = row.version + 1, clock.now()
        row.save(update_fields=[*changes, "version", "updated_at"])
        changed(initiatives=[row.initiative_id], units=[row.unit_id])
    return row


def remove_commitment(*, by: Actor, commitment: Commitment, version: int | None = None) -> None:
    """Take a declared one away; the audit trail keeps it. Raises PermissionDenied, ValidationError, Stale."""
    with acting(by):
        row: Commitment = locked(Commitment, commitment.pk, by=by, version=version)
        _require_declared(row)
        holders = {"initiatives": [row.initiative_id], "units": [row.unit_id]}
        row.delete()
        changed(**holders)


def keep_commitment_of_purchase(*, by: Actor, purchase: OfPurchase) -> None:
    """Make the standing rows of a purchase say what it says now: a row per part, none for parts that are gone.

    Called by procurement inside its own transaction; the right to write the purchase was checked there. Saying the same again
    changes nothing and tells nobody.
    """
    with acting(by):
        rows = _of_purchase(purchase.purchase_id)
        before = {row.initiative_id: row for row in rows.select_for_update(of=("self",))}
        touched: set[tuple[int | None, int | None]] = set()
        for part in purchase.parts:
            row = before.pop(part.initiative_id, None)
            if _keep(purchase, part, row):
                touched.add((part.initiative_id, None if part.initiative_id else purchase.unit_id))
        for gone in before.values():
            touched.add((gone.initiative_id, gone.unit_id))
            gone.delete()
        _tell(touched)


def drop_commitment_of_purchase(*, by: Actor, purchase_id: int) -> None:
    """The purchase binds nobody any more (cancelled, ended or removed)."""
    with acting(by):
        rows = list(_of_purchase(purchase_id).select_for_update(of=("self",)))
        for row in rows:
            row.delete()
        _tell({(row.initiative_id, row.unit_id) for row in rows})


def _of_purchase(purchase_id: int) -> Any:
    return Commitment.objects.filter(source=CommitmentSource.PURCHASE, source_ref=purchase_id)


def _keep(purchase: OfPurchase, part: Part, row: Commitment | None) -> bool:
    """Whether anything is different now."""
    own = part.initiative_id is None
    values = {
        "unit_id": purchase.unit_id if own else None, "category": purchase.category, "label": purchase.label[:200],
        "amount": part.amount, "currency": purchase.currency, "starts_on": purchase.starts_on, "ends_on": purchase.ends_on,
        "non_cancellable_until": purchase.non_cancellable_until, "demo": purchase.demo,
    }  # fmt: skip
    if row is None:
        Commitment.objects.create(
            initiative_id=part.initiative_id, source=CommitmentSource.PURCHASE, source_ref=purchase.purchase_id, **values
        )
        return True
    different = [name for name, value in values.items() if getattr(row, name) != value]
    if not different:
        return False
    for name in different:
        setattr(row, name, values[name])
    row.version, row.updated_at = row.version + 1, clock.now()
    row.save(update_fields=[name.removesuffix("_id") for name in different] + ["version", "updated_at"])
    return True


def _tell(touched: set[tuple[int | None, int | None]]) -> None:
    if touched:
        changed(initiatives=[one for one, _unit in touched], units=[unit for _one, unit in touched])


def _require_declared(row: Commitment) -> None:
    if row.source != CommitmentSource.DECLARED:
        raise ValidationError(_("It follows from a purchase; change the purchase."))


def _write(row: Commitment, values: Mapping[str, Any]) -> None:
    for name, value in given(values).items():
        setattr(row, name, value)
    if row.amount is not None:
        check_currency(row.currency)
    check_amounts(row, ("amount",), least=Decimal(0))
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise ValidationError({"ends_on": _("It cannot end before it begins.")})
    row.full_clean(validate_constraints=False)
