"""The gates that an initiative of the demo passed, was held at, or ended at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from readiness.evidence.choices import Verdict
from readiness.gates.choices import Mode, Outcome, RuleKind, WaiverStep
from readiness.gates.rules.criteria.judge import Judged, WaiverInForce
from readiness.gates.rules.recommend import Dependency
from readiness.gates.rules.record.snapshot import Waived
from readiness.gates.rules.templates.template import Criterion, Gate
from readiness.gates.services.demo import seen
from readiness.gates.services.demo.deciding import Bench, Day, decide, seat_all
from readiness.gates.services.demo.house import House, Story
from readiness.gates.services.demo.tables import EVENT, JUDGEMENT, REVIEW, Rows
from readiness.gates.services.demo.waiving import waive

DAY = timedelta(days=1)
HELD_FOR = timedelta(days=40)  # between a Hold and the round that passed it
STANDS = (WaiverStep.PROPOSE, WaiverStep.REVIEW, WaiverStep.APPROVE)


@dataclass
class Past:
    """A story with what is known of it now. `left_open`: the gate that its last decision left it at."""

    story: Story
    live: dict[str, dict[str, Verdict]]
    dependencies: tuple[Dependency, ...]
    left_open: str = ""
    open_conditions: bool = False
    waived: set[tuple[str, str]] = field(default_factory=set)


def past(house: House, one: Past, rng: Random, rows: Rows) -> None:
    """Every gate whose day is known, in order; then what became of the one that it stands before."""
    template = house.templates[one.story.lifecycle][1]
    passed = [(gate, one.story.entered[gate.to_stage]) for gate in template.gates if gate.to_stage in one.story.entered]
    for number, (gate, day) in enumerate(passed):
        _pass(house, one, gate, day, rng, rows, newest=number == len(passed) - 1)
    ahead = next((gate for gate in template.gates if gate.from_stage == one.story.stage), None)
    if ahead is None:
        return
    since = max((day for _gate, day in passed), default=None)
    if one.story.killed is not None:
        _kill(house, one, ahead, rng, rows)
    elif one.story.status != "closed" and not one.open_conditions and rng.random() < 0.3:
        at = house.now - timedelta(days=rng.randint(12, 60)) + timedelta(hours=13)
        if since is None or at.date() > since:
            _leave(house, one, ahead, at, rng, rows)


def _pass(
    house: House, one: Past, gate: Gate, day: date, rng: Random, rows: Rows, *, newest: bool
) -> None:  # fmt: skip
    at = datetime.combine(day, time(10, 30), UTC)
    if at >= house.now - DAY:
        return
    conditional = not gate.last_before_production and rng.random() < 0.4
    outcome = Outcome.CONDITIONAL_GO if conditional else Outcome.GO
    bench = _bench(house, one, gate, rng, rows, newest=newest)
    live = one.live[gate.key] if newest and one.story.status != "closed" else None
    held = rng.random() < 0.2 and at - HELD_FOR > _earliest(one.story)
    days = [_day(house, one, bench, at - HELD_FOR, Outcome.HOLD, None, rng, rows)] if held else []
    days.append(replace(_day(house, one, bench, at, outcome, live, rng, rows), round=1 + held))
    if conditional and newest and one.story.status != "closed" and rng.random() < 0.7:
        days[-1] = replace(days[-1], open_until=house.now)
        one.open_conditions = True
    _review(house, bench, days, rng, rows, closed=rng.random() < 0.5)


def _kill(house: House, one: Past, gate: Gate, rng: Random, rows: Rows) -> None:
    assert one.story.killed is not None
    day, code, lesson = one.story.killed
    bench = _bench(house, one, gate, rng, rows)
    told = _day(house, one, bench, datetime.combine(day, time(15), UTC), Outcome.KILL, None, rng, rows)
    _review(house, bench, [replace(told, closure=(code, lesson))], rng, rows, closed=True)


def _leave(house: House, one: Past, gate: Gate, at: datetime, rng: Random, rows: Rows) -> None:
    """Held, or sent back: as it is judged now, so that little has drifted."""
    outcome = rng.choice((Outcome.HOLD, Outcome.RECYCLE))
    bench = _bench(house, one, gate, rng, rows)
    day = _day(house, one, bench, at, outcome, one.live[gate.key], rng, rows)
    if _review(house, bench, [day], rng, rows, closed=False):
        one.left_open = gate.key


def _earliest(story: Story) -> datetime:
    return datetime.combine(min(story.entered.values()), time(), UTC) + 20 * DAY


def _bench(house: House, one: Past, gate: Gate, rng: Random, rows: Rows, *, newest: bool = True) -> Bench:
    """What it depends on was ready at the gates that were passed long ago."""
    template = house.templates[one.story.lifecycle]
    may_write = template[1].voting_of(gate).written.allowed
    mode = Mode.WRITTEN if may_write and rng.random() < 0.25 else Mode.MEETING
    then = one.dependencies if newest else tuple(replace(each, ready=True) for each in one.dependencies)
    return Bench(one.story, rows.new_id(REVIEW), template, gate, mode, then)


def _day(
    house: House, one: Past, bench: Bench, at: datetime, outcome: Outcome, live: dict[str, Verdict] | None, rng: Random,
    rows: Rows,
) -> Day:  # fmt: skip
    found = seen.verdicts(bench.gate, outcome, live, rng)
    waived = _waived(house, one, bench.gate, at, live, found, rng, rows) if outcome is Outcome.CONDITIONAL_GO else ()
    said, by = _said(house, bench, found, at, outcome, rows)
    criteria: tuple[Judged, ...] = seen.judged(
        bench.gate, found, at, said=said, by=by, waivers=[force for force, _told in waived], impossible=outcome is Outcome.KILL
    )
    return Day(at, outcome, criteria, tuple(told for _force, told in waived))


def _waived(
    house: House, one: Past, gate: Gate, at: datetime, live: dict[str, Verdict] | None, found: seen.Verdicts, rng: Random,
    rows: Rows,
) -> list[tuple[WaiverInForce, Waived]]:  # fmt: skip
    """What is not known now either was waived then, and still is."""
    open_now = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)
    bad: list[Criterion] = [
        each for each in gate.criteria
        if each.blocks and each.waivable and each.rule.kind is not RuleKind.JUDGEMENT and (live or {}).get(each.key) in open_now
    ]  # fmt: skip
    made = []
    if (house.now - at).days < 150:
        for each in bad[:2]:
            until = house.now + timedelta(days=rng.randint(8, 60))
            if (waiver := waive(house, one.story, gate.key, each, STANDS, at - 9 * DAY, until, rows)) is not None:
                found[each.key] = (live or {})[each.key]
                one.waived.add((gate.key, each.key))
                made.append(waiver)
    return made


def _said(
    house: House, bench: Bench, found: seen.Verdicts, at: datetime, outcome: Outcome, rows: Rows
) -> tuple[dict[str, int], int]:  # fmt: skip
    """Judgements of the criteria that people judge, by somebody of the panel who stands for what they ask."""
    made: dict[str, int] = {}
    before = dict(bench.said)
    keepers = [one for one in house.sitting(bench.story) if one.person not in bench.story.recused]
    by = keepers[0].person if keepers else house.manager
    for one in bench.gate.criteria:
        if one.rule.kind is not RuleKind.JUDGEMENT or found[one.key] not in (Verdict.MET, Verdict.WARNING, Verdict.NOT_MET):
            continue
        asked = set(getattr(one.rule, "functions", ()))
        keeper = next((each for each in keepers if not asked or asked & set(each.functions)), None)
        if keeper is None:
            continue
        made[one.key] = rows.new_id(JUDGEMENT)
        hopeless = outcome is Outcome.KILL and one.impossible is not None
        note = "Read and discussed with the team." if found[one.key] is Verdict.MET else "Not as the panel wants it."
        functions = [each.value for each in keeper.functions]
        rows.add(
            JUDGEMENT, made[one.key], bench.pk, one.key, found[one.key], hopeless, note, functions, keeper.person, at - 2 * DAY,
            before.get(one.key),
        )  # fmt: skip
    bench.said |= made
    return made, by


def _review(house: House, bench: Bench, days: list[Day], rng: Random, rows: Rows, *, closed: bool) -> bool:
    """The review with its decisions; nothing where the rules would refuse one of them."""
    trial = rows.beside()
    seat_all(house, bench, trial)
    if not all(decide(house, bench, day, rng, trial) for day in days):
        forget(bench.pk, rows)
        return False
    last = days[-1]
    opened = last.at - (timedelta(hours=2) if bench.mode is Mode.MEETING else 3 * DAY)
    window = last.at - timedelta(minutes=30) if bench.mode is Mode.WRITTEN else None
    state = "closed" if closed and last.at < house.now - 20 * DAY else "decided"
    rows.add(
        REVIEW, bench.pk, bench.story.pk, bench.template[0].pk, bench.gate.key, bench.gate.name, state, last.round, bench.mode,
        None, last.at - timedelta(hours=1), opened, window, house.manager, days[0].at - 45 * DAY, last.outcome, last.at,
    )  # fmt: skip
    for event in _events(house, bench, days, state):
        rows.add(EVENT, bench.pk, *event)
    for table, found in trial.of.items():
        rows.of[table] += found
    return True


def forget(review: int, rows: Rows) -> None:
    """What was said in a review that is not written after all."""
    rows.of[JUDGEMENT] = [row for row in rows.of[JUDGEMENT] if row[1] != review]


def _events(house: House, bench: Bench, days: list[Day], state: str) -> Iterator[tuple[object, ...]]:
    by, before = house.manager, ""
    for number, day in enumerate(days):
        steps = [
            ("plan" if number == 0 else "again", "planned", day.at - (45 * DAY if number == 0 else 25 * DAY), by),
            ("schedule", "scheduled", day.at - 21 * DAY, by), ("open", "in_review", day.at - timedelta(hours=2), by),
            ("propose", "proposed", day.at - timedelta(minutes=20), None), ("decide", "decided", day.at, None),
        ]  # fmt: skip
        for step, after, at, who in steps:
            yield step, before, after, day.round, who, at, "", {}
            before = after
    if state == "closed":
        yield "close", "decided", "closed", days[-1].round, by, days[-1].at + 14 * DAY, "", {}
