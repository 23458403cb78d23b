"""The ground of a decision at the production gate of the standard template, with money, a waiver and a delegate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from portfolio.initiatives.choices import DependencyKind
from readiness.gates.choices import Ballot, Mode, Outcome, ProofKind
from readiness.gates.rules.conditions import Condition, Proof
from readiness.gates.rules.criteria.facts import Facts
from readiness.gates.rules.criteria.judge import Judged, judge_gate
from readiness.gates.rules.recommend import Dependency, Recommendation, recommend
from readiness.gates.rules.record.risk import frozen
from readiness.gates.rules.record.snapshot import Decided, Ground, Person, Waived
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.rules.voting.tally import Attendance, tally
from tests.readiness.gates import facts_world as world
from tests.readiness.gates.facts_world import NOW, days
from tests.readiness.gates.voting_world import DEPUTY, EVERYBODY, IDA, OWNER, cast, filled, voting
from tests.readiness.gates.voting_world import delegation as given_to

TEMPLATE = read_template(Path("readiness/gates/packs/infrastructure-first.yaml").read_text(encoding="utf-8"))
GATE = TEMPLATE.gates[2]
DEPENDENCY = Dependency(11, "Data platform", DependencyKind.NEEDS, ready=True)
CONDITION = Condition(21, "Show p99 below 2 s.", IDA, date(2027, 1, 31), Proof(ProofKind.CRITERION, "like-production"), NOW)


RISK = {
    "value": 0.38125, "low": 0.19, "high": 0.6, "months": 24, "band": "average", "counts": False, "resolved": 0,
    "drivers": ["no_reuse"], "on": date(2026, 11, 30), "version": "v1", "generation": 7, "digest": "d" * 64,
}  # fmt: skip


def judged_now(facts: Facts) -> tuple[Judged, ...]:
    return judge_gate(GATE, facts, [], NOW)


def advice(judged: tuple[Judged, ...], dependencies: tuple[Dependency, ...] = (DEPENDENCY,)) -> Recommendation:
    return recommend([one.counted for one in judged], TEMPLATE.thresholds_of(GATE), dependencies=dependencies)


def facts() -> Facts:
    return world.with_money(world.said(world.GOOD, GATE))


def ground(**changes: Any) -> Ground:
    judged = judged_now(facts())
    seats = filled(delegations=[given_to(IDA, DEPUTY)], recused=[OWNER])
    votes = cast(dict.fromkeys(EVERYBODY, Ballot.GO))
    usual = Ground(
        chain="gate-17",
        initiative={"key": "AI-0042", "name": 'Chat "für alle" 😀', "unit": "Claims", "stage": "pilot"},
        template={"key": TEMPLATE.key, "version": 3, "digest": digest_of(TEMPLATE)},
        gate=GATE.key,
        thresholds=TEMPLATE.thresholds_of(GATE),
        last_gate=False,
        judged=judged,
        recommendation=advice(judged),
        dependencies=(DEPENDENCY,),
        waivers=(Waived(5, "sized", "late", "queue", NOW + days(30), frozenset({7, 3}), 9, "e" * 64),),
        open_conditions=(),
        seats=seats,
        casts=tuple(votes.values()),
        attendance=(Attendance(DEPUTY, NOW - days(0.1)),),
        tally=tally(voting(), seats, votes, mode=Mode.MEETING, present=[*EVERYBODY, DEPUTY]),
        people={1: "Ida", 92: "Deputy"},
        packs={"plain": "a" * 64, "money": "b" * 64},
        risk=frozen(RISK),
    )
    return replace(usual, **changes)


def decided(**changes: Any) -> Decided:
    usual = Decided(
        id=100, review=17, round=1, turn=1, supersedes=None, outcome=Outcome.GO, by=Person(IDA, "Ida"), at=NOW, mode=Mode.MEETING
    )  # fmt: skip
    return replace(usual, **changes)
