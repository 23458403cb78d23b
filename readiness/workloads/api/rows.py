"""Workloads as JSON, from the same fetches as their pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Knowledge, Metric
from readiness.workloads.models import ProfileValue, ProfileVersion, Requirement, TraceUpload
from readiness.workloads.queries.profiles import COLUMNS, Profile
from readiness.workloads.queries.states import kept_state
from readiness.workloads.rules.diff import Change
from readiness.workloads.rules.fields import Field
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.rules.templates import Template, origin_text
from readiness.workloads.rules.traces import offered

_REQUIREMENT = (
    "id", "metric", "comparator", "target", "unit", "percentile", "window_s", "environment", "max_age_days", "derived_from",
    "note",
)  # fmt: skip
_TRACE = (
    "id",
    "state",
    "file_name",
    "size_bytes",
    "sha256",
    "columns",
    "error",
    "summary",
    "accepted",
    "uploaded_at",
    "settled_at",
)


def detail_row(seen: Profile) -> dict[str, Any]:
    """The list's row and everything on it."""
    row, initiative = seen.workload, seen.workload.initiative
    asked_names = {one.name for one in seen.fields}
    how = seen.how
    return {name: getattr(row, name) for name in (*COLUMNS, "note")} | {
        "initiative_key": initiative.key,
        "initiative_name": initiative.name,
        "initiative_status": initiative.status,
        "unit_id": initiative.unit_id,
        "unit_name": initiative.unit.name,
        "unknown_count": len(seen.unknown),
        "asked_count": len(seen.fields),
        "values": [value_row(one, seen.values.get(one.name)) for one in seen.fields],
        "set_aside": sorted(set(seen.values) - asked_names),
        "requirements": [requirement_row(one, how.get(one.derived_from, "")) for one in seen.requirements],
        "serves": [one.pk for one in seen.serves],
        "hidden_serves": seen.hidden_serves,
        "versions": seen.versions[0].number if seen.versions else 0,
    }


def value_row(one: Field, stored: ProfileValue | None) -> dict[str, Any]:
    about = {name: getattr(one, name) for name in ("name", "question", "label", "unit", "required")}
    if stored is None:
        return about | {
            "answered": False, "knowledge": Knowledge.UNKNOWN.value, "value": None, "low": None, "high": None,
            "plausible": one.plausible, "origin": None, "note": "", "owner_id": None, "owner_name": "", "due": None,
            "updated_at": None,
        }  # fmt: skip
    kept = ("knowledge", "value", "low", "high", "origin", "note", "owner_id", "due", "updated_at")
    owner = stored.owner
    return about | {name: getattr(stored, name) for name in kept} | {
        "answered": True, "plausible": one.plausible, "owner_name": (owner.name or owner.email) if owner else "",
    }  # fmt: skip


def field_row(one: Field) -> dict[str, Any]:
    return asdict(one) | {"tasks": sorted(one.tasks), "classes": sorted(one.classes)}


def requirement_row(row: Requirement, how: str = "") -> dict[str, Any]:
    label = METRICS[Metric(row.metric)].label
    return {name: getattr(row, name) for name in _REQUIREMENT} | {"label": label, "how": how}


def version_row(row: ProfileVersion) -> dict[str, Any]:
    maker = row.made_by
    own = {name: getattr(row, name) for name in ("number", "label", "digest", "made_at")}
    return own | {"made_by": (maker.name or maker.email) if maker else ""}


def version_detail(row: ProfileVersion) -> dict[str, Any]:
    state = kept_state(row)
    return version_row(row) | {"workload": state.workload, "values": state.values, "requirements": list(state.requirements)}


def change_row(change: Change) -> dict[str, Any]:
    return asdict(change) | {"factor": change.factor}


def trace_row(row: TraceUpload, url: str) -> dict[str, Any]:
    person = row.uploaded_by
    kind = Task(row.workload.task), WorkloadClass(row.workload.workload_class)
    return {name: getattr(row, name) for name in _TRACE} | {
        "url": url,
        "offers": [asdict(offer) for offer in offered(*kind, row.summary).values()],
        "uploaded_by": (person.name or person.email) if person else "",
    }


def template_row(one: Template) -> dict[str, Any]:
    return asdict(one) | {"where_from": origin_text()}
