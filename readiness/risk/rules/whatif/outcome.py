"""Before and after, together: sizing, verdicts, the gate's recommendation, drivers and the figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from readiness.core.risk.counterfactual import Action, Change
from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.lowering import lowered
from readiness.evidence.choices import Verdict
from readiness.risk.rules.drivers import PLACE
from readiness.risk.rules.explaining import Figure, in_full
from readiness.risk.rules.whatif.asked import Asked
from readiness.risk.rules.whatif.drivers import answers_after, facts_after, same
from readiness.risk.rules.whatif.gate import Ruled, Turned, gate_facts, ruled
from readiness.risk.rules.whatif.judged import Supposed, supposed
from readiness.risk.rules.whatif.world import World
from readiness.sizing.choices import Unread
from readiness.workloads.rules.values import Fault


@dataclass(frozen=True, slots=True)
class Scored:
    """The initiative's stored inputs under their version, and the figure that is shown of them."""

    weighed: Weighed
    rows: Initiatives
    months: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Risked:
    """`change` and `full_change` are the difference with its interval, shown and as if drivers counted in full; None: none."""

    before: Figure
    after: Figure
    change: Change | None
    full_before: Figure | None
    full_after: Figure | None
    full_change: Change | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`wrong` by name as in the address. `answers` are (before, after) of drivers that answer otherwise, by place."""

    asked: Asked
    turned: Mapping[int, Turned]
    wrong: Mapping[str, object]
    verdicts: tuple[Counter[Verdict], Counter[Verdict]]
    gate: tuple[Ruled, Ruled] | None
    answers: Mapping[int, tuple[float, float]]
    risk: Risked | None

    @property
    def changed(self) -> bool:
        """Whether anything is supposed that is not so anyway."""
        return bool(self.asked.texts)


def outcome(world: World, asked: Asked, scored: Scored | None) -> Outcome:
    """Everything that follows. Without suppositions before and after are the same objects."""
    turned, wrong = _turned(world, asked)
    facts = facts_after(world, asked, turned)
    gate = _gate(world, asked, turned)
    answers: dict[int, tuple[float, float]] = {}
    risk = None
    if scored is not None:
        stored = scored.rows.answers[0].tolist()
        after = answers_after(stored, world.facts, facts, asked.answers)
        pairs = enumerate(zip(stored, after, strict=True))
        answers = {place: (old, new) for place, (old, new) in pairs if not same(old, new)}
        risk = _risk(scored, answers)
        for key in asked.answers:
            if PLACE[key] not in answers:
                asked.texts.pop(f"answer.{key}", None)
    return Outcome(asked, turned, wrong, _verdicts(turned), gate, answers, risk)


def _turned(world: World, asked: Asked) -> tuple[dict[int, Turned], dict[str, object]]:
    """Every workload sized and judged; faults of typed values by their name in the address.

    What sizing passes over, because the profile says it anyway, is no supposition.
    """
    made: dict[int, Turned] = {}
    wrong: dict[str, object] = dict(asked.wrong)
    for pk, one in world.workloads.items():
        texts, granted = asked.workloads.get(pk, {}), asked.granted.get(pk)
        before = supposed(one, {}, None, world.now)
        if granted is not None and granted == before.granted:
            granted = None
            asked.texts.pop(f"w{pk}.granted", None)
        if not texts and granted is None:
            made[pk] = Turned(one, before, before)
            continue
        after = supposed(one, texts, granted, world.now, before=before)
        faults: dict[str, list[Unread | Fault]] = dict(after.live.supposed.wrong)
        faults |= {name: [fault] for name, fault in after.live.asked.wrong.items()}
        wrong |= {f"w{pk}.{name}": fault for name, fault in faults.items()}
        kept = {*after.live.supposed.texts, *after.live.asked.texts}
        _forget(asked, pk, {name for name in texts if name not in kept and name != "option"})
        if "option" in texts and after.live.key == before.live.key:
            _forget(asked, pk, {"option"})
        made[pk] = Turned(one, before, after)
    return made, wrong


def _forget(asked: Asked, pk: int, names: set[str]) -> None:
    for name in names:
        asked.texts.pop(f"w{pk}.{name}", None)


def _gate(world: World, asked: Asked, turned: Mapping[int, Turned]) -> tuple[Ruled, Ruled] | None:
    gate = world.gate
    if gate is None:
        return None
    before = ruled(gate, gate.facts, set(), world.now)
    moved = {pk: one for pk, one in turned.items() if one.after is not one.before}
    facts = gate_facts(world, gate, asked, moved)
    return before, before if facts is gate.facts and not asked.closed else ruled(gate, facts, asked.closed, world.now)


def _verdicts(turned: Mapping[int, Turned]) -> tuple[Counter[Verdict], Counter[Verdict]]:
    found = tuple(Counter(told.verdict for one in turned.values() for told in _side(one, at).judged.values()) for at in (0, 1))
    return found[0], found[1]


def _side(one: Turned, at: int) -> Supposed:
    return one.after if at else one.before


def _risk(scored: Scored, answers: Mapping[int, tuple[float, float]]) -> Risked:
    """The shown figure as it is stored; where an answer is another one, computed for that."""
    full = in_full(scored.weighed) if scored.weighed.share < 1 else None
    before = _figure(full, scored.rows, scored.months) if full else None
    if not answers:
        return Risked(scored.figure, scored.figure, None, before, before, None)
    action = Action("supposed", tuple((place, new) for place, (_old, new) in answers.items()))
    after = _with(scored.rows, answers)
    (change,) = lowered(scored.weighed, scored.rows, [action], scored.months)
    shown = _figure(scored.weighed, after, scored.months)
    if full is None:
        return Risked(scored.figure, shown, change, None, None, None)
    (in_all,) = lowered(full, scored.rows, [action], scored.months)
    return Risked(scored.figure, shown, change, before, _figure(full, after, scored.months), in_all)


def _with(rows: Initiatives, answers: Mapping[int, tuple[float, float]]) -> Initiatives:
    made = np.array(rows.answers)
    for place, (_old, new) in answers.items():
        made[0, place] = new
    return rows.with_answers(made)


def _figure(weighed: Weighed, rows: Initiatives, months: int) -> Figure:
    found = forecast(weighed, rows, months)
    return Figure(float(found.value[0]), float(found.low[0]), float(found.high[0]))
