"""What is bought for initiatives, and what was found about it. One statement for purchases, two for findings."""

# ruff: noqa: S608 (the statement is put together from constants, values are parameters)

from __future__ import annotations

from collections.abc import Collection

from portfolio.procurement.choices import InPlan, State
from readiness.risk.queries.facts.asked import ASKED, Asked
from readiness.risk.rules.drivers.facts import Purchases, Silos
from readiness.silos.queries.standing import FindingFacts, finding_facts

# What was declared counts; where nobody declared anything, an item of the plan says yes (procurement.rules.plan).
_PURCHASES = f"""
WITH {ASKED}, bought AS (
    SELECT s.initiative_id, p.updated_at,
           CASE WHEN p.in_plan = '{InPlan.UNKNOWN.value}' AND p.plan_item_id IS NOT NULL THEN '{InPlan.YES.value}'
                ELSE p.in_plan END AS standing
    FROM procurement_purchaseshare s JOIN asked ON asked.id = s.initiative_id
    JOIN procurement_purchase p ON p.id = s.purchase_id AND p.state <> '{State.CANCELLED.value}'
)
SELECT initiative_id, count(*) FILTER (WHERE standing = '{InPlan.YES.value}')::int,
       count(*) FILTER (WHERE standing = '{InPlan.NO.value}')::int,
       count(*) FILTER (WHERE standing = '{InPlan.UNKNOWN.value}')::int, max(updated_at)
FROM bought GROUP BY initiative_id
"""


def purchases(asked: Asked) -> dict[int, Purchases]:
    """By initiative, of those with a purchase that was not cancelled."""
    return {pk: Purchases(*rest) for pk, *rest in asked.rows(_PURCHASES)}


def silos(initiative_ids: Collection[int]) -> dict[int, Silos]:
    """By initiative, of those with something bought, asked or billed for them."""
    return {pk: _silos(found) for pk, found in finding_facts(initiative_ids).items() if found.rows}


def _silos(found: FindingFacts) -> Silos:
    return Silos(found.rows, found.open, found.looked_at)
