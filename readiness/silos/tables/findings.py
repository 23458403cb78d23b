"""Findings as lists, pages, API and files show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.addresses import numbered
from portfolio.kit.cells import csv_lines
from readiness.silos.choices import FindingKind, FindingState, FindingStep, ProofTable, Proposal
from readiness.silos.queries.findings import OwnPart
from readiness.silos.tables import words

EXPORT_FIELDS = (
    "id", "kind", "title", "state", "capability", "vendor", "units", "rows", "amount", "amount_is_at_least", "currency",
    "proposal", "saving_low", "saving_high", "act_by", "found", "still_found", "owner", "reason", "whole",
)  # fmt: skip
_PAGES = {
    ProofTable.PURCHASE: "procurement:purchase",
    ProofTable.REQUEST: "procurement:request",
    ProofTable.POOL: "workloads:pool",
}
Rows = Sequence[Mapping[str, Any]]


def rows_of(
    rows: Rows, units: Mapping[int, list[str]], things: Mapping[int, str], own: Mapping[int, OwnPart], today: date
) -> list[dict[str, Any]]:  # fmt: skip
    address = numbered("silos:finding")
    return [
        _row(row, units.get(row["id"], []), things.get(row["id"], ""), own.get(row["id"]), today) | {"url": address(row["id"])}
        for row in rows
    ]


def _row(row: Mapping[str, Any], units: list[str], thing: str, own: OwnPart | None, today: date) -> dict[str, Any]:
    """A row with its words: title, signs of kind, state and proposal, where it leads, and whether its day is near."""
    kind, state, proposal = FindingKind(row["kind"]), FindingState(row["state"]), Proposal(row["proposal"])
    label, icon, tone = words.STATES[state]
    says, sign = words.PROPOSALS[proposal]
    due = row["shown_due"]
    return {
        **row,
        "title": words.title(row, units, thing),
        "kind_label": words.KINDS[kind],
        "kind_icon": words.ICONS[kind],
        "state_label": label,
        "state_icon": icon,
        "state_tone": tone,
        "proposal_label": says,
        "proposal_icon": sign,
        "unit_names": units,
        "units_text": words.some(units),
        "own": own,
        "own_amount": own.amount if own else None,
        "days_left": (due - today).days if due else None,
    }


def headline(counts: Mapping[str, int]) -> str:
    """`31 silo findings ask for a decision, most of them outside the plan`."""
    total = sum(counts.values())
    if not total:
        return _("No silo is found where you look.")
    most = max(counts, key=lambda kind: counts[kind])
    said = ngettext("%(n)d silo finding asks for a decision", "%(n)d silo findings ask for a decision", total) % {"n": total}
    if counts[most] == total:
        return f"{said}: {str(words.KINDS[FindingKind(most)]).lower()}."
    return _("%(said)s; %(n)d of them: %(kind)s.") % {
        "said": said, "n": counts[most], "kind": str(words.KINDS[FindingKind(most)]).lower(),
    }  # fmt: skip


def proof(rows: Rows) -> list[dict[str, Any]]:
    """Proof rows by table, in the order of ProofTable: `{label, table, rows, priced}`."""
    groups = []
    for table in ProofTable:
        mine = [row for row in rows if row["table"] == table]
        if mine:
            priced = table in (ProofTable.PURCHASE, ProofTable.BILLING_ITEM, ProofTable.REQUEST)
            shown = _proof_rows(mine, numbered(_PAGES[table]) if table in _PAGES else None)
            groups.append({"label": words.TABLES[table], "table": table.value, "rows": shown, "priced": priced})
    return groups


def _proof_rows(rows: Rows, address: Callable[[int], str] | None) -> list[dict[str, Any]]:
    nameless, without = _("no name"), _("no unit")
    made = []
    for row in rows:
        vendor = row.get("vendor_label") or row.get("vendor_name")
        made.append({
            **row, "name": row.get("name") or nameless, "unit_name": row["unit_name"] or without,
            "url": address(row["row_id"]) if address and not row.get("gone") else "",
            "under": " · ".join(filter(None, (vendor, row.get("capability_label")))),
        })  # fmt: skip
    return made


def steps(rows: Rows) -> list[dict[str, Any]]:
    """The history as a timeline."""
    made = []
    for row in rows:
        label, icon = words.STEPS[FindingStep(row["step"])]
        who = "" if row["detection_id"] else row["by_label"]
        made.append({"title": label, "icon": icon, "text": row["reason"], "who": who, "at": row["at"],
                     "via": _("detection") if row["detection_id"] else "", "amount": row["amount"]})  # fmt: skip
    return made


def exported(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of a file; hidden values are empty."""
    units = "; ".join(row["unit_names"])
    values = (
        row["id"], row["kind"], row["title"], row["state"], row["capability_key"], row["shown_vendor"], units, row["shown_rows"],
        row["shown_amount"], row["amount_at_least"], row["shown_currency"], row["proposal"], row["shown_low"],
        row["shown_high"], row["shown_due"], row["opened_at"].date(), row["current"], row["shown_owner"], row["shown_reason"],
        row["whole"],
    )  # fmt: skip
    return dict(zip(EXPORT_FIELDS, values, strict=True))


def csv_of(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return csv_lines(EXPORT_FIELDS, (["" if cell is None else cell for cell in exported(row).values()] for row in rows))


def json_of(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(exported(row), default=str, ensure_ascii=False)
    yield "\n]\n"


EXPORTS = {"csv": (csv_of, "text/csv; charset=utf-8"), "json": (json_of, "application/json")}
