"""A proposed link for display: the row and the initiative side by side, and what agrees, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portfolio.formats.registers.likeness import PARTS
from portfolio.initiatives.choices import LinkState
from portfolio.initiatives.models import LinkProposal

_AGREES = 0.5  # a name or text above it is shown as agreeing


@dataclass(frozen=True)
class Part:
    """`sign`: agrees, differs or unknown; `value` for those that have a degree."""

    label: str
    sign: str
    value: str = ""


def part_labels() -> dict[str, str]:
    return {
        "name": _("Name"), "text": _("Purpose and texts"), "office": _("Office"), "date": _("Dates"), "system": _("System"),
        "link": _("Web address"), "contract": _("Contract"),
    }  # fmt: skip


def parts_of(parts: dict[str, float | None]) -> list[Part]:
    """In the order of their weight; a part that no row fills says unknown, and one that says nothing is left out."""
    labels = part_labels()
    return [_part(name, labels[name], parts[name]) for name in PARTS if name in parts and parts[name] != 0.0]


def _part(name: str, label: str, value: float | None) -> Part:
    if value is None:
        return Part(label, "unknown")
    degree = f"{value:.2f}" if name in ("name", "text") else ""
    return Part(label, "agrees" if value >= _AGREES else "differs", degree)


def pair(proposal: LinkProposal, fields: dict[str, Any], may_decide: bool) -> dict[str, Any]:
    """`fields` of the file's row; empty if the row is forgotten."""
    parts = parts_of(proposal.parts)
    decision = proposal.decision
    return {
        "id": proposal.pk,
        "line": proposal.line,
        "score": f"{proposal.score:.2f}",
        "best": proposal.best,
        "name": fields.get("name") or proposal.key,
        "unit": " / ".join(fields.get("unit") or ()),
        "purpose": fields.get("purpose") or "",
        "stage": fields.get("stage_raw") or "",
        "initiative": proposal.initiative,
        "known": [part for part in parts if part.sign != "unknown"],
        "unknown": ", ".join(part.label for part in parts if part.sign == "unknown"),
        "state": decision.verdict if decision else str(LinkState.OPEN),
        "decided_by": decision.by_label if decision else "",
        "decided_at": decision.at if decision else None,
        "may_decide": may_decide,
    }
