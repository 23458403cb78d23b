"""Criteria on how it is organised: who stands for what, how it runs, and what a person says."""

from __future__ import annotations

from datetime import datetime

from portfolio.initiatives.choices import Answer
from readiness.evidence.choices import Verdict
from readiness.gates.rules.criteria.facts import Facts, JudgementFact, PlatformFact
from readiness.gates.rules.criteria.finding import Cited, Figure, Finding, aged, unknown, worst
from readiness.gates.rules.criteria.reasons import Needed, Reason, Who, need
from readiness.gates.rules.templates.kinds import ContainersRule, JudgementRule, TeamRule
from readiness.gates.rules.templates.template import EvidenceRule

SAYABLE = (Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.NOT_APPLICABLE)


def team(rule: TeamRule, _evidence: EvidenceRule, facts: Facts, _now: datetime) -> Finding:
    """An empty slot is a fact: nobody is named."""
    if facts.team is None:
        return unknown(Reason.NO_FACTS, need(Needed.NAME_PERSON, Who.PROGRAM_MANAGER))
    empty = [one.value for one in rule.functions if one not in facts.team]
    without = [one.value for one in rule.functions if one in facts.team and not facts.team[one].has_account]
    figures: dict[str, Figure] = {"named": len(rule.functions) - len(empty), "missing": len(empty)}
    if empty:
        needs = (need(Needed.NAME_PERSON, Who.INITIATIVE_OWNER, functions=empty),)
        return Finding(Verdict.NOT_MET, Reason.MISSING, figures, needs)
    if rule.account and without:
        needs = (need(Needed.NAME_PERSON, Who.INITIATIVE_OWNER, functions=without, account=True),)
        return Finding(Verdict.WARNING, Reason.WITHOUT_ACCOUNT, figures, needs)
    return Finding(Verdict.MET, Reason.ALL_THERE, figures)


def containers(rule: ContainersRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """Declared beside seen: where they differ it is a warning, where only one speaks that one counts."""
    given = facts.platform
    if given is None:
        return unknown(Reason.NO_FACTS, need(Needed.DECLARE, Who.WORKLOAD_UNIT, field="containerised"))
    found = [_containerised(given)]
    if rule.orchestrator and found[0].verdict is not Verdict.NOT_MET:
        found.append(_orchestrator(given))
    decided = worst(found)
    if decided.observed_at is None:  # declared facts carry no age
        return decided
    return aged(decided, evidence.max_age_days, now, who=Who.WORKLOAD_UNIT)


def _containerised(given: PlatformFact) -> Finding:
    declared, seen = given.containerised, given.seen_containerised
    figures: dict[str, Figure] = {"declared": declared.value, "seen": seen.value}
    if Answer.UNKNOWN not in (declared, seen) and declared is not seen:
        settle = need(Needed.SETTLE, Who.WORKLOAD_UNIT, field="containerised")
        return Finding(Verdict.WARNING, Reason.CONTRADICTED, figures, (settle,), (), given.seen_at)
    answer = seen if declared is Answer.UNKNOWN else declared
    observed = given.seen_at if answer is seen and seen is not Answer.UNKNOWN else None
    if answer is Answer.UNKNOWN:
        return unknown(Reason.NOT_SAID, need(Needed.DECLARE, Who.WORKLOAD_UNIT, field="containerised"), **figures)
    if answer is Answer.NO:
        mend = need(Needed.MEND, Who.WORKLOAD_UNIT, field="containerised")
        return Finding(Verdict.NOT_MET, Reason.MISSING, figures, (mend,), (), observed)
    reason = Reason.DERIVED if declared is Answer.UNKNOWN else Reason.SAID
    return Finding(Verdict.MET, reason, figures, (), (), observed)


def _orchestrator(given: PlatformFact) -> Finding:
    figures: dict[str, Figure] = {"orchestrator": given.orchestrator or given.seen_orchestrator}
    if given.orchestrator:
        return Finding(Verdict.MET, Reason.SAID, figures)
    if given.seen_orchestrator:
        return Finding(Verdict.MET, Reason.DERIVED, figures, observed_at=given.seen_at)
    return unknown(Reason.NOT_SAID, need(Needed.DECLARE, Who.WORKLOAD_UNIT, field="orchestrator"))


def judgement(rule: JudgementRule, evidence: EvidenceRule, key: str, facts: Facts, now: datetime) -> Finding:
    """What a person said of the criterion `key`, if it is one who may; nobody having said anything is unknown."""
    given = facts.judgements.get(key)
    functions = [one.value for one in rule.functions]
    ask = need(Needed.JUDGE, Who.GATEKEEPER if functions else Who.PROGRAM_MANAGER, criterion=key, functions=functions)
    if given is None or given.verdict not in SAYABLE:
        return unknown(Reason.NOT_SAID, ask)
    if not _may_say(rule, given):
        return unknown(Reason.WRONG_PERSON, ask)
    figures: dict[str, Figure] = {"by": given.by, "said_impossible": int(given.impossible)}
    needs = () if given.verdict in (Verdict.MET, Verdict.NOT_APPLICABLE) else (ask,)
    finding = Finding(given.verdict, Reason.SAID, figures, needs, (Cited("judgement", given.id, "", given.at),), given.at)
    return aged(finding, evidence.max_age_days, now, who=Who.GATEKEEPER if functions else Who.PROGRAM_MANAGER)


def _may_say(rule: JudgementRule, given: JudgementFact) -> bool:
    return not (rule.independent and given.is_own) and (not rule.functions or bool(given.functions & set(rule.functions)))
