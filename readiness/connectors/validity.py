"""Whether a run may decide anything. Each check answers a flaw with its figures, or nothing.

A percentile that the tool did not report is absent, which is no flaw: whoever needs it finds no reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from readiness.connectors.contract import Flaw, Load
from readiness.connectors.values import positive, whole

ERROR_LIMIT = 0.01
ACHIEVED_SHARE = 0.90  # of the requested rate
LITTLE_TOLERANCE = 0.10
LATE_SHARE = 0.10  # p99 of the delay against the mean latency
LATE_S = 0.05  # below it a delay is scheduling noise
LATE_WITHOUT_LATENCY_S = 1.0
FEWEST_SAMPLES = 10  # below it no percentile of a latency says anything

Found = tuple[Flaw, str] | None


def flaws(*found: Found) -> tuple[tuple[Flaw, str], ...]:
    """Those that were found, each kind and text once."""
    return tuple(dict.fromkeys(one for one in found if one is not None))


def all_failed(load: Load) -> Found:
    """No request completed: whatever the tool wrote as latency is an empty mean."""
    if load.completed != 0:
        return None
    return Flaw.ALL_FAILED, f"no request completed{'' if load.started is None else f' of {load.started} started'}"


def error_ratio(load: Load, limit: float = ERROR_LIMIT) -> Found:
    """Failures faster than successes flatter every latency."""
    share = failed_share(load)
    if share is None or share <= limit:
        return None
    return Flaw.ERROR_RATIO, f"{share:.1%} of the requests failed ({load.failed}), limit {limit:.0%}"


def failed_share(load: Load) -> float | None:
    """Failed by all that ended, or by all that started where that is more; None if it was not counted."""
    if load.failed is None:
        return None
    ended = load.failed + (load.completed or 0)
    of = max(ended, load.started or 0)
    return load.failed / of if of else None


def uncounted(load: Load) -> Found:
    """A run that does not say how many requests completed, or that lost some, cannot show that it was sound."""
    if load.completed is None:
        return Flaw.INCOMPLETE, "the number of completed requests is not said"
    if load.started is not None and load.completed > load.started:
        return Flaw.INCOMPLETE, f"{load.completed} requests completed of {load.started} started"
    if load.started is None or load.failed is None:
        return None
    lost = load.started - load.completed - load.failed
    if lost > ERROR_LIMIT * load.started:
        return Flaw.INCOMPLETE, f"{lost} of {load.started} requests have neither a result nor an error"
    return None


def empty_answers(empty: int, load: Load, limit: float = ERROR_LIMIT) -> Found:
    """Some tools count an answer without a single token as completed, and its first token as after 0 s."""
    if not load.completed or empty <= limit * load.completed:
        return None
    return Flaw.INCOMPLETE, f"{empty} of {load.completed} completed requests came back without a token and count as 0 s"


def too_few(load: Load, fewest: int = FEWEST_SAMPLES) -> Found:
    if load.completed is None or not 0 < load.completed < fewest:
        return None
    return Flaw.INCOMPLETE, f"only {load.completed} requests completed, at least {fewest} are needed for a distribution"


def generator_saturated(requested_per_s: float | None, sent_per_s: float | None) -> Found:
    """`sent_per_s`: what the client really sent or, where it holds back behind a limit of its own, what came of it."""
    if not requested_per_s or sent_per_s is None or sent_per_s >= ACHIEVED_SHARE * requested_per_s:
        return None
    share = sent_per_s / requested_per_s
    return Flaw.GENERATOR_SATURATED, f"{sent_per_s:.4g}/s sent of {requested_per_s:.4g}/s requested ({share:.0%})"


def sent_late(delay_p99_s: float | None, latency_mean_s: float | None) -> Found:
    """Requests held back by the client wait where no latency counts them."""
    if delay_p99_s is None:
        return None
    limit = LATE_WITHOUT_LATENCY_S if latency_mean_s is None else max(LATE_S, LATE_SHARE * latency_mean_s)
    if delay_p99_s <= limit:
        return None
    return Flaw.GENERATOR_SATURATED, f"1 % of the requests were sent {delay_p99_s:.3g} s late or later (limit {limit:.3g} s)"


def littles_law(
    completed_per_s: float | None, latency_mean_s: float | None, in_flight: float | None, *, limit_only: bool = False
) -> Found:
    """X R = C in steady state. `limit_only`: `in_flight` is a cap that need not be reached, so only excess is impossible."""
    if completed_per_s is None or latency_mean_s is None or not in_flight:
        return None
    ratio = completed_per_s * latency_mean_s / in_flight
    if ratio - 1 <= LITTLE_TOLERANCE and (limit_only or 1 - ratio <= LITTLE_TOLERANCE):
        return None
    figures = f"{completed_per_s:.4g}/s x {latency_mean_s:.4g} s / {in_flight:.4g} in flight = {ratio:.2f}"
    return Flaw.LITTLES_LAW, f"{figures}, not 1 within {LITTLE_TOLERANCE:.0%}: the client did not hold the load"


def unusable(record: Mapping[str, Any], *, counts: Iterable[str] = (), positives: Iterable[str] = ()) -> Found:
    """What the other checks rest on must be a number wherever it is given at all; else nobody knows that the run was sound."""
    for key in counts:
        if record.get(key) is not None and whole(record[key]) is None:
            return Flaw.INCOMPLETE, f"{key} is no count"
    for key in positives:
        if record.get(key) is not None and positive(record[key]) is None:
            return Flaw.INCOMPLETE, f"{key} is no number above zero"
    return None


def not_a_result(why: str) -> Found:
    return (Flaw.NOT_A_RESULT, why) if why else None


def duplicate(place: str) -> Found:
    return Flaw.DUPLICATE, f"the same measurement as {place}"
