"""What the rules may be tuned by: every figure with its unit, its default and why it is what it is.

The shares of saving are working assumptions of this product and not findings of anybody's research: each proposal says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OutsidePlan:
    min_amount: Decimal = Decimal(10_000)  # reporting currency; below, a purchase card is cheaper than the talk about it
    saving_low: float = 0.0  # share of the amount: the plan may bring no better price
    saving_high: float = 0.05  # share of the amount: an assumption, a negotiated price where a unit alone paid the list's


@dataclass(frozen=True, slots=True)
class DuplicateCapability:
    min_amount: Decimal = Decimal(25_000)  # reporting currency per branch; a trial licence beside a platform is no silo
    min_overlap_days: int = 30  # days from today on; shorter is a handover
    saving_low: float = 0.05  # share of all but the largest branch's amount: an assumption
    saving_high: float = 0.15  # likewise


@dataclass(frozen=True, slots=True)
class IdleCommitment:
    max_utilisation: float = 0.40  # share in use; a shared cluster that runs above it has little to give away safely
    max_age_days: int = 30  # older says what was
    min_coverage: float = 0.50  # share of the pool that was measured; less may be the quiet half
    min_idle_quantity: float = 1.0  # in the pool's own unit: less than one accelerator, TB or Gbit/s is no transfer
    reserve: float = 0.20  # share of the size that stays with its owner, for its own peaks


@dataclass(frozen=True, slots=True)
class PriceTier:
    window_days: int = 365  # between the starts of the first and the last contract: vendors count by year


# What a company buys whether or not it does AI.
NOT_AI = frozenset({"general_compute", "storage", "network", "services", "other"})


@dataclass(frozen=True, slots=True)
class ShadowSpend:
    min_per_month: Decimal = Decimal(1_000)  # reporting currency; below is somebody trying something
    window_months: int = 12  # calendar months up to and with the current one
    not_ai: frozenset[str] = NOT_AI  # keys of capabilities; every other one counts, those added later too
    saving_low: float = 0.0  # share of a year's spend: an assumption
    saving_high: float = 0.10  # likewise


@dataclass(frozen=True, slots=True)
class TermOverlap:
    min_overlap_days: int = 30  # days from today on; shorter is a handover


@dataclass(frozen=True, slots=True)
class RenewalDue:
    horizon_days: int = 90  # days: a quarter is what a decision and a tender need
    min_amount: Decimal = Decimal(10_000)  # reporting currency


@dataclass(frozen=True, slots=True)
class Settings:
    """One group per kind, named as the kind."""

    outside_plan: OutsidePlan = OutsidePlan()
    duplicate_capability: DuplicateCapability = DuplicateCapability()
    idle_commitment: IdleCommitment = IdleCommitment()
    price_tier: PriceTier = PriceTier()
    shadow_spend: ShadowSpend = ShadowSpend()
    term_overlap: TermOverlap = TermOverlap()
    renewal_due: RenewalDue = RenewalDue()
