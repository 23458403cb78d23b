"""Which initiatives the purchases of findings serve: what events tell those above."""

from __future__ import annotations

from collections.abc import Iterable

from portfolio.procurement.models import PurchaseShare
from readiness.silos.choices import ProofTable
from readiness.silos.models import FindingRow


def served_by(finding_ids: Iterable[int]) -> list[int]:
    """Ids in ascending order."""
    rows = FindingRow.objects.filter(finding__in=list(finding_ids), table=ProofTable.PURCHASE).values("row_id")
    return sorted(set(PurchaseShare.objects.filter(purchase__in=rows).values_list("initiative_id", flat=True)))
