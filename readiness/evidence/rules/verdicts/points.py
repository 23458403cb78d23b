"""One run of a benchmark as a point of its sweep: what one group of accelerators carried, at which load and which latencies."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from readiness.connectors.contract import Statistic
from readiness.evidence.rules.verdicts.claims import Claim, claim_of
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.fit import Gap, gaps, grade
from readiness.evidence.rules.verdicts.headroom import RUN_TO_RUN, SCALING_LOSS
from readiness.evidence.rules.verdicts.holdings import Groups, groups_of
from readiness.evidence.rules.verdicts.load import Load, load_of_run
from readiness.evidence.rules.verdicts.outcome import Outcome, Question
from readiness.evidence.rules.verdicts.reasons import Grade, Note, Reason
from readiness.evidence.rules.verdicts.wanted import Wanted
from readiness.evidence.rules.verdicts.windows import Length, length
from readiness.workloads.choices import Metric

_DUST = 1e-9


@dataclass(frozen=True)
class Point:
    """A run that fits its place. `value` is per group, in the requirement's unit.

    `violated`: a latency of the workload that it does not hold; `not_shown`: one that it does not tell.
    """

    evidence: Evidence
    claim: Claim
    gaps: tuple[Gap, ...]
    load: Load
    length: Length
    violated: Note | None
    not_shown: Note | None

    @property
    def value(self) -> float:
        return self.claim.low

    @property
    def run(self) -> int:
        return self.evidence.run

    @property
    def grade(self) -> Grade:
        return grade(self.gaps)


def point_of(question: Question, evidence: Evidence, outcome: Outcome) -> Point | None:
    """None, with the reason noted, where nothing of the run can be counted."""
    wanted = question.wanted
    claim = _carried(question, evidence)
    if not isinstance(claim, Claim):
        outcome.bar(evidence, claim.code, **claim.facts)
        return None
    found = gaps(wanted, evidence, question.setting.catalogue)
    if grade(found) is Grade.ELSEWHERE:
        outcome.bar(evidence, Reason.NOT_REPRESENTATIVE, claim, gaps=found)
        return None
    violated, not_shown = levels(question, evidence)
    looked = length(wanted, evidence, claim.reading)
    return Point(evidence, claim, tuple(found), load_of_run(evidence), looked, violated, not_shown)


def counted(question: Question, evidence: Evidence) -> Groups | Reason:
    """How many groups like the run's the workload can count on, or why that cannot be counted."""
    there, setting = evidence.place, question.setting
    written, venue = str(there.get("accelerator") or ""), str(question.wanted.environment.get("venue") or "")
    key = setting.catalogue.key(written) if written else None
    return groups_of(setting.holdings, key, there.get("accelerators"), "" if venue == "unknown" else venue)


def uncounted(evidence: Evidence, needed: int | None = None) -> dict[str, Any]:
    """The capacity that would be needed, where nobody knows what there is."""
    there = evidence.place
    return {
        "accelerator": there.get("accelerator") or None, "group": there.get("accelerators"), "groups": None,
        "groups_with_free": None, "groups_needed": needed, "pools": [],
    }  # fmt: skip


def groups_needed(wanted: Wanted, value: float) -> int | None:
    """Groups that carry the target also at the unkind end; None where one of them carries nothing."""
    assert wanted.target is not None
    each = value * (1 - RUN_TO_RUN)
    if each <= 0:
        return None
    found = max(1, ceil(wanted.target / each - _DUST))
    return found if found == 1 else ceil(wanted.target / (each * (1 - SCALING_LOSS)) - _DUST)


def levels(question: Question, evidence: Evidence) -> tuple[Note | None, Note | None]:
    """(a latency of the workload that this run violates, one that it does not show): throughput counts at the service level."""
    not_shown: Note | None = None
    for level in question.setting.levels():
        facts = {"metric": level.metric.value, "percentile": level.percentile, "target": level.target}
        if level.target is None:
            not_shown = not_shown or Note(Reason.LEVEL_UNKNOWN, facts)
            continue
        claim, most = claim_of(level, evidence, question.setting.task), level.target * (1 + _DUST)
        if isinstance(claim, Claim) and claim.low > most:
            return Note(Reason.LEVEL_VIOLATED, facts | {"value": claim.low}), not_shown
        if not isinstance(claim, Claim) or claim.high > most:
            not_shown = not_shown or Note(Reason.LEVEL_NOT_MEASURED, facts)
    return None, not_shown


def _carried(question: Question, evidence: Evidence) -> Claim | Note:
    """What the run carried; of requests at once how many were in flight, which each tool says in its own way."""
    told = claim_of(question.wanted, evidence, question.setting.task)
    if question.wanted.metric is not Metric.CONCURRENCY:
        return told
    flight = load_of_run(evidence).concurrency
    if flight is None:
        return told
    reading = Reading(0, "concurrency", Statistic.MEAN.value, None, flight, flight, evidence.at)
    return Claim(flight, flight, reading, exact=True, told=(flight, flight))
