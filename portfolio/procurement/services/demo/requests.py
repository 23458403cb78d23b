"""Purchase requests of the demo, each with the steps that brought it to where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from portfolio.initiatives.services.demo.subjects import Cast
from portfolio.initiatives.services.demo.tables import noon
from portfolio.procurement.choices import Ask
from portfolio.procurement.models import PurchaseRequest, PurchaseRequestStep
from portfolio.procurement.services.demo.catalogue import Catalogue, words
from portfolio.procurement.services.demo.plan import BUYER, Homes

ASKER = 11  # place of the architect
DECIDED_AFTER_DAYS = 6


def ask(homes: Homes, crew: Cast, shelf: Catalogue, orders: Mapping[str, int], today: date) -> None:
    """`orders` by title: an ordered request became the planted purchase of its name."""
    rows = PurchaseRequest.objects.bulk_create(
        _request(row, crew, shelf, homes, orders, today) for row in words()["requests"]
    )  # fmt: skip
    told = zip(rows, words()["requests"], strict=True)
    PurchaseRequestStep.objects.bulk_create(step for row, pack in told for step in _steps(row, pack, crew, today))


def _request(
    row: list[Any], crew: Cast, shelf: Catalogue, homes: Homes, orders: Mapping[str, int], today: date
) -> PurchaseRequest:  # fmt: skip
    unit, title, kind, vendor, quantity, counted, amount, ago, needed, state, reason = row
    home = next(iter(homes.get(crew.units[unit], [])), None)
    return PurchaseRequest(
        unit_id=home.unit_id if home else crew.units[unit], initiative_id=home.pk if home else None,
        title=title, capability_id=shelf.capabilities[kind],
        vendor_id=shelf.vendors.get(vendor), quantity=None if quantity is None else Decimal(quantity), quantity_unit=counted,
        amount=None if amount is None else Decimal(amount) * 1000, currency="" if amount is None else "EUR",
        needed_on=today + timedelta(days=needed), state=Ask(state), reason=reason, demo=True,
        purchase_id=orders.get(title) if state == Ask.ORDERED else None, asked_by_id=crew.people[ASKER],
        asked_at=noon(today - timedelta(days=ago)),
    )  # fmt: skip


def _steps(row: PurchaseRequest, pack: list[Any], crew: Cast, today: date) -> Iterator[PurchaseRequestStep]:
    asked: datetime = noon(today - timedelta(days=pack[7]))
    asker, buyer = crew.people[ASKER], crew.people[BUYER]
    yield PurchaseRequestStep(request=row, state=Ask.ASKED, by_id=asker, by_label="Yuki Tanabe", at=asked)
    if row.state != Ask.ASKED:
        own = row.state == Ask.WITHDRAWN
        yield PurchaseRequestStep(
            request=row, state=row.state, reason=row.reason, purchase_id=row.purchase_id, by_id=asker if own else buyer,
            by_label="Yuki Tanabe" if own else "Beatriz Nunes", at=asked + timedelta(days=DECIDED_AFTER_DAYS),
        )  # fmt: skip
