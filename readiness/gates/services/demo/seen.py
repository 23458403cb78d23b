"""Criteria of the demo as people saw them on the day of a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from readiness.evidence.choices import Verdict
from readiness.gates.choices import CriterionKind, Outcome, RuleKind
from readiness.gates.rules.criteria.finding import Cited, Finding
from readiness.gates.rules.criteria.judge import Judged, WaiverInForce, is_impossible
from readiness.gates.rules.criteria.reasons import Reason
from readiness.gates.rules.templates.template import Criterion, Gate

Verdicts = dict[str, Verdict]
_PASSES = (Verdict.MET, Verdict.NOT_APPLICABLE)
_MONEY = (RuleKind.BUDGET_SHARE, RuleKind.PURCHASES, RuleKind.FINDINGS)  # of the past only what holds today is known
_REASONS = {
    Verdict.MET: Reason.ALL_THERE, Verdict.WARNING: Reason.WITHIN_BAND, Verdict.NOT_MET: Reason.MISSING,
    Verdict.UNKNOWN: Reason.NOT_SAID, Verdict.STALE: Reason.TOO_OLD, Verdict.NOT_APPLICABLE: Reason.NOT_NEEDED,
}  # fmt: skip
_REASONS_OF_MONEY = _REASONS | {
    Verdict.MET: Reason.WITHIN_BAND, Verdict.NOT_MET: Reason.OUTSIDE_BAND, Verdict.UNKNOWN: Reason.NO_FACTS,
    Verdict.NOT_APPLICABLE: Reason.NOTHING_BOUGHT,
}  # fmt: skip


def verdicts(gate: Gate, outcome: Outcome, live: Mapping[str, Verdict] | None, rng: Random) -> Verdicts:
    """What would be decided as it was. `live`: as it is judged now, kept where it fits, so that only the rest has drifted."""
    found = {one.key: _passed(one, (live or {}).get(one.key), rng) for one in gate.criteria}
    blocking = [one.key for one in gate.criteria if one.blocks and one.kind is not CriterionKind.INFO]
    spoiled = rng.sample(blocking, min(2, len(blocking)))
    if outcome is Outcome.CONDITIONAL_GO:
        found[spoiled[0]] = Verdict.WARNING
    elif outcome is Outcome.HOLD:
        found |= dict.fromkeys(spoiled, rng.choice((Verdict.UNKNOWN, Verdict.STALE)))
    elif outcome in (Outcome.RECYCLE, Outcome.KILL):
        hopeless = [one.key for one in gate.criteria if one.impossible is not None]
        found |= dict.fromkeys(hopeless if outcome is Outcome.KILL and hopeless else spoiled, Verdict.NOT_MET)
    return found


def _passed(one: Criterion, live: Verdict | None, rng: Random) -> Verdict:
    if live is None and one.rule.kind in _MONEY:
        return Verdict.UNKNOWN
    if live in _PASSES or (live is not None and not one.blocks and live is not Verdict.WAIVED):
        return live
    return Verdict.MET if one.blocks else rng.choices((Verdict.MET, Verdict.WARNING), (85, 15))[0]


def judged(
    gate: Gate, found: Verdicts, at: datetime, *, said: Mapping[str, int], by: int,
    waivers: Sequence[WaiverInForce] = (), impossible: bool = False,
) -> tuple[Judged, ...]:  # fmt: skip
    """`said`: judgements by criterion; `waivers` lie over what is not met."""
    over = {one.criterion: one for one in waivers}
    return tuple(_judged(one, found[one.key], at, said.get(one.key), by, over.get(one.key), impossible) for one in gate.criteria)


def _judged(
    one: Criterion, verdict: Verdict, at: datetime, said: int | None, by: int, waiver: WaiverInForce | None, impossible: bool
) -> Judged:  # fmt: skip
    finding = _finding(one, verdict, at, said, by, impossible and one.impossible is not None)
    if waiver is not None:
        return Judged(one, Verdict.WAIVED, finding, waiver=waiver)
    return Judged(one, verdict, finding, is_impossible(one, finding))


def _finding(one: Criterion, verdict: Verdict, at: datetime, said: int | None, by: int, impossible: bool) -> Finding:
    if one.rule.kind in _MONEY:
        return Finding(verdict, _REASONS_OF_MONEY[verdict])
    if said is not None:
        figures = {"by": by, "said_impossible": int(impossible)}
        return Finding(verdict, Reason.SAID, figures, (), (Cited("judgement", said, "", at),), at)
    aged = at - timedelta(days=400 if verdict is Verdict.STALE else 17) if one.rule.evidence else None
    return Finding(verdict, _REASONS[verdict], observed_at=aged)
