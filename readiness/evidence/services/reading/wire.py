"""Runs as lines of JSON between the process that reads a file and the one that asked for it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from readiness.connectors.contract import Bound, Environment, Flaw, Kind, Load, Reading, Run, Statistic


def packed(run: Run) -> bytes:
    """One line without its end."""
    try:
        return orjson.dumps({"run": run})
    except (TypeError, RecursionError):  # half of a surrogate pair, a number past 64 bits
        written = json.dumps({"run": asdict(run)}, ensure_ascii=False, default=_plain, allow_nan=False)
        return written.encode("utf-8", "replace")


def unpacked(said: dict[str, Any]) -> Run:
    """The run as its importer made it."""
    made = dict(said)
    made["kind"] = Kind(said["kind"])
    made["readings"] = tuple(map(_reading, said["readings"]))
    made["started_at"], made["ended_at"] = _time(said["started_at"]), _time(said["ended_at"])
    made["load"], made["environment"] = Load(**said["load"]), Environment(**said["environment"])
    made["flaws"] = tuple((Flaw(flaw), text) for flaw, text in said["flaws"])
    return Run(**made)


def _reading(said: dict[str, Any]) -> Reading:
    made = dict(said)
    made["statistic"], made["bound"], made["at"] = Statistic(said["statistic"]), Bound(said["bound"]), _time(said["at"])
    return Reading(**made)


def _time(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
