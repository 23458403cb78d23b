"""What changed materially since a decision, so that it is flagged "evidence changed since".

That time passes alone changes no input: evidence that went stale, and a recommendation that follows from it, are told and are
not material. What was promised until a day (a waiver, somebody's finding out) and is past it is. What got worse is; what got
better is where the decision left the initiative before the gate, because then another round may be due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.gates.choices import OUTCOMES, CriterionKind, Outcome
from readiness.gates.rules.criteria.finding import Figure
from readiness.gates.rules.criteria.judge import Judged
from readiness.gates.rules.recommend import Dependency, Recommendation
from readiness.gates.rules.record.snapshot import judged_plain
from readiness.gates.rules.reviews import LEFT_OPEN

MOVED = 0.10  # a share or headroom, in absolute terms: less is the noise of measuring again
_SHARES = ("headroom", "low", "share")  # figures of which more is better
_SCOPES = ("workloads", "requirements")
# Which of two verdicts is worse; what is not known is worse than what is known to be half good.
_FAVOUR = {
    Verdict.MET: 0, Verdict.NOT_APPLICABLE: 0, Verdict.WARNING: 1, Verdict.WAIVED: 2, Verdict.STALE: 3, Verdict.UNKNOWN: 3,
    Verdict.NOT_MET: 4,
}  # fmt: skip


class Why(StrEnum):
    WORSE = "worse"
    BETTER = "better"
    OTHERWISE = "otherwise"  # neither: it does not apply any more, or is unknown for another reason
    AGED = "aged"  # the same evidence, older
    WAIVER_ENDED = "waiver_ended"
    FIGURE_FELL = "figure_fell"
    FIGURE_ROSE = "figure_rose"
    SCOPE_CHANGED = "scope_changed"  # a workload or requirement came or went
    DEPENDENCY_LOST = "dependency_lost"
    NOT_ASKED = "not_asked"  # the template of now does not ask it
    RECOMMENDATION = "recommendation"


@dataclass(frozen=True, slots=True)
class Change:
    """`key` is a criterion's, or a dependency's id; "" for the recommendation. `figure` names what moved."""

    why: Why
    key: str
    before: Figure
    after: Figure
    material: bool
    figure: str = ""


def drift(
    content: Mapping[str, Any],
    judged: Iterable[Judged],
    recommendation: Recommendation,
    dependencies: Iterable[Dependency] = (),
) -> tuple[Change, ...]:
    """Every change from a decision's snapshot (record.snapshot) to what is now; () where nothing moved."""
    left_open = Outcome(content["decision"]["outcome"]) in LEFT_OPEN
    now = {one.criterion.key: judged_plain(one) for one in judged}
    found = []
    for before in content["criteria"]:
        if before["kind"] != CriterionKind.INFO:
            found += list(_criterion(before, now.get(before["key"]), left_open=left_open))
    found += list(_dependencies(content["dependencies"], dependencies))
    return (*found, *_recommendation(content, recommendation, found, left_open=left_open))


def is_material(changes: Iterable[Change]) -> bool:
    return any(one.material for one in changes)


def _criterion(before: Mapping[str, Any], now: Mapping[str, Any] | None, *, left_open: bool) -> Iterator[Change]:
    key = before["key"]
    if now is None:
        yield Change(Why.NOT_ASKED, key, before["verdict"], None, material=False)
    elif before["verdict"] != now["verdict"]:
        yield _verdict(before, now, left_open=left_open)
    elif before["verdict"] not in (Verdict.UNKNOWN, Verdict.STALE):
        yield from _figures(key, before["figures"], now["figures"], left_open=left_open)


def _verdict(before: Mapping[str, Any], now: Mapping[str, Any], *, left_open: bool) -> Change:
    old, new = Verdict(before["verdict"]), Verdict(now["verdict"])
    if new is Verdict.STALE and before["cited"] == now["cited"]:
        return Change(Why.AGED, before["key"], old, new, material=False)
    if old is Verdict.WAIVED and _FAVOUR[new] > _FAVOUR[old]:
        return Change(Why.WAIVER_ENDED, before["key"], old, new, material=True)
    if _FAVOUR[new] < _FAVOUR[old]:
        return Change(Why.BETTER, before["key"], old, new, material=left_open)
    worse = _FAVOUR[new] > _FAVOUR[old]
    return Change(Why.WORSE if worse else Why.OTHERWISE, before["key"], old, new, material=worse)


def _figures(key: str, before: Mapping[str, Any], now: Mapping[str, Any], *, left_open: bool) -> Iterator[Change]:
    for name in _SHARES:
        old, new = before.get(name), now.get(name)
        if not isinstance(old, int | float) or not isinstance(new, int | float) or abs(new - old) <= MOVED + 1e-9:
            continue
        fell = new < old
        yield Change(Why.FIGURE_FELL if fell else Why.FIGURE_ROSE, key, old, new, material=fell or left_open, figure=name)
    for name in _SCOPES:
        old, new = before.get(name), now.get(name)
        if old is not None and new is not None and old != new:
            yield Change(Why.SCOPE_CHANGED, key, old, new, material=True, figure=name)


def _dependencies(before: Sequence[Mapping[str, Any]], now: Iterable[Dependency]) -> Iterator[Change]:
    """One that was ready, or that was not declared, and holds now."""
    was_ready = {one["id"]: one["ready"] for one in before}
    for one in now:
        if one.holds and was_ready.get(one.id, True) is True:
            yield Change(Why.DEPENDENCY_LOST, str(one.id), was_ready.get(one.id), one.ready, material=True)


def _recommendation(
    content: Mapping[str, Any], now: Recommendation, found: Sequence[Change], *, left_open: bool
) -> Iterator[Change]:  # fmt: skip
    """Another one than then; material where something else than the time made it so."""
    before = Outcome(content["recommendation"]["outcome"])
    if before is now.outcome:
        return
    less_favourable = OUTCOMES.index(now.outcome) > OUTCOMES.index(before)
    material = is_material(found) and (less_favourable or left_open)
    yield Change(Why.RECOMMENDATION, "", before.value, now.outcome.value, material=material)
