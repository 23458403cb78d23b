"""Open silo findings by kind: how many, and what the rows that prove them come to, as far as the reader may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL, Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.dashboards.rules.silos import KindOfSilo
from readiness.silos.choices import FindingKind, FindingState, ProofTable
from readiness.silos.models import Finding, FindingRow


def open_silos(actor: Actor, rows: QuerySet[Finding]) -> list[KindOfSilo]:
    """Of visible findings `rows`, those still found and open, kinds without one left out. Two statements.

    Each proving purchase or bill counts once in a kind, and may prove findings of several kinds: kinds do not add up.
    """
    wanted = rows.filter(current=True, state=FindingState.OPEN).order_by()
    counts = dict(wanted.values_list("kind").annotate(n=Count("pk")))
    amounts = _amounts(actor, wanted)
    return [KindOfSilo(kind, counts[kind], *amounts.get(kind, (None, ""))) for kind in FindingKind if kind in counts]


def _amounts(actor: Actor, wanted: QuerySet[Finding]) -> dict[str, tuple[Any, str]]:
    """`{kind: (amount or None, currency)}`: nothing where too few of several amounts are the reader's to see (decision 0011)."""
    seen = within("unit__path", actor.paths(Action.MONEY))
    priced = FindingRow.objects.filter(finding__in=wanted.values("pk"), amount__isnull=False)
    priced = priced.filter(table__in=(ProofTable.PURCHASE, ProofTable.BILLING_ITEM))
    once = (priced.filter(seen) if seen else priced).order_by("finding__kind", "table", "row_id", "-amount")
    rows: Any = FindingRow.objects.filter(pk__in=once.distinct("finding__kind", "table", "row_id").values("pk")).order_by()
    found = rows.values("finding__kind").annotate(n=Count("pk"), total=Sum("amount"), currency=Max("finding__currency"))
    enough = FEWEST_IN_A_TOTAL if seen else 1
    return {row["finding__kind"]: (row["total"], row["currency"]) for row in found if row["n"] >= enough}
