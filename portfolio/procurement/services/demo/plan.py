"""Which purchases the demo has: the planted ones of the pack, and believable ones of the other initiatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.services.demo.subjects import Cast, Subject
from portfolio.procurement.choices import InPlan, Kind, State
from portfolio.procurement.services.demo.catalogue import Catalogue, words

STARTED = ("poc", "pilot", "scale-up", "production")
BUYER = 14  # place of the procurement officer among the people of the pack
CURRENCY = "EUR"
Homes = dict[int, list[Subject]]


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase of the demo; `serves` are (initiative id, share)."""

    unit_id: int
    title: str
    vendor_id: int | None
    vendor_name: str
    product_id: int | None
    capability_id: int | None
    buyer_id: int
    amount: Decimal | None
    starts_on: date
    ends_on: date | None
    state: State
    in_plan: InPlan
    kind: Kind = Kind.SUBSCRIPTION
    venue: str = "unknown"
    function: str = "unknown"
    currency: str = CURRENCY
    notice_days: int | None = None
    renews: str = "unknown"
    committed: Decimal | None = None
    committed_unit: str = ""
    fixed_until: date | None = None
    order_number: str = ""
    plan_item_id: int | None = None
    account: str = ""
    note: str = ""
    serves: tuple[tuple[int, Decimal], ...] = ()

    def values(self, pk: int) -> tuple[Any, ...]:
        """In the order of COLUMNS."""
        currency = self.currency if self.amount is not None else ""
        return (
            pk, self.unit_id, self.kind.value, self.title, self.vendor_id, self.vendor_name, self.product_id, self.capability_id,
            self.venue, self.function, self.buyer_id, self.amount, currency, self.starts_on, self.ends_on, self.notice_days,
            self.renews, self.committed, self.committed_unit, self.fixed_until, self.order_number, self.plan_item_id,
            self.in_plan.value, self.account, self.state.value, self.note, True,
        )  # fmt: skip


def homes_of(everyone: list[Subject]) -> Homes:
    """Running initiatives by unit, those of the units below it among them."""
    paths = dict(BusinessUnit.objects.filter(demo=True).values_list("id", "path"))
    found: Homes = {pk: [] for pk in paths}
    for subject in everyone:
        if not subject.closed and subject.stage in STARTED:
            for part in paths[subject.unit_id].strip("/").split("/"):
                found.setdefault(int(part), []).append(subject)
    return found


def planted(homes: Homes, crew: Cast, shelf: Catalogue, today: date) -> list[Bought]:
    """The purchases that the pack tells one by one; each serves a running initiative of its unit where there is one."""
    return [_planted(row, number, homes, crew, shelf, today) for number, row in enumerate(words()["planted"])]


def _planted(row: list[Any], number: int, homes: Homes, crew: Cast, shelf: Catalogue, today: date) -> Bought:
    unit, title, written, product, amount, currency, start, end, notice, renews, in_plan, code, more = row
    vendor = shelf.vendors.get(written)
    held = shelf.products.get((vendor or 0, product))
    return Bought(
        unit_id=crew.units[unit], title=title, vendor_id=vendor, vendor_name=written, product_id=held.pk if held else None,
        capability_id=held.capability_id if held else None, buyer_id=crew.people[BUYER],
        amount=None if amount is None else Decimal(amount) * 1000, currency=currency, starts_on=today + timedelta(days=start),
        ends_on=None if end is None else today + timedelta(days=end), state=State.ACTIVE, in_plan=InPlan(in_plan),
        kind=Kind(more.get("kind", Kind.SUBSCRIPTION)), venue=more.get("venue", "unknown"),
        function=more.get("function", "unknown"), notice_days=notice, renews=renews, note=more.get("note", ""),
        committed=Decimal(more["committed"]) if "committed" in more else None, committed_unit=more.get("unit", ""),
        fixed_until=today + timedelta(days=more["fixed_until"]) if "fixed_until" in more else None,
        order_number=f"PO-{41000 + 7 * number}", plan_item_id=shelf.plan.get(code), account=more.get("account", ""),
        serves=_serves(homes.get(crew.units[unit], []), number),
    )  # fmt: skip


def _serves(homes: list[Subject], number: int) -> tuple[tuple[int, Decimal], ...]:
    """Every third purchase serves two initiatives and is not wholly given out, the others one."""
    homes = homes[:6]
    if not homes or number % 5 == 4:
        return ()
    first = homes[number % len(homes)]
    if number % 3 or len(homes) < 2:
        return ((first.pk, Decimal(1)),)
    return ((first.pk, Decimal("0.5")), (homes[(number + 1) % len(homes)].pk, Decimal("0.3")))


def generic(everyone: list[Subject], crew: Cast, shelf: Catalogue, seed: int, today: date) -> Iterator[Bought]:
    """About one purchase for every second initiative that was ever begun."""
    for subject in everyone:
        rng = Random(f"{seed}:purchases:{subject.place}")
        if subject.stage not in STARTED or rng.random() > 0.6:
            continue
        for _one in range(rng.choice((1, 1, 2))):
            yield _generic(rng, subject, crew, shelf, today)


def _generic(rng: Random, subject: Subject, crew: Cast, shelf: Catalogue, today: date) -> Bought:
    title, vendor, product, low, high, venue, function = rng.choice(words()["generic"])
    held = shelf.products[shelf.vendors[vendor], product]
    start = today - timedelta(days=rng.randint(20, 1000))
    ends = start + timedelta(days=rng.choice((182, 364, 364, 729)))
    known = rng.random() < 0.92
    over = ends < today or subject.closed
    return Bought(
        unit_id=subject.unit_id, title=(title % subject.name)[:500], vendor_id=held.vendor_id, vendor_name=vendor,
        product_id=held.pk, capability_id=held.capability_id, buyer_id=crew.people[BUYER],
        amount=Decimal(rng.randint(low, high) * 1000) if known else None, starts_on=start,
        ends_on=ends if rng.random() < 0.94 else None, state=State.ENDED if over else State.ACTIVE,
        in_plan=rng.choices((InPlan.YES, InPlan.NO, InPlan.UNKNOWN), (35, 40, 25))[0], venue=venue, function=function,
        kind=rng.choice((Kind.ORDER, Kind.SUBSCRIPTION, Kind.CONTRACT)), notice_days=rng.choice((None, 30, 60, 90)),
        renews=rng.choice(("yes", "no", "unknown")), order_number=f"PO-{60000 + subject.place}",
        serves=((subject.pk, Decimal(1)),),
    )  # fmt: skip
