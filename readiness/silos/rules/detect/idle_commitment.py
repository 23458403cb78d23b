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


def movable(pool: PoolRow, settings: IdleCommitment) -> float:
    """What another unit could have, in the pool's own unit: idle beyond the reserve, and neither set aside nor granted.

    What somebody holds and does not use is idle and is not free: it moves only once it is given back.
    """
    return min(_spare(pool, settings), _free(pool))


def _spare(pool: PoolRow, settings: IdleCommitment) -> float:
    return max(0.0, _idle(pool) - settings.reserve * float(pool.size or 0))


def _free(pool: PoolRow) -> float:
    return max(0.0, float((pool.size or 0) - pool.committed - pool.allocated))


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
        assumptions=_assumptions(pool, paid, settings),
    )


def _proof(row: Wanted) -> Proof:
    if isinstance(row, RequestRow):
        return Proof(ProofTable.REQUEST, row.id, row.unit_id, row.amount)
    return Proof(row.table, row.id, row.unit_id, None)


def _saving(pool: PoolRow, wanted: Sequence[Wanted], paid: Sequence[PurchaseRow], settings: IdleCommitment) -> Decimal | None:
    """What can move, and is asked for, at the price that the pool's own purchases paid per unit.

    Where that price is unknown, the asked amounts, of each the share that what can move serves. A request of unknown quantity
    asks for all that can move. Where nothing can move nothing is saved, whatever it would have cost.
    """
    most = Decimal(str(movable(pool, settings)))
    if not most:
        return Decimal(0)
    asked = sum((_asked(pool, row, most) for row in wanted), Decimal(0))
    price = _unit_price(pool, paid)
    if price is not None:
        return cents(min(most, asked) * price)
    worth = known_sum(
        None if row.amount is None else row.amount * min(Decimal(1), most / _asked(pool, row, most))
        for row in wanted
        if isinstance(row, RequestRow)
    )[0]
    return None if worth is None else cents(worth)


def _asked(pool: PoolRow, row: Wanted, most: Decimal) -> Decimal:
    return row.quantity if row.quantity and _same_unit(pool, row) else most


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


def _assumptions(pool: PoolRow, paid: Sequence[PurchaseRow], settings: IdleCommitment) -> tuple[str, ...]:
    assert pool.utilisation is not None
    source = pool.utilisation_source or "its measurement"
    days = pool.utilisation_age_days
    when = {0: "today", 1: "yesterday"}.get(days or 0, f"{days} days ago")
    return (
        f"{pool.utilisation:.0%} of the pool was in use, as measured until {when}, says {source}.",
        f"{settings.reserve:.0%} of the pool stays with its owner; the rest that is idle can serve who asks.",
        *_held(pool, settings),
        *(() if _unit_price(pool, paid) is not None else (_NO_PRICE,)),
        "At worst nothing fits (another place, another accelerator, data that may not move) and nothing is saved.",
    )


_NO_PRICE = "What the pool costs per unit is unknown; the amounts of purchase requests stand in for it, where they are known."


def _held(pool: PoolRow, settings: IdleCommitment) -> tuple[str, ...]:
    """How much is set aside or granted, which is left out of the saving, and what more could move without that."""
    held = pool.committed + pool.allocated
    if not held:
        return ()
    assert pool.size is not None
    said = f"{float(held):g} of {float(pool.size):g} are set aside or granted and move only once they are given back"
    more = round(_spare(pool, settings) - movable(pool, settings), 1)
    if not movable(pool, settings):
        return (f"{said}: nothing can move today, and nothing is counted; {more:g} could, if they were.",)
    return (f"{said}; that would be {more:g} more than is counted.",) if more else (f"{said}.",)
