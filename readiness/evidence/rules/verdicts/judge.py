"""The judgement: a requirement x what the workload can count on x fresh, representative, valid evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.missing import missing
from readiness.evidence.rules.verdicts import capability, places, quality, service
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.gathered import Gathered
from readiness.evidence.rules.verdicts.headroom import Range, stored
from readiness.evidence.rules.verdicts.outcome import Barred, Outcome, Proof, Question
from readiness.evidence.rules.verdicts.reasons import Note, Reason
from readiness.evidence.rules.verdicts.resolve import decider, expiries, fresh
from readiness.evidence.rules.verdicts.wanted import OF_THE_PLACE, Setting, Wanted
from readiness.evidence.rules.verdicts.windows import availability
from readiness.workloads.choices import Metric


@dataclass(frozen=True)
class Judgement:
    """What a requirement was judged. `winner` decided (of a stale one: would have), `others` did not, each with its reason.

    `reach`: the capacity that was looked at, also where nothing decided. `recheck_at`: when time alone may change the answer.
    """

    wanted: Wanted
    verdict: Verdict
    reason: Reason
    winner: Proof | None = None
    others: tuple[Barred, ...] = ()
    missing: tuple[dict[str, Any], ...] = ()
    reach: dict[str, Any] | None = None
    recheck_at: datetime | None = None

    @property
    def range(self) -> Range | None:
        return self.winner.range if self.winner else None

    @property
    def headroom(self) -> float | None:
        """As measured; None where there is none, or no end to it."""
        return stored(self.winner.range.point) if self.winner else None

    @property
    def observed_at(self) -> datetime | None:
        return self.winner.at if self.winner else None


def judge(wanted: Wanted, setting: Setting, evidence: Iterable[Evidence] | Gathered, now: datetime) -> Judgement:
    """The same for the same set of evidence, in whatever order."""
    if wanted.target is None:
        return Judgement(wanted, Verdict.UNKNOWN, Reason.NO_TARGET, missing=missing(wanted, setting, Reason.NO_TARGET, None, ()))
    gathered = evidence if isinstance(evidence, Gathered) else Gathered(evidence, now)
    outcomes = _outcomes(Question(wanted, setting, gathered.siblings), gathered, now)
    proofs = [one.proof for one in outcomes if one.proof is not None]
    winner = decider(proofs, now, wanted.max_age)
    barred = [one for outcome in outcomes for one in outcome.barred]
    barred += [one for one in gathered.barred if _is_about(wanted, setting, one.evidence)]
    barred += [_beaten(one, winner) for one in proofs if winner is not None and one is not winner]
    others = tuple(sorted(barred, key=_newest_first))
    verdict, reason = _answer(wanted, winner, others, now)
    reach = winner.capacity if winner else next((one.capacity for one in _farthest(others) if one.capacity), None)
    told = missing(wanted, setting, reason, winner, others)
    return Judgement(
        wanted, verdict, reason, winner, others, told, reach, _recheck(wanted, setting, gathered, proofs, verdict, reach, now)
    )  # fmt: skip


def _outcomes(question: Question, gathered: Gathered, now: datetime) -> list[Outcome]:
    """Of each sitting and each look that has to do with it; what pools granted only where nothing else proves anything."""
    wanted, setting = question.wanted, question.setting
    about = ([one for one in sitting if _is_about(wanted, setting, one)] for sitting in gathered.sittings)
    found = [_of_sitting(question, runs) for runs in about if runs]
    found += [_of_service(question, one) for one in gathered.services if _is_about(wanted, setting, one)]
    if all(one.proof is None for one in found):
        found.append(places.of_pools(question, now))
    return found


def _of_sitting(question: Question, runs: Sequence[Evidence]) -> Outcome:
    if question.wanted.is_capability:
        return capability.of_sweep(question, runs)
    if question.wanted.metric in OF_THE_PLACE:
        return places.of_sitting(question, runs)
    return quality.of_sweep(question, runs)


def _of_service(question: Question, evidence: Evidence) -> Outcome:
    if question.wanted.is_capability:
        return service.of_service(question, evidence)
    if question.wanted.metric in OF_THE_PLACE:
        return places.of_place(question, evidence)
    if question.wanted.metric is Metric.AVAILABILITY:
        return availability(question, evidence)
    return quality.of_service(question, evidence)


def _is_about(wanted: Wanted, setting: Setting, evidence: Evidence) -> bool:
    if evidence.pool is not None and wanted.metric not in OF_THE_PLACE:
        return False
    if wanted.metric is Metric.CONCURRENCY and evidence.is_benchmark and evidence.told("concurrency") is not None:
        return True
    return any(key in evidence.by_metric for key in wanted.shown_by(setting.task))


def _answer(wanted: Wanted, winner: Proof | None, others: Sequence[Barred], now: datetime) -> tuple[Verdict, Reason]:
    if winner is not None:
        if fresh(winner, now, wanted.max_age):
            return winner.verdict, winner.reason
        return Verdict.STALE, Reason.TOO_OLD
    return Verdict.UNKNOWN, _farthest(others)[0].why.code if others else Reason.NOTHING_MEASURED


def _beaten(proof: Proof, winner: Proof) -> Barred:
    """A proof beside the one that decided."""
    weaker = proof.order >= winner.order and (proof.grade < winner.grade or proof.is_capped)
    code = Reason.WEAKER if weaker else Reason.OLDER
    return Barred(proof.evidence, Note(code, {"verdict": proof.verdict.value}), proof.claim)


def _farthest(others: Sequence[Barred]) -> list[Barred]:
    """What came closest to deciding first, of equal ones the newest."""
    return sorted(others, key=lambda one: (-one.progress, *_newest_first(one)))


def _newest_first(one: Barred) -> tuple[Any, ...]:
    return (-one.at.timestamp(), one.evidence.run, one.why.code)


def _recheck(
    wanted: Wanted, setting: Setting, gathered: Gathered, proofs: Sequence[Proof], verdict: Verdict,
    reach: dict[str, Any] | None, now: datetime,
) -> datetime | None:  # fmt: skip
    times = [] if verdict is Verdict.STALE else expiries(proofs, now, wanted.max_age)
    if setting.holdings_change_at is not None and reach is not None:
        times.append(setting.holdings_change_at)
    if gathered.next_at is not None:
        times.append(gathered.next_at)
    return min((max(one, now + timedelta(seconds=1)) for one in times), default=None)
