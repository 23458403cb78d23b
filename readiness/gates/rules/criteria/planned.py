"""Criteria on what is planned: sizing, capacity that is granted, venues compared, what was decided before what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from readiness.core.sizing.inputs import Grade
from readiness.evidence.choices import Verdict
from readiness.gates.rules.criteria.facts import CapacityFact, Facts, SizingFact
from readiness.gates.rules.criteria.finding import Figure, Finding, aged, unknown, worst
from readiness.gates.rules.criteria.reasons import Need, Needed, Reason, Who, need
from readiness.gates.rules.templates.kinds import CapacityRule, SequenceRule, SizingRule, VenuesRule
from readiness.gates.rules.templates.template import EvidenceRule
from readiness.workloads.choices import Function
from readiness.workloads.rules import sequence as order
from readiness.workloads.rules import venues as compared

_BEST_FIRST = tuple(Grade)


def sizing(rule: SizingRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """Every workload has one, on a speed that is known well enough; on a rougher one it is a warning."""
    if facts.sizing is None:
        return unknown(Reason.NO_FACTS, need(Needed.SIZE, Who.WORKLOAD_UNIT))
    if not facts.sizing:
        return unknown(Reason.NOTHING_STATED, need(Needed.STATE_WORKLOAD, Who.WORKLOAD_UNIT), workloads=0, sized=0)
    found = [_sized(row, rule, evidence, now) for row in facts.sizing]
    decided = worst(found)
    figures = {**decided.figures, "workloads": len(found), "sized": sum(row.grade is not None for row in facts.sizing)}
    return Finding(
        decided.verdict, decided.reason, figures, decided.needs, decided.cited, decided.observed_at, decided.recheck_at
    )  # fmt: skip


def _sized(row: SizingFact, rule: SizingRule, evidence: EvidenceRule, now: datetime) -> Finding:
    if row.grade is None:
        return unknown(Reason.NOT_SIZED, need(Needed.SIZE, Who.WORKLOAD_UNIT, workload=row.workload))
    rough = _BEST_FIRST.index(row.grade) > _BEST_FIRST.index(rule.grade)
    verdict, reason = (Verdict.WARNING, Reason.ROUGHLY_KNOWN) if rough else (Verdict.MET, Reason.ALL_THERE)
    needs = (need(Needed.MEASURE, Who.WORKLOAD_UNIT, workload=row.workload, grade=rule.grade.value),) if rough else ()
    cited = (row.cited,) if row.cited else ()
    finding = Finding(verdict, reason, {"grade": row.grade.value}, needs, cited, row.sized_at)
    return aged(finding, evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def capacity(rule: CapacityRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """What there is against the need's two ends; a need or a grant that nobody knows is unknown, never enough and never none."""
    if facts.capacity is None:
        return unknown(Reason.NO_FACTS, need(Needed.STATE_CAPACITY, Who.WORKLOAD_UNIT))
    rows = [row for row in facts.capacity if row.pools in rule.pools]
    if not facts.capacity:
        return unknown(Reason.NOTHING_STATED, need(Needed.SIZE, Who.WORKLOAD_UNIT))
    if not rows:
        return Finding(Verdict.NOT_APPLICABLE, Reason.NOT_NEEDED)
    return worst([_granted(row, rule, evidence, now) for row in rows])


def _granted(row: CapacityFact, rule: CapacityRule, evidence: EvidenceRule, now: datetime) -> Finding:
    if row.need_low is None or row.need_high is None:
        return unknown(Reason.NOT_SIZED, need(Needed.SIZE, Who.WORKLOAD_UNIT, workload=row.workload))
    if row.granted is None:
        return unknown(Reason.NOT_SAID, need(Needed.STATE_CAPACITY, Who.POOL_OWNER, workload=row.workload, pools=row.pools.value))
    there = row.granted + (0.0 if rule.granted else row.requested)
    verdict, reason = _against_need(row.need_low, row.need_high, there, rule)
    if rule.in_time and verdict in (Verdict.MET, Verdict.WARNING):
        verdict, reason = _in_time(row, verdict, reason, now)
    short = max(0.0, row.need_high * (1 + rule.band.met) - there)
    figures: dict[str, Figure] = {
        "workload": row.workload, "pools": row.pools.value, "need_low": row.need_low, "need_high": row.need_high, "there": there,
        "short": short, "headroom": there / row.need_high - 1 if row.need_high else None,
    }  # fmt: skip
    needs = () if verdict is Verdict.MET else (_grant(row, short),)
    finding = Finding(verdict, reason, figures, needs, (), row.stated_at)
    return aged(finding, evidence.max_age_days, now, who=Who.POOL_OWNER)


def _against_need(low: float, high: float, there: float, rule: CapacityRule) -> tuple[Verdict, Reason]:
    if there >= high * (1 + rule.band.met):
        return Verdict.MET, Reason.ALL_THERE
    if there >= low * (1 + rule.band.warning):
        return Verdict.WARNING, Reason.LOW_END_ONLY
    return Verdict.NOT_MET, Reason.SHORT


def _in_time(row: CapacityFact, verdict: Verdict, reason: Reason, now: datetime) -> tuple[Verdict, Reason]:
    """What is usable today is in time; what comes later is only if somebody knows both days."""
    if row.usable_from is not None and row.usable_from <= now.date():
        return verdict, reason
    if row.usable_from is None or row.wanted_from is None:
        return Verdict.UNKNOWN, Reason.DATE_UNKNOWN
    return (verdict, reason) if row.usable_from <= row.wanted_from else (Verdict.NOT_MET, Reason.TOO_LATE)


def _grant(row: CapacityFact, short: float) -> Need:
    return need(Needed.GRANT, Who.POOL_OWNER, workload=row.workload, pools=row.pools.value, amount=short)


def venues(rule: VenuesRule, _evidence: EvidenceRule, facts: Facts, _now: datetime) -> Finding:
    """As workloads judge the comparison of each function; a function that nobody looked at is unknown."""
    if facts.venues is None:
        return unknown(Reason.NO_FACTS, need(Needed.COMPARE_VENUES, Who.WORKLOAD_UNIT))
    return worst([_compared(function, facts.venues.get(function), chosen=rule.chosen) for function in rule.functions])


_OF_COMPARISON = {
    compared.Verdict.MET: Verdict.MET,
    compared.Verdict.NOT_MET: Verdict.NOT_MET,
    compared.Verdict.UNKNOWN: Verdict.UNKNOWN,
    compared.Verdict.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
}


def _compared(function: Function, found: compared.Compared | None, *, chosen: bool) -> Finding:
    compare = need(Needed.COMPARE_VENUES, Who.WORKLOAD_UNIT, function=function.value)
    if found is None:
        return unknown(Reason.NOTHING_STATED, compare)
    figures = {"function": function.value, "options": found.options, "finding": found.finding.value}
    verdict = _OF_COMPARISON[found.verdict]
    if verdict is Verdict.MET and chosen and not found.chosen:
        pick = need(Needed.CHOOSE_VENUE, Who.WORKLOAD_UNIT, function=function.value)
        return Finding(Verdict.NOT_MET, Reason.NOT_CHOSEN, figures, (pick,))
    if verdict is Verdict.MET:
        reason = Reason.REASONED if found.finding is compared.Finding.REASONED else Reason.COMPARED
        return Finding(verdict, reason, figures)
    if verdict is Verdict.NOT_APPLICABLE:
        return Finding(verdict, Reason.NOT_NEEDED, figures)
    return Finding(verdict, Reason.NOT_COMPARED, figures, (compare,))


_OF_ORDER = {
    order.Verdict.MET: Verdict.MET,
    order.Verdict.NOT_MET: Verdict.NOT_MET,
    order.Verdict.UNKNOWN: Verdict.UNKNOWN,
}


def sequence(rule: SequenceRule, _evidence: EvidenceRule, facts: Facts, _now: datetime) -> Finding:
    """As workloads judge the two dates; `days` is negative where the order was inverted, at least so many."""
    found = (facts.sequences or {}).get(rule.order)
    dates = [kind.value for kind in order.RULES[rule.order]]
    if found is None:
        return unknown(Reason.NO_FACTS, need(Needed.STATE_DATES, Who.INITIATIVE_OWNER, dates=dates))
    verdict = _OF_ORDER[found.verdict]
    if verdict is Verdict.UNKNOWN:
        lacks: Sequence[str] = [kind.value for kind in found.missing] or dates
        return unknown(Reason.DATE_UNKNOWN, need(Needed.STATE_DATES, Who.INITIATIVE_OWNER, dates=list(lacks)))
    if verdict is Verdict.NOT_MET:
        figures = {"days": -(found.days or 0), "exact": found.exact}
        return Finding(verdict, Reason.INVERTED, figures, (need(Needed.EXPLAIN_ORDER, Who.INITIATIVE_OWNER, dates=dates),))
    return Finding(verdict, Reason.IN_ORDER, {"days": found.days, "exact": found.exact})
