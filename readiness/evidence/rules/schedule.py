"""When a source is asked, in which lane, and how long each of its feeds may take. Seconds throughout."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from enum import StrEnum

SLOW_S = 5.0  # a source that usually takes longer counts as slow
FAST_PATIENCE_S = 25.0  # connectors that read up what they missed stop by themselves before it
_PATIENCE = 4.0  # times what it usually takes
_SMOOTHING = 0.3
_SPREAD = 2654435761  # Knuth's multiplicative hash: neighbouring ids land far apart


class Lane(StrEnum):
    """Slow sources may hold a quarter of the worker's threads, so that the others never wait for them."""

    FAST = "fast"
    SLOW = "slow"


def offset_s(source_id: int, interval_s: int) -> float:
    """Where in its interval a source is asked: always the same, and spread evenly over all sources."""
    return (source_id * _SPREAD % 2**32) / 2**32 * interval_s


def next_slot(now: datetime, source_id: int, interval_s: int) -> datetime:
    """The first slot after `now`. After a pause of whatever length there is one, not one for each that was missed."""
    offset = offset_s(source_id, interval_s)
    turn = math.floor((now.timestamp() - offset) / interval_s) + 1
    return datetime.fromtimestamp(turn * interval_s + offset, UTC)


def lane(*, failures: int, typical_s: float | None) -> Lane:
    """Slow is what failed last time, and what usually takes long."""
    return Lane.SLOW if failures or (typical_s or 0.0) > SLOW_S else Lane.FAST


def patience_s(*, lane: Lane, deadline_s: float, typical_s: float | None) -> float:
    """How long a pull may take. In the fast lane not much longer than it usually does: who needs the whole deadline gets it in
    the slow lane, at the next attempt."""
    if lane is Lane.SLOW:
        return deadline_s
    return min(deadline_s, max(FAST_PATIENCE_S, _PATIENCE * (typical_s or 0.0)))


def share_s(left_s: float, feeds_left: int) -> float:
    """What of the remaining time the next feed may use, so that one that hangs leaves the others theirs."""
    return left_s / feeds_left


def smoothed_s(typical_s: float | None, took_s: float) -> float:
    """How long a pull takes, with the newest one counted in."""
    return took_s if typical_s is None else typical_s + _SMOOTHING * (took_s - typical_s)


def late_after_s(interval_s: int) -> float:
    """Nothing came for so long: it is late."""
    return 2.0 * interval_s
