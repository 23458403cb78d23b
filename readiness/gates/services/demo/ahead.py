"""What stands before gates: planned and ready or not, scheduled, being voted on in writing, and waiting for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, CriterionKind, Mode, RuleKind, WaiverStep
from readiness.gates.rules.templates.template import Criterion, Gate
from readiness.gates.services.demo.house import House
from readiness.gates.services.demo.past import DAY, STANDS, Past
from readiness.gates.services.demo.tables import ATTENDANCE, EVENT, JUDGEMENT, REVIEW, SEAT, VOTE, Rows
from readiness.gates.services.demo.waiving import waive

HOUR = timedelta(hours=1)
# state, whether its deliverables are there; one after the other, those that lack least before gates first
KINDS: tuple[tuple[str, bool], ...] = (
    ("proposed", True), ("scheduled", True), ("in_review", True), ("planned", True), ("planned", True), ("scheduled", False),
    ("planned", True), ("planned", False), ("planned", True), ("planned", False),
)  # fmt: skip
NEAR = 3  # of each ten: all that people judge is judged, and what little is lacking is waived
LITTLE = 3
# Steps of waivers beside those that decisions stood on: days ago that they were asked for, and days until they end.
WAIVERS: tuple[tuple[tuple[WaiverStep, ...], int, int], ...] = (
    (STANDS, 70, -9),
    ((WaiverStep.PROPOSE,), 2, 60),
    ((WaiverStep.PROPOSE, WaiverStep.REVIEW), 5, 90),
    (STANDS, 20, 12),
    ((WaiverStep.PROPOSE, WaiverStep.REVIEW, WaiverStep.REJECT), 30, 40),
    (STANDS, 40, 80),
    ((*STANDS, WaiverStep.REVOKE), 50, 100),
)


def ahead(house: House, before: Sequence[Past], rng: Random, rows: Rows) -> None:
    """Reviews of running initiatives that no Hold or Recycle left at their gate, and waivers of some of their criteria."""
    found = []
    for one in before:
        template = house.templates[one.story.lifecycle][1]
        gate = next((each for each in template.gates if each.from_stage == one.story.stage), None)
        if gate is not None and one.story.status == "active" and not one.left_open:
            found.append((one, gate))
    found.sort(key=lambda pair: (len(_lacking(*pair)) + len(pair[0].dependencies), pair[0].story.place))
    turn = 0
    for number, (one, gate) in enumerate(found):
        state, ready = KINDS[number % len(KINDS)]
        near = number % len(KINDS) < NEAR
        _review(house, one, gate, state, rng, rows, ready=ready, near=near)
        if near:
            _help(house, one, gate, rng, rows)
        else:
            turn += _waiver(house, one, gate, WAIVERS[turn % len(WAIVERS)], rows)


def _lacking(one: Past, gate: Gate) -> list[Criterion]:
    """What blocks and is not shown now, but for what people judge."""
    bad = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)
    found = one.live[gate.key]
    return [
        each for each in gate.criteria
        if each.blocks and each.rule.kind is not RuleKind.JUDGEMENT and found.get(each.key) in bad
    ]  # fmt: skip


def _help(house: House, one: Past, gate: Gate, rng: Random, rows: Rows) -> None:
    lacking = [each for each in _lacking(one, gate) if each.waivable and (gate.key, each.key) not in one.waived]
    if len(lacking) <= LITTLE:
        for each in lacking:
            until = house.now + timedelta(days=rng.randint(10, 90))
            waive(house, one.story, gate.key, each, STANDS, house.now - 12 * DAY, until, rows)


def _review(
    house: House, one: Past, gate: Gate, state: str, rng: Random, rows: Rows, *, ready: bool, near: bool
) -> None:  # fmt: skip
    pk, now, row = rows.new_id(REVIEW), house.now, house.templates[one.story.lifecycle][0]
    written = state == "in_review" and house.templates[one.story.lifecycle][1].voting_of(gate).written.allowed
    begun = state in ("in_review", "proposed")
    wanted = (now + timedelta(days=rng.randint(10, 80))).date()
    held = now + timedelta(days=rng.randint(2, 20), hours=10) if state == "scheduled" else now - 3 * HOUR if begun else None
    opened = now - (DAY if written else 2 * HOUR) if begun else None
    rows.add(
        REVIEW, pk, one.story.pk, row.pk, gate.key, gate.name, state, 1, Mode.WRITTEN if written else Mode.MEETING, wanted, held,
        opened, now + 4 * DAY if written else None, house.manager, now - 20 * DAY, "", None,
    )  # fmt: skip
    _events(house, pk, state, rows)
    _panel(house, one, pk, state, rows, written=written)
    if ready:
        _deliver(house, one, gate, pk, rows, all_of_it=near)


def _events(house: House, pk: int, state: str, rows: Rows) -> None:
    order = ["planned", "scheduled", "in_review", "proposed"]
    steps = ["plan", "schedule", "open", "propose"]
    for place, after in enumerate(order[: order.index(state) + 1]):
        at = house.now - (20 - 6 * place) * DAY if place < 2 else house.now - (4 - place) * HOUR
        by = None if after == "proposed" else house.manager
        rows.add(EVENT, pk, steps[place], order[place - 1] if place else "", after, 1, by, at, "", {})


def _panel(house: House, one: Past, pk: int, state: str, rows: Rows, *, written: bool) -> None:
    """Everybody is seated; a proposed one is voted on by all who may, one in writing by the first two."""
    able = [each for each in house.sitting(one.story) if each.person not in one.story.recused]
    for each in house.sitting(one.story):
        rows.add(SEAT, pk, each.person, [function.value for function in each.functions], each.chair)
    voting = able if state == "proposed" else able[:2] if written else []
    for place, each in enumerate(able if state in ("in_review", "proposed") and not written else []):
        rows.add(ATTENDANCE, pk, 1, each.person, house.now - 2 * HOUR + timedelta(minutes=place), None)
    for place, each in enumerate(voting):
        ballot = Ballot.GO if place % 3 else Ballot.HOLD
        words = "" if ballot is Ballot.GO else "The figures at load are from a PoC; I want them from the pilot."
        at = house.now - HOUR + timedelta(minutes=4 * place)
        rows.add(VOTE, rows.new_id(VOTE), pk, 1, each.person, each.person, ballot, words, at)


def _deliver(house: House, one: Past, gate: Gate, pk: int, rows: Rows, *, all_of_it: bool) -> None:
    """The deliverables are said to be there by somebody who may say so; `all_of_it`: also whatever else people judge."""
    keepers = [each for each in house.sitting(one.story) if each.person not in one.story.recused]
    for each in gate.criteria:
        if each.rule.kind is not RuleKind.JUDGEMENT or not (all_of_it or each.kind is CriterionKind.READINESS):
            continue
        asked = set(getattr(each.rule, "functions", ()))
        keeper = next((who for who in keepers if not asked or asked & set(who.functions)), None)
        if keeper is not None:
            functions = [function.value for function in keeper.functions]
            note = "Read; it says what was measured and what was not tried."
            rows.add(
                JUDGEMENT, rows.new_id(JUDGEMENT), pk, each.key, Verdict.MET, False, note, functions, keeper.person,
                house.now - 4 * DAY, None,
            )  # fmt: skip


def _waiver(
    house: House, one: Past, gate: Gate, kind: tuple[tuple[WaiverStep, ...], int, int], rows: Rows
) -> bool:  # fmt: skip
    """Of something that is not shown now, if there is any."""
    steps, asked, until = kind
    lacking = [each for each in _lacking(one, gate) if each.waivable and (gate.key, each.key) not in one.waived]
    if lacking:
        waive(house, one.story, gate.key, lacking[0], steps, house.now - asked * DAY, house.now + until * DAY, rows)
    return bool(lacking)
