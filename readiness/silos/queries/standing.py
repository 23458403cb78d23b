"""Facts for those above: which findings are about purchases that serve an initiative. Nothing is hidden here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from readiness.silos.choices import FindingState, ProofTable


@dataclass(frozen=True, slots=True)
class About:
    """One finding as a criterion or a pack tells it. `amount` is None where nobody knows it; `whole` belongs to all its units."""

    id: int
    kind: str
    state: str
    amount: Decimal | None
    saving_low: Decimal | None
    saving_high: Decimal | None
    currency: str
    proposal: str
    capability: str
    ancestor_path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """`found` are findings of the last run; `purchases` how many serve the initiative: without one there is nothing to find.

    `looked_at` None: nobody has looked, and then what there is is unknown.
    """

    found: tuple[About, ...]
    purchases: int
    looked_at: datetime | None

    @property
    def open(self) -> int:
        return sum(one.state == FindingState.OPEN for one in self.found)

    @property
    def accepted(self) -> int:
        return sum(one.state == FindingState.ACCEPTED for one in self.found)


_FACTS = """
SELECT s.initiative_id, f.id, f.kind, f.state, f.amount, f.saving_low, f.saving_high, f.currency, f.proposal,
       coalesce(c.label, ''), f.ancestor_path, f.reason
FROM (SELECT DISTINCT initiative_id, purchase_id FROM procurement_purchaseshare WHERE initiative_id = ANY(%s)) s
JOIN silos_findingrow r ON r."table" = %s AND r.row_id = s.purchase_id
JOIN silos_finding f ON f.id = r.finding_id AND f.current
LEFT JOIN procurement_capability c ON c.id = f.capability_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 ORDER BY f.saving_high DESC NULLS LAST, f.id
"""
_PURCHASES = """
SELECT i.id, count(s.id), (SELECT max(d.at) FROM silos_detection d WHERE d.demo = i.demo)
FROM initiatives_initiative i LEFT JOIN procurement_purchaseshare s ON s.initiative_id = i.id
WHERE i.id = ANY(%s) GROUP BY i.id, i.demo
"""


def finding_facts(initiative_ids: Collection[int]) -> dict[int, FindingFacts]:
    """`{initiative: FindingFacts}` of every id that exists. Two statements."""
    ids = list(initiative_ids)
    found: dict[int, list[About]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [ids, ProofTable.PURCHASE.value])
        for initiative, *about in cursor.fetchall():
            found[initiative].append(About(*about))
        cursor.execute(_PURCHASES, [ids])
        rows = cursor.fetchall()
    return {pk: FindingFacts(tuple(found.get(pk, ())), purchases, looked_at) for pk, purchases, looked_at in rows}
