"""The environment and the time of a run: what its file says, filled in with what its bringer declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from readiness.connectors.contract import Environment, Run

COMPARABLE = (
    "venue", "accelerator", "accelerators", "nodes", "model", "precision", "software", "software_version", "data_real",
    "users_real",
)  # fmt: skip
MEASURED_ON = "measured_on"
TIME_FROM = "time_from"
CONFLICTS = "conflicts"
DECLARED = "declared"

_NAMES = tuple(one.name for one in fields(Environment))
_WHOLE = frozenset({"accelerators", "nodes"})
_TRUTH = frozenset({"data_real", "users_real"})
_LONGEST, _MOST = 300, 1_000_000


class TimeFrom(StrEnum):
    """What `Run.observed_at` stands on; kept in Run.environment under `time_from`."""

    ENDED = "ended"
    STARTED = "started"
    DECLARED = "declared"
    ARRIVAL = "arrival"


class DeclaredWrong(ValueError):
    """What was declared cannot be: `field` is its name, the text says what to write instead."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    time_from: TimeFrom


def declared(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a person or tool declares, checked; blanks are left out. Raises DeclaredWrong.

    By the names of contract.Environment, and `measured_on`: a date (its start in UTC) or a time with its zone, ISO 8601, for
    files that do not say when they were measured.
    """
    unknown = sorted(set(said) - {*_NAMES, MEASURED_ON})
    if unknown:
        raise DeclaredWrong(unknown[0], f"{unknown[0]} is no part of an environment; these are: {', '.join(_NAMES)}")
    return {name: _checked(name, value) for name, value in said.items() if not _blank(value)}


def merge(told: Environment, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says wins, what was declared (see `declared`) fills its blanks; as JSON, without what nobody said.

    `declared` lists what was filled in, `conflicts` keeps what was declared otherwise than the file says.
    """
    merged = {name: value for name in _NAMES if not _blank(value := getattr(told, name))}
    filled = [name for name in _NAMES if name in said and name not in merged and name != "extra"]
    conflicts = {name: said[name] for name in COMPARABLE if name in said and name in merged and _other(merged[name], said[name])}
    merged |= {name: said[name] for name in filled}
    if extra := {**said.get("extra", {}), **told.extra}:
        merged["extra"] = extra
    if filled:
        merged[DECLARED] = filled
    if conflicts:
        merged[CONFLICTS] = conflicts
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
    if MEASURED_ON in said:
        return Moment(_moment(said[MEASURED_ON]), TimeFrom.DECLARED)
    return Moment(utc(arrival), TimeFrom.ARRIVAL)


def utc(at: datetime) -> datetime:
    """A time without a zone is taken as UTC; its run is marked (`local_time`)."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, Mapping) and not value)


def _other(told: Any, said: Any) -> bool:
    if isinstance(told, str) and isinstance(said, str):
        return " ".join(told.casefold().split()) != " ".join(said.casefold().split())
    return bool(told != said)


def _checked(name: str, value: Any) -> Any:
    if name == MEASURED_ON:
        return _moment(value).isoformat()
    if name == "extra":
        if not isinstance(value, Mapping):
            raise DeclaredWrong(name, "extra is an object of further facts")
        return dict(value)
    if name in _TRUTH:
        if not isinstance(value, bool):
            raise DeclaredWrong(name, f"{name} is true or false")
        return value
    if name in _WHOLE:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
            raise DeclaredWrong(name, f"{name} is a whole number from 0 to {_MOST}")
        return value
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise DeclaredWrong(name, f"{name} is a text of at most {_LONGEST} characters")
    return value.strip()


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        return utc(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        raise DeclaredWrong(MEASURED_ON, "measured_on is a date or a time in ISO 8601, such as 2026-11-29") from None
