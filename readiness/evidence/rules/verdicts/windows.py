"""How long was looked, against how long is wanted; and availability, which is nothing without its coverage.

What is shorter than the wanted window never shows that it is met. What fails in it proves something only where it must fail in
the whole too: an outage that has used up the failures of the whole window has; a percentile or an error ratio of a part is
outweighed by the rest; a throughput is treated with its ramp (capability.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import inf
from typing import NamedTuple

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.claims import Claim, claim_of
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.fit import ENOUGH, gaps, grade
from readiness.evidence.rules.verdicts.headroom import between
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, caps_of, reason_of, remarks_of
from readiness.evidence.rules.verdicts.reasons import Grade, Reason
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Wanted
from readiness.workloads.choices import Metric

_SLACK = 1e-6


class Length(StrEnum):
    ENOUGH = "enough"
    SHORT = "short"
    NOT_SAID = "not_said"


def length(wanted: Wanted, evidence: Evidence, reading: Reading) -> Length:
    """Whether it was looked at for as long as is wanted. What is there at a moment has no length."""
    moment = wanted.metric in (Metric.STORAGE_CAPACITY, Metric.ACCELERATOR_MEMORY)
    if not wanted.window_s or moment:
        return Length.ENOUGH
    if wanted.metric in OF_THE_PLACE and not evidence.is_benchmark and evidence.length_s(reading) is None:
        return Length.ENOUGH  # a link's or a disk's own figure
    looked = evidence.length_s(reading)
    if looked is None:
        return Length.NOT_SAID
    return Length.ENOUGH if looked >= ENOUGH * wanted.window_s else Length.SHORT


def bar_length(wanted: Wanted, evidence: Evidence, claim: Claim, outcome: Outcome) -> None:
    """Note that it was not looked at for long enough to show a pass."""
    looked = evidence.length_s(claim.reading)
    code = Reason.WINDOW_UNKNOWN if looked is None else Reason.TOO_SHORT
    outcome.bar(evidence, code, claim, looked_s=looked, wanted_s=wanted.window_s)


def availability(question: Question, evidence: Evidence) -> Outcome:
    """One look at the availability of a service."""
    wanted, outcome = question.wanted, Outcome()
    claim = claim_of(wanted, evidence, question.setting.task)
    if not isinstance(claim, Claim):
        outcome.bar(evidence, claim.code, **claim.facts)
        return outcome
    found = gaps(wanted, evidence, question.setting.catalogue)
    if grade(found) is Grade.ELSEWHERE:
        outcome.bar(evidence, Reason.NOT_REPRESENTATIVE, claim, gaps=found)
        return outcome
    reading, looked = claim.reading, evidence.length_s(claim.reading)
    coverage = _coverage(question, evidence, reading)
    if looked is None or coverage is None:
        outcome.bar(evidence, Reason.WINDOW_UNKNOWN if looked is None else Reason.COVERAGE_MISSING, claim)
        return outcome
    window = wanted.window_s or looked
    if looked >= ENOUGH * window and coverage >= ENOUGH:
        ranged = between(wanted, claim.low, claim.low, claim.high)
        if not claim.exact and ranged.verdict is Verdict.WARNING:
            outcome.bar(evidence, Reason.BOUND_TELLS_NOTHING, claim)
            return outcome
        told = capped(ranged.verdict, reason_of(wanted, claim, ranged.verdict), caps_of(question, claim, found))
    elif _spent(wanted, claim, looked * coverage, window):
        ranged = between(wanted, claim.low, claim.low, claim.high)
        told = Verdict.NOT_MET, Reason.BUDGET_SPENT, ()
    else:
        code = Reason.TOO_SHORT if looked < ENOUGH * window else Reason.COVERAGE_LOW
        outcome.bar(evidence, code, claim, looked_s=looked, wanted_s=window, coverage=coverage)
        return outcome
    verdict, reason, notes = told
    outcome.proof = Proof(
        evidence, claim, verdict, reason, ranged, grade(found), reading.at, (*notes, *remarks_of(wanted, claim)), tuple(found),
        length_s=looked,
    )  # fmt: skip
    return outcome


def _spent(wanted: Wanted, claim: Claim, seen_s: float, window_s: float) -> bool:
    """Whether what was seen to be down is more than may be down in all of the window, were the rest all up."""
    assert wanted.target is not None
    allowed_s = (1 - wanted.target) * window_s
    return wanted.more_is_better and (1 - claim.high) * seen_s > allowed_s * (1 + 1e-9)


def _coverage(question: Question, evidence: Evidence, reading: Reading) -> float | None:
    """Of the same labels, window and time; the least where several were told."""
    rows = question.siblings.of(evidence, "coverage", reading)
    same = [one.low for one in rows if one.labels == reading.labels and one.window_s == reading.window_s]
    return min(same, default=None)


class Tile(NamedTuple):
    """One evaluated window of an availability series: its end in seconds, its value, and its coverage."""

    end_s: float
    value: float
    coverage: float


class Joined(NamedTuple):
    """Windows one after the other: the share of what was seen that was up, and how much of `span_s` was seen."""

    value: float
    coverage: float
    span_s: float
    windows: int


def joined(tiles: Sequence[Tile], window_s: float, wanted_s: float) -> Joined | None:
    """Windows that do not overlap, from the newest one back, until they span what is wanted; None for fewer than two.

    A gap between them is not covered. The value weighs each window by what was seen of it.
    """
    taken: list[Tile] = []
    begins = inf
    for tile in sorted(tiles, reverse=True):
        if tile.end_s > begins + _SLACK * window_s:
            continue
        if taken and taken[0].end_s - tile.end_s > wanted_s:
            break
        taken.append(tile)
        begins = tile.end_s - window_s
        if taken[0].end_s - begins >= ENOUGH * wanted_s:
            break
    seen = sum(tile.coverage for tile in taken)
    if len(taken) < 2 or not seen:
        return None
    span_s = taken[0].end_s - begins
    value = sum(tile.value * tile.coverage for tile in taken) / seen
    return Joined(value, min(1.0, seen * window_s / span_s), span_s, len(taken))
