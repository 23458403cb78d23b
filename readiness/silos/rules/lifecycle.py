"""How a finding lives: what a person may make of it, and what a later detection does to it.

A finding is the same finding as long as its kind and identity are. Identities name units, vendors, capabilities, accounts,
pools and terms, so amounts may move without end; but when one of these is split, merged or given another parent, what was
found about the old one goes and what is found about the new one opens, each with a history of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from readiness.silos.choices import FindingState, FindingStep

GROWTH_SHARE = Decimal("0.25")  # of the amount that was judged: a quarter more is another matter than the one dismissed
GROWTH_LEAST = Decimal(10_000)  # reporting currency: a quarter of little is little

NEXT: dict[FindingState, frozenset[FindingState]] = {
    FindingState.OPEN: frozenset({FindingState.ACCEPTED, FindingState.DISMISSED, FindingState.DONE}),
    FindingState.ACCEPTED: frozenset({FindingState.OPEN, FindingState.DISMISSED, FindingState.DONE}),
    FindingState.DISMISSED: frozenset({FindingState.OPEN}),
    FindingState.DONE: frozenset({FindingState.OPEN}),
}
NEEDS_REASON = frozenset({FindingState.DISMISSED})


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a finding as far as the next detection asks: `judged` is the amount when a person last judged it."""

    state: FindingState
    current: bool
    amount: Decimal | None
    judged: Decimal | None
    rows_digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detection makes of it: its state, the step worth writing (None: nothing worth it), whether anything changed."""

    state: FindingState
    step: FindingStep | None
    changed: bool


def seen_again(kept: Kept, amount: Decimal | None, rows_digest: str) -> Verdict:
    """A finding that is found once more.

    Dismissed or done it stays, until it has grown materially since then; done, gone and back it is open again.
    """
    if kept.state in (FindingState.DISMISSED, FindingState.DONE) and has_grown(kept.judged, amount):
        return Verdict(FindingState.OPEN, FindingStep.REOPENED, changed=True)
    if not kept.current:
        back = kept.state is FindingState.DONE
        return Verdict(FindingState.OPEN if back else kept.state, FindingStep.RETURNED, changed=True)
    moved = kept.rows_digest != rows_digest or kept.amount != amount
    return Verdict(kept.state, FindingStep.CHANGED if _is_news(kept, amount) else None, changed=moved)


def has_grown(judged: Decimal | None, amount: Decimal | None) -> bool:
    """Whether `amount` is materially more than what was judged; an amount that was unknown counts from nothing."""
    if amount is None:
        return False
    more = amount - (judged or Decimal(0))
    return more >= GROWTH_LEAST and more >= GROWTH_SHARE * (judged or Decimal(0))


def _is_news(kept: Kept, amount: Decimal | None) -> bool:
    """Amounts move every day: a step is written when one moves materially, either way, or becomes known or unknown."""
    if kept.amount is None or amount is None:
        return kept.amount is not amount
    return has_grown(kept.amount, amount) or has_grown(amount, kept.amount)
