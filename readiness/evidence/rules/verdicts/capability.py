"""How much can be carried: throughputs and requests at once, of a benchmark by the groups that a workload can count on.

A point of a benchmark is what one group of its accelerators carried; groups times it is what the workload can carry. It counts
only if the latencies that the workload demands held in the same run. Of a sweep the best such point counts. That it cannot be
more is shown by points that were pushed to their end or no longer held the latencies (ceilings.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import inf

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.ceilings import ceiling
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.headroom import RUN_TO_RUN, SCALING_LOSS, Range, headroom, holds
from readiness.evidence.rules.verdicts.load import Relation, load_gaps, load_needed, relation
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, caps_of, remarks_of
from readiness.evidence.rules.verdicts.points import Point, groups_needed, point_of
from readiness.evidence.rules.verdicts.reasons import Note, Reason
from readiness.evidence.rules.verdicts.windows import Length, bar_length

_CARRIED = frozenset({Relation.AT, Relation.MORE})


def of_sweep(question: Question, runs: Sequence[Evidence]) -> Outcome:
    """The runs of one setup, at whatever loads."""
    outcome = Outcome()
    points = [point for one in runs if (point := point_of(question, one, outcome)) is not None]
    if not points:
        return outcome
    newest = max(point.claim.reading.at for point in points)
    passes = [proof for point in points if (proof := _pass(question, point, newest, outcome)) is not None]
    outcome.proof = min(passes, key=lambda proof: proof.best) if passes else _fail(question, points, newest, outcome)
    if outcome.proof is not None:
        _tidy(outcome, outcome.proof, points)
    return outcome


def _pass(question: Question, point: Point, newest: datetime, outcome: Outcome) -> Proof | None:
    """The proof that enough is carried; None, with the reason noted, where the point shows no such thing."""
    wanted, granted, reachable = question.wanted, point.groups.granted, point.groups.reachable
    if point.violated is not None:
        outcome.bar(point.evidence, Reason.LEVEL_VIOLATED, point.claim, **point.violated.facts)
        return None
    ranged = _range(question, point)
    enough_granted = granted > 0 and holds(headroom(wanted, point.value * granted * (1 + RUN_TO_RUN)))
    enough_free = reachable is not None and reachable > granted and holds(headroom(wanted, point.value * reachable))
    if not (enough_granted or enough_free):
        return None
    at_granted = enough_granted and _load_held(question, point, granted, outcome)
    if not at_granted and not (enough_free and _load_held(question, point, reachable or 1, outcome)):
        return None
    if point.length is not Length.ENOUGH:
        bar_length(wanted, point.evidence, point.claim, outcome)
        return None
    if not at_granted:
        verdict, reason = Verdict.WARNING, Reason.ENOUGH_IF_GRANTED
    elif holds(ranged.low):
        verdict, reason = Verdict.MET, Reason.SHOWN
    else:
        verdict, reason = Verdict.WARNING, Reason.WITHIN_UNCERTAINTY
    caps = caps_of(question, point.claim, point.gaps) + ([point.not_shown] if point.not_shown else [])
    return _proof(question, point, capped(verdict, reason, caps), ranged, newest)


def _fail(question: Question, points: Sequence[Point], newest: datetime, outcome: Outcome) -> Proof | None:
    """The proof that it cannot be carried; None, with the reasons noted, where nothing shows that it cannot."""
    wanted, reach = question.wanted, points[0].groups.reachable
    held = [point for point in points if point.violated is None]
    code, most = _shortfall(question, points)
    if code is Reason.SHORT_OF_CAPACITY:
        least = min(points, key=lambda point: (point.value, point.evidence.run))
        short = max(held, key=lambda point: (point.value, point.evidence.run)) if held else least
        ranged = _range(question, short)
        ranged = Range(ranged.low, ranged.point, headroom(wanted, most * (reach or 0) * (1 + RUN_TO_RUN)))
        notes = (short.violated,) if short.violated else ()
        return _proof(question, short, (Verdict.NOT_MET, code, notes), ranged, newest)
    barred = {one.evidence.run for one in outcome.barred}
    nearer = any(point.evidence.run in barred for point in held)  # it carried enough, and lacks something else
    for point in held:
        if point.evidence.run in barred:
            continue
        if nearer:
            outcome.bar(point.evidence, Reason.NOT_THE_POINT, point.claim)
        else:
            outcome.bar(point.evidence, code, point.claim, capacity=_capacity(question, point), **_wanting(question, point))
    return None


def _shortfall(question: Question, points: Sequence[Point]) -> tuple[Reason, float]:
    """(why it is not enough, or not known to be; at most so much a group): SHORT_OF_CAPACITY where it is shown."""
    groups, wanted = points[0].groups, question.wanted
    if groups.reachable is None:
        return Reason.CAPACITY_UNKNOWN, inf
    if groups.reachable == 0:
        return (Reason.OTHER_ACCELERATOR if groups.elsewhere else Reason.SHORT_OF_CAPACITY), 0.0
    needed, _ = load_needed(wanted, question.setting)
    lengths = needed._replace(concurrency=None)
    most = ceiling(question, points, groups.reachable)
    if holds(headroom(wanted, most * groups.reachable * (1 + RUN_TO_RUN))):
        return Reason.NOT_PUSHED, most
    if relation(lengths, points[0].load) in (Relation.MORE, Relation.MIXED):
        return Reason.FAILS_WITH_MORE_LOAD, most  # of shorter requests it may carry more
    return Reason.SHORT_OF_CAPACITY, most


def _range(question: Question, point: Point) -> Range:
    """From what is granted, at its unkind end, to what would be there with all that is free."""
    wanted, granted, reachable = question.wanted, point.groups.granted, point.groups.reachable
    loss = SCALING_LOSS if granted > 1 else 0.0
    low = headroom(wanted, point.value * granted * (1 - RUN_TO_RUN) * (1 - loss))
    high = inf if reachable is None else headroom(wanted, point.claim.high * reachable * (1 + RUN_TO_RUN))
    return Range(low, headroom(wanted, point.value * granted), high)


def _load_held(question: Question, point: Point, groups: int, outcome: Outcome) -> bool:
    """Whether each of so many groups carried its share of what must be in flight."""
    needed, _ = load_needed(question.wanted, question.setting)
    found = relation(needed, point.load, 1 / groups)
    if found in _CARRIED:
        return True
    if all(one.evidence.run != point.evidence.run for one in outcome.barred):
        code = Reason.LOAD_NOT_SAID if found is Relation.NOT_SAID else Reason.LESS_LOAD
        gaps = load_gaps(needed, point.load, 1 / groups)
        outcome.bar(point.evidence, code, point.claim, gaps=gaps, capacity=_capacity(question, point))
    return False


def _proof(
    question: Question, point: Point, told: tuple[Verdict, Reason, tuple[Note, ...]], ranged: Range, newest: datetime
) -> Proof:  # fmt: skip
    verdict, reason, notes = told
    return Proof(
        point.evidence, point.claim, verdict, reason, ranged, point.grade, newest,
        (*notes, *remarks_of(question.wanted, point.claim)), point.gaps, _capacity(question, point),
        point.evidence.length_s(point.claim.reading),
    )  # fmt: skip


def _capacity(question: Question, point: Point) -> dict[str, object]:
    return point.groups.plain(groups_needed(question.wanted, point.value))


def _wanting(question: Question, point: Point) -> dict[str, object]:
    """By how much it is not enough, for a person."""
    return {"value": point.value, "groups": point.groups.granted, "target": question.wanted.target}


def _tidy(outcome: Outcome, proof: Proof, points: Sequence[Point]) -> None:
    """The decider is not among those that did not decide, and each of the others says why not."""
    outcome.barred = [one for one in outcome.barred if one.evidence.run != proof.evidence.run]
    told = {one.evidence.run for one in outcome.barred} | {proof.evidence.run}
    for point in points:
        if point.evidence.run not in told:
            outcome.bar(point.evidence, Reason.NOT_THE_POINT, point.claim)
