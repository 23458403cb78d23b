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
    UNKNOWN = "unknown"
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
    """One initiative with its reasons, the gravest first. `loss` is its expected abandoned spend, None where it is unknown or not
    the reader's to see; `stake` what is spent and committed, of which that is expected, `least` where a part of it is unknown;
    `figure` its risk (value, low, high), `drivers` the keys of those known that push it up most."""

    id: int
    key: str
    name: str
    unit: str
    stage: str
    owner: str
    troubles: tuple[Trouble, ...]
    loss: float | None = None
    figure: tuple[float, float, float] | None = None
    drivers: tuple[str, ...] = ()
    stake: float | None = None
    least: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    """`shown` of `total` running initiatives with any reason or expected loss, of `running` that were looked at.

    `by_loss`: the largest expected abandoned spend first; else, where nothing was learned or no amounts are the reader's to see,
    the most kinds of trouble. `months` is the horizon of the figures.
    """

    shown: tuple[InTrouble, ...]
    total: int
    running: int
    by_loss: bool = False
    months: int | None = None


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
