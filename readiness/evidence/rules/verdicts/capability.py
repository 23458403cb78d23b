"""How much can be carried: throughputs and requests at once, of a benchmark by the groups that a workload can count on.

A point of a benchmark is what one group of its accelerators carried; groups times it is what the workload can carry. It counts
only if the latencies that the workload demands held in the same run. Of a sweep the best such point counts. That it cannot be
more is shown by points that were pushed to their end or no longer held the latencies (ceilings.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import inf, isfinite
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.ceilings import ceiling
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.headroom import RUN_TO_RUN, SCALING_LOSS, Range, headroom, holds
from readiness.evidence.rules.verdicts.holdings import Groups
from readiness.evidence.rules.verdicts.load import Load, Relation, load_gaps, load_needed, relation
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, caps_of, remarks_of
from readiness.evidence.rules.verdicts.points import Point, counted, groups_needed, point_of, uncounted
from readiness.evidence.rules.verdicts.reasons import Note, Reason
from readiness.evidence.rules.verdicts.windows import Length, bar_length
from readiness.workloads.choices import Metric

_CARRIED = frozenset({Relation.AT, Relation.MORE})


def of_sweep(question: Question, runs: Sequence[Evidence]) -> Outcome:
    """The runs of one setup, at whatever loads."""
    outcome = Outcome()
    points = [point for one in runs if (point := point_of(question, one, outcome)) is not None]
    if points:
        groups = counted(question, points[0].evidence)
        if isinstance(groups, Groups):
            _Sweep(question, points, groups, outcome).judge()
        else:
            _bar_uncounted(question, points, groups, outcome)
    return outcome


def _bar_uncounted(question: Question, points: Sequence[Point], why: Reason, outcome: Outcome) -> None:
    """How many groups would be needed can be told, how many there are cannot."""
    best = max(points, key=lambda point: (point.violated is None, point.value, point.run))
    for point in points:
        if point.violated is not None:
            outcome.bar(point.evidence, Reason.LEVEL_VIOLATED, point.claim, **point.violated.facts)
        elif point is not best:
            outcome.bar(point.evidence, Reason.NOT_THE_POINT, point.claim)
    if best.violated is None:
        needed = groups_needed(question.wanted, best.value) if _is_end(question, points, 1) else None
        outcome.bar(best.evidence, why, best.claim, capacity=uncounted(best.evidence, needed), value=best.value)


def _is_end(question: Question, points: Sequence[Point], groups: int) -> bool:
    """Whether more groups are what is missing: so many were in flight because so many were sent, which says nothing of an end."""
    return question.wanted.metric is not Metric.CONCURRENCY or isfinite(ceiling(question, points, max(1, groups)))


@dataclass
class _Sweep:
    """What is judged together; each point notes in `outcome` why it does not decide."""

    question: Question
    points: Sequence[Point]
    groups: Groups
    outcome: Outcome

    def judge(self) -> None:
        passes = [proof for point in self.points if (proof := self._pass(point)) is not None]
        self.outcome.proof = min(passes, key=lambda proof: proof.best) if passes else self._fail()
        if self.outcome.proof is not None:
            self._tidy(self.outcome.proof)

    @cached_property
    def _newest(self) -> datetime:
        return max(point.claim.reading.at for point in self.points)

    @cached_property
    def _needed(self) -> Load:
        return load_needed(self.question.wanted, self.question.setting)[0]

    def _pass(self, point: Point) -> Proof | None:
        """The proof that enough is carried; None, with the reason noted, where the point shows no such thing."""
        wanted, granted, reachable = self.question.wanted, self.groups.granted, self.groups.reachable
        if point.violated is not None:
            self.outcome.bar(point.evidence, Reason.LEVEL_VIOLATED, point.claim, **point.violated.facts)
            return None
        enough_granted = granted > 0 and holds(headroom(wanted, point.value * granted * (1 + RUN_TO_RUN)))
        enough_free = reachable is not None and reachable > granted and holds(headroom(wanted, point.value * reachable))
        at_granted = enough_granted and self._carried(point, granted)
        if not at_granted and not (enough_free and self._carried(point, reachable or 1)):
            if enough_granted or enough_free:
                self._bar_load(point, reachable or granted)
            return None
        if point.length is not Length.ENOUGH:
            bar_length(wanted, point.evidence, point.claim, self.outcome)
            return None
        ranged = self._range(point)
        if not at_granted:
            verdict, reason = Verdict.WARNING, Reason.ENOUGH_IF_GRANTED
        elif holds(ranged.low):
            verdict, reason = Verdict.MET, Reason.SHOWN
        else:
            verdict, reason = Verdict.WARNING, Reason.WITHIN_UNCERTAINTY
        caps = caps_of(self.question, point.claim, point.gaps) + ([point.not_shown] if point.not_shown else [])
        return self._proof(point, capped(verdict, reason, caps), ranged)

    def _fail(self) -> Proof | None:
        """The proof that it cannot be carried; None, with the reasons noted, where nothing shows that it cannot."""
        held = [point for point in self.points if point.violated is None]
        code, most = self._shortfall()
        if code is Reason.SHORT_OF_CAPACITY:
            short = self._best(held) if held else min(self.points, key=lambda point: (point.value, point.run))
            reach = headroom(self.question.wanted, most * (self.groups.reachable or 0) * (1 + RUN_TO_RUN))
            notes = (short.violated,) if short.violated else ()
            return self._proof(short, (Verdict.NOT_MET, code, notes), self._range(short)._replace(high=reach))
        barred = {one.evidence.run for one in self.outcome.barred}
        left = [point for point in held if point.run not in barred]
        nearest = None if len(left) < len(held) else self._best(held) if held else None  # others carried enough, and lack else
        for point in left:
            if point is nearest:
                facts = {"value": point.value, "groups": self.groups.granted, "target": self.question.wanted.target}
                self.outcome.bar(point.evidence, code, point.claim, capacity=self._capacity(point), **facts)
            else:
                self.outcome.bar(point.evidence, Reason.NOT_THE_POINT, point.claim)
        return None

    def _shortfall(self) -> tuple[Reason, float]:
        """(why it is not enough, or not known to be; at most so much a group): SHORT_OF_CAPACITY where it is shown."""
        reachable, wanted = self.groups.reachable, self.question.wanted
        if reachable is None:
            return Reason.CAPACITY_UNKNOWN, inf
        short = Reason.OTHER_ACCELERATOR if self.groups.elsewhere else Reason.SHORT_OF_CAPACITY
        if reachable == 0:
            return short, 0.0
        most = ceiling(self.question, self.points, reachable)
        if holds(headroom(wanted, most * reachable * (1 + RUN_TO_RUN))):
            return Reason.NOT_PUSHED, most
        if relation(self._needed._replace(concurrency=None), self.points[0].load) in (Relation.MORE, Relation.MIXED):
            return Reason.FAILS_WITH_MORE_LOAD, most  # of shorter requests it may carry more
        return short, most

    def _best(self, points: Sequence[Point]) -> Point:
        return max(points, key=lambda point: (point.value, point.run))

    def _range(self, point: Point) -> Range:
        """From what is granted, at its unkind end, to what would be there with all that is free."""
        wanted, granted, reachable = self.question.wanted, self.groups.granted, self.groups.reachable
        loss = SCALING_LOSS if granted > 1 else 0.0
        low = headroom(wanted, point.value * granted * (1 - RUN_TO_RUN) * (1 - loss))
        high = inf if reachable is None else headroom(wanted, point.claim.high * reachable * (1 + RUN_TO_RUN))
        return Range(low, headroom(wanted, point.value * granted), high)

    def _carried(self, point: Point, groups: int) -> bool:
        """Whether each of so many groups carried its share of what must be in flight."""
        return relation(self._needed, point.load, 1 / groups) in _CARRIED

    def _bar_load(self, point: Point, groups: int) -> None:
        found = relation(self._needed, point.load, 1 / groups)
        code = Reason.LOAD_NOT_SAID if found is Relation.NOT_SAID else Reason.LESS_LOAD
        gaps = load_gaps(self._needed, point.load, 1 / groups)
        self.outcome.bar(point.evidence, code, point.claim, gaps=gaps, capacity=self._capacity(point))

    def _proof(self, point: Point, told: tuple[Verdict, Reason, tuple[Note, ...]], ranged: Range) -> Proof:
        verdict, reason, notes = told
        return Proof(
            point.evidence, point.claim, verdict, reason, ranged, point.grade, self._newest,
            (*notes, *remarks_of(self.question.wanted, point.claim)), point.gaps, self._capacity(point),
            point.evidence.length_s(point.claim.reading),
        )  # fmt: skip

    def _capacity(self, point: Point) -> dict[str, Any]:
        is_end = _is_end(self.question, self.points, self.groups.reachable or self.groups.granted)
        return self.groups.plain(groups_needed(self.question.wanted, point.value) if is_end else None)

    def _tidy(self, proof: Proof) -> None:
        """The decider is not among those that did not decide, and each of the others says why not."""
        self.outcome.barred = [one for one in self.outcome.barred if one.evidence.run != proof.evidence.run]
        told = {one.evidence.run for one in self.outcome.barred} | {proof.evidence.run}
        for point in self.points:
            if point.run not in told:
                self.outcome.bar(point.evidence, Reason.NOT_THE_POINT, point.claim)
