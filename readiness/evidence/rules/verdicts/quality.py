"""How well requests are served: latencies and error ratios, at the load that is needed.

A benchmark's point stands for one group of accelerators, so its load is compared with a group's share of what is needed. It
shows a pass where it carried that share or more, a failure where it carried no more than that. Of a sweep a failure that is shown
counts before a pass that is shown; nothing is extrapolated beyond its points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import isfinite
from typing import Any, NamedTuple

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.claims import Claim, claim_of
from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.fit import Gap, gaps, grade
from readiness.evidence.rules.verdicts.headroom import Range, between, scattered, share_range
from readiness.evidence.rules.verdicts.holdings import Groups
from readiness.evidence.rules.verdicts.load import (
    Load,
    Relation,
    is_live,
    load_gaps,
    load_needed,
    load_of_run,
    load_seen,
    of_live,
    relation,
)
from readiness.evidence.rules.verdicts.outcome import Outcome, Proof, Question, capped, caps_of, reason_of, remarks_of
from readiness.evidence.rules.verdicts.points import counted, uncounted
from readiness.evidence.rules.verdicts.reasons import Grade, Note, Reason
from readiness.evidence.rules.verdicts.wanted import Wanted
from readiness.evidence.rules.verdicts.windows import Length, bar_length, length
from readiness.workloads.choices import Metric

_SHOWS_PASS = frozenset({Relation.AT, Relation.MORE})
_SHOWS_FAILURE = frozenset({Relation.AT, Relation.LESS})


class _Look(NamedTuple):
    """A run whose place fits and whose claim stands on one side of the target, or astride of it within its uncertainty."""

    evidence: Evidence
    claim: Claim
    ranged: Range
    gaps: tuple[Gap, ...]
    load: Load

    @property
    def fails(self) -> bool:
        return self.ranged.verdict is Verdict.NOT_MET

    @property
    def one_at_a_time(self) -> bool:
        """No load is less than that."""
        return self.load.concurrency is not None and self.load.concurrency <= 1 + 1e-9

    @property
    def weight(self) -> tuple[Any, ...]:
        """Sorts by load; the rest only keeps it the same in any order of arrival."""
        return (
            self.load.concurrency or 0.0, self.load.rate or 0.0, self.claim.reading.at.timestamp(), self.evidence.run,
        )  # fmt: skip


class _Shown(NamedTuple):
    """What a look shows at the load that is needed; `less`: it carried less than that, and failed all the same."""

    look: _Look
    verdict: Verdict
    less: bool = False


def of_service(question: Question, evidence: Evidence) -> Outcome:
    """One look at a service with its users: the load is what its source told of the same moment."""
    outcome = Outcome()
    if (look := _look(question, evidence, outcome)) is None:
        return outcome
    needed, unknown = load_needed(question.wanted, question.setting)
    needed = of_live(needed, look.load) if is_live(evidence) else needed
    shown = _at_any_load([look]) if unknown else _shown([look], needed, 1)
    if shown is not None:
        outcome.proof = _proof(question, shown, look.claim.reading.at)
    else:
        _bar(question, look, needed, None, outcome)
    return outcome


def of_sweep(question: Question, runs: Sequence[Evidence]) -> Outcome:
    """The runs of one setup, at whatever loads."""
    outcome = Outcome()
    looks = [look for one in runs if (look := _look(question, one, outcome)) is not None]
    if not looks:
        return outcome
    newest = max(look.claim.reading.at for look in looks)
    needed, unknown = load_needed(question.wanted, question.setting)
    groups: Groups | Reason | None = None
    if unknown or needed.is_any:
        shown = _at_any_load(looks) if unknown else _shown(looks, needed, 1)
        outcome.proof = _proof(question, shown, newest) if shown else None
    else:
        groups = counted(question, looks[0].evidence)
        outcome.proof = _by_groups(question, looks, groups, newest)
    for look in looks:
        if outcome.proof is None:
            _bar(question, look, needed, groups, outcome)
        elif look.evidence.run != outcome.proof.evidence.run:
            outcome.bar(look.evidence, Reason.NOT_THE_POINT, look.claim)
    return outcome


def _by_groups(question: Question, looks: Sequence[_Look], groups: Groups | Reason, newest: datetime) -> Proof | None:
    """With what is granted; else with what is free as well; else, where that cannot be counted, as if there were one group."""
    needed, _ = load_needed(question.wanted, question.setting)
    if isinstance(groups, Reason) or (not groups.granted and groups.reachable is None):
        why = groups if isinstance(groups, Reason) else Reason.CAPACITY_UNKNOWN
        shown = _at_any_load(looks) or _shown(looks, needed, 1)
        if shown is None or (shown.verdict is Verdict.NOT_MET and not shown.look.one_at_a_time):
            return None
        return _proof(question, shown, newest, _plain(groups, shown.look), [Note(why)])
    if groups.reachable == 0:
        failing = _at_any_load(looks)
        return _proof(question, failing, newest, groups.plain()) if failing else None
    granted = _shown(looks, needed, groups.granted) if groups.granted else None
    if granted is not None and granted.verdict is not Verdict.NOT_MET:
        return _proof(question, granted, newest, groups.plain())
    free = _shown(looks, needed, groups.reachable) if groups.reachable else None
    if free is None or (free.verdict is Verdict.NOT_MET and groups.elsewhere and not free.look.one_at_a_time):
        return None
    caps = [Note(Reason.ENOUGH_IF_GRANTED)] if free.verdict is not Verdict.NOT_MET else []
    return _proof(question, free, newest, groups.plain(groups.reachable), caps)


def _look(question: Question, evidence: Evidence, outcome: Outcome) -> _Look | None:
    """None, with the reason noted, where the run decides nothing at any load."""
    wanted = question.wanted
    claim = claim_of(wanted, evidence, question.setting.task)
    if not isinstance(claim, Claim):
        outcome.bar(evidence, claim.code, **claim.facts)
        return None
    found = gaps(wanted, evidence, question.setting.catalogue)
    ranged = _range(wanted, evidence, claim)
    if grade(found) is Grade.ELSEWHERE:
        outcome.bar(evidence, Reason.NOT_REPRESENTATIVE, claim, gaps=found)
    elif ranged.verdict is Verdict.WARNING and not claim.exact:
        edge = claim.reading.marks & 3 and claim.reading.percentile == wanted.percentile
        code = Reason.BOUND_TELLS_NOTHING if edge else Reason.STATISTIC_NOT_MEASURED
        outcome.bar(evidence, code, claim, percentile=wanted.percentile)
    elif length(wanted, evidence, claim.reading) is not Length.ENOUGH:
        bar_length(wanted, evidence, claim, outcome)
    else:
        load = load_of_run(evidence) if evidence.is_benchmark else load_seen(evidence, claim.reading, question.siblings)
        return _Look(evidence, claim, ranged, tuple(found), load)
    return None


def _range(wanted: Wanted, evidence: Evidence, claim: Claim) -> Range:
    """Around what was measured: for a share what its samples leave open, for a benchmark how another run would scatter."""
    low, high = claim.low, claim.high
    worst = low if wanted.more_is_better else high
    point = worst if isfinite(worst) else low
    if wanted.metric is Metric.ERROR_RATIO:
        if claim.exact and claim.reading.samples:
            low, high = share_range(low, claim.reading.samples)[0], share_range(high, claim.reading.samples)[1]
    elif evidence.is_benchmark:
        low, high = scattered(low, high)
    return between(wanted, low, point, high)


def _shown(looks: Iterable[_Look], needed: Load, groups: int) -> _Shown | None:
    """What is shown for a group's share of the load: a failure first, then the best pass, of equal ones at the least load."""
    failures: list[tuple[_Look, Relation]] = []
    passes: list[_Look] = []
    for look in looks:
        found = relation(needed, look.load, 1 / groups)
        if look.fails:
            if found in _SHOWS_FAILURE or look.one_at_a_time:
                failures.append((look, found))
        elif found in _SHOWS_PASS:
            passes.append(look)
    if failures:
        look, found = max(failures, key=lambda pair: pair[0].weight)
        return _Shown(look, Verdict.NOT_MET, less=found is Relation.LESS)
    best = Verdict.MET if any(look.ranged.verdict is Verdict.MET for look in passes) else Verdict.WARNING
    of_best = [look for look in passes if look.ranged.verdict is best]
    return _Shown(min(of_best, key=lambda look: look.weight), best) if of_best else None


def _at_any_load(looks: Iterable[_Look]) -> _Shown | None:
    """What fails with one request at a time fails at any load, whoever knows it or not."""
    failing = [look for look in looks if look.fails and look.one_at_a_time]
    return _Shown(max(failing, key=lambda look: look.weight), Verdict.NOT_MET, less=True) if failing else None


def _proof(
    question: Question, shown: _Shown, order: datetime, capacity: dict[str, Any] | None = None, caps: Sequence[Note] = ()
) -> Proof:  # fmt: skip
    wanted, look = question.wanted, shown.look
    verdict, notes = shown.verdict, ()  # type: tuple[Verdict, tuple[Note, ...]]
    if verdict is Verdict.NOT_MET:
        reason = Reason.FAILS_WITH_LESS_LOAD if shown.less else Reason.FAILS
    else:
        found = [*caps_of(question, look.claim, look.gaps), *caps]
        verdict, reason, notes = capped(shown.verdict, reason_of(wanted, look.claim, shown.verdict), found)
    return Proof(
        look.evidence, look.claim, verdict, reason, look.ranged, grade(look.gaps), order,
        (*notes, *remarks_of(wanted, look.claim)), look.gaps, capacity, look.evidence.length_s(look.claim.reading),
    )  # fmt: skip


def _bar(question: Question, look: _Look, needed: Load, groups: Groups | Reason | None, outcome: Outcome) -> None:
    """Note why a look shows nothing at the load that is needed."""
    _, unknown = load_needed(question.wanted, question.setting)
    count = (groups.reachable or groups.granted or 1) if isinstance(groups, Groups) else 1
    found = relation(needed, look.load, 1 / count)
    missing = load_gaps(needed, look.load, 1 / count)
    if unknown:
        code, missing = Reason.DEMAND_UNKNOWN, []
    elif isinstance(groups, Groups) and groups.reachable == 0:
        code, missing = _without_groups(groups), []
    elif found is Relation.NOT_SAID:
        code = Reason.LOAD_NOT_SAID
    elif look.fails and found in (Relation.MORE, Relation.MIXED):
        code = Reason.FAILS_WITH_MORE_LOAD
    elif not look.fails and found not in _SHOWS_PASS:
        code = Reason.LESS_LOAD
    else:
        code = groups if isinstance(groups, Reason) else _without_groups(groups)
    outcome.bar(look.evidence, code, look.claim, gaps=missing, capacity=None if groups is None else _plain(groups, look))


def _plain(groups: Groups | Reason, look: _Look) -> dict[str, Any]:
    return groups.plain() if isinstance(groups, Groups) else uncounted(look.evidence)


def _without_groups(groups: Groups | None) -> Reason:
    if groups is None or groups.reachable is None:
        return Reason.CAPACITY_UNKNOWN
    if groups.elsewhere:
        return Reason.OTHER_ACCELERATOR
    return Reason.FAILS_AS_GRANTED if groups.reachable else Reason.SHORT_OF_CAPACITY
