"""Who needs help, by facts alone: each reason is a row that somebody can open. No forecast is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Kinds of trouble, the gravest first."""

    GATE = "gate"
    CONDITION = "condition"
    NOT_MET = "not_met"
    RED = "red"
    STALLED = "stalled"
    MILESTONE = "milestone"
    STALE = "stale"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`n` rows behind it (days, where it stands still), since a day, in words that a person wrote; `ref` is a row to open."""

    reason: Reason
    n: int
    since: date | None
    text: str
    ref: int | None


@dataclass(frozen=True, slots=True)
class InTrouble:
    """One initiative with its reasons, the gravest first."""

    id: int
    key: str
    name: str
    unit: str
    stage: str
    owner: str
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Help:
    """`shown` of `total` running initiatives with any reason, of `running` that were looked at."""

    shown: tuple[InTrouble, ...]
    total: int
    running: int


def troubles(rows: Iterable[Mapping[str, Any]]) -> tuple[Trouble, ...]:
    """From dict rows, the gravest first."""
    order = list(Reason)
    made = [
        Trouble(
            Reason(row["reason"]), int(row["n"]), date.fromisoformat(row["since"]) if row["since"] else None, row["text"] or "",
            row["ref"],
        )
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda one: order.index(one.reason)))
