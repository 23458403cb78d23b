"""Everything that the rules look at, as plain rows, and what they find.

Amounts are in the reporting currency; None is unknown (no amount, or no rate for its day) and never zero. `unit_path` is the
ids from the root down, `/1/7/`. A capability is the key of the taxonomy, "" where nobody said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """One purchase. `in_plan` is yes | no | unknown, `state` planned | active | ended | cancelled.

    Both days of a term are inclusive; a missing start has begun, a missing end is open. `notice_on` is the last day to give
    notice. `discount` (0..1) is what its price tier gives already.
    """

    id: int
    unit_id: int
    unit_path: str
    vendor_id: int | None
    vendor_parent_id: int | None
    product_id: int | None
    capability: str
    venue: str
    function: str
    amount: Decimal | None
    starts_on: date | None
    ends_on: date | None
    notice_on: date | None
    in_plan: str
    committed_quantity: Decimal | None
    committed_unit: str
    billing_account_id: str
    sub_account_id: str
    state: str
    title: str
    kind: str = "order"
    contract_number: str = ""
    renews: str = "unknown"
    discount: Decimal | None = None

    @property
    def family(self) -> int | None:
        """The vendor's parent, or the vendor itself."""
        return self.vendor_id if self.vendor_parent_id is None else self.vendor_parent_id


@dataclass(frozen=True, slots=True)
class BillingRow:
    """What one billing item cost in one month (its first day); credits and corrections are negative."""

    item_id: int
    unit_id: int | None
    unit_path: str
    vendor_id: int | None
    capability: str
    purchase_id: int | None
    billing_account_id: str
    sub_account_id: str
    month: date
    billed: Decimal | None
    effective: Decimal | None
    vendor_parent_id: int | None = None

    @property
    def family(self) -> int | None:
        return self.vendor_id if self.vendor_parent_id is None else self.vendor_parent_id

    @property
    def spend(self) -> Decimal | None:
        """Effective cost (used, amortised, credits included); billed where the provider gives no effective cost."""
        return self.billed if self.effective is None else self.effective


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A purchase request; `state` is asked | approved | ordered | declined | withdrawn."""

    id: int
    unit_id: int
    unit_path: str
    capability: str
    vendor_id: int | None
    quantity: Decimal | None
    quantity_unit: str
    amount: Decimal | None
    needed_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A capacity pool in its own unit of measure (`kind`: accelerators, storage TB, network Gbit/s).

    `size` is what has arrived, `committed` what is set aside for what is not tracked here, `allocated` the most that is granted
    at one time from today on.

    `utilisation` (0..1) is what was measured to be used of `size`, never what was paid; `coverage` (0..1) is the share of the
    pool that the measurement saw, `utilisation_age_days` how old it is, `utilisation_source` where it is from.
    """

    id: int
    unit_id: int
    unit_path: str
    capability: str
    kind: str
    size: Decimal | None
    committed: Decimal
    allocated: Decimal
    utilisation: float | None
    utilisation_source: str
    utilisation_age_days: int | None
    coverage: float | None = 1.0
    purchase_ids: tuple[int, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class TierRow:
    """From `from_amount` on, a vendor gives `discount` (0..1); "" as capability: on everything it sells; of one product alone
    where `product_id` names it.

    With `per_year` a contract longer than a year counts with its amount per year.
    """

    vendor_id: int
    capability: str
    from_amount: Decimal
    discount: Decimal
    vendor_parent_id: int | None = None
    per_year: bool = False
    product_id: int | None = None

    @property
    def family(self) -> int:
        return self.vendor_id if self.vendor_parent_id is None else self.vendor_parent_id


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Capacity asked for and not granted, in the unit of pools of its capability; `source` says where that is known from.

    `table` is where it stands: an allocation of a pool, or a quota that a provider has not granted in full.
    """

    unit_id: int
    capability: str
    quantity: Decimal | None
    since: date | None
    source: str
    id: int = 0
    unit_path: str = ""
    table: ProofTable = ProofTable.QUEUE


@dataclass(frozen=True, slots=True)
class World:
    """One portfolio (demo or real) on one day; amounts in `currency`."""

    today: date
    purchases: tuple[PurchaseRow, ...] = ()
    billing: tuple[BillingRow, ...] = ()
    requests: tuple[RequestRow, ...] = ()
    pools: tuple[PoolRow, ...] = ()
    tiers: tuple[TierRow, ...] = ()
    queues: tuple[QueueRow, ...] = ()
    currency: str = ""
    quotas_unknown: int = 0  # asked for, and nobody knows how much of it was granted
    bills_unmapped: int = 0  # billed items of which nobody says what they are


@dataclass(frozen=True, slots=True)
class Proof:
    """A row that proves a finding, with whose it is and what it stands for in it."""

    table: ProofTable
    id: int
    unit_id: int | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found. `identity` names what it is about and no amounts, so it stays the same when these move.

    `amount` sums the known amounts of `rows` that are spend; None: none is known. `amount_is_low` says that some is unknown.
    """

    kind: FindingKind
    identity: tuple[str, ...]
    unit_ids: tuple[int, ...]
    capability: str
    vendor_id: int | None
    rows: tuple[Proof, ...]
    amount: Decimal | None
    proposal: Proposal
    saving_low: Decimal | None
    saving_high: Decimal | None
    assumptions: tuple[str, ...]
    amount_is_low: bool = False
    due_on: date | None = None
