"""How much a service was seen to carry, with its users: more than is wanted shows that it can, less only that nobody asked."""

from __future__ import annotations

from math import inf

from readiness.connectors.contract import Statistic
from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.rules.verdicts.claims import Claim, claim_of
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.fit import Gap, gaps, grade
from readiness.evidence.rules.verdicts.headroom import Range, headroom, holds
from readiness.evidence.rules.verdicts.holdings import Groups
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, caps_of, remarks_of
from readiness.evidence.rules.verdicts.points import counted, groups_needed
from readiness.evidence.rules.verdicts.reasons import Grade, Note, Reason
from readiness.evidence.rules.verdicts.windows import Length, bar_length, length

WAITING = 1.0  # requests that wait on average while a throughput is seen: more was asked for than was carried
_LOOKED = frozenset({Statistic.MEAN, Statistic.POINT, Statistic.MIN})


def of_service(question: Question, evidence: Evidence) -> Outcome:
    """One look at a service, or what a person vouches for, which is taken as the most that it carries."""
    wanted, outcome = question.wanted, Outcome()
    claim = claim_of(wanted, evidence, question.setting.task)
    if not isinstance(claim, Claim):
        outcome.bar(evidence, claim.code, **claim.facts)
        return outcome
    found = gaps(wanted, evidence, question.setting.catalogue)
    if grade(found) is Grade.ELSEWHERE:
        outcome.bar(evidence, Reason.NOT_REPRESENTATIVE, claim, gaps=found)
    elif not holds(headroom(wanted, claim.low)):
        _below(question, evidence, claim, found, outcome)
    elif length(wanted, evidence, claim.reading) is not Length.ENOUGH:
        bar_length(wanted, evidence, claim, outcome)
    else:
        verdict, reason, notes = capped(Verdict.MET, Reason.SHOWN, caps_of(question, claim, found))
        outcome.proof = _proof(question, evidence, claim, found, (verdict, reason, notes), _at_least(question, claim))
    return outcome


def _below(question: Question, evidence: Evidence, claim: Claim, found: list[Gap], outcome: Outcome) -> None:
    """Less than is wanted: the end of what it carries only where requests waited, or where a person says that it is."""
    wanted = question.wanted
    if evidence.kind is not EvidenceKind.TELEMETRY:
        if holds(headroom(wanted, claim.high)):
            outcome.bar(evidence, Reason.BOUND_TELLS_NOTHING, claim)
            return
        told = Verdict.NOT_MET, Reason.FAILS, ()
        outcome.proof = _proof(question, evidence, claim, found, told, Range(*(headroom(wanted, claim.low),) * 3))
        return
    groups = counted(question, evidence)
    if not _waited(question, evidence, claim):
        outcome.bar(evidence, Reason.DEMAND_NEVER_CAME, claim, value=claim.low)
    elif not isinstance(groups, Groups) or groups.reachable is None:
        code = groups if isinstance(groups, Reason) else Reason.CAPACITY_UNKNOWN
        outcome.bar(evidence, code, claim, accelerators=evidence.place.get("accelerators"))
    elif groups.elsewhere:
        outcome.bar(evidence, Reason.OTHER_ACCELERATOR, claim, value=claim.low)
    elif holds(headroom(wanted, claim.high * max(1, groups.reachable))):
        outcome.bar(evidence, Reason.DEMAND_NEVER_CAME, claim, value=claim.low, groups=groups.granted)
    else:
        reach = headroom(wanted, claim.high * max(1, groups.reachable))
        ranged = Range(headroom(wanted, claim.low), headroom(wanted, claim.low), reach)
        told = Verdict.NOT_MET, Reason.SHORT_OF_CAPACITY, ()
        capacity = groups.plain(groups_needed(wanted, claim.low))
        outcome.proof = _proof(question, evidence, claim, found, told, ranged, capacity)


def _waited(question: Question, evidence: Evidence, claim: Claim) -> bool:
    rows = question.siblings.of(evidence, "queue_length", claim.reading)
    return any(one.low >= WAITING and one.statistic in _LOOKED for one in rows)


def _at_least(question: Question, claim: Claim) -> Range:
    seen = headroom(question.wanted, claim.low)
    return Range(seen, seen, inf)


def _proof(
    question: Question, evidence: Evidence, claim: Claim, found: list[Gap], told: tuple[Verdict, Reason, tuple[Note, ...]],
    ranged: Range, capacity: dict[str, object] | None = None,
) -> Proof:  # fmt: skip
    verdict, reason, notes = told
    return Proof(
        evidence, claim, verdict, reason, ranged, grade(found), claim.reading.at,
        (*notes, *remarks_of(question.wanted, claim)), tuple(found), capacity, evidence.length_s(claim.reading),
    )  # fmt: skip
