"""Findings that purchases alone prove, and what looks like them."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from readiness.silos.choices import FindingKind
from readiness.silos.rules.world import PurchaseRow, TierRow
from tests.readiness.silos.planted.draft import TODAY, Draft, Unit, bought


def outside(draft: Draft, count: int) -> None:
    for number in range(count):
        state = "planned" if number % 10 == 0 else "active"
        start = draft.days(20, 90) if state == "planned" else draft.days(-200, -30)
        row = _alone(draft, in_plan="no", state=state, starts_on=start)
        draft.plant(FindingKind.OUTSIDE_PLAN, state, *bought(row, *_another_order(draft, row, number)))


def _another_order(draft: Draft, row: PurchaseRow, number: int) -> list[PurchaseRow]:
    """Now and then the unit bought another product of the vendor with it, outside the plan as well."""
    return [_copy(draft, row, product_id=draft.next_id())] if number % 7 == 1 else []


def outside_nearly(draft: Draft, count: int) -> None:
    for number in range(count):
        variant = ("unknown", "ended", "cancelled")[number % 3]
        if variant == "unknown":
            row = _alone(draft, in_plan="unknown")
        elif variant == "ended":
            row = _alone(draft, in_plan="no", state="ended", starts_on=draft.days(-900, -700), ends_on=draft.days(-300, -20))
        else:
            row = _alone(draft, in_plan="no", state="cancelled")
        draft.miss(FindingKind.OUTSIDE_PLAN, variant, *bought(row))


def duplicates(draft: Draft, count: int) -> None:
    for number in range(count):
        variant = ("several vendors", "one vendor", "unit and sub-unit", "beside a shared contract", "three or four units")[
            number % 5
        ]
        units = _who(draft, variant)
        capability, vendor = draft.new_name("capability-"), draft.next_id()
        rows = [draft.buy(unit, capability, vendor if variant == "one vendor" else draft.next_id()) for unit in units]
        if variant == "beside a shared contract":
            rows[1] = _instead(draft, rows[1], vendor_id=rows[0].vendor_id, contract_number=rows[0].contract_number)
        draft.plant(FindingKind.DUPLICATE_CAPABILITY, variant, *bought(*rows))


def _who(draft: Draft, variant: str) -> list[Unit]:
    if variant == "unit and sub-unit":
        return draft.over_and_under()
    if variant == "beside a shared contract":
        return draft.two_units(3)
    return draft.two_units(draft.dice.choice([3, 4]) if variant.startswith("three") else 2)


def duplicates_nearly(draft: Draft, count: int) -> None:
    for number in range(count):
        variant = ("terms follow", "later", "shared contract", "cancelled", "no capability")[number % 5]
        one, other = draft.two_units()
        capability, vendor = draft.new_name("capability-"), draft.next_id()
        rows = [draft.buy(one, "" if variant == "no capability" else capability, vendor)]
        rows.append(_second(draft, variant, rows[0], draft.buy(other, rows[0].capability, vendor)))
        draft.miss(FindingKind.DUPLICATE_CAPABILITY, variant, *bought(*rows))


def _second(draft: Draft, variant: str, first: PurchaseRow, drawn: PurchaseRow) -> PurchaseRow:
    """The other unit's purchase, changed so that it does not meet the first."""
    assert first.starts_on is not None and first.ends_on is not None
    if variant == "terms follow":
        return _instead(
            draft, drawn, state="ended", starts_on=draft.days(-900, -700), ends_on=first.starts_on - timedelta(days=1)
        )
    if variant == "later":
        start = first.ends_on + timedelta(days=1)
        return _instead(draft, drawn, state="planned", starts_on=start, ends_on=start + timedelta(days=364))
    if variant == "shared contract":
        return _instead(draft, drawn, contract_number=first.contract_number)
    return _instead(draft, drawn, state="cancelled") if variant == "cancelled" else drawn


def overlaps(draft: Draft, count: int) -> None:
    """A renewal that was bought while the old contract still runs, or the same thing twice."""
    for number in range(count):
        unit, vendor, capability = draft.dice.choice(draft.units), draft.next_id(), draft.new_name("capability-")
        product = draft.next_id() if number % 3 else None
        first = draft.buy(unit, capability, vendor, product_id=product, starts_on=draft.days(-330, -200))
        start = draft.days(30, 60) if number % 4 == 0 else draft.days(-100, -10)
        assert first.ends_on is not None
        second = draft.buy(
            unit, capability, vendor, product_id=product, starts_on=start, ends_on=first.ends_on + timedelta(days=200),
            state="planned" if start > TODAY else "active",
        )  # fmt: skip
        draft.plant(FindingKind.TERM_OVERLAP, "product" if product else "capability", *bought(first, second))


def overlaps_nearly(draft: Draft, count: int) -> None:
    for number in range(count):
        variant = ("adjoin", "other product", "cancelled", "one contract", "other vendor")[number % 5]
        unit, vendor, capability = draft.dice.choice(draft.units), draft.next_id(), draft.new_name("capability-")
        product = draft.next_id()
        first = draft.buy(unit, capability, vendor, product_id=product)
        second = draft.buy(unit, capability, vendor, product_id=product)
        assert first.ends_on is not None
        if variant == "adjoin":
            start = first.ends_on + timedelta(days=1)
            second = _instead(draft, second, state="planned", starts_on=start, ends_on=start + timedelta(days=364))
        elif variant == "other product":
            second = _instead(draft, second, product_id=draft.next_id())
        elif variant == "cancelled":
            second = _instead(draft, second, state="cancelled")
        elif variant == "one contract":
            second = _instead(draft, second, contract_number=first.contract_number)
        else:
            second = _instead(draft, second, vendor_id=draft.next_id(), product_id=draft.next_id())
        draft.miss(FindingKind.TERM_OVERLAP, variant, *bought(first, second))


def renewals(draft: Draft, count: int) -> None:
    for number in range(count):
        variant = ("notice", "renews unknown", "no notice date")[number % 3 if number % 10 else 2]
        due = draft.days(5, 60)
        row = _alone(
            draft,
            starts_on=draft.days(-330, -200),
            notice_on=None if variant == "no notice date" else due,
            ends_on=due if variant == "no notice date" else due + timedelta(days=draft.dice.choice([30, 60, 90])),
            renews="yes" if variant == "notice" else "unknown",
        )
        draft.plant(FindingKind.RENEWAL_DUE, variant, *bought(row))


def renewals_nearly(draft: Draft, count: int) -> None:
    due = {"far": (250, 400), "does not renew": (5, 60), "cancelled": (5, 60), "ended": (-60, -5)}
    for number in range(count):
        variant = tuple(due)[number % len(due)]
        on = draft.days(*due[variant])
        state = variant if variant in {"cancelled", "ended"} else "active"
        row = _alone(
            draft,
            starts_on=draft.days(-600, -400),
            notice_on=on - timedelta(days=30) if variant == "ended" else on,
            ends_on=on if variant == "ended" else on + timedelta(days=60),
            renews="no" if variant == "does not renew" else "yes",
            state=state,
        )
        draft.miss(FindingKind.RENEWAL_DUE, variant, *bought(row))


def tiers(draft: Draft, count: int) -> None:
    """Two to four contracts, each well below the tier and all together a fifth above it."""
    for number in range(count):
        variant = ("vendor", "group", "second tier", "beside a large one", "by year")[number % 5]
        parts, vendor, tier = 2 + number % 3, draft.next_id(), draft.money() * 5
        group = draft.next_id() if variant == "group" else None
        rows = [
            _under_tier(draft, draft.next_id() if group and at else vendor, group, tier * Decimal("1.2") / parts)
            for at in range(parts)
        ]
        if variant == "second tier":
            draft.tiers.append(TierRow(vendor, "", tier / 5, Decimal("0.03")))
            rows = [_instead(draft, row, discount=Decimal("0.03")) for row in rows]
        elif variant == "beside a large one":
            _under_tier(draft, vendor, None, tier * 2, discount=Decimal("0.3"))
        draft.tiers.append(TierRow(group or vendor, "", tier, _hundredths(draft, 5, 20), per_year=variant == "by year"))
        draft.plant(FindingKind.PRICE_TIER, variant, *bought(*rows))


def tiers_nearly(draft: Draft, count: int) -> None:
    variants = ("below", "one alone", "has discount", "one ended", "other capability", "per year", "one contract")
    for number in range(count):
        variant, vendor, tier = variants[number % len(variants)], draft.next_id(), draft.money() * 5
        shares = {"below": (".3", ".4"), "one alone": ("1.4", ".2"), "per year": (".7", ".7")}.get(variant, (".6", ".6"))
        changes = {"discount": Decimal(".3")} if variant == "has discount" else {}
        rows = [_under_tier(draft, vendor, None, tier * Decimal(share), **changes) for share in shares]
        if variant == "one ended":
            rows[1] = _instead(draft, rows[1], state="ended", starts_on=draft.days(-900, -700), ends_on=draft.days(-400, -300))
        elif variant == "per year":
            rows = [_instead(draft, row, **_three_years(draft)) for row in rows]
        elif variant == "one contract":
            rows[1] = _instead(draft, rows[1], contract_number=rows[0].contract_number)
        limited = "elsewhere" if variant == "other capability" else ""
        draft.tiers.append(TierRow(vendor, limited, tier, _hundredths(draft, 5, 20), per_year=variant == "per year"))
        draft.miss(FindingKind.PRICE_TIER, variant, *bought(*rows))


def _three_years(draft: Draft) -> dict[str, date]:
    start = draft.days(-200, -30)
    return {"starts_on": start, "ends_on": start + timedelta(days=3 * 365)}


def _under_tier(draft: Draft, vendor: int, group: int | None, amount: Decimal, **changes: Any) -> PurchaseRow:
    """A contract of about a year in a unit and for a capability of its own."""
    start = draft.days(-60, -30)
    return draft.buy(
        draft.dice.choice(draft.units),
        draft.new_name("capability-"),
        vendor,
        vendor_parent_id=group,
        amount=amount.quantize(Decimal("0.01")),
        starts_on=start,
        ends_on=start + timedelta(days=364),
        **changes,
    )


def _hundredths(draft: Draft, low: int, high: int) -> Decimal:
    return Decimal(draft.dice.randint(low, high)) / 100


def _alone(draft: Draft, **changes: Any) -> PurchaseRow:
    """A purchase of a capability and from a vendor that nobody else has."""
    return draft.buy(draft.dice.choice(draft.units), draft.new_name("capability-"), draft.next_id(), **changes)


def _copy(draft: Draft, row: PurchaseRow, **changes: Any) -> PurchaseRow:
    """Another row like it, under a contract of its own."""
    copy = dataclasses.replace(row, id=draft.next_id(), contract_number=draft.new_name("C-"), **changes)
    draft.purchases[copy.id] = copy
    return copy


def _instead(draft: Draft, row: PurchaseRow, **changes: Any) -> PurchaseRow:
    """The same row, changed."""
    changed = dataclasses.replace(row, **changes)
    draft.purchases[row.id] = changed
    return changed
