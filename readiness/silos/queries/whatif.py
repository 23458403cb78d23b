"""Picked findings as the what-if needs them: only what the reader sees whole and may see amounts of counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, When

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from portfolio.procurement.models import Purchase
from portfolio.procurement.queries.purchases import IN_PLAN
from readiness.silos.choices import ProofTable, Proposal
from readiness.silos.models import Finding, FindingRow
from readiness.silos.queries.findings import finding_rows, ordered, visible
from readiness.silos.rules.whatif import Key, Picked

MOST_PICKED = 500


def picked_rows(actor: Actor, ids: Collection[int]) -> list[dict[str, Any]]:
    """The picked findings that the reader sees, the largest saving first. One statement."""
    return list(ordered(finding_rows(actor, visible(actor).filter(pk__in=list(ids)[:MOST_PICKED])), ""))


def picked(actor: Actor, rows: Iterable[dict[str, Any]]) -> list[Picked]:
    """Those that are whole to the reader, with their rows; amounts where it holds money. Two statements."""
    whole = {row["id"]: row for row in rows if row["whole"]}
    proofs: dict[int, dict[Key, Decimal | None]] = defaultdict(dict)
    money = within("finding__ancestor_path", actor.paths(Action.MONEY))
    amount = Case(When(money, then=F("amount"))) if money else F("amount")
    found = FindingRow.objects.filter(finding__in=list(whole)).annotate(seen_amount=amount)
    for finding, table, row_id, seen in found.values_list("finding_id", "table", "row_id", "seen_amount"):
        proofs[finding][(ProofTable(table), row_id)] = seen
    units: dict[int, set[int]] = defaultdict(set)
    for finding, unit in Finding.units.through.objects.filter(finding__in=list(whole)).values_list(
        "finding_id", "businessunit_id"
    ):
        units[finding].add(unit)
    return [
        Picked(pk, Proposal(row["proposal"]), row["shown_low"], row["shown_high"], frozenset(units[pk]), proofs[pk])
        for pk, row in whole.items()
    ]


def standings(actor: Actor, ids: Collection[int]) -> dict[int, str]:
    """`{purchase: yes | no | unknown}` of visible purchases. One statement."""
    rows = Purchase.objects.visible_to(actor).filter(pk__in=list(ids)).annotate(counts_as=IN_PLAN)
    return dict(rows.values_list("id", "counts_as"))
