"""How much of what was planted is found, and how much of what is found was planted, by the rows that prove it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from readiness.silos.choices import FindingKind
from readiness.silos.rules.world import Found
from tests.readiness.silos.planted.draft import Draft, Planted, Row

SHARE = 0.5  # of the rows of either that both must have


@dataclass(frozen=True, slots=True)
class Score:
    """`strays` counts, by its variant, the near miss that each wrong finding stands on ("" for everyday rows)."""

    kind: FindingKind
    planted: int
    found: int
    right: int
    recovered: int
    missed: Counter[str]
    strays: Counter[str]

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.recovered / self.planted


def scores(draft: Draft, found: Iterable[Found]) -> list[Score]:
    found = list(found)
    return [_score(kind, draft, [one for one in found if one.kind == kind]) for kind in FindingKind]


def _score(kind: FindingKind, draft: Draft, found: list[Found]) -> Score:
    """A finding may be found in parts (at two levels of the tree): it is recovered when one part has half of its rows."""
    planted = [one for one in draft.planted if one.kind == kind]
    owners = {row: one for one in planted for row in one.rows}
    near = {row: one.variant for one in draft.near if one.kind == kind for row in one.rows}
    recovered: set[int] = set()
    strays: Counter[str] = Counter()
    right = 0
    for one in found:
        rows = _rows(one)
        owner, common = _owner(rows, owners)
        if owner is not None and common >= SHARE * len(rows):
            right += 1
            if common >= SHARE * len(owner.rows):
                recovered.add(id(owner))
        else:
            strays[next((near[row] for row in rows if row in near), "")] += 1
    missed = Counter(one.variant for one in planted if id(one) not in recovered)
    return Score(kind, len(planted), len(found), right, len(recovered), missed, strays)


def _rows(found: Found) -> frozenset[Row]:
    return frozenset((proof.table, proof.id) for proof in found.rows)


def _owner(rows: frozenset[Row], owners: dict[Row, Planted]) -> tuple[Planted | None, int]:
    counts = Counter(id(owners[row]) for row in rows if row in owners)
    if not counts:
        return None, 0
    identity, common = counts.most_common(1)[0]
    return next(owners[row] for row in rows if row in owners and id(owners[row]) == identity), common
