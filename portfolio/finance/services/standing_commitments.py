"""The standing rows of many purchases at once: what an import or the demo of procurement says, in a few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from portfolio.accounts.rules import Actor
from portfolio.finance.choices import CommitmentSource
from portfolio.finance.models import Commitment
from portfolio.finance.services.access import changed
from portfolio.finance.services.commitments import OfPurchase, Part
from portfolio.kit import clock
from portfolio.kit.acting import acting

CHUNK = 1_000
FIELDS = ("category", "label", "amount", "currency", "starts_on", "ends_on", "non_cancellable_until", "demo")
Key = tuple[int, int | None]


def keep_commitments_of_purchases(*, by: Actor, purchases: Sequence[OfPurchase], gone: Collection[int] = ()) -> None:
    """Like `keep_commitment_of_purchase` for each of `purchases`, and `drop_commitment_of_purchase` for the ids in `gone`.

    Inside the caller's transaction, which checked the right to write the purchases. One event for all that changed.
    """
    wanted = {(one.purchase_id, part.initiative_id): _values(one, part) for one in purchases for part in one.parts}
    ids = {one.purchase_id for one in purchases} | set(gone)
    with acting(by):
        rows = Commitment.objects.filter(source=CommitmentSource.PURCHASE, source_ref__in=ids).select_for_update(of=("self",))
        held: dict[Key, Any] = {(row.source_ref or 0, row.initiative_id): row for row in rows}
        fresh = [_row(key, values) for key, values in wanted.items() if key not in held]
        other = [row for key, row in held.items() if key in wanted and _write(row, wanted[key])]
        lost = [row for key, row in held.items() if key not in wanted]
        Commitment.objects.bulk_create(fresh, batch_size=CHUNK)
        Commitment.objects.bulk_update(other, ["unit", *FIELDS, "version", "updated_at"], batch_size=CHUNK)
        Commitment.objects.filter(pk__in=[row.pk for row in lost]).delete()
        touched = [*fresh, *other, *lost]
        if touched:
            changed(initiatives={row.initiative_id for row in touched}, units={row.unit_id for row in touched})


def _values(one: OfPurchase, part: Part) -> dict[str, Any]:
    return {
        "unit_id": one.unit_id if part.initiative_id is None else None, "category": one.category, "label": one.label[:200],
        "amount": part.amount, "currency": one.currency, "starts_on": one.starts_on, "ends_on": one.ends_on,
        "non_cancellable_until": one.non_cancellable_until, "demo": one.demo,
    }  # fmt: skip


def _row(key: Key, values: dict[str, Any]) -> Commitment:
    purchase, initiative = key
    return Commitment(source=CommitmentSource.PURCHASE, source_ref=purchase, initiative_id=initiative, **values)


def _write(row: Commitment, values: dict[str, Any]) -> bool:
    """Whether anything is different now."""
    different = [name for name, value in values.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, values[name])
    if different:
        row.version, row.updated_at = row.version + 1, clock.now()
    return bool(different)
