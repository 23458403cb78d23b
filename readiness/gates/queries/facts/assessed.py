"""The standing answers of assessments, the component checklist, and who finds out what stands unknown in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness.assessments.choices import Component, Presence, Reply
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck
from readiness.assessments.queries.sheets import asked_by_bank
from readiness.assessments.rules.scores import Asked
from readiness.gates.queries.facts.subjects import Subjects
from readiness.gates.rules import canonical
from readiness.gates.rules.criteria.facts import AssessmentFact, ComponentsFact

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Assessed:
    """By initiative. `open_answers` and `open_components` are the unknown ones, each with who finds it out by when.

    `looked_at`: initiatives whose components anybody could have been asked for, because an assessment or a check exists.
    """

    assessments: Mapping[int, AssessmentFact]
    components: Mapping[int, ComponentsFact]
    open_answers: Mapping[int, list[Row]]
    open_components: Mapping[int, list[Row]]


def assessed(subjects: Subjects) -> Assessed:
    """Four statements."""
    runs = {row.initiative_id: row for row in _newest(subjects.ids)}
    questions = asked_by_bank({row.bank_id for row in runs.values()})
    answers: dict[int, dict[str, Row]] = defaultdict(dict)
    rows = AssessmentAnswer.objects.filter(assessment__in=[row.pk for row in runs.values()])
    for row in rows.values("initiative_id", "question__key", "reply", "owner_id", "due", "answered_at"):
        answers[row["initiative_id"]][row["question__key"]] = row
    checks: dict[int, dict[str, Row]] = defaultdict(dict)
    names = ("initiative_id", "component", "presence", "owner_id", "due", "stated_at")
    for one in ComponentCheck.objects.filter(initiative__in=subjects.ids).values(*names):
        checks[one["initiative_id"]][one["component"]] = one
    return Assessed(
        {pk: _assessment(run, questions[run.bank_id], answers[pk]) for pk, run in runs.items()},
        {pk: _components(rows) for pk, rows in checks.items()},
        {pk: list(_open_answers(questions[run.bank_id], answers[pk])) for pk, run in runs.items()},
        {pk: list(_open_components(checks.get(pk, {}))) for pk in {*runs, *checks}},
    )


def _newest(initiatives: Collection[int]) -> Iterable[Assessment]:
    rows = Assessment.objects.filter(initiative__in=initiatives).order_by("initiative_id", "-number")
    return rows.distinct("initiative_id").only("id", "initiative_id", "bank_id", "started_at")


def _assessment(run: Assessment, questions: list[Asked], answers: Mapping[str, Row]) -> AssessmentFact:
    """As old as its oldest answer; each question's own age is told beside."""
    replies = {key: Reply(row["reply"]) for key, row in answers.items()}
    times = {key: row["answered_at"] for key, row in answers.items() if replies[key] is not Reply.UNKNOWN}
    digest = canonical.digest([run.bank_id, {key: reply.value for key, reply in replies.items()}])
    oldest: datetime = min(times.values(), default=run.started_at)
    return AssessmentFact(run.pk, tuple(questions), replies, oldest, digest, times)


def _components(rows: Mapping[str, Row]) -> ComponentsFact:
    presence = {Component(key): Presence(row["presence"]) for key, row in rows.items()}
    times = {Component(key): row["stated_at"] for key, row in rows.items() if row["stated_at"] is not None}
    return ComponentsFact(presence, None, times)


def _open_answers(questions: Iterable[Asked], answers: Mapping[str, Row]) -> Iterable[Row]:
    for one in questions:
        row = answers.get(one.key)
        if row is None or row["reply"] == Reply.UNKNOWN:
            yield row or {"owner_id": None, "due": None}


def _open_components(checks: Mapping[str, Row]) -> Iterable[Row]:
    for component in Component:
        row = checks.get(component.value)
        if row is None or row["presence"] == Presence.UNKNOWN:
            yield row or {"owner_id": None, "due": None}
