"""What stands before gates: planned and ready or not, scheduled, being voted on in writing, and waiting for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, CriterionKind, Mode, RuleKind, WaiverStep
from readiness.gates.rules.templates.template import Gate
from readiness.gates.services.demo.house import House
from readiness.gates.services.demo.past import DAY, STANDS, Past
from readiness.gates.services.demo.tables import ATTENDANCE, EVENT, JUDGEMENT, REVIEW, SEAT, VOTE, Rows
from readiness.gates.services.demo.waiving import waive

HOUR = timedelta(hours=1)
# state, whether its deliverables are there; one after the other
KINDS: tuple[tuple[str, bool], ...] = (
    ("planned", True), ("planned", False), ("scheduled", True), ("planned", True), ("in_review", True), ("scheduled", False),
    ("planned", True), ("proposed", True), ("planned", False), ("scheduled", True),
)  # fmt: skip
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
    number = 0
    for one in before:
        template = house.templates[one.story.lifecycle][1]
        gate = next((each for each in template.gates if each.from_stage == one.story.stage), None)
        if gate is None or one.story.status != "active" or one.left_open or rng.random() < 0.25:
            continue
        state, ready = KINDS[number % len(KINDS)]
        _review(house, one, gate, state, rng, rows, ready=ready)
        _waiver(house, one, gate, number, rows)
        number += 1


def _review(house: House, one: Past, gate: Gate, state: str, rng: Random, rows: Rows, *, ready: bool) -> None:
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
        _deliver(house, one, gate, pk, rows)


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


def _deliver(house: House, one: Past, gate: Gate, pk: int, rows: Rows) -> None:
    """The deliverables are said to be there by somebody who may say so."""
    keepers = [each for each in house.sitting(one.story) if each.person not in one.story.recused]
    for each in gate.criteria:
        if each.kind is not CriterionKind.READINESS or each.rule.kind is not RuleKind.JUDGEMENT:
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


def _waiver(house: House, one: Past, gate: Gate, number: int, rows: Rows) -> None:
    """Of what is not shown now; every second review has one."""
    if number % 2:
        return
    steps, asked, until = WAIVERS[number // 2 % len(WAIVERS)]
    lacking = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE)
    found = one.live[gate.key]
    open_ = [
        each for each in gate.criteria
        if each.waivable and each.blocks and found.get(each.key) in lacking and (gate.key, each.key) not in one.waived
    ]  # fmt: skip
    if open_:
        waive(house, one.story, gate.key, open_[0], steps, house.now - asked * DAY, house.now + until * DAY, rows)
