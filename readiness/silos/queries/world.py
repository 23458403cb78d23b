"""One portfolio as the rules look at it, read in a number of statements that is the same however much there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from portfolio.finance.queries.rates import RateTable
from portfolio.procurement.choices import OPEN_ASKS
from portfolio.procurement.models import PriceTier, Purchase, PurchaseRequest
from portfolio.procurement.queries.purchases import IN_PLAN
from readiness.silos.choices import CAPABILITY_OF_POOL
from readiness.silos.models import PoolPurchase
from readiness.silos.queries.bills import billing_rows, unmapped_items
from readiness.silos.queries.money import Money
from readiness.silos.queries.queues import allocation_queue, quota_queue
from readiness.silos.queries.utilisation import Use, use_of_pools
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.world import PoolRow, PurchaseRow, RequestRow, TierRow, World
from readiness.workloads.models import CapacityPool
from readiness.workloads.queries.capacity import held_by_pool
from readiness.workloads.rules import capacity as ledger

_PURCHASE = (
    "id", "unit_id", "unit__path", "vendor_id", "vendor__parent_id", "product_id", "capability__key", "venue", "function",
    "amount", "currency", "starts_on", "ends_on", "notice_on", "counts_as", "committed_quantity", "committed_unit",
    "billing_account_id", "sub_account_id", "state", "title", "kind", "contract_number", "renews", "price_tier__discount",
)  # fmt: skip


def world_of(*, demo: bool, today: date, now: datetime, settings: Settings) -> World:
    """Everything of the demo's or the real portfolio that rules with these settings may find something in."""
    shadow = settings.shadow_spend
    money = Money(RateTable.load(demo=demo), today)
    quotas, quotas_unknown = quota_queue(demo=demo)
    return World(
        today=today,
        purchases=purchase_rows(money, demo=demo),
        billing=billing_rows(money, demo=demo, months=shadow.window_months, not_ai=shadow.not_ai),
        requests=_requests(money, demo=demo),
        pools=_pools(today, now, demo=demo),
        tiers=_tiers(money, demo=demo),
        queues=(*allocation_queue(demo=demo), *quotas),
        currency=money.rates.reporting,
        quotas_unknown=quotas_unknown,
        bills_unmapped=unmapped_items(today, demo=demo, months=shadow.window_months),
    )


def purchase_rows(money: Money, *, demo: bool) -> tuple[PurchaseRow, ...]:
    """All but those that are cancelled. One statement."""
    rows = Purchase.objects.filter(demo=demo).exclude(state="cancelled").annotate(counts_as=IN_PLAN).order_by("id")
    return tuple(_purchase(money, *row) for row in rows.values_list(*_PURCHASE))


def _purchase(
    money: Money, pk: int, unit: int, path: str, vendor: int | None, parent: int | None, product: int | None,
    capability: str | None, venue: str, function: str, amount: Decimal | None, currency: str, starts: date | None, *rest: Any,
) -> PurchaseRow:  # fmt: skip
    worth = money.of(amount, currency, starts)
    return PurchaseRow(pk, unit, path, vendor, parent, product, capability or "", venue, function, worth, starts, *rest)


def _requests(money: Money, *, demo: bool) -> tuple[RequestRow, ...]:
    rows = PurchaseRequest.objects.filter(demo=demo, state__in=OPEN_ASKS).order_by("id")
    found = rows.values_list(
        "id", "unit_id", "unit__path", "capability__key", "vendor_id", "quantity", "quantity_unit", "amount", "currency",
        "needed_on", "state",
    )  # fmt: skip
    return tuple(
        RequestRow(pk, unit, path, key or "", vendor, much, of, money.of(amount, currency, None), needed, state)
        for pk, unit, path, key, vendor, much, of, amount, currency, needed, state in found
    )


def _tiers(money: Money, *, demo: bool) -> tuple[TierRow, ...]:
    """Tiers that hold today; one whose currency has no rate is left out, because nobody knows where it begins."""
    today = money.today
    rows = PriceTier.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), demo=demo, effective_on__lte=today).order_by("id")
    found = rows.values_list(
        "vendor_id", "capability__key", "from_amount", "currency", "discount", "vendor__parent_id", "per_year", "product_id"
    )
    return tuple(
        TierRow(vendor, key or "", begins, discount, parent, yearly, product)
        for vendor, key, amount, currency, discount, parent, yearly, product in found
        if (begins := money.of(amount, currency, None)) is not None
    )


def _pools(today: date, now: datetime, *, demo: bool) -> tuple[PoolRow, ...]:
    """Pools with what is granted of them, what was measured in use, and what pays for them. Four statements."""
    pools = list(CapacityPool.objects.filter(demo=demo).order_by("id").annotate(path=F("unit__path")))
    held = held_by_pool([pool.pk for pool in pools])
    paid: dict[int, list[int]] = defaultdict(list)
    links = PoolPurchase.objects.filter(pool__demo=demo, purchase__demo=demo).order_by("purchase")
    for pool, purchase in links.values_list("pool_id", "purchase_id"):
        paid[pool].append(purchase)
    used = use_of_pools(now, demo=demo)
    return tuple(
        _pool(pool, held.get(pool.pk, []), today, used.get(pool.pk, Use()), tuple(paid.get(pool.pk, ()))) for pool in pools
    )


def _pool(pool: Any, held: Sequence[ledger.Span], today: date, use: Use, purchases: tuple[int, ...]) -> PoolRow:
    """As the pool's own ledger counts it: what has arrived, and what of it is promised at one time from today on."""
    spans = ledger.segments(pool, held, today)
    size, granted = spans[0].size, max(part.allocated for part in spans)
    seen = use.coverage
    if seen is not None and use.accelerators is not None and size:
        seen = min(seen, use.accelerators / size)
    return PoolRow(
        id=pool.pk, unit_id=pool.unit_id, unit_path=pool.path, capability=CAPABILITY_OF_POOL[pool.kind], kind=pool.kind,
        size=None if size is None else Decimal(str(size)), committed=Decimal(str(pool.committed)),
        allocated=Decimal(str(granted)), utilisation=use.share, utilisation_source=use.source,
        utilisation_age_days=use.age_days, coverage=seen, purchase_ids=purchases, name=pool.name,
    )  # fmt: skip
