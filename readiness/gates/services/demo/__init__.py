"""Gates of the demo: what was decided at those that its initiatives passed, and what stands before the next ones.

A past is written as rows, and held to the rules that real reviews, votes, waivers and decisions are held to: what they would
refuse is not written. What is open is judged by the service that judges real reviews.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

from portfolio.accounts.rules import Actor
from portfolio.initiatives.services.demo.subjects import cast
from portfolio.kit.acting import acting
from readiness.gates.models import Review
from readiness.gates.queries.evaluated import dependencies_of
from readiness.gates.queries.facts import facts_of
from readiness.gates.rules.criteria.judge import judge_gate
from readiness.gates.services.demo.ahead import ahead
from readiness.gates.services.demo.house import House, Story, found, stories
from readiness.gates.services.demo.past import Past, past
from readiness.gates.services.demo.tables import COLUMNS, Rows
from readiness.gates.services.evaluating import evaluate

TABLES = ("gates_gatekeeper", "gates_delegation", *COLUMNS)
_AT_ONCE = 100


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add gates to the demo that stands; how many decisions. In the caller's transaction; without templates there are none."""
    with acting(by, note="demo"):
        house, rows = found(cast(), today), Rows()
        before = _known(house, [one for one in stories() if one.lifecycle in house.templates])
        for one in before:
            past(house, one, Random(f"{seed}:gates:{one.story.place}"), rows)
        ahead(house, before, Random(f"{seed}:gates:ahead"), rows)
        rows.write()
        ids = list(Review.objects.filter(initiative__demo=True).values_list("id", flat=True))
        evaluate(ids, why="demo", now=house.now, by=by, told=False)
    return len(rows.of["gates_decision"])


def _known(house: House, told: Iterable[Story]) -> list[Past]:
    """Each with how the criteria of all its gates are judged now, and what it depends on."""
    rows = list(told)
    made = []
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        facts, dependencies = facts_of([one.pk for one in part], now=house.now), dependencies_of([one.pk for one in part])
        for one in part:
            template = house.templates[one.lifecycle][1]
            live = {
                gate.key: {each.criterion.key: each.verdict for each in judge_gate(gate, facts[one.pk], (), house.now)}
                for gate in template.gates
            }
            made.append(Past(one, live, tuple(dependencies.get(one.pk, ()))))
    return made
