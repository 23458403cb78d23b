"""Spend seen in bills that no purchase explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal
from readiness.silos.rules.amounts import cents, known_sum, reaches, share
from readiness.silos.rules.settings import ShadowSpend
from readiness.silos.rules.terms import months_back
from readiness.silos.rules.world import BillingRow, Found, Proof, PurchaseRow, World

_YEAR_MONTHS = 12
Place = tuple[int | None, int | None, str, str]
Months = tuple[int, int]


def found(world: World, settings: ShadowSpend) -> list[Found]:
    """One finding per unit, vendor, billing account and sub-account; months are net, so that a credit takes from its own."""
    since = months_back(world.today, settings.window_months)
    covered = Covered.of(world.purchases)
    groups: dict[Place, list[BillingRow]] = defaultdict(list)
    for row in world.billing:
        if since <= row.month <= world.today and _is_ai(row, settings) and not covered.holds(row):
            groups[(row.unit_id, row.vendor_id, row.billing_account_id, row.sub_account_id)].append(row)
    return [_finding(place, rows, settings) for place, rows in groups.items() if _is_large(rows, settings.min_per_month)]


def _is_ai(row: BillingRow, settings: ShadowSpend) -> bool:
    """What no rule maps to a capability is unmapped, and that is told elsewhere."""
    return bool(row.capability) and row.capability not in settings.not_ai


def _is_large(rows: Iterable[BillingRow], per_month: Decimal) -> bool:
    """Enough in a month, and enough from then on: what the vendor gave back later was not spent."""
    months: dict[date, list[Decimal | None]] = defaultdict(list)
    for row in rows:
        months[row.month].append(row.spend)
    since: list[Decimal | None] = []
    for month in sorted(months, reverse=True):
        since += months[month]
        if reaches(months[month], per_month) and reaches(since, per_month):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Covered:
    """When a purchase explains spend: by account, by account and sub-account, or by unit, vendor family and capability."""

    accounts: dict[tuple[str, str], list[Months]]
    things: dict[tuple[int, int, str], list[Months]]

    @classmethod
    def of(cls, purchases: Iterable[PurchaseRow]) -> Covered:
        accounts: dict[tuple[str, str], list[Months]] = defaultdict(list)
        things: dict[tuple[int, int, str], list[Months]] = defaultdict(list)
        for purchase in purchases:
            if purchase.state == "cancelled":
                continue
            if purchase.billing_account_id or purchase.sub_account_id:
                accounts[(purchase.billing_account_id, purchase.sub_account_id)].append(_months(purchase))
            elif purchase.family is not None:
                things[(purchase.unit_id, purchase.family, purchase.capability)].append(_months(purchase))
        return cls(accounts, things)

    def holds(self, row: BillingRow) -> bool:
        """A link says so whatever the dates; the rest during the term, by the month."""
        if row.purchase_id is not None:
            return True
        month = _index(row.month)
        return any(first <= month <= last for first, last in self._terms(row))

    def _terms(self, row: BillingRow) -> Iterable[Months]:
        if row.billing_account_id:
            yield from self.accounts.get((row.billing_account_id, ""), ())
        if row.sub_account_id:
            yield from self.accounts.get((row.billing_account_id, row.sub_account_id), ())
            yield from self.accounts.get(("", row.sub_account_id), ())
        if row.unit_id is not None and row.family is not None:
            yield from self.things.get((row.unit_id, row.family, row.capability), ())
            yield from self.things.get((row.unit_id, row.family, ""), ())


def _index(day: date) -> int:
    return day.year * 12 + day.month


def _months(purchase: PurchaseRow) -> Months:
    first = 0 if purchase.starts_on is None else _index(purchase.starts_on)
    return first, _index(date.max if purchase.ends_on is None else purchase.ends_on)


def _finding(place: Place, rows: list[BillingRow], settings: ShadowSpend) -> Found:
    unit_id, vendor_id, account, sub_account = place
    items = _by_item(rows)
    total, low = known_sum(items.values())
    amount = None if total is None else cents(total)
    months = len({row.month for row in rows})
    yearly = None if amount is None else max(amount, Decimal(0)) * _YEAR_MONTHS / months
    capabilities = {row.capability for row in rows}
    return Found(
        kind=FindingKind.SHADOW_SPEND,
        identity=("unit", str(unit_id or ""), "vendor", str(vendor_id or ""), "account", account, "sub", sub_account),
        unit_ids=() if unit_id is None else (unit_id,),
        capability=capabilities.pop() if len(capabilities) == 1 else "",
        vendor_id=vendor_id,
        rows=tuple(Proof(ProofTable.BILLING_ITEM, item, unit_id, spend) for item, spend in items.items()),
        amount=amount,
        amount_is_low=low,
        proposal=Proposal.BRING_INTO_PLAN,
        saving_low=share(yearly, settings.saving_low),
        saving_high=share(yearly, settings.saving_high),
        assumptions=(
            f"The next year costs per month what the {months} months seen did.",
            f"A purchase is {settings.saving_low:.0%} to {settings.saving_high:.0%} cheaper: an assumption of the settings.",
        ),
    )


def _by_item(rows: Iterable[BillingRow]) -> dict[int, Decimal | None]:
    """Known spend of each item over its months; None where none is known."""
    items: dict[int, Decimal | None] = {}
    for row in rows:
        before = items.get(row.item_id)
        items[row.item_id] = before if row.spend is None else (before or Decimal(0)) + row.spend
    return items
