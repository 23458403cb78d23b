"""Unknowns row by row: the drill-down, the export, and what one person is to find out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from readiness.assessments.choices import Component, Phase, Presence, Reply, UnknownKind
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck
from readiness.assessments.queries.unknowns.groups import labels_of
from readiness.assessments.queries.unknowns.statement import unknown_statement
from readiness.assessments.queries.unknowns.wanted import Wanted, stages_ahead
from readiness.workloads.choices import Knowledge
from readiness.workloads.models import ProfileValue

PAGE_SIZE = 50
MOST = 200_000  # rows of an export
# The page is chosen first, names are looked up for its rows alone.
_SELECT = """
, page AS MATERIALIZED (
    SELECT u.*, count(*) OVER () AS total FROM unknown u
    ORDER BY u.due NULLS LAST, u.holds DESC, u.value DESC NULLS LAST, u.initiative_id DESC, u.ref LIMIT %s OFFSET %s
)
SELECT u.kind, u.key, u.ref, u.initiative_id, u.owner_id, u.due, u.holds, u.place, g.key, g.name, g.unit_name, u.phase,
       g.next_name, u.reached, g.stage_id IS NULL, u.value, u.currency, coalesce(nullif(p.name, ''), p.email, ''), u.total
FROM page u JOIN going g ON g.id = u.initiative_id LEFT JOIN accounts_user p ON p.id = u.owner_id
ORDER BY u.due NULLS LAST, u.holds DESC, u.value DESC NULLS LAST, u.initiative_id DESC, u.ref
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One unknown. `ref` is what a form sends back; `place` the workload's name or the assessment's number; `value` is None
    where it is not known or not the reader's to see."""

    kind: UnknownKind
    key: str
    label: str
    ref: str
    initiative_id: int
    initiative_key: str
    initiative_name: str
    unit_name: str
    place: str
    owner_id: int | None
    owner_name: str
    due: date | None
    overdue: bool
    holds: bool
    phase: Phase
    next_name: str
    reached: bool
    stage_unknown: bool
    value: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows; `total` is the number of all that match."""

    rows: list[Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def more(self) -> bool:
        return self.number * self.size < self.total


def page_of(actor: Actor, wanted: Wanted, number: int, today: date, *, size: int = PAGE_SIZE) -> Page:
    """Page `number` (from 1), what is due first on top; at most three statements."""
    rows, total = _read(actor, wanted, today, limit=size, offset=(number - 1) * size)
    return Page(rows, number, total, size)


def every(actor: Actor, wanted: Wanted, today: date) -> Iterator[Row]:
    """All of them (at most MOST), for an export."""
    rows, _total = _read(actor, wanted, today, limit=MOST, offset=0)
    yield from rows


def _read(actor: Actor, wanted: Wanted, today: date, *, limit: int, offset: int) -> tuple[list[Row], int]:
    text, params = unknown_statement(actor, wanted, stages_ahead(), today).rows()
    with connection.cursor() as cursor:
        cursor.execute(text + _SELECT, [*params, limit, offset])
        found = cursor.fetchall()
    labels = {
        kind: labels_of(kind, {row[1] for row in found if row[0] == kind}) for kind in {UnknownKind(row[0]) for row in found}
    }
    return [_row(row, labels, today) for row in found], found[0][18] if found else 0


def _row(row: Any, labels: dict[UnknownKind, dict[str, str]], today: date) -> Row:
    kind, key, ref, initiative, owner, due, holds, place, name_key, name, unit, phase, ahead, reached, lost, value = row[:16]
    return Row(
        kind=UnknownKind(kind), key=key, label=labels[UnknownKind(kind)].get(key, key), ref=f"{kind}:{ref}",
        initiative_id=initiative, initiative_key=name_key, initiative_name=name, unit_name=unit, place=place, owner_id=owner,
        owner_name=row[17], due=due, overdue=due is not None and due < today, holds=holds, phase=Phase(phase),
        next_name=ahead, reached=reached, stage_unknown=lost, value=value, currency=row[16],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """Something that a person promised to find out; `route` and `arguments` lead to where it is answered."""

    kind: UnknownKind
    label: str
    initiative_key: str
    initiative_name: str
    due: date | None
    overdue: bool
    route: str
    arguments: tuple[Any, ...]


def unknowns_of(actor: Actor, user: User, today: date, *, limit: int = 50) -> list[Own]:
    """What `user` is to find out and `actor` may see, earliest day first, those without a day last. Three statements.

    Facts of the register are nobody's promise, so they are not among them.
    """
    newer = Assessment.objects.filter(closed_at=None)
    answers = (
        AssessmentAnswer.objects.visible_to(actor)
        .filter(owner=user, reply=Reply.UNKNOWN, assessment__in=newer)
        .exclude(initiative__status=Status.CLOSED)
        .order_by("due")
        .values_list(
            "question__text", "initiative__key", "initiative__name", "due", "initiative_id", "assessment__number", "question__key"
        )
    )
    checks = (
        ComponentCheck.objects.visible_to(actor)
        .filter(owner=user, presence=Presence.UNKNOWN)
        .exclude(initiative__status=Status.CLOSED)
        .order_by("due")
        .values_list("component", "initiative__key", "initiative__name", "due", "initiative_id")
    )
    values = (
        ProfileValue.objects.visible_to(actor)
        .filter(owner=user, knowledge=Knowledge.UNKNOWN, workload__retired_at=None)
        .exclude(initiative__status=Status.CLOSED)
        .order_by("due")
        .values_list("name", "initiative__key", "initiative__name", "due", "workload_id")
    )
    named = labels_of(UnknownKind.COMPONENT, list(Component))
    found = [
        Own(UnknownKind.ANSWER, row[0], row[1], row[2], row[3], _over(row[3], today), "assessments:answer", row[4:])
        for row in answers[:limit]
    ]
    found += [
        Own(UnknownKind.COMPONENT, named[row[0]], row[1], row[2], row[3], _over(row[3], today), "assessments:components", row[4:])
        for row in checks[:limit]
    ]
    found += [
        Own(UnknownKind.VALUE, _field(row[0]), row[1], row[2], row[3], _over(row[3], today), "workloads:detail", row[4:])
        for row in values[:limit]
    ]
    return sorted(found, key=lambda one: (one.due is None, one.due or today, one.initiative_key))[:limit]


def _over(due: date | None, today: date) -> bool:
    return due is not None and due < today


def _field(name: str) -> str:
    return labels_of(UnknownKind.VALUE, [name]).get(name, name)
