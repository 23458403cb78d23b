"""Facts for those above: findings about what is bought, asked for or billed for an initiative. Nothing is hidden here."""

# ruff: noqa: S608 (the statements are put together from constants, ids are parameters)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
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
    """`found` are findings of the last run; `rows` how many purchases, requests and charges are for the initiative: without one
    there is nothing to find.

    `looked_at` None: nobody has looked, and then what there is is unknown.
    """

    found: tuple[About, ...]
    rows: int
    looked_at: datetime | None

    @property
    def open(self) -> int:
        return sum(one.state == FindingState.OPEN for one in self.found)

    @property
    def accepted(self) -> int:
        return sum(one.state == FindingState.ACCEPTED for one in self.found)


# What a finding can be about, by initiative: (initiative_id, table, row_id).
_OURS = f"""
(SELECT initiative_id, '{ProofTable.PURCHASE.value}' AS "table", purchase_id AS row_id FROM procurement_purchaseshare
 WHERE initiative_id = ANY(%(ids)s)
 UNION
 SELECT initiative_id, '{ProofTable.REQUEST.value}', id FROM procurement_purchaserequest WHERE initiative_id = ANY(%(ids)s)
 UNION
 SELECT initiative_id, '{ProofTable.BILLING_ITEM.value}', item_id FROM procurement_billingassignment
 WHERE initiative_id = ANY(%(ids)s))
"""
_FACTS = f"""
SELECT DISTINCT ours.initiative_id, f.id, f.kind, f.state, f.amount, f.saving_low, f.saving_high, f.currency, f.proposal,
       coalesce(c.label, ''), f.ancestor_path, f.reason
FROM {_OURS} ours
JOIN silos_findingrow r ON r."table" = ours."table" AND r.row_id = ours.row_id
JOIN silos_finding f ON f.id = r.finding_id AND f.current
LEFT JOIN procurement_capability c ON c.id = f.capability_id
ORDER BY f.saving_high DESC NULLS LAST, f.id
"""
_ROWS = f"""
SELECT i.id, count(ours.row_id), (SELECT max(d.at) FROM silos_detection d WHERE d.demo = i.demo)
FROM initiatives_initiative i LEFT JOIN {_OURS} ours ON ours.initiative_id = i.id
WHERE i.id = ANY(%(ids)s) GROUP BY i.id, i.demo
"""
_SERVED = """
SELECT initiative_id FROM procurement_purchaseshare s
JOIN silos_findingrow r ON r."table" = %(purchase)s AND r.row_id = s.purchase_id WHERE r.finding_id = ANY(%(ids)s)
UNION
SELECT initiative_id FROM procurement_purchaserequest q
JOIN silos_findingrow r ON r."table" = %(request)s AND r.row_id = q.id WHERE r.finding_id = ANY(%(ids)s)
UNION
SELECT initiative_id FROM procurement_billingassignment a
JOIN silos_findingrow r ON r."table" = %(item)s AND r.row_id = a.item_id WHERE r.finding_id = ANY(%(ids)s)
"""


def served_by(finding_ids: Iterable[int]) -> list[int]:
    """The initiatives that findings are about, ids in ascending order: what events tell those above."""
    tables = {"purchase": ProofTable.PURCHASE.value, "request": ProofTable.REQUEST.value, "item": ProofTable.BILLING_ITEM.value}
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, {"ids": list(finding_ids), **tables})
        return sorted(pk for (pk,) in cursor.fetchall() if pk is not None)


def finding_facts(initiative_ids: Collection[int]) -> dict[int, FindingFacts]:
    """`{initiative: FindingFacts}` of every id that exists. Two statements."""
    ids = list(initiative_ids)
    found: dict[int, list[About]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"ids": ids})
        for initiative, *about in cursor.fetchall():
            found[initiative].append(About(*about))
        cursor.execute(_ROWS, {"ids": ids})
        rows = cursor.fetchall()
    return {pk: FindingFacts(tuple(found.get(pk, ())), count, looked_at) for pk, count, looked_at in rows}
