"""Criteria on what was measured: requirements against evidence, and how far the evidence is from production."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.gates.rules.criteria.facts import EvidenceFact, Facts, RequirementFact
from readiness.gates.rules.criteria.finding import Cited, Finding, aged, unknown, worst
from readiness.gates.rules.criteria.reasons import Need, Needed, Reason, Who, need
from readiness.gates.rules.templates.bands import AtLeast, judged
from readiness.gates.rules.templates.kinds import RepresentativenessRule, RequirementRule
from readiness.gates.rules.templates.template import EvidenceRule, Match
from readiness.workloads.choices import Metric

_PASSES = frozenset({Verdict.MET, Verdict.WARNING})


def requirement(rule: RequirementRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """The worst of them. What the evidence rule asks bars a pass; that something fails needs no better evidence."""
    found = _named(rule.metrics, facts)
    if isinstance(found, Finding):
        return found
    if not found:
        return _none(rule)
    each = [_one(row, rule, evidence, now) for row in found]
    decided = worst(each)
    known = [row.headroom for row in found if row.headroom is not None]
    figures = {**decided.figures, "requirements": len(found), "headroom": min(known, default=None)}
    return replace(decided, figures=figures)


def representativeness(rule: RepresentativenessRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """Share of requirements whose evidence was taken in a place like production; what nobody says widens it."""
    found = _named(rule.metrics, facts)
    if isinstance(found, Finding):
        return found
    rows = [row for row in found if row.verdict is not Verdict.NOT_APPLICABLE]
    if not rows:
        return Finding(Verdict.NOT_APPLICABLE, Reason.NO_SUCH_REQUIREMENT)
    asked = {one.value for one in rule.facts}
    alike = [_alike(row, asked) for row in rows]
    low, high = alike.count(True) / len(rows), (len(rows) - alike.count(False)) / len(rows)
    verdict = judged(rule.band, low, high)
    reason = Reason.STRADDLES if verdict is Verdict.UNKNOWN else _by_band(verdict)
    needs = tuple(
        need(Needed.MEASURE, Who.WORKLOAD_UNIT, requirement_id=row.id, metric=row.metric.value, facts=_differs(row, asked))
        for row, is_alike in zip(rows, alike, strict=True)
        if is_alike is not True
    )
    figures = {"share": low, "share_high": high, "requirements": len(rows)}
    observed = min((row.evidence.observed_at for row in rows if row.evidence is not None), default=None)
    cited = tuple(_cited(row) for row in rows)
    finding = Finding(verdict, reason, figures, needs if verdict is not Verdict.MET else (), cited, observed)
    return aged(finding, evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def _named(metrics: Sequence[Metric], facts: Facts) -> list[RequirementFact] | Finding:
    """The requirements of these metrics; a finding where there is no requirement at all."""
    if facts.requirements is None:
        return unknown(Reason.NO_FACTS, need(Needed.STATE_REQUIREMENT, Who.WORKLOAD_UNIT))
    if not facts.requirements:
        return unknown(Reason.NOTHING_STATED, need(Needed.STATE_WORKLOAD, Who.WORKLOAD_UNIT))
    return [row for row in facts.requirements if not metrics or row.metric in metrics]


def _none(rule: RequirementRule) -> Finding:
    """There are requirements, and none of these metrics: asked for it is unknown, else it does not apply."""
    names = [one.value for one in rule.metrics]
    if rule.needed:
        return unknown(Reason.NO_SUCH_REQUIREMENT, need(Needed.STATE_REQUIREMENT, Who.WORKLOAD_UNIT, metrics=names))
    return Finding(Verdict.NOT_APPLICABLE, Reason.NO_SUCH_REQUIREMENT)


def _one(row: RequirementFact, rule: RequirementRule, evidence: EvidenceRule, now: datetime) -> Finding:
    figures = {"requirement": row.id, "metric": row.metric.value, "requirement_reason": row.reason}
    stands = Finding(
        row.verdict,
        Reason.SHOWN if row.verdict is Verdict.MET else Reason.AS_REQUIRED,
        figures,
        tuple(_as_need(one) for one in row.missing) if row.verdict is not Verdict.MET else (),
        (_cited(row),),
        row.observed_at,
        row.recheck_at,
    )
    barred = _barred(row, evidence) if row.verdict in _PASSES else None
    if barred is not None:
        return replace(stands, verdict=Verdict.UNKNOWN, reason=barred[0], needs=(barred[1], *stands.needs))
    return aged(_with_headroom(stands, row, rule.band), evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def _with_headroom(stands: Finding, row: RequirementFact, band: AtLeast | None) -> Finding:
    """A pass with less headroom than the band asks is worth less; one whose headroom nobody knows is a warning at most."""
    if band is None or stands.verdict not in _PASSES:
        return stands
    headroom = row.headroom if row.headroom_low is None else row.headroom_low
    if headroom is None:
        return replace(stands, verdict=Verdict.WARNING, reason=Reason.HEADROOM_UNKNOWN)
    allowed = judged(band, headroom, headroom)
    if allowed is Verdict.NOT_MET:
        return replace(stands, verdict=Verdict.NOT_MET, reason=Reason.LITTLE_HEADROOM)
    if allowed is Verdict.WARNING and stands.verdict is Verdict.MET:
        return replace(stands, verdict=Verdict.WARNING, reason=Reason.LITTLE_HEADROOM)
    return stands


def _barred(row: RequirementFact, rule: EvidenceRule) -> tuple[Reason, Need] | None:
    """Why the evidence may not make it met, and what would; None if it may."""
    found = row.evidence
    if found is None:
        asks = rule.types or rule.min_samples or rule.min_duration_s or rule.environment
        return (Reason.NO_EVIDENCE, _measure(row)) if asks else None
    if rule.types and found.kind not in rule.types:
        return Reason.EVIDENCE_KIND, _measure(row, types=[one.value for one in rule.types], found=found.kind.value)
    if rule.min_samples is not None and (found.samples is None or found.samples < rule.min_samples):
        return Reason.FEW_SAMPLES, _measure(row, min_samples=rule.min_samples, found=found.samples)
    if rule.min_duration_s is not None and (found.duration_s is None or found.duration_s < rule.min_duration_s):
        return Reason.TOO_SHORT, _measure(row, min_duration_s=rule.min_duration_s, found=found.duration_s)
    if rule.environment is not None and (other := _unmatched(row, found, rule.environment)):
        return Reason.OTHER_ENVIRONMENT, _measure(row, facts=other)
    return None


def _unmatched(row: RequirementFact, found: EvidenceFact, asked: Match) -> list[str]:
    """The facts of the place that do not match; one that is not said, or a choice that is not made, does not."""
    there = found.environment
    wanted = {
        "data": not asked.data_real or there.get("data_real") is True,
        "users": not asked.users_real or there.get("users_real") is True,
        "stage": not asked.stages or there.get("stage") in [one.value for one in asked.stages],
        "venue": not asked.chosen_venue or _is(there.get("venue"), row.chosen_venue),
        "accelerator": not asked.chosen_accelerator or _is(there.get("accelerator"), row.chosen_accelerator),
    }
    return [name for name, matches in wanted.items() if not matches]


def _is(found: object, chosen: str) -> bool:
    return bool(chosen) and found == chosen


def _alike(row: RequirementFact, asked: set[str]) -> bool | None:
    """Whether its evidence is from a place like production in all facts that are asked; None where nobody says."""
    if row.evidence is None:
        return None
    gaps = [gap for gap in row.evidence.gaps if gap.fact.value in asked]
    if any(gap.found is not None for gap in gaps):
        return False
    return None if gaps else True


def _differs(row: RequirementFact, asked: set[str]) -> list[str]:
    return [gap.fact.value for gap in row.evidence.gaps if gap.fact.value in asked] if row.evidence else []


def _measure(row: RequirementFact, **facts: Any) -> Need:
    return need(Needed.MEASURE, Who.WORKLOAD_UNIT, requirement_id=row.id, metric=row.metric.value, **facts)


def _as_need(entry: Any) -> Need:
    """An entry of evidence.rules.missing as it is."""
    facts = {name: value for name, value in entry.items() if name not in ("code", "who")}
    return Need(str(entry["code"]), str(entry["who"]), facts)


def _cited(row: RequirementFact) -> Cited:
    return Cited("requirement", row.id, row.digest, row.observed_at)


def _by_band(verdict: Verdict) -> Reason:
    return Reason.OUTSIDE_BAND if verdict is Verdict.NOT_MET else Reason.WITHIN_BAND
