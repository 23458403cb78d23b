"""A profile as it stands now or stood in a kept version, in the form that is frozen, hashed and compared."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from readiness.workloads.models import ProfileValue, ProfileVersion, Requirement, Workload
from readiness.workloads.rules.diff import State

FRAME = "_workload"  # key beside the fields in `ProfileVersion.values` that holds the workload's own words
_WORDS = ("name", "task", "workload_class", "experience", "needed_on", "note")
_VALUE = ("knowledge", "value", "low", "high", "origin", "note", "owner_id", "due")
_REQUIREMENT = (
    "id", "metric", "comparator", "target", "unit", "percentile", "window_s", "environment", "max_age_days", "derived_from",
    "note",
)  # fmt: skip


def state_of(workload: Workload) -> State:
    """The profile as it stands now, in two statements."""
    values = ProfileValue.objects.filter(workload=workload).order_by("name").values("name", *_VALUE)
    requirements = Requirement.objects.filter(workload=workload, retired_at=None).order_by("id").values(*_REQUIREMENT)
    return State(
        workload=_plain({name: getattr(workload, name) for name in _WORDS}),
        values={row.pop("name"): _plain(row) for row in values},
        requirements=tuple(_plain(row) for row in requirements),
    )


def kept_state(version: ProfileVersion) -> State:
    """The profile as that version froze it."""
    values = {name: value for name, value in version.values.items() if name != FRAME}
    return State(version.values.get(FRAME, {}), values, tuple(version.requirements))


def stored_state(state: State) -> tuple[dict[str, Any], list[Any]]:
    """The two JSON columns of a version that hold `state`."""
    return {**state.values, FRAME: dict(state.workload)}, list(state.requirements)


def digest_of(state: State) -> str:
    """SHA-256 over canonical JSON: keys sorted, no blanks, UTF-8."""
    values, requirements = stored_state(state)
    body = {"values": values, "requirements": requirements}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Dates as ISO texts; the rest is JSON already."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
