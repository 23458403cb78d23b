"""Rows of queries as the API's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portfolio.accounts.rules import Actor
from readiness.silos.queries.findings import OwnPart, own_parts
from readiness.silos.queries.naming import names_of
from readiness.silos.queries.spend import Spend
from readiness.silos.tables import words


def finding_rows(actor: Actor, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In five statements at most, however many they are."""
    units, things = names_of(actor, rows)
    own = own_parts(actor, [row["id"] for row in rows if not row["whole"]])
    return [_finding(row, units.get(row["id"], []), things.get(row["id"], ""), own.get(row["id"])) for row in rows]


def _finding(row: Mapping[str, Any], units: list[str], thing: str, own: OwnPart | None) -> dict[str, Any]:
    return {
        "id": row["id"], "kind": row["kind"], "title": words.title(row, units, thing), "state": row["state"],
        "current": row["current"], "capability": row["capability_key"], "units": units, "whole": row["whole"],
        "vendor_id": row["shown_vendor_id"], "vendor": row["shown_vendor"], "rows": row["shown_rows"],
        "money_hidden": not row["money"], "amount": row["shown_amount"], "amount_is_at_least": row["amount_at_least"],
        "currency": row["shown_currency"], "own_rows": own.rows if own else None, "own_amount": own.amount if own else None,
        "proposal": row["proposal"], "saving_low": row["shown_low"], "saving_high": row["shown_high"],
        "assumptions": row["shown_assumptions"], "act_by": row["shown_due"], "owner_id": row["shown_owner_id"],
        "owner": row["shown_owner"], "reason": row["shown_reason"], "found_at": row["opened_at"], "seen_on": row["seen_on"],
        "version": row["version"],
    }  # fmt: skip


def proof_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "table": row["table"], "row_id": row["row_id"], "name": row.get("name") or "", "unit_id": row["unit_id"],
        "unit": row["unit_name"], "amount": row["shown_amount"], "amount_hidden": row["hidden"],
    }  # fmt: skip


def step_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "step": row["step"], "at": row["at"], "by": "" if row["detection_id"] else row["by_label"], "reason": row["reason"],
        "amount": row["amount"],
    }  # fmt: skip


def plan_row(spend: Spend) -> dict[str, Any]:
    share = spend.plan()
    low, high = share.outside_range() or (None, None)
    return {
        "in_plan": share.inside, "out_of_plan": share.outside, "unknown": share.unknown, "outside_low": low, "outside_high": high,
    }  # fmt: skip


def scatter_rows(spend: Spend) -> list[dict[str, Any]]:
    return [
        {
            "capability": key, "units": one.units, "vendors": one.vendors, "by_amount": one.by_vendor is not None,
            "by_unit": one.by_unit_count if one.by_unit is None else one.by_unit,
            "by_vendor": one.by_vendor_count if one.by_vendor is None else one.by_vendor,
        }
        for key, one in sorted(spend.scatter.items())
    ]  # fmt: skip
