"""How far the place and the load of a piece of evidence are from what is wanted, each fact by name.

A place that is as hard or harder decides both ways. An easier one (a PoC, users or data that are not real) decides one way: what
fails there fails. Other hardware proves nothing. What nobody says is not shown. Less load proves failures, more load passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from readiness.connectors.contract import Statistic
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.declared import Stage
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading, Siblings
from readiness.evidence.rules.verdicts.reasons import Grade
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Setting, Wanted
from readiness.workloads.choices import Metric

ENOUGH = 0.95  # of a load, a window or a coverage: a run's ramp and a tool's rounding take a little of each
MUCH_MORE = 1.10  # a load that is so much more fails without proving anything for less
_LIVE = frozenset({Stage.PRODUCTION.value, Stage.PILOT.value})


class Fact(StrEnum):
    STAGE = "stage"
    DATA = "data"
    USERS = "users"
    VENUE = "venue"
    ACCELERATOR = "accelerator"
    ACCELERATORS = "accelerators"
    RATE = "rate"
    CONCURRENCY = "concurrency"


_SOFT = frozenset({Fact.STAGE, Fact.DATA, Fact.USERS})


class Gap(NamedTuple):
    """A fact that does not fit; `found` None: nobody says what it is."""

    fact: Fact
    wanted: Any
    found: Any = None

    def plain(self) -> dict[str, Any]:
        return {"fact": self.fact.value, "wanted": self.wanted, "found": self.found}


def gaps(wanted: Wanted, evidence: Evidence, catalogue: Catalogue) -> list[Gap]:
    """Where the place differs from the wanted one. Whose data and users there are matters only where requests are served."""
    asked, there = wanted.environment, evidence.environment
    found = [] if wanted.metric in OF_THE_PLACE else _served(wanted, evidence)
    if (venue := asked.get("venue") or "") not in ("", "unknown") and there.get("venue") != venue:
        found.append(Gap(Fact.VENUE, venue, there.get("venue")))
    if accelerator := asked.get("accelerator"):
        written = str(there.get("accelerator") or "")
        if not written or not catalogue.same(accelerator, written):
            found.append(Gap(Fact.ACCELERATOR, accelerator, written or None))
    count = there.get("accelerators")
    if (least := asked.get("min_accelerators")) and (count is None or count < least):
        found.append(Gap(Fact.ACCELERATORS, least, count))
    return found


def grade(found: Sequence[Gap]) -> Grade:
    if any(one.fact not in _SOFT for one in found):
        return Grade.ELSEWHERE
    return Grade.EASIER if found else Grade.FULL


def _served(wanted: Wanted, evidence: Evidence) -> list[Gap]:
    there, found = evidence.environment, []
    stage = there.get("stage")
    live = stage in _LIVE and evidence.kind is EvidenceKind.TELEMETRY  # who declares so says whose requests they are
    asked = [(Fact.DATA, "data", "data_real"), (Fact.USERS, "users", "users_real")]
    for fact, name, told in asked:
        is_real = there.get(told, True if live else None)
        if wanted.environment.get(name) == "real" and is_real is not True:
            found.append(Gap(fact, "real", None if is_real is None else "not real"))
    if stage == Stage.POC.value and any(wanted.environment.get(name) == "real" for _, name, _ in asked):
        found.append(Gap(Fact.STAGE, Stage.PRODUCTION.value, stage))
    return found


class Load(NamedTuple):
    """What was carried: requests per second and in flight; None: not said and not to be worked out."""

    rate: float | None
    concurrency: float | None


class Relation(StrEnum):
    """Of a load to the one that is needed."""

    NOT_SAID = "not_said"
    LESS = "less"
    AT = "at"
    MORE = "more"
    MIXED = "mixed"  # more of one, less of the other


def load_needed(wanted: Wanted, setting: Setting) -> tuple[Load, bool]:
    """(the load of all groups together, whether somebody must still find out a part of it).

    Availability is that of the service, whatever its users bring in a month. A capability is measured by the requests that it
    carries; of its load only what must be in flight is wanted.
    """
    if wanted.metric is Metric.AVAILABILITY or wanted.metric is Metric.CONCURRENCY:
        return Load(None, None), False
    if wanted.metric in OF_THE_PLACE:
        return Load(None, wanted.concurrency if wanted.metric is Metric.ACCELERATOR_MEMORY else None), False
    if wanted.is_capability:
        return Load(None, wanted.concurrency), False
    asked, rate = setting.rate()
    return Load(rate, wanted.concurrency), asked and rate is None and wanted.concurrency is None


def load_of_run(evidence: Evidence) -> Load:
    """Of a benchmark: what completed per second, and how many were in flight on average (Little's law), never above its limit."""
    found: Load | None = evidence.told_before.get(Load)
    if found is None:
        found = evidence.told_before[Load] = _load(evidence)
    return found


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
    return Load(rate, flight)


def load_seen(evidence: Evidence, beside: Reading, siblings: Siblings) -> Load:
    """Of a service: what the same source told of it at the same moment, else what was declared for the run itself."""
    rate = _least(siblings.of(evidence, "throughput", beside))
    flight = _least(siblings.of(evidence, "concurrency", beside))
    own = load_of_run(evidence)
    return Load(own.rate if rate is None else rate, own.concurrency if flight is None else flight)


def relation(needed: Load, there: Load, share: float = 1.0) -> Relation:
    """Of what was carried to `share` of what is needed. What is not needed does not count."""
    pairs = [(want * share, have) for want, have in zip(needed, there, strict=True) if want is not None]
    if any(have is None for _, have in pairs):
        return Relation.NOT_SAID
    less = any(have < ENOUGH * want for want, have in pairs if have is not None)
    more = any(have > MUCH_MORE * want for want, have in pairs if have is not None)
    if less and more:
        return Relation.MIXED
    return Relation.LESS if less else Relation.MORE if more else Relation.AT


def load_gaps(needed: Load, there: Load, share: float = 1.0) -> list[Gap]:
    """What is wanted of the load of one group and was not carried."""
    found = []
    for fact, want, have in zip((Fact.RATE, Fact.CONCURRENCY), needed, there, strict=True):
        if want is not None and (have is None or have < ENOUGH * want * share):
            found.append(Gap(fact, want * share, have))
    return found


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
