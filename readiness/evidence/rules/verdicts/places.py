"""What is there, whoever uses it: storage, network, memory of accelerators. Measured, or what a pool says that it granted.

What is measured of a pool is shared by all that hold a part of it: a workload counts on what was granted to it, and on no more
than was measured. Where nothing was measured, what was granted is what the pool's owner vouches for as of its last change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import inf, isfinite

from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.rules.verdicts.claims import Claim, claim_of
from readiness.evidence.rules.verdicts.evidence import Evidence, Labels, Reading
from readiness.evidence.rules.verdicts.fit import gaps, grade
from readiness.evidence.rules.verdicts.headroom import Range, between, headroom, holds, scattered
from readiness.evidence.rules.verdicts.holdings import GB_PER_TB, Holding, amounts
from readiness.evidence.rules.verdicts.load import Relation, load_gaps, load_needed, load_seen, relation
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, reason_of, remarks_of
from readiness.evidence.rules.verdicts.reasons import Grade, Note, Reason
from readiness.evidence.rules.verdicts.wanted import BANDWIDTHS, Wanted, canonical_of
from readiness.evidence.rules.verdicts.windows import Length, bar_length, length
from readiness.workloads.choices import Metric, PoolKind

_Told = tuple[Verdict, Reason, tuple[Note, ...], Range]
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
    if evidence.kind is EvidenceKind.TELEMETRY and wanted.metric in BANDWIDTHS and wanted.more_is_better:
        claim = claim._replace(high=inf)  # traffic that was seen is a floor of what can be carried
    if holding is not None and wanted.more_is_better and holding.kind is _OF_POOLS.get(wanted.metric, (None, ""))[0]:
        told = _as_granted(question, evidence, claim, holding, outcome)
    else:
        told = _as_measured(question, evidence, claim, holding, outcome)
    if told is not None:
        verdict, reason, notes, ranged = told
        capacity = {"pools": [holding.plain()]} if holding is not None else None
        outcome.proof = Proof(
            evidence, claim, verdict, reason, ranged, grade(found), claim.reading.at, (*notes, *remarks_of(wanted, claim)),
            tuple(found), capacity, evidence.length_s(claim.reading),
        )  # fmt: skip
    return outcome


def _as_measured(
    question: Question, evidence: Evidence, claim: Claim, holding: Holding | None, outcome: Outcome
) -> _Told | None:  # fmt: skip
    """None, with the reason noted, where it decides nothing."""
    wanted, ranged = question.wanted, _ranged(question.wanted, evidence, claim)
    shared = holding is not None and holding.shared
    if ranged.verdict is Verdict.NOT_MET:
        if shared and not wanted.more_is_better:  # it may be the others that fill it
            outcome.bar(evidence, Reason.SHARED, claim)
            return None
        return ranged.verdict, Reason.FAILS, (), ranged
    if (ranged.verdict is Verdict.WARNING and not claim.exact) or (not isfinite(claim.high) and not holds(ranged.low)):
        floor = wanted.metric in BANDWIDTHS and evidence.kind is EvidenceKind.TELEMETRY
        outcome.bar(evidence, Reason.DEMAND_NEVER_CAME if floor else Reason.BOUND_TELLS_NOTHING, claim, value=claim.low)
        return None
    if not _held_load(question, evidence, claim, outcome) or not _held_long(wanted, evidence, claim, outcome):
        return None
    caps = [Note(Reason.SHARED)] if shared and wanted.more_is_better else []
    return *capped(ranged.verdict, reason_of(wanted, claim, ranged.verdict), caps), ranged


def _as_granted(
    question: Question, evidence: Evidence, claim: Claim, holding: Holding, outcome: Outcome
) -> _Told | None:  # fmt: skip
    """What was granted, and with what is free; of the measured pool no more than was measured, of others as they say."""
    wanted, kind = question.wanted, holding.kind
    factor = GB_PER_TB if kind is PoolKind.STORAGE else 1.0
    beside, more_beside, _ = amounts([one for one in question.setting.holdings if one is not holding], kind, _venue(wanted))
    own, reach = holding.granted * factor, inf if holding.reachable is None else holding.reachable * factor
    granted = headroom(wanted, beside + min(claim.low, own))
    most = inf if more_beside is None else more_beside + min(claim.high, reach)
    ranged = Range(granted, granted, headroom(wanted, most))
    if holds(granted):
        return (Verdict.MET, Reason.SHOWN, (), ranged) if _held_long(wanted, evidence, claim, outcome) else None
    promised = holds(headroom(wanted, beside + own)) or holds(headroom(wanted, (more_beside or 0.0) + reach))
    if not holds(ranged.high):
        return Verdict.NOT_MET, Reason.FAILS if promised else Reason.SHORT_OF_CAPACITY, (), ranged
    if isfinite(most):
        return Verdict.WARNING, Reason.ENOUGH_IF_GRANTED, (), ranged
    floor = holds(headroom(wanted, beside + own))
    outcome.bar(evidence, Reason.DEMAND_NEVER_CAME if floor else Reason.CAPACITY_UNKNOWN, claim, value=claim.low)
    return None


def _ranged(wanted: Wanted, evidence: Evidence, claim: Claim) -> Range:
    low, high = scattered(claim.low, claim.high) if evidence.is_benchmark else (claim.low, claim.high)
    return between(wanted, low, claim.low if wanted.more_is_better or claim.high == inf else claim.high, high)


def _held_load(question: Question, evidence: Evidence, claim: Claim, outcome: Outcome) -> bool:
    needed, _ = load_needed(question.wanted, question.setting)
    there = load_seen(evidence, claim.reading, question.siblings)
    carried = relation(needed, there)
    if carried in (Relation.AT, Relation.MORE):
        return True
    code = Reason.LOAD_NOT_SAID if carried is Relation.NOT_SAID else Reason.LESS_LOAD
    outcome.bar(evidence, code, claim, gaps=load_gaps(needed, there))
    return False


def _held_long(wanted: Wanted, evidence: Evidence, claim: Claim, outcome: Outcome) -> bool:
    if length(wanted, evidence, claim.reading) is Length.ENOUGH:
        return True
    bar_length(wanted, evidence, claim, outcome)
    return False


def of_pools(question: Question, now: datetime) -> Outcome:
    """What pools granted of storage or network, where nothing measured proves anything; as old as the oldest word it needs."""
    wanted, outcome = question.wanted, Outcome()
    if wanted.metric not in _OF_POOLS or not wanted.more_is_better or wanted.target is None:
        return outcome
    kind, key = _OF_POOLS[wanted.metric]
    granted, reachable, pools = amounts(question.setting.holdings, kind, _venue(wanted))
    dated = sorted((one for one in pools if one.updated_at), key=lambda one: (-_time(one), one.pool))
    if not dated or len(dated) < len(pools):
        return outcome
    ranged = Range(*(headroom(wanted, granted),) * 2, inf if reachable is None else headroom(wanted, reachable))
    as_granted = _word(dated, [one.granted for one in dated], wanted.target, kind)
    with_free = _word(dated, [one.reachable or 0.0 for one in dated], wanted.target, kind)
    verdict, reason, at = Verdict.NOT_MET, Reason.SHORT_OF_CAPACITY, min(filter(None, (one.updated_at for one in dated)))
    if as_granted is not None and (with_free is None or now - as_granted <= wanted.max_age or now - with_free > wanted.max_age):
        verdict, reason, at = Verdict.MET, Reason.GRANTED, as_granted
    elif with_free is not None:
        verdict, reason, at = Verdict.WARNING, Reason.ENOUGH_IF_GRANTED, with_free
    value = canonical_of(wanted.metric, key, granted)
    reading = Reading(0, key, "point", None, value, value, at)
    names = ", ".join(sorted(one.name for one in pools))[:300]
    evidence = Evidence(0, 0, EvidenceKind.ATTESTED, at, (reading,), DECLARED, names)
    claim = Claim(granted, granted, reading, exact=True, told=(granted, granted))
    capacity = {"pools": [one.plain() for one in pools]}
    if verdict is Verdict.NOT_MET and reachable is None:
        outcome.bar(evidence, Reason.CAPACITY_UNKNOWN, claim, capacity=capacity)
    else:
        outcome.proof = Proof(evidence, claim, verdict, reason, ranged, Grade.FULL, at, capacity=capacity)
    return outcome


def _word(dated: Sequence[Holding], parts: Sequence[float], target: float, kind: PoolKind) -> datetime | None:
    """The date of the oldest word that is needed to reach the target, the newest ones taken first; None: they do not reach it."""
    left = target / (GB_PER_TB if kind is PoolKind.STORAGE else 1.0)
    for one, part in zip(dated, parts, strict=True):
        left -= part
        if left <= 1e-9 * target:
            return one.updated_at
    return None


def _time(one: Holding) -> float:
    return one.updated_at.timestamp() if one.updated_at else 0.0


def _venue(wanted: Wanted) -> str:
    """The one that is asked for, "" where any will do."""
    return str(wanted.environment.get("venue") or "").replace("unknown", "")


def _holding(question: Question, pool: int) -> Holding | None:
    return next((one for one in question.setting.holdings if one.pool == pool), None)


def _rank(reading: Reading, evidence: Evidence) -> tuple[float, float, int]:
    return (reading.low, reading.at.timestamp(), evidence.run)
