"""At which load evidence was gained, against the one that is needed: less proves failures, more proves passes.

The load are requests per second, requests in flight, and how long they are: the same hardware carries more of short ones, which
are an easier load. Lengths count where the profile knows them and the run tells them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from readiness.connectors.contract import Statistic
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.curve import LENGTHS_WITHIN
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading, Siblings
from readiness.evidence.rules.verdicts.fit import ENOUGH, LIVE, Fact, Gap
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Setting, Wanted
from readiness.workloads.choices import Metric

MUCH_MORE = 1.10  # a load that is so much more fails without proving anything for less


class Load(NamedTuple):
    """Requests per second and in flight, mean tokens of a request; None: not wanted, not said, not to be worked out."""

    rate: float | None = None
    concurrency: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None

    @property
    def is_any(self) -> bool:
        """Nobody asks for so and so many requests."""
        return self.rate is None and self.concurrency is None


class Relation(StrEnum):
    """Of a load to the one that is needed."""

    NOT_SAID = "not_said"
    LESS = "less"
    AT = "at"
    MORE = "more"
    MIXED = "mixed"  # more of one, less of the other


class _Pair(NamedTuple):
    """What one group must carry of a part of the load, and what was carried; less or more beyond these shares of it."""

    fact: Fact
    want: float
    have: float | None
    least: float
    most: float
    must_be_said: bool


def load_needed(wanted: Wanted, setting: Setting) -> tuple[Load, bool]:
    """(the load of all groups together, whether somebody must still find out a part of it).

    Availability is that of the service, whatever its users bring in a month. A capability is measured by the requests that it
    carries; of its load only what must be in flight is wanted.
    """
    if wanted.metric is Metric.AVAILABILITY:
        return Load(), False
    if wanted.metric in OF_THE_PLACE:
        return Load(concurrency=wanted.concurrency if wanted.metric is Metric.ACCELERATOR_MEMORY else None), False
    if wanted.is_capability:
        at_once = None if wanted.metric is Metric.CONCURRENCY else wanted.concurrency
        return Load(None, at_once, setting.input_tokens, setting.output_tokens), False
    asked, rate = setting.rate()
    unknown = asked and rate is None and wanted.concurrency is None
    return Load(rate, wanted.concurrency, setting.input_tokens, setting.output_tokens), unknown


def load_of_run(evidence: Evidence) -> Load:
    """Of a benchmark: what completed per second, and how many were in flight on average (Little's law), never above its limit."""
    found: Load | None = evidence.told_before.get(Load)
    if found is None:
        found = evidence.told_before[Load] = _load(evidence)
    return found


def load_seen(evidence: Evidence, beside: Reading, siblings: Siblings) -> Load:
    """Of a service: what the same source told of it at the same moment, else what was declared for the run itself."""
    rate = _least(siblings.of(evidence, "throughput", beside))
    flight = _least(siblings.of(evidence, "concurrency", beside))
    own = load_of_run(evidence)
    return own._replace(
        rate=own.rate if rate is None else rate, concurrency=own.concurrency if flight is None else flight
    )  # fmt: skip


def is_live(evidence: Evidence) -> bool:
    """A service with its real users."""
    there = evidence.place
    told = there.get("users_real", True if there.get("stage") in LIVE and evidence.kind is EvidenceKind.TELEMETRY else None)
    return told is True and not evidence.is_benchmark


def of_live(needed: Load, there: Load) -> Load:
    """Real users who come at the rate that is required are the load; how many are in flight follows from how they are served."""
    return needed if needed.rate is None or there.rate is None else needed._replace(concurrency=None)


def relation(needed: Load, there: Load, share: float = 1.0) -> Relation:
    """Of what was carried to `share` of what is needed. What is not needed does not count."""
    pairs = list(_pairs(needed, there, share))
    if any(one.have is None and one.must_be_said for one in pairs):
        return Relation.NOT_SAID
    less = any(one.have < one.least * one.want for one in pairs if one.have is not None)
    more = any(one.have > one.most * one.want for one in pairs if one.have is not None)
    if less and more:
        return Relation.MIXED
    return Relation.LESS if less else Relation.MORE if more else Relation.AT


def load_gaps(needed: Load, there: Load, share: float = 1.0) -> list[Gap]:
    """What is wanted of the load of one group and was not carried."""
    return [
        Gap(one.fact, one.want, one.have)
        for one in _pairs(needed, there, share)
        if (one.have is None and one.must_be_said) or (one.have is not None and one.have < one.least * one.want)
    ]


def _pairs(needed: Load, there: Load, share: float) -> Iterator[_Pair]:
    if needed.rate is not None:
        yield _Pair(Fact.RATE, needed.rate * share, there.rate, ENOUGH, MUCH_MORE, must_be_said=True)
    if needed.concurrency is not None:
        yield _Pair(Fact.CONCURRENCY, needed.concurrency * share, there.concurrency, ENOUGH, MUCH_MORE, must_be_said=True)
    least, most = 1 - LENGTHS_WITHIN, 1 + LENGTHS_WITHIN
    if needed.input_tokens is not None:
        yield _Pair(Fact.INPUT_TOKENS, needed.input_tokens, there.input_tokens, least, most, must_be_said=False)
    if needed.output_tokens is not None:
        yield _Pair(Fact.OUTPUT_TOKENS, needed.output_tokens, there.output_tokens, least, most, must_be_said=False)


def _load(evidence: Evidence) -> Load:
    rate = evidence.told("achieved_per_s")
    rate = evidence.value("throughput", Statistic.MEAN, Statistic.POINT) if rate is None else rate
    limit = evidence.told("concurrency")
    flight = evidence.value("concurrency", Statistic.MEAN)
    latency = _latency(evidence)
    if flight is None and rate is not None and latency is not None:
        flight = rate * latency
    if flight is None or (limit is not None and flight > limit):
        flight = limit
    return Load(rate, flight, evidence.told("input_tokens"), evidence.told("output_tokens"))


def _latency(evidence: Evidence) -> float | None:
    """Mean time in the system: measured, else TTFT + (O - 1) TPOT."""
    measured = evidence.value("latency", Statistic.MEAN)
    first, each = evidence.value("ttft", Statistic.MEAN), evidence.value("tpot", Statistic.MEAN)
    tokens = evidence.told("output_tokens")
    if measured is not None or first is None or each is None or tokens is None:
        return measured
    return first + max(0.0, tokens - 1) * each


def _least(readings: Sequence[Reading]) -> float | None:
    """Means and single looks; a peak is not what the requests of a window met."""
    plain = (Statistic.MEAN, Statistic.POINT)
    return min((one.low for one in readings if one.statistic in plain and not one.marks & 3), default=None)
