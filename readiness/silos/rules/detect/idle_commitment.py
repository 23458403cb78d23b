"""Capacity that is paid for and stands idle in one unit while another unit asks for the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal, Utilisation
from readiness.silos.rules.amounts import cents, known_sum
from readiness.silos.rules.settings import IdleCommitment
from readiness.silos.rules.world import Found, PoolRow, Proof, PurchaseRow, QueueRow, RequestRow, World

_OPEN = frozenset({"asked", "approved"})
_UNITS_OF = {"accelerators": "accelerators", "storage": "tb", "network": "gbit_s"}
Wanted = RequestRow | QueueRow


def found(world: World, settings: IdleCommitment) -> list[Found]:
    """One finding per pool: how well it is used is measured; what it cost says nothing about that."""
    wanted = _wanted(world)
    idle = [pool for pool in world.pools if standing(pool, settings) is Utilisation.IDLE]
    linked = {number for pool in idle for number in pool.purchase_ids}
    purchases = {purchase.id: purchase for purchase in world.purchases if purchase.id in linked}
    findings = []
    for pool in idle:
        others = [row for row in wanted.get(pool.capability, ()) if row.unit_id != pool.unit_id]
        if others:
            findings.append(_finding(pool, others, purchases, settings))
    return findings


def _wanted(world: World) -> dict[str, list[Wanted]]:
    """Open requests and queues by capability; one without a capability asks for nothing that a pool could give."""
    rows: list[Wanted] = [request for request in world.requests if request.state in _OPEN]
    rows += world.queues
    wanted: dict[str, list[Wanted]] = defaultdict(list)
    for row in rows:
        if row.capability:
            wanted[row.capability].append(row)
    return wanted


def standing(pool: PoolRow, settings: IdleCommitment) -> Utilisation:
    """Idle, used, or unknown: no measurement, an old one, or one that saw too little of the pool says nothing."""
    if pool.utilisation is None or pool.size is None or pool.coverage is None or pool.utilisation_age_days is None:
        return Utilisation.UNKNOWN
    if pool.utilisation_age_days > settings.max_age_days:
        return Utilisation.STALE
    if pool.coverage < settings.min_coverage:
        return Utilisation.UNKNOWN
    quiet = pool.utilisation < settings.max_utilisation
    return Utilisation.IDLE if quiet and _idle(pool) >= settings.min_idle_quantity else Utilisation.USED


def _idle(pool: PoolRow) -> float:
    """What of the pool nobody uses, in its own unit."""
    assert pool.size is not None
    assert pool.utilisation is not None
    return float(pool.size) * (1 - pool.utilisation)


def _finding(pool: PoolRow, wanted: Sequence[Wanted], purchases: Mapping[int, PurchaseRow], settings: IdleCommitment) -> Found:
    paid = [purchases[number] for number in pool.purchase_ids if number in purchases]
    amount, low = known_sum(row.amount for row in paid)
    return Found(
        kind=FindingKind.IDLE_COMMITMENT,
        identity=("pool", str(pool.id)),
        unit_ids=tuple(sorted({pool.unit_id, *(row.unit_id for row in wanted)})),
        capability=pool.capability,
        vendor_id=paid[0].vendor_id if len({row.vendor_id for row in paid}) == 1 else None,
        rows=(
            Proof(ProofTable.POOL, pool.id, pool.unit_id, None),
            *(Proof(ProofTable.PURCHASE, row.id, row.unit_id, row.amount) for row in paid),
            *(_proof(row) for row in wanted),
        ),
        amount=amount,
        amount_is_low=low or not paid,
        proposal=Proposal.TRANSFER,
        saving_low=Decimal(0),
        saving_high=_saving(pool, wanted, paid, settings),
        assumptions=_assumptions(pool, settings),
    )


def _proof(row: Wanted) -> Proof:
    if isinstance(row, RequestRow):
        return Proof(ProofTable.REQUEST, row.id, row.unit_id, row.amount)
    return Proof(ProofTable.QUEUE, row.id, row.unit_id, None)


def _saving(pool: PoolRow, wanted: Sequence[Wanted], paid: Sequence[PurchaseRow], settings: IdleCommitment) -> Decimal | None:
    """What can move at the price that the pool's own purchases paid per unit; the asked amounts where that price is unknown.

    Movable is what is idle less the reserve, and no more than what is asked for; a request of unknown quantity asks for it all.
    """
    movable = Decimal(str(max(0.0, _idle(pool) - settings.reserve * float(pool.size or 0))))
    asked = Decimal(0)
    for row in wanted:
        asked += movable if row.quantity is None or not _same_unit(pool, row) else row.quantity
    price = _unit_price(pool, paid)
    if price is not None:
        return cents(min(movable, asked) * price)
    return known_sum(row.amount for row in wanted if isinstance(row, RequestRow))[0]


def _same_unit(pool: PoolRow, row: Wanted) -> bool:
    return isinstance(row, QueueRow) or row.quantity_unit == _UNITS_OF.get(pool.kind, pool.kind)


def _unit_price(pool: PoolRow, paid: Sequence[PurchaseRow]) -> Decimal | None:
    """Amount per unit of capacity over the purchases whose amount and quantity, in the pool's unit, are both known."""
    unit = _UNITS_OF.get(pool.kind, pool.kind)
    priced = [
        (row.amount, row.committed_quantity)
        for row in paid
        if row.amount is not None and row.committed_quantity and row.committed_unit == unit
    ]
    return sum((amount for amount, _ in priced), Decimal(0)) / sum(quantity for _, quantity in priced) if priced else None


def _assumptions(pool: PoolRow, settings: IdleCommitment) -> tuple[str, ...]:
    assert pool.utilisation is not None
    source = pool.utilisation_source or "its measurement"
    days = pool.utilisation_age_days
    when = {0: "today", 1: "yesterday"}.get(days or 0, f"{days} days ago")
    return (
        f"{pool.utilisation:.0%} of the pool was in use, as measured until {when}, says {source}.",
        f"{settings.reserve:.0%} of the pool stays with its owner; the rest that is idle can serve who asks.",
        "At worst nothing fits (another place, another accelerator, data that may not move) and nothing is saved.",
    )
