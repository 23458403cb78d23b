"""Facts of drivers as they would be, and the answers that follow from them by the drivers' own rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import isnan
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.evidence.rules.verdicts.judge import Judgement
from readiness.risk.rules.drivers import DRIVERS, PLACE
from readiness.risk.rules.drivers.facts import Capacity, Dates, Facts, Gates, Provider, Requirements
from readiness.risk.rules.whatif.asked import Asked
from readiness.risk.rules.whatif.gate import Turned
from readiness.risk.rules.whatif.judged import Supposed, granted_of
from readiness.risk.rules.whatif.world import MilestoneNow, World
from readiness.workloads.choices import PoolKind

LONG_DAYS = 90  # a provider's backlog from here on is bad, a notice of prices below it (as the drivers' facts have it)
OWN = ("on_premises", "edge")
_COUNTED = {one: one.value for one in (Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)}


def answers_after(stored: Sequence[float], before: Facts, after: Facts, said: Mapping[str, float]) -> list[float]:
    """The stored answers, but where a supposed fact makes a driver's rule answer otherwise, or somebody says the answer.

    So undoing every supposition gives the stored answers back, whatever the facts have become since they were stored.
    """
    made = list(stored)
    for place, spec in enumerate(DRIVERS):
        old, new = spec.answer(before), spec.answer(after)
        if not same(old, new):
            made[place] = new
    for key, value in said.items():
        made[PLACE[key]] = value
    return made


def same(one: float, other: float) -> bool:
    return one == other or (isnan(one) and isnan(other))


def facts_after(world: World, asked: Asked, turned: Mapping[int, Turned]) -> Facts:
    """The facts with everything that was supposed; groups that nothing touches are the same objects."""
    facts = world.facts
    for one in turned.values():
        facts = replace(
            facts,
            requirements=_requirements(facts.requirements, one),
            demand=replace(facts.demand, known=facts.demand.known + one.after.load_known - one.before.load_known),
            capacity=_capacity(facts.capacity, one),
        )
    if asked.closed:
        facts = replace(facts, gates=_gates(facts.gates, world, asked.closed))
    if asked.infrastructure is not None:
        facts = replace(facts, budget=replace(facts.budget, below=asked.infrastructure < world.band_low))
    if asked.venues:
        facts = replace(facts, provider=provider(_chosen(world.venues, asked.venues)))
    if asked.milestones:
        facts = _with_dates(facts, world, asked.milestones)
    return facts


def _requirements(group: Requirements, one: Turned) -> Requirements:
    """Counts less what each changed requirement was, plus what it would be. Where evidence lies is as it was."""
    counts = {name: getattr(group, name) for name in (*_COUNTED.values(), "short")}
    for pk, told in one.requirements.items():
        if pk in one.before.judged:
            _count(counts, one.before.judged[pk], -1)
        _count(counts, told, 1)
    for pk in one.after.gone:
        _count(counts, one.before.judged[pk], -1)
    return replace(group, **{name: max(0, value) for name, value in counts.items()})


def _count(counts: dict[str, int], told: Judgement, by: int) -> None:
    name = _COUNTED.get(told.verdict)
    if name is None:
        return
    counts[name] += by
    below = told.headroom is not None and told.headroom < 0
    if told.verdict is Verdict.NOT_MET or (told.verdict in (Verdict.MET, Verdict.WARNING) and below):
        counts["short"] += by


def _capacity(group: Capacity, one: Turned) -> Capacity:
    """The share of its need of accelerators that is granted, before and after."""
    before, after = _covered(one, one.before), _covered(one, one.after)
    if before == after or after is None:
        return group
    needs = group.needs + (before is None)
    return replace(group, needs=needs, covered=max(0.0, group.covered + after - (before or 0.0)))


def _covered(one: Turned, supposed: Supposed) -> float | None:
    """Granted over needed, 0..1; None where nothing is asked for and nothing granted. As the driver's facts count a need."""
    rows = [each for each in one.one.setting.holdings if each.kind is PoolKind.ACCELERATORS]
    granted = supposed.granted or 0.0
    asked = sum(each.asked for each in rows)
    lines = granted + asked
    if lines <= 0 and not granted_of(rows):
        return None
    need = supposed.live.main.answer.accelerators if one.one.chosen and supposed.live.main.answer is not None else None
    whole = max(lines, float(need.low) if need is not None else 0.0)
    return min(1.0, granted / whole) if whole > 0 else None


def _gates(group: Gates, world: World, closed: set[int]) -> Gates:
    rows = [one for one in world.conditions if one.id not in closed]
    gone = [one for one in world.conditions if one.id in closed]
    late = sum(one.due < world.today for one in gone)
    return replace(
        group, open=max(0, group.open - len(gone)), overdue=max(0, group.overdue - late),
        due=min((one.due for one in rows), default=None),
    )  # fmt: skip


def _chosen(rows: Iterable[Mapping[str, Any]], chosen: Mapping[str, int]) -> list[Mapping[str, Any]]:
    """Options as they would stand; what was chosen before is rejected by choosing another one."""
    made: list[Mapping[str, Any]] = []
    for row in rows:
        if row["function"] in chosen:
            state = "chosen" if row["id"] == chosen[row["function"]] else "rejected"
            made.append({**row, "state": state})
        else:
            made.append(row)
    return made


def provider(rows: Sequence[Mapping[str, Any]]) -> Provider:
    """Of each function the chosen option, or while none is chosen every candidate (as the drivers' facts have it)."""
    decided = {row["function"] for row in rows if row["state"] == "chosen"}
    counts = [row for row in rows if row["state"] == "chosen" or (row["state"] != "rejected" and row["function"] not in decided)]
    bought = [row for row in counts if row["venue"] not in OWN]
    quotas = [row for row in bought if (row["quota_requested"] or 0) > 0 and row["quota_granted"] is not None]
    backlogs = [row["backlog_days"] for row in bought if row["backlog_days"] is not None]
    notices = [row["price_notice_days"] for row in bought if row["price_notice_days"] is not None]
    return Provider(
        len(bought), len(counts) - len(bought), len(quotas) + len(backlogs) + len(notices),
        sum(row["quota_granted"] < row["quota_requested"] for row in quotas), sum(days >= LONG_DAYS for days in backlogs),
        sum(days < LONG_DAYS for days in notices),
    )  # fmt: skip


def _with_dates(facts: Facts, world: World, moved: Mapping[int, date | None]) -> Facts:
    rows = [_milestone(one, moved, world.today) for one in world.milestones]
    dates = dates_of(rows, world.today)
    done = dates.done / dates.dated if dates.dated else 0.0
    gone = facts.budget.progress
    progress = max(gone or 0.0, min(1.0, done)) if gone is not None or dates.dated else None
    return replace(facts, dates=replace(dates, as_of=facts.dates.as_of), budget=replace(facts.budget, progress=progress))


def _milestone(one: MilestoneNow, moved: Mapping[int, date | None], today: date) -> MilestoneNow:
    """Done today, or due on another day; its first day is no move."""
    if one.id not in moved:
        return one
    day = moved[one.id]
    if day is None:
        return replace(one, done_on=today)
    return replace(one, due=day, moved=one.moved + (one.due is not None))


def dates_of(rows: Iterable[MilestoneNow], today: date) -> Dates:
    """As the drivers' facts count them: slipped is what was moved, or not done by its day."""
    dated = [(one, one.due) for one in rows if one.due is not None]
    slipped = sum(one.moved > 0 or (one.done_on or today) > due for one, due in dated)
    return Dates(len(dated), sum(one.done_on is not None for one, _due in dated), slipped)
