"""The environment and the time of a run: what its file says, filled in with what its bringer declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from readiness.connectors.contract import Environment, Run
from readiness.evidence.rules.declared import measured_at

COMPARABLE = (
    "venue", "accelerator", "accelerators", "nodes", "model", "precision", "software", "software_version", "data_real",
    "users_real", "stage",
)  # fmt: skip
MEASURED_ON = "measured_on"
TIME_FROM = "time_from"
CONFLICTS = "conflicts"
DECLARED = "declared"

_TOLD = tuple(one.name for one in fields(Environment) if one.name != "extra")


class TimeFrom(StrEnum):
    """What `Run.observed_at` stands on; kept in Run.environment under `time_from`."""

    ENDED = "ended"
    STARTED = "started"
    DECLARED = "declared"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    time_from: TimeFrom


def merge(told: Environment, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says wins, what was declared (rules.declared) fills its blanks; as JSON, without what nobody said.

    `declared` lists what was filled in, `conflicts` keeps what was declared otherwise than the file says. When it was measured is
    no part of it: see `observed`.
    """
    merged = {name: value for name in _TOLD if not _blank(value := getattr(told, name))}
    filled = [name for name in COMPARABLE if name not in merged and not _blank(said.get(name))]
    conflicts = {name: said[name] for name in _TOLD if name in said and name in merged and _other(merged[name], said[name])}
    merged |= {name: said[name] for name in filled}
    for key, value in (("extra", {**said.get("extra", {}), **told.extra}), (DECLARED, filled), (CONFLICTS, conflicts)):
        if value:
            merged[key] = value
    return merged


def comparable(environment: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an environment that observations must share to be compared."""
    return {name: environment[name] for name in COMPARABLE if name in environment}


def observed(run: Run, said: Mapping[str, Any], arrival: datetime) -> Moment:
    """End of the run, else its start, else what was declared, else its arrival."""
    if run.ended_at is not None:
        return Moment(utc(run.ended_at), TimeFrom.ENDED)
    if run.started_at is not None:
        return Moment(utc(run.started_at), TimeFrom.STARTED)
    declared = measured_at(said)
    if declared is not None:
        return Moment(utc(declared), TimeFrom.DECLARED)
    return Moment(utc(arrival), TimeFrom.ARRIVAL)


def utc(at: datetime) -> datetime:
    """A time without a zone is taken as UTC; its run is marked (`local_time`)."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _blank(value: Any) -> bool:
    return value is None or value == ""


def _other(told: Any, said: Any) -> bool:
    if isinstance(told, str) and isinstance(said, str):
        return " ".join(told.casefold().split()) != " ".join(said.casefold().split())
    return bool(told != said)
