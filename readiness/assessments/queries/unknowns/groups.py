"""Unknowns grouped by what is unknown, with what each holds up: gates, and expected value where the reader may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.accounts.rules import Actor
from readiness.assessments.choices import COMPONENT_LABELS, FACT_LABELS, Component, Fact, Phase, UnknownKind
from readiness.assessments.models import Question
from readiness.assessments.queries.unknowns.statement import Statement, unknown_statement
from readiness.assessments.queries.unknowns.wanted import Wanted, stages_ahead
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.values import TARGET_OF

# A total over a single item would tell that item's amount to those who see only totals.

_GROUP = """
SELECT kind, key, phase, reached, CASE WHEN value IS NULL THEN '' ELSE currency END, sum(items), sum(owned), sum(overdue),
       min(due), count(*), count(*) FILTER (WHERE holds), count(value) FILTER (WHERE holds), sum(value) FILTER (WHERE holds)
FROM
"""
# An initiative has one assessment, checklist and set of facts, but several workloads: those are first counted together.
_ONCE = "SELECT p.*, 1 AS items, (owner_id IS NOT NULL)::int AS owned, coalesce((due < %s)::int, 0) AS overdue FROM"
_TOGETHER = """
SELECT kind, key, initiative_id, phase, reached, value, currency, bool_or(holds) AS holds, min(due) AS due,
       count(*) AS items, count(owner_id) AS owned, count(*) FILTER (WHERE due < %s) AS overdue FROM
"""
_INITIATIVES = "SELECT '', '', '', false, '', 0, 0, 0, NULL, count(*), 0, 0, NULL FROM going"


@dataclass(frozen=True, slots=True)
class Held:
    """Expected value behind the gates that are held up, in one currency, over `count` initiatives; None: suppressed."""

    currency: str
    total: Decimal | None
    count: int


@dataclass(slots=True)
class Group:
    """One thing that is unknown. `gates` are initiatives whose next gate it holds up; `due` is the earliest day promised."""

    kind: UnknownKind
    key: str
    label: str
    items: int = 0
    initiatives: int = 0
    gates: int = 0
    owned: int = 0
    overdue: int = 0
    due: date | None = None
    phases: dict[Phase, int] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)

    @property
    def largest(self) -> Decimal:
        """The largest total in any currency, to sort by."""
        return max((held.total for held in self.held if held.total is not None), default=Decimal(0))


@dataclass(frozen=True, slots=True)
class Overall:
    """Everything unknown under the filters: how many items over how many running initiatives, group by group."""

    items: int
    initiatives: int
    groups: list[Group]


def groups(actor: Actor, wanted: Wanted, today: date) -> Overall:
    """Groups with most gates held up first; three statements, whatever the number of rows."""
    text, params = _grouped(unknown_statement(actor, wanted, stages_ahead(), today), today)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        rows = cursor.fetchall()
    found: dict[tuple[str, str], Group] = {}
    held: dict[tuple[str, str], dict[str, tuple[int, Decimal]]] = {}
    initiatives = 0
    for row in rows:
        if not row[0]:
            initiatives = int(row[9])
            continue
        place = (row[0], row[1])
        group = found.setdefault(place, Group(UnknownKind(row[0]), row[1], row[1]))
        _add(group, row)
        if row[11]:
            before = held.setdefault(place, {}).get(row[4], (0, Decimal(0)))
            held[place][row[4]] = (before[0] + int(row[11]), before[1] + row[12])
    for place, group in found.items():
        group.held = [_held(currency, *amounts) for currency, amounts in sorted(held.get(place, {}).items())]
    _label(found.values())
    ordered = sorted(found.values(), key=lambda one: (-one.gates, -one.initiatives, -one.items, one.label))
    return Overall(sum(one.items for one in ordered), initiatives, ordered)


def _grouped(statement: Statement, today: date) -> tuple[str, list[Any]]:
    """Every kind grouped for itself, so that no row is built only to be counted."""
    texts, params = [], list(statement.params)
    for kind, (part, values) in statement.parts.items():
        first = _TOGETHER if kind is UnknownKind.VALUE else _ONCE
        last = "GROUP BY 1, 2, 3, 4, 5, 6, 7" if kind is UnknownKind.VALUE else ""
        texts.append(f"{_GROUP} ({first} ({part}) p {last}) o GROUP BY 1, 2, 3, 4, 5")
        params += [today, *values]
    return f"{statement.head} {' UNION ALL '.join([*texts, _INITIATIVES])}", params


def labels_of(kind: UnknownKind, keys: Iterable[str]) -> dict[str, str]:
    """What is unknown, in words; at most one statement."""
    wanted = list(keys)
    if kind is UnknownKind.ANSWER:
        # The newest version of a question speaks for its key.
        rows = Question.objects.filter(key__in=wanted).order_by("bank__version", "bank_id").values_list("key", "text")
        return dict(rows)
    if kind is UnknownKind.VALUE:
        return {key: _field_label(key) for key in wanted if key in BY_NAME}
    if kind is UnknownKind.COMPONENT:
        return {key: COMPONENT_LABELS[Component(key)] for key in wanted if key in list(Component)}
    return {key: FACT_LABELS[Fact(key)] for key in wanted if key in list(Fact)}


def _field_label(name: str) -> str:
    """A percentile makes sense only with the target that it belongs to."""
    target = TARGET_OF.get(name)
    return f"{BY_NAME[target].label} {BY_NAME[name].label}" if target else BY_NAME[name].label


def _add(group: Group, row: Any) -> None:
    phase, reached = row[2], row[3]
    group.items += int(row[5])
    group.owned += int(row[6])
    group.overdue += int(row[7])
    group.due = min((day for day in (group.due, row[8]) if day), default=None)
    group.initiatives += int(row[9])
    group.gates += int(row[10])
    if not reached:
        group.phases[Phase(phase)] = group.phases.get(Phase(phase), 0) + int(row[9])


def _held(currency: str, count: int, total: Decimal) -> Held:
    return Held(currency, total if count >= FEWEST_IN_A_TOTAL else None, count)


def _label(found: Iterable[Group]) -> None:
    by_kind: dict[UnknownKind, list[Group]] = {kind: [] for kind in UnknownKind}
    for group in found:
        by_kind[group.kind].append(group)
    for kind, members in by_kind.items():
        words = labels_of(kind, [group.key for group in members])
        for group in members:
            group.label = words.get(group.key, group.key)
