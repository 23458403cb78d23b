"""What follows from a failed pull: when to ask again, and whether the circuit opens. Seconds throughout.

One that may pass by itself is retried soon and then ever more seldom; one that somebody must mend or look at is only looked at
now and then, until it is changed. After OPEN_AFTER failures in a row, of whatever kind, the source counts as stopped: then one
pull at a time is a trial, and a success closes the circuit.
"""

from __future__ import annotations

from dataclasses import dataclass

from readiness.evidence.choices import Failure

OPEN_AFTER = 5
FIRST_S = 30.0
LONGEST_S = 3600.0
LOOK_AGAIN_S = 900.0
PARTLY_AGAIN_S = 300.0
MOST_ASKED_S = 86_400.0  # the other side may ask for no longer
_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class Pause:
    """Not asked again before `seconds` are over; `stopped`: the circuit is open."""

    seconds: float
    stopped: bool


def after_failure(
    *, failures: int, failure: Failure, interval_s: float, retry_after_s: float | None = None, dice: float = 0.5
) -> Pause:
    """`failures` in a row, this one counted; `dice` in 0..1 keeps sources that failed together from coming back together."""
    stopped = failures >= OPEN_AFTER
    wait = _wait_s(failures, failure, interval_s, stopped=stopped) * (1 + _JITTER * (2 * dice - 1))
    return Pause(max(wait, min(retry_after_s or 0.0, MOST_ASKED_S)), stopped)


def _wait_s(failures: int, failure: Failure, interval_s: float, *, stopped: bool) -> float:
    if failure in (Failure.MEND, Failure.LOOK, Failure.BROKEN):
        least = LONGEST_S if failure is Failure.MEND else min(LOOK_AGAIN_S * 2.0 ** (min(failures, 12) - 1), LONGEST_S)
        return max(least, interval_s)
    wait = min(FIRST_S * 2.0 ** (min(failures, 12) - 1), LONGEST_S)
    return wait if stopped else min(wait, interval_s)
