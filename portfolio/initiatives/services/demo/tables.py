"""Rows of the demo for COPY: table -> columns, and what one initiative puts into each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portfolio.initiatives.choices import DependencyKind, ReasonCode, Status
from portfolio.initiatives.services.demo.organisation import Organisation
from portfolio.initiatives.services.demo.plan import DemoInitiative

Row = tuple[Any, ...]
INITIATIVE = "initiatives_initiative"
COLUMNS: dict[str, str] = {
    INITIATIVE: "id name unit_id programme_id lifecycle_id stage_id stage_since status purpose outputs topic approach"
    " impact_level system_name expected_value expected_value_currency owner_id sponsor_id owner_name sponsor_name rag"
    " status_note status_note_at venue_storage venue_training venue_inference containerised orchestrator"
    " procurement_route developed_by answers demo created_at updated_at search_extra",
    "initiatives_stageentry": "initiative_id stage_id entered_on entered_precision left_on current source raw",
    "initiatives_closure": "initiative_id kind reason lesson closed_on precision raw source stage_id merged_into_id",
    "initiatives_initiativedate": "initiative_id kind value precision raw unread",
    "initiatives_functionslot": "initiative_id function person_id name",
    "initiatives_milestone": "initiative_id name due first_due done_on moved",
    "initiatives_dependency": "initiative_id on_id platform kind ready note",
    "initiatives_externalid": "initiative_id system value",
    "initiatives_initiative_tags": "initiative_id tag_id",
    "activity_comment": "object_type object_id initiative_id unit_id author_id text demo created_at",
}
SOURCE = "demo"


def rows(made: DemoInitiative, pk: int, others: Sequence[int], firm: Organisation, today: date) -> Iterator[tuple[str, Row]]:
    """Every row of one initiative as (table, values); `others` are ids it may depend on or be merged into."""
    stages = {key: number for (template, key), number in firm.stages.items() if template == made.history.lifecycle}
    last = made.entries[-1]
    standing = stages.get(last.stage or "")
    yield INITIATIVE, _initiative(made, pk, standing, firm, today)
    for entry in made.entries:
        yield (
            "initiatives_stageentry",
            (pk, stages.get(entry.stage or ""), entry.entered.value, entry.entered.precision, entry.left, entry.current,
             SOURCE, entry.raw),
        )  # fmt: skip
    if made.history.closure:
        target = others[0] if made.history.closure.value == "merged" and others else None
        raw = "Retired" if made.history.reason is ReasonCode.UNKNOWN else ""
        yield (
            "initiatives_closure",
            (pk, made.history.closure, made.history.reason, made.lesson, made.closed_on.value, made.closed_on.precision,
             raw, SOURCE, standing, target),
        )  # fmt: skip
    yield from _facts(made, pk, others, firm)
    unit = firm.units[made.theme.unit]
    for days, person, text in made.comments:
        at = noon(today - timedelta(days=days))
        yield "activity_comment", (INITIATIVE, pk, pk, unit, firm.people[person], text, True, at)


def _initiative(made: DemoInitiative, pk: int, standing: int | None, firm: Organisation, today: date) -> Row:
    subject = made.theme
    owner, sponsor = (None if who is None else firm.people[who] for who in (made.owner, made.sponsor))
    names = [firm.names[who] for who in (made.owner, made.sponsor) if who is not None]
    changed = made.history.closed_on or today - timedelta(days=made.index * 13 % 60)
    return (
        pk, subject.name, firm.units[subject.unit], firm.programmes.get(subject.programme),
        firm.lifecycles[made.history.lifecycle], standing, made.entries[-1].entered.value, made.status, subject.purpose,
        "", subject.topic, subject.approach, made.impact_level, made.system_name,
        None if subject.value_keur is None else subject.value_keur * 1000, "" if subject.value_keur is None else "EUR",
        owner, sponsor, made.owner_name, "", made.rag, made.status_note,
        noon(today - timedelta(days=made.index % 40)) if made.rag else None,
        made.venues["storage"], made.venues["training"], made.venues["inference"], made.containerised, made.orchestrator,
        made.route, made.developed_by, made.intake, True, noon(made.history.stays[0].entered), noon(changed),
        " ".join((*made.tags, *names, made.owner_name)),
    )  # fmt: skip


def _facts(made: DemoInitiative, pk: int, others: Sequence[int], firm: Organisation) -> Iterator[tuple[str, Row]]:
    for fact in made.dates:
        yield "initiatives_initiativedate", (pk, fact.kind, fact.date.value, fact.date.precision, fact.raw, "")
    for function, who in made.functions.items():
        person, name = (firm.people[who], "") if isinstance(who, int) else (None, who)
        yield "initiatives_functionslot", (pk, function, person, name)
    for stone in made.milestones:
        yield "initiatives_milestone", (pk, stone.name, stone.due, stone.first_due, stone.done_on, stone.moved)
    for platform, ready in made.platforms:
        yield "initiatives_dependency", (pk, None, platform, DependencyKind.SHARES_PLATFORM, ready, "")
    if made.depends and others and made.status != Status.CLOSED:
        yield "initiatives_dependency", (pk, others[-1], "", DependencyKind.NEEDS, None, "")
    for system, value in made.external_ids:
        yield "initiatives_externalid", (pk, system, value)
    for tag in made.tags:
        yield "initiatives_initiative_tags", (pk, firm.tags[tag])


def noon(day: date) -> datetime:
    """The demo's moments are all at noon UTC."""
    return datetime.combine(day, time(12), UTC)
