"""What the list, the panel, the files and the what-if share: rows of findings with their words."""

from __future__ import annotations

from typing import Any

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from readiness.silos.queries.findings import own_parts
from readiness.silos.queries.naming import names_of
from readiness.silos.tables.findings import rows_of


def dressed(actor: Actor, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of queries.findings.finding_rows as templates take them, in four statements however many they are."""
    units, things = names_of(actor, rows)
    own = own_parts(actor, [row["id"] for row in rows if not row["whole"]])
    return rows_of(rows, units, things, own, clock.today())
