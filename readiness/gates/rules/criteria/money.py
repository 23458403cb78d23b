"""Criteria on money. Where nobody entered a budget or a purchase the answer is unknown.

Figures are shares and counts, never amounts: a verdict is read by people who may not see money.
"""

from __future__ import annotations

from datetime import datetime

from readiness.evidence.choices import Verdict
from readiness.gates.choices import FindingCount, PurchaseBasis
from readiness.gates.rules.criteria.facts import Facts
from readiness.gates.rules.criteria.finding import Cited, Figure, Finding, aged, unknown
from readiness.gates.rules.criteria.reasons import Needed, Reason, Who, need
from readiness.gates.rules.templates.bands import judged
from readiness.gates.rules.templates.kinds import BudgetShareRule, FindingsRule, PurchasesRule
from readiness.gates.rules.templates.template import EvidenceRule
from readiness.silos.choices import FindingState

_COUNTED = {
    FindingCount.OPEN: frozenset({FindingState.OPEN}),
    FindingCount.UNSETTLED: frozenset({FindingState.OPEN, FindingState.ACCEPTED}),
}


def budget_share(rule: BudgetShareRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """The infrastructure share against its band; what is in no category widens it."""
    given = facts.budget.get(rule.basis)
    if given is None:
        return unknown(Reason.NO_FACTS, need(Needed.ENTER_BUDGET, Who.FINANCE, basis=rule.basis.value))
    verdict = judged(rule.band, given.low, given.high)
    figures: dict[str, Figure] = {"low": given.low, "high": given.high}
    needs = () if verdict is Verdict.MET else (need(Needed.CORRECT_BUDGET, Who.FINANCE, basis=rule.basis.value),)
    finding = Finding(verdict, _reason(verdict), figures, needs, (Cited("budget", 0, given.digest, given.as_of),), given.as_of)
    return aged(finding, evidence.max_age_days, now, who=Who.FINANCE)


def purchases(rule: PurchasesRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """The share that is in the IT plan, from none of the unknown ones to all of them; nothing bought does not apply."""
    given = facts.purchases.get(rule.basis)
    if given is None:
        return unknown(Reason.NO_FACTS, need(Needed.ENTER_PURCHASES, Who.PROCUREMENT))
    total = given.inside + given.outside + given.unknown
    if total <= 0:
        return Finding(Verdict.NOT_APPLICABLE, Reason.NOTHING_BOUGHT, observed_at=given.as_of)
    low, high = given.inside / total, (given.inside + given.unknown) / total
    verdict = judged(rule.band, low, high)
    figures: dict[str, Figure] = {"low": low, "high": high}
    if rule.basis is PurchaseBasis.COUNT:
        figures["purchases"] = total
    needs = () if verdict is Verdict.MET else (need(Needed.BRING_INTO_PLAN, Who.PROCUREMENT),)
    finding = Finding(verdict, _reason(verdict), figures, needs, (), given.as_of)
    return aged(finding, evidence.max_age_days, now, who=Who.PROCUREMENT)


def findings(rule: FindingsRule, evidence: EvidenceRule, facts: Facts, now: datetime) -> Finding:
    """So many silo findings stand. Unknown where nothing is entered that one could be about, and until somebody has looked."""
    given = facts.silos
    if given is None or not given.rows:
        return unknown(Reason.NO_FACTS, need(Needed.ENTER_PURCHASES, Who.PROCUREMENT))
    if given.looked_at is None:
        return unknown(Reason.NO_FACTS, need(Needed.LOOK_FOR_SILOS, Who.PROCUREMENT))
    counted = [one for one in given.found if one.state in _COUNTED[rule.count] and (not rule.kinds or one.kind in rule.kinds)]
    verdict = judged(rule.band, len(counted), len(counted))
    cited = tuple(Cited("silo_finding", one.id, one.state.value) for one in counted)
    needs = () if verdict is Verdict.MET else (need(Needed.SETTLE_FINDINGS, Who.PROCUREMENT, findings=len(counted)),)
    finding = Finding(verdict, _reason(verdict), {"findings": len(counted)}, needs, cited, given.looked_at)
    return aged(finding, evidence.max_age_days, now, who=Who.PROCUREMENT)


def _reason(verdict: Verdict) -> Reason:
    if verdict is Verdict.UNKNOWN:
        return Reason.STRADDLES
    return Reason.OUTSIDE_BAND if verdict is Verdict.NOT_MET else Reason.WITHIN_BAND
