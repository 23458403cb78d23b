"""The same capability bought by several branches of one unit at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal
from readiness.silos.rules.amounts import known_sum, reaches, share
from readiness.silos.rules.settings import DuplicateCapability
from readiness.silos.rules.terms import current, meeting, span
from readiness.silos.rules.world import Found, Proof, PurchaseRow, World

OWN = ""  # the branch of what the parent unit bought itself
Branches = Mapping[str, Sequence[PurchaseRow]]


def found(world: World, settings: DuplicateCapability) -> list[Found]:
    """One finding per capability and parent; a purchase is looked at once for every unit above its own.

    A unit that only passes purchases of one branch upward has one branch and no finding: the finding sits where two meet.
    """
    nodes: dict[tuple[str, str], dict[str, list[PurchaseRow]]] = defaultdict(lambda: defaultdict(list))
    for purchase in current(world.purchases, world.today):
        if purchase.capability:
            for parent, branch in _places(purchase.unit_path):
                nodes[(purchase.capability, parent)][branch].append(purchase)
    findings = []
    for (capability, parent), branches in nodes.items():
        if len(branches) > 1 and (together := _together(branches, world.today, settings)):
            findings.append(_finding(capability, parent, together, settings))
    return findings


def _places(path: str) -> Iterator[tuple[str, str]]:
    """`/1/7/` -> (`/`, `1`), (`/1/`, `7`), (`/1/7/`, own): each parent with the branch that a purchase at `path` is of."""
    parent = "/"
    for part in path.strip("/").split("/"):
        yield parent, part
        parent += f"{part}/"
    yield parent, OWN


def _together(branches: Branches, today: date, settings: DuplicateCapability) -> Branches:
    """Branches (two or more, or none) that are large enough, with what of theirs runs beside another branch's.

    A branch that falls away may leave others without company, so it is looked at again until nothing changes.
    """
    while True:
        large = {key: rows for key, rows in branches.items() if reaches((row.amount for row in rows), settings.min_amount)}
        kept = _beside_others(large, today, settings.min_overlap_days)
        if kept == large:
            return kept if len(kept) > 1 else {}
        branches = kept


def _beside_others(branches: Branches, today: date, least_days: int) -> dict[str, list[PurchaseRow]]:
    """What runs beside a purchase of another branch. Who buys under one contract is one buyer there, and meets the others."""

    def met(sided: Sequence[tuple[Hashable, PurchaseRow]]) -> set[int]:
        running = meeting(sided, side=lambda entry: entry[0], during=lambda entry: span(entry[1], today), least_days=least_days)
        return {row.id for _, row in running}

    entries = [(branch, row) for branch, rows in branches.items() for row in rows]
    shared = _shared(branches)
    found = met([(branch, row) for branch, row in entries if _contract(row) not in shared])
    for holders in set(shared.values()):
        theirs = [("holders", row) for _, row in entries if shared.get(_contract(row)) == holders]
        strangers = [("", row) for branch, row in entries if holders.isdisjoint({branch, *shared.get(_contract(row), ())})]
        found |= met(theirs + strangers)
    kept = {branch: [row for row in rows if row.id in found] for branch, rows in branches.items()}
    return {branch: rows for branch, rows in kept.items() if rows}


def _contract(row: PurchaseRow) -> Hashable:
    """What tells one contract with a vendor's family; None where nobody gave a number."""
    return (row.family, row.contract_number.casefold()) if row.contract_number and row.family is not None else None


def _shared(branches: Branches) -> dict[Hashable, frozenset[str]]:
    """Contracts that several branches buy under, and which: there they are merged already."""
    holders: dict[Hashable, set[str]] = defaultdict(set)
    for branch, rows in branches.items():
        for row in rows:
            if (contract := _contract(row)) is not None:
                holders[contract].add(branch)
    return {contract: frozenset(who) for contract, who in holders.items() if len(who) > 1}


def _finding(capability: str, parent: str, together: Branches, settings: DuplicateCapability) -> Found:
    rows = [row for branch in together.values() for row in branch]
    amount, low = known_sum(row.amount for row in rows)
    return Found(
        kind=FindingKind.DUPLICATE_CAPABILITY,
        identity=("capability", capability, "under", parent),
        unit_ids=tuple(sorted({row.unit_id for row in rows})),
        capability=capability,
        vendor_id=_one_vendor(rows),
        rows=tuple(Proof(ProofTable.PURCHASE, row.id, row.unit_id, row.amount) for row in rows),
        amount=amount,
        amount_is_low=low,
        proposal=Proposal.MERGE,
        saving_low=share(_movable(together), settings.saving_low),
        saving_high=share(_movable(together), settings.saving_high),
        assumptions=(
            "The largest buyer's contract stays, the others join it as their terms end.",
            f"Joining saves {settings.saving_low:.0%} to {settings.saving_high:.0%} of it: an assumption of the settings.",
        ),
    )


def _one_vendor(rows: Sequence[PurchaseRow]) -> int | None:
    families = {row.family for row in rows}
    return families.pop() if len(families) == 1 else None


def _movable(together: Branches) -> Decimal | None:
    """All but the largest branch's known amount; None with fewer than two branches of known amounts."""
    totals = sorted(total for rows in together.values() if (total := known_sum(row.amount for row in rows)[0]) is not None)
    return sum(totals[:-1], Decimal(0)) if len(totals) > 1 else None
