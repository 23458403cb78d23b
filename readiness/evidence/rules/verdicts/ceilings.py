"""What a group of accelerators carries at most, as far as a sweep shows it.

A measured throughput is what was carried, not what can be: a run that was offered little carried little. It is an end
- where nothing held the load back, or more was offered than was carried;
- in a closed loop with as many in flight as are wanted at once. With fewer, n times as many in flight carry at most n times as
  much (throughput is concave in what is in flight), so wanted / in flight times it bounds what is carried at the wanted number;
- where a fifth more in flight brought less than a twentieth more;
- where a latency that the workload demands no longer held.
A run that is too short shows its throughput with its ramp: for one mean latency of its length nothing completes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from readiness.evidence.rules.verdicts.fit import ENOUGH
from readiness.evidence.rules.verdicts.outcome import Question
from readiness.evidence.rules.verdicts.points import Point
from readiness.evidence.rules.verdicts.windows import Length
from readiness.workloads.choices import Metric

MORE_LOAD, LITTLE_GAIN = 1.2, 1.05


def ceiling(question: Question, points: Sequence[Point], groups: int) -> float:
    """At most so much per group, of `groups` of them, at the service level; inf where nothing shows an end."""
    held = [point for point in points if point.violated is None]
    best = max((point.value for point in held), default=0.0)
    ends = list(_ends(question, points, held, best, groups))
    return max(best, min(ends)) if ends else inf


def _ends(
    question: Question, points: Sequence[Point], held: Sequence[Point], best: float, groups: int
) -> Iterator[float]:  # fmt: skip
    most_offered = max((_offered(point) or 0.0 for point in held if point.value == best), default=0.0)
    for point in points:
        value = _without_ramp(point)
        if point.violated is not None:
            if point.value >= best or (_offered(point) or 0.0) > most_offered:
                yield max(value, best)
        elif question.wanted.metric is not Metric.CONCURRENCY:  # so many were in flight because so many were sent
            yield value * _left_over(question, point, held, groups)


def _left_over(question: Question, point: Point, held: Sequence[Point], groups: int) -> float:
    """How many times more might still be carried: 1 where it was pushed to its end, inf where nothing tells."""
    requested, flight = point.evidence.told("requested_per_s"), point.evidence.told("concurrency")
    achieved = point.load.rate
    if requested is not None:
        return 1.0 if achieved is not None and achieved < ENOUGH * requested else inf
    if flight is None:
        return 1.0
    higher = (other for other in held if (other.evidence.told("concurrency") or 0.0) >= MORE_LOAD * flight)
    left = LITTLE_GAIN if any(other.value <= LITTLE_GAIN * point.value for other in higher) else inf
    at_once = question.wanted.concurrency
    return left if at_once is None else min(left, max(1.0, at_once / groups / flight))


def _without_ramp(point: Point) -> float:
    """What a longer run might show: the run's mean without the time in which its first requests were on their way."""
    if point.length is Length.ENOUGH:
        return point.claim.high
    lasted, rate, flight = point.evidence.length_s(point.claim.reading), point.load.rate, point.load.concurrency
    if lasted is None or not rate or flight is None or lasted <= 2 * flight / rate:
        return inf
    return point.claim.high * lasted / (lasted - flight / rate)


def _offered(point: Point) -> float | None:
    return point.evidence.told("requested_per_s") or point.evidence.told("concurrency")
