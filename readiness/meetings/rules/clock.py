"""The clock of an item: how long it may take, since when it runs, when its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """`over` is how far past its time it is; one of `left` and `over` is nothing."""

    ends: datetime
    left: timedelta
    over: timedelta

    @property
    def text(self) -> str:
        """`12:30` or `+1:05`."""
        seconds = int((self.over or self.left).total_seconds())
        return f"{'+' if self.over else ''}{seconds // 60}:{seconds % 60:02}"


def clock(started: datetime, minutes: int, now: datetime) -> Clock:
    """Of an item that began at `started`."""
    ends = started + timedelta(minutes=minutes)
    nothing = timedelta(0)
    return Clock(ends, max(nothing, ends - now), max(nothing, now - ends))
