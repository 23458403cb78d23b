"""One initiative as JSON, from the same fetch as its page."""

from __future__ import annotations

from typing import Any

from portfolio.initiatives.models import Dependency, Initiative
from portfolio.initiatives.queries.initiatives import OWN_COLUMNS, risk_of

TEXTS = ("purpose", "outputs", "approach", "system_name", "orchestrator", "developed_by", "status_note")


def detail_row(row: Initiative) -> dict[str, Any]:
    """The list's row and what hangs on it; `row` comes from queries.detail, so amounts are masked already."""
    stage = row.stage
    return (
        {name: getattr(row, name) for name in (*OWN_COLUMNS, *TEXTS, "contract_numbers", "answers")}
        | {
            "unit_name": row.unit.name,
            "stage_key": stage.key if stage else None,
            "stage_name": stage.name if stage else None,
            "stage_position": stage.position if stage else None,
            "stage_kind": stage.kind if stage else None,
            "lifecycle_key": row.lifecycle.key,
            "owner_label": row.owner.name if row.owner else row.owner_name,
            "sponsor_label": row.sponsor.name if row.sponsor else row.sponsor_name,
            "programme_name": row.programme.name if row.programme else None,
            "register_name": row.register.name if row.register else None,
            "missing": row.missing_since_id is not None,
            "value": row.value,  # type: ignore[attr-defined]
            "currency": row.currency,  # type: ignore[attr-defined]
            "value_hidden": row.value_hidden,  # type: ignore[attr-defined]
            "risk": risk_of(getattr(row, "risk_standing", None)),
            "tag_names": [tag.name for tag in row.tags.all()],
        }
        | _children(row)
    )


def _children(row: Initiative) -> dict[str, Any]:
    closures = [
        {
            "kind": c.kind, "reason": c.reason, "lesson": c.lesson, "closed_on": c.closed_on, "precision": c.precision,
            "stage": c.stage.key if c.stage else None, "reopened_at": c.reopened_at,
        }
        for c in row.closures.all()
    ]  # fmt: skip
    standing = [c["kind"] for c in closures if c["reopened_at"] is None]
    return {
        "closure": standing[0] if standing else None,
        "closures": closures,
        "external_ids": [{"system": e.system, "value": e.value} for e in row.external_ids.all()],
        "links": [{"label": link.label, "url": link.url} for link in row.links.all()],
        "dates": [
            {"kind": d.kind, "value": d.value, "precision": d.precision, "raw": d.raw, "unread": d.unread}
            for d in row.dates.all()
        ],
        "functions": [{"function": f.function, "person": f.person_id, "name": f.name} for f in row.functions.all()],
        "stage_history": [
            {
                "stage": e.stage.key if e.stage else None, "entered_on": e.entered_on,
                "entered_precision": e.entered_precision, "left_on": e.left_on, "current": e.current,
                "source": e.source, "raw": e.raw,
            }
            for e in row.stage_entries.all()
        ],
        "milestones": [
            {"id": m.pk, "name": m.name, "due": m.due, "done_on": m.done_on, "moved": m.moved}
            for m in row.milestones.all()
        ],
        "dependencies": [_dependency(d) for d in row.dependencies.all()],
    }  # fmt: skip


def _dependency(row: Dependency) -> dict[str, Any]:
    """An initiative that the reader may not see is only said to exist."""
    seen = row.on_visible  # type: ignore[attr-defined]  # set by queries.detail
    return {
        "id": row.pk,
        "kind": row.kind,
        "on": row.on_id if seen else None,
        "hidden": bool(row.on_id and not seen),
        "platform": row.platform,
        "ready": row.ready,
    }
