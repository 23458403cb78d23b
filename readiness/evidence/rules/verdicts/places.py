"""What is there, whoever uses it: storage, network, memory of accelerators. Measured, or what a pool says that it granted.

What is measured of a pool is shared by all that hold a part of it: a workload counts on what was granted to it, and on no more
than was measured. Where nothing was measured, what was granted is what the pool's owner vouches for as of its last change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.rules.verdicts.claims import Claim, claim_of
from readiness.evidence.rules.verdicts.evidence import Evidence, Labels, Reading
from readiness.evidence.rules.verdicts.fit import Gap, Relation, gaps, grade, load_gaps, load_needed, load_seen, relation
from readiness.evidence.rules.verdicts.headroom import Range, between, headroom, holds, scattered
from readiness.evidence.rules.verdicts.holdings import GB_PER_TB, Holding, amounts
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, reason_of, remarks_of
from readiness.evidence.rules.verdicts.reasons import Grade, Note, Reason
from readiness.evidence.rules.verdicts.wanted import BANDWIDTHS, Wanted, canonical_of
from readiness.evidence.rules.verdicts.windows import Length, bar_length, length
from readiness.workloads.choices import Metric, PoolKind

DECLARED = "pool"  # the tool of what nobody measured
_OF_POOLS = {
    Metric.STORAGE_CAPACITY: (PoolKind.STORAGE, "storage_capacity"),
    Metric.NETWORK_BANDWIDTH: (PoolKind.NETWORK, "network_bandwidth"),
}


def of_sitting(question: Question, runs: Sequence[Evidence]) -> Outcome:
    """Benchmarks of one setup: of each operation or direction the best one counts, of those the worst."""
    outcome = Outcome()
    best: dict[tuple[str, Labels], tuple[Reading, Evidence]] = {}
    for one in runs:
        claim = claim_of(question.wanted, one, question.setting.task)
        if not isinstance(claim, Claim):
            outcome.bar(one, claim.code, **claim.facts)
            continue
        for reading in one.readings:
            place = reading.metric, reading.labels
            if place not in best or _rank(reading, one) > _rank(*best[place]):
                best[place] = reading, one
    if not best:
        return outcome
    together = replace(max(runs, key=lambda one: (one.at, one.run)), readings=tuple(reading for reading, _ in best.values()))
    claim = claim_of(question.wanted, together, question.setting.task)
    assert isinstance(claim, Claim)
    owner = next(one for reading, one in best.values() if reading is claim.reading)
    found = _of_claim(question, owner, claim)
    decided = found.proof.evidence.run if found.proof else None
    told = {one.evidence.run for one in (*outcome.barred, *found.barred)} | {decided}
    outcome.proof, outcome.barred = found.proof, outcome.barred + found.barred
    for one in runs:
        if one.run not in told:
            outcome.bar(one, Reason.NOT_THE_POINT)
    return outcome


def of_place(question: Question, evidence: Evidence) -> Outcome:
    """One look at what is there."""
    claim = claim_of(question.wanted, evidence, question.setting.task)
    if isinstance(claim, Claim):
        return _of_claim(question, evidence, claim)
    outcome = Outcome()
    outcome.bar(evidence, claim.code, **claim.facts)
    return outcome


def _of_claim(question: Question, evidence: Evidence, claim: Claim) -> Outcome:
    wanted, outcome = question.wanted, Outcome()
    found = gaps(wanted, evidence, question.setting.catalogue)
    if grade(found) is Grade.ELSEWHERE:
        outcome.bar(evidence, Reason.NOT_REPRESENTATIVE, claim, gaps=found)
        return outcome
    holding = None if evidence.pool is None else _holding(question, evidence.pool)
    if evidence.pool is not None and (holding is None or not holding.granted):
        outcome.bar(evidence, Reason.CAPACITY_UNKNOWN, claim)
        return outcome
    floor = evidence.kind is EvidenceKind.TELEMETRY and wanted.metric in BANDWIDTHS and wanted.more_is_better
    if floor:
        claim = claim._replace(high=inf)
    if holding is not None and wanted.metric in _OF_POOLS and holding.kind is _OF_POOLS[wanted.metric][0]:
        claim, told = _granted_part(wanted, claim, holding)
    else:
        told = _ranged(wanted, evidence, claim)
    _decide(question, evidence, claim, told, outcome, holding, found)
    return outcome


def _ranged(wanted: Wanted, evidence: Evidence, claim: Claim) -> Range:
    low, high = scattered(claim.low, claim.high) if evidence.is_benchmark else (claim.low, claim.high)
    return between(wanted, low, claim.low if wanted.more_is_better or claim.high == inf else claim.high, high)


def _granted_part(wanted: Wanted, claim: Claim, holding: Holding) -> tuple[Claim, Range]:
    """What was granted, and with what is free; but no more than was measured of all of it."""
    factor = GB_PER_TB if holding.kind is PoolKind.STORAGE else 1.0
    reach = inf if holding.reachable is None else holding.reachable * factor
    granted = min(claim.low, holding.granted * factor)
    return claim, Range(headroom(wanted, granted), headroom(wanted, granted), headroom(wanted, min(claim.high, reach)))


def _decide(
    question: Question, evidence: Evidence, claim: Claim, ranged: Range, outcome: Outcome, holding: Holding | None,
    found: Sequence[Gap],
) -> None:  # fmt: skip
    wanted, verdict = question.wanted, ranged.verdict
    needed, _ = load_needed(wanted, question.setting)
    there = load_seen(evidence, claim.reading, question.siblings)
    carried = relation(needed, there)
    shared = holding is not None and holding.shared and wanted.metric not in _OF_POOLS
    if verdict is Verdict.NOT_MET:
        if shared and not wanted.more_is_better:
            outcome.bar(evidence, Reason.SHARED, claim)
            return
        reason = Reason.SHORT_OF_CAPACITY if _by_grant(wanted, claim, holding) else Reason.FAILS
        told: tuple[Verdict, Reason, tuple[Note, ...]] = verdict, reason, ()
    elif verdict is Verdict.WARNING and (code := _open_end(wanted, claim, holding)) is not None:
        outcome.bar(evidence, code, claim, value=claim.low)
        return
    elif carried not in (Relation.AT, Relation.MORE):
        code = Reason.LOAD_NOT_SAID if carried is Relation.NOT_SAID else Reason.LESS_LOAD
        outcome.bar(evidence, code, claim, gaps=load_gaps(needed, there))
        return
    elif length(wanted, evidence, claim.reading) is not Length.ENOUGH:
        bar_length(wanted, evidence, claim, outcome)
        return
    else:
        by_grant = verdict is Verdict.WARNING and _by_grant(wanted, claim, holding)
        reason = Reason.ENOUGH_IF_GRANTED if by_grant else reason_of(wanted, claim, verdict)
        told = capped(verdict, reason, [Note(Reason.SHARED)] if shared and wanted.more_is_better else [])
    capacity = {"pools": [holding.plain()]} if holding is not None else None
    outcome.proof = Proof(
        evidence, claim, told[0], told[1], ranged, grade(found), claim.reading.at,
        (*told[2], *remarks_of(wanted, claim)), tuple(found), capacity, evidence.length_s(claim.reading),
    )  # fmt: skip


def _open_end(wanted: Wanted, claim: Claim, holding: Holding | None) -> Reason | None:
    """Why a span that holds the target says nothing; None where it is a warning."""
    if not holds(headroom(wanted, claim.low if wanted.more_is_better else claim.high)):
        if claim.high == inf:
            return Reason.DEMAND_NEVER_CAME if wanted.metric in BANDWIDTHS else Reason.BOUND_TELLS_NOTHING
        return None if claim.exact else Reason.BOUND_TELLS_NOTHING
    if holding is not None and holding.reachable is None:
        return Reason.CAPACITY_UNKNOWN
    return None


def _by_grant(wanted: Wanted, claim: Claim, holding: Holding | None) -> bool:
    """Whether it is what was granted, not what was measured, that is not enough."""
    return holding is not None and wanted.metric in _OF_POOLS and holds(headroom(wanted, claim.low))


def of_pools(question: Question) -> Outcome:
    """What pools granted of storage or network, where nothing was measured."""
    wanted, outcome = question.wanted, Outcome()
    if wanted.metric not in _OF_POOLS or not wanted.more_is_better:
        return outcome
    kind, key = _OF_POOLS[wanted.metric]
    venue = str(wanted.environment.get("venue") or "")
    granted, reachable, pools = amounts(question.setting.holdings, kind, "" if venue == "unknown" else venue)
    counted = [one for one in pools if one.granted > 0] or list(pools)
    dates = [one.updated_at for one in counted if one.updated_at is not None]
    if not pools or not dates:
        return outcome
    value = canonical_of(wanted.metric, key, granted)
    reading = Reading(0, key, "point", None, value, value, min(dates))
    names = ", ".join(sorted(one.name for one in counted))[:300]
    evidence = Evidence(0, 0, EvidenceKind.ATTESTED, min(dates), (reading,), DECLARED, names)
    claim = Claim(granted, granted, reading, exact=True, told=(granted, granted))
    ranged = Range(*(headroom(wanted, granted),) * 2, inf if reachable is None else headroom(wanted, reachable))
    capacity = {"pools": [one.plain() for one in pools]}
    if ranged.verdict is Verdict.WARNING and reachable is None:
        outcome.bar(evidence, Reason.CAPACITY_UNKNOWN, claim, capacity=capacity)
        return outcome
    reason = {Verdict.MET: Reason.GRANTED, Verdict.WARNING: Reason.ENOUGH_IF_GRANTED}.get(
        ranged.verdict, Reason.SHORT_OF_CAPACITY
    )  # fmt: skip
    outcome.proof = Proof(
        evidence, claim, ranged.verdict, reason, ranged, Grade.FULL, reading.at, capacity=capacity
    )  # fmt: skip
    return outcome


def _holding(question: Question, pool: int) -> Holding | None:
    return next((one for one in question.setting.holdings if one.pool == pool), None)


def _rank(reading: Reading, evidence: Evidence) -> tuple[float, float, int]:
    return (reading.low, reading.at.timestamp(), evidence.run)
