"""What finance must know of purchases: a commitment for each that runs, kept as standing rows of its slice."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from portfolio.accounts.rules import Actor
from portfolio.finance.services.commitments import OfPurchase, Part
from portfolio.finance.services.standing_commitments import keep_commitments_of_purchases
from portfolio.procurement.choices import State
from portfolio.procurement.models import Purchase

CENT = Decimal("0.01")


def keep_commitments(by: Actor, purchase_ids: Collection[int]) -> None:
    """Make finance's rows say what these purchases say now. Only what runs binds: a planned, ended or cancelled one does not."""
    rows = list(Purchase.objects.filter(pk__in=purchase_ids).select_related("capability").prefetch_related("shares"))
    running = [_commitment(row) for row in rows if row.state == State.ACTIVE]
    gone = [row.pk for row in rows if row.state != State.ACTIVE]
    keep_commitments_of_purchases(by=by, purchases=running, gone=gone)


def _commitment(row: Purchase) -> OfPurchase:
    return OfPurchase(
        purchase_id=row.pk, unit_id=row.unit_id, label=row.title, currency=row.currency, parts=parts(row),
        category=row.capability.category if row.capability is not None else "", starts_on=row.starts_on, ends_on=row.ends_on,
        non_cancellable_until=row.non_cancellable_until, demo=row.demo,
    )  # fmt: skip


def parts(row: Purchase) -> list[Part]:
    """The share of each initiative, and what is left over for the unit itself; to the cent they add up to the amount."""
    shares = sorted(row.shares.all(), key=lambda one: one.pk)
    if row.amount is None:
        left = Decimal(1) - sum((one.share for one in shares), Decimal(0))
        unknown = [Part(amount=None, initiative_id=one.initiative_id) for one in shares]
        return [*unknown, Part(amount=None)] if left > 0 else unknown
    made = [Part(amount=(row.amount * one.share).quantize(CENT), initiative_id=one.initiative_id) for one in shares]
    rest = row.amount - sum((one.amount or Decimal(0) for one in made), Decimal(0))
    if made and sum(one.share for one in shares) == 1:
        last = made[-1]
        made[-1] = Part(amount=(last.amount or Decimal(0)) + rest, initiative_id=last.initiative_id)
        return made
    return [*made, Part(amount=rest)]
