"""Criteria on what is known: the production workload, what stands unknown, answers of the assessment, operational readiness."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from math import inf

from readiness.assessments.choices import Presence, Reply
from readiness.assessments.rules.scores import counting, score
from readiness.evidence.choices import Verdict
from readiness.gates.choices import UnknownCount
from readiness.gates.rules.criteria.facts import AssessmentFact, Facts, UnknownFact
from readiness.gates.rules.criteria.finding import Cited, Finding, aged, unknown, worst
from readiness.gates.rules.criteria.reasons import Need, Needed, Reason, Who, need
from readiness.gates.rules.templates.bands import judged
from readiness.gates.rules.templates.kinds import AssessmentRule, OperationsRule, UnknownsRule, WorkloadRule
from readiness.gates.rules.templates.template import EvidenceRule

_OF_PRESENCE = {
    Presence.PRESENT: Verdict.MET, Presence.PLANNED: Verdict.WARNING, Presence.MISSING: Verdict.NOT_MET,
    Presence.UNKNOWN: Verdict.UNKNOWN,
}  # fmt: skip
_OF_REPLY = {
    Reply.YES: Verdict.MET, Reply.PARTLY: Verdict.WARNING, Reply.NO: Verdict.NOT_MET, Reply.UNKNOWN: Verdict.UNKNOWN,
    Reply.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
}  # fmt: skip
_REASONS = {
    Verdict.MET: Reason.ALL_THERE, Verdict.WARNING: Reason.PLANNED, Verdict.NOT_MET: Reason.MISSING,
    Verdict.UNKNOWN: Reason.NOT_SAID, Verdict.NOT_APPLICABLE: Reason.NOT_NEEDED,
}  # fmt: skip


def workload(rule: WorkloadRule, _evidence: EvidenceRule, facts: Facts, _now: datetime) -> Finding:
    """Too many unknown values are unknown and not a no: nobody knows what production demands."""
    if facts.workloads is None:
        return unknown(Reason.NO_FACTS, need(Needed.STATE_WORKLOAD, Who.WORKLOAD_UNIT))
    if not facts.workloads:
        return unknown(Reason.NOTHING_STATED, need(Needed.STATE_WORKLOAD, Who.WORKLOAD_UNIT), workloads=0)
    wanted = set(rule.values)
    lacks = {one: [name for name in one.unknown if not wanted or name in wanted] for one in facts.workloads}
    count = sum(len(names) for names in lacks.values())
    verdict = judged(rule.band, count, count)
    needs = tuple(
        need(Needed.FIND_VALUES, Who.INITIATIVE_OWNER, workload_id=one.id, workload=one.name, values=names)
        for one, names in lacks.items()
        if names
    )
    figures = {"workloads": len(lacks), "unknown": count}
    if verdict is Verdict.NOT_MET:
        return Finding(Verdict.UNKNOWN, Reason.VALUES_UNKNOWN, figures, needs)
    return Finding(verdict, Reason.WITHIN_BAND, figures, needs)


def unknowns(rule: UnknownsRule, _evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """Their count. While the workload or an assessment is missing there may be any number more."""
    if facts.unknowns is None:
        return unknown(Reason.NO_FACTS, need(Needed.FIND_UNKNOWNS, Who.INITIATIVE_OWNER))
    rows = [row for row in facts.unknowns.rows if not rule.kinds or row.kind in rule.kinds]
    count = len(_counted(rule.count, rows, now))
    verdict = judged(rule.band, count, count if facts.unknowns.complete else inf)
    code = Needed.ASSIGN_UNKNOWNS if rule.count is UnknownCount.UNOWNED else Needed.FIND_UNKNOWNS
    needs = [need(code, Who.INITIATIVE_OWNER, count=count)] if count else []
    if not facts.unknowns.complete:
        needs.append(need(Needed.ASSESS, Who.WORKLOAD_UNIT))
    if verdict is Verdict.UNKNOWN:
        return Finding(verdict, Reason.NOTHING_STATED, {"unknown": count}, tuple(needs))
    reason = Reason.OUTSIDE_BAND if verdict is Verdict.NOT_MET else Reason.WITHIN_BAND
    recheck = _next_overdue(rows, now) if rule.count is UnknownCount.OVERDUE else None
    return Finding(verdict, reason, {"unknown": count}, tuple(needs), recheck_at=recheck)


def assessment(rule: AssessmentRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """An interval, because an unknown answer is neither a no nor a yes; a question that blocks decides by itself."""
    given = facts.assessment
    if given is None:
        return unknown(Reason.NOTHING_STATED, need(Needed.ASSESS, Who.WORKLOAD_UNIT))
    asked = [one for one in counting(given.questions, rule.phase) if rule.dimension in (None, one.dimension)]
    if not asked:  # the bank asks nothing of the kind, which is no reason for its not applying
        return unknown(Reason.NOTHING_STATED, need(Needed.ASSESS, Who.WORKLOAD_UNIT))
    found = score(asked, given.replies)
    if found.low is None or found.high is None:
        return Finding(Verdict.NOT_APPLICABLE, Reason.NOT_NEEDED, cited=(_cited(given),))
    verdict = judged(rule.band, found.low, found.high)
    reason = Reason.OUTSIDE_BAND if verdict is Verdict.NOT_MET else Reason.WITHIN_BAND
    if verdict is Verdict.UNKNOWN:
        reason = Reason.STRADDLES
    if rule.blocking and found.blocking_no:
        verdict, reason = Verdict.NOT_MET, Reason.BLOCKING_NO
    elif rule.blocking and found.blocking_unknown and verdict is not Verdict.NOT_MET:
        verdict, reason = Verdict.UNKNOWN, Reason.BLOCKING_UNKNOWN
    figures = {"low": found.low, "high": found.high, "unknown": found.unknown, "blocking": found.blocking}
    open_ = [one.key for one in asked if given.replies.get(one.key, Reply.UNKNOWN) is Reply.UNKNOWN]
    denied = [one.key for one in asked if given.replies.get(one.key) is Reply.NO]
    needs = _answers(open_, denied) if verdict is not Verdict.MET else ()
    finding = Finding(verdict, reason, figures, needs, (_cited(given),), given.since(one.key for one in asked))
    return aged(finding, evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def operations(rule: OperationsRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """The worst of the named components and questions, each by its own age."""
    found = [*_components(rule, evidence, facts, now), *_questions(rule, evidence, facts, now)]
    decided = worst(found)
    verdicts = [one.verdict for one in found]
    figures = {
        "present": verdicts.count(Verdict.MET), "missing": verdicts.count(Verdict.NOT_MET),
        "unknown": sum(one in (Verdict.UNKNOWN, Verdict.STALE) for one in verdicts),
    }  # fmt: skip
    return Finding(
        decided.verdict, decided.reason, {**decided.figures, **figures}, decided.needs, decided.cited, decided.observed_at,
        decided.recheck_at,
    )  # fmt: skip


def _components(rule: OperationsRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Iterable[Finding]:
    stated = facts.components
    for one in rule.components:
        presence = stated.presence.get(one, Presence.UNKNOWN) if stated else Presence.UNKNOWN
        verdict = _OF_PRESENCE[presence]
        code = Needed.MEND if presence in (Presence.MISSING, Presence.PLANNED) else Needed.DECLARE
        needs = () if verdict is Verdict.MET else (need(code, Who.WORKLOAD_UNIT, component=one.value),)
        finding = Finding(verdict, _REASONS[verdict], {}, needs, (), stated.since(one) if stated else None)
        yield aged(finding, evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def _questions(rule: OperationsRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Iterable[Finding]:
    """A question that the bank does not ask is unknown: another version of the bank must not make it met."""
    given = facts.assessment
    asked = {one.key for one in given.questions} if given else set()
    for key in rule.questions:
        reply = given.replies.get(key, Reply.UNKNOWN) if given and key in asked else Reply.UNKNOWN
        verdict = _OF_REPLY[reply]
        passes = verdict in (Verdict.MET, Verdict.NOT_APPLICABLE)
        needs = () if passes else _answers([key] if reply is Reply.UNKNOWN else [], [] if reply is Reply.UNKNOWN else [key])
        cited = (_cited(given),) if given else ()
        finding = Finding(verdict, _REASONS[verdict], {}, needs, cited, given.since([key]) if given else None)
        yield aged(finding, evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def _answers(open_: list[str], denied: list[str]) -> tuple[Need, ...]:
    found = []
    if open_:
        found.append(need(Needed.ANSWER, Who.INITIATIVE_OWNER, questions=open_))
    if denied:
        found.append(need(Needed.MEND, Who.WORKLOAD_UNIT, questions=denied))
    return tuple(found)


def _counted(count: UnknownCount, rows: list[UnknownFact], now: datetime) -> list[UnknownFact]:
    if count is UnknownCount.UNOWNED:
        return [row for row in rows if not row.owned]
    if count is UnknownCount.OVERDUE:
        return [row for row in rows if row.due is not None and row.due < now.date()]
    return rows


def _next_overdue(rows: list[UnknownFact], now: datetime) -> datetime | None:
    """The first midnight after which one more is past its day."""
    days = [row.due for row in rows if row.due is not None and row.due >= now.date()]
    return datetime.combine(min(days) + timedelta(days=1), time(), now.tzinfo) if days else None


def _cited(given: AssessmentFact) -> Cited:
    return Cited("assessment", given.id, given.digest, given.answered_at)
