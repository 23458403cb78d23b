"""One question and one component as the page shows them: what stands, what was typed, what is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from readiness.assessments.choices import Component, Dimension, Phase, Presence, Reply
from readiness.assessments.models import AssessmentAnswer, ComponentCheck, Question
from readiness.assessments.queries.sheets import Sheet
from readiness.assessments.rules.scores import BLOCKING_WEIGHT
from readiness.assessments.tables.sheet import unproven
from readiness.assessments.tables.words import (
    COMPONENTS,
    ICONS,
    PHASES,
    PRESENCE_TONES,
    PRESENCES,
    REPLIES,
    TONES,
)

PRESENCE_ICONS = {
    Presence.PRESENT: "check",
    Presence.PLANNED: "calendar",
    Presence.MISSING: "x",
    Presence.UNKNOWN: "question-mark",
}


@dataclass(slots=True)
class Line:
    """What a question or component row prints. `typed` are the texts in its fields; `errors` by field.

    `theirs` is what somebody else saved meanwhile, as texts; then `typed` is this person's and nothing was saved.
    """

    key: str
    prefix: str
    label: str
    url: str
    editable: bool
    version: int
    chosen: str
    options: list[dict[str, str]]
    typed: Mapping[str, Any]
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False
    number: int = 0
    why: str = ""
    evidence: str = ""
    weight: float = 1.0
    blocks: bool = False
    counts: bool = True
    counts_from: str = ""
    carried_from: int | None = None
    unproven: bool = False
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back with a form that could not be saved, or was."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    stale: bool = False
    saved: bool = False


NOTHING_TYPED = Typed()


def question_line(
    sheet: Sheet, question: Question, *, shown: Mapping[str, Any], editable: bool, phase: Phase | None,
    typed: Typed = NOTHING_TYPED,
) -> Line:  # fmt: skip
    """The row of one question; `shown` are the stored texts."""
    assert sheet.assessment is not None
    answer = sheet.answers.get(question.key)
    values = dict(shown) | dict(typed.values)
    return Line(
        key=question.key,
        prefix=question.key,
        label=question.text,
        url=reverse("assessments:answer", args=[sheet.initiative.pk, sheet.assessment.number, question.key]),
        editable=editable and sheet.open,
        version=answer.version if answer else 0,
        chosen=values["reply"],
        options=_options(question.key, REPLIES, TONES, ICONS),
        typed=values,
        errors=typed.errors,
        theirs=_theirs(answer) if typed.stale else {},
        saved=typed.saved,
        number=question.position,
        why=question.why,
        evidence=question.evidence,
        weight=question.weight,
        blocks=question.weight >= BLOCKING_WEIGHT,
        counts=phase is None or phase in question.phases,
        counts_from=_counts_from(question.phases),
        carried_from=answer.carried_from if answer else None,
        unproven=unproven(answer),
        answer=answer,
    )


def lines_of(
    sheet: Sheet, dimension: Dimension, *, shown: Mapping[str, Mapping[str, Any]], editable: bool, phase: Phase | None,
    typed: Mapping[str, Typed],
) -> list[Line]:  # fmt: skip
    """The rows of one dimension."""
    return [
        question_line(
            sheet, question, shown=shown[question.key], editable=editable, phase=phase,
            typed=typed.get(question.key, NOTHING_TYPED),
        )
        for question in sheet.questions
        if question.dimension == dimension
    ]  # fmt: skip


def component_line(
    pk: int, component: Component, check: ComponentCheck | None, *, shown: Mapping[str, Any], editable: bool,
    typed: Typed = NOTHING_TYPED,
) -> Line:  # fmt: skip
    """The row of one component of the initiative `pk`."""
    values = dict(shown) | dict(typed.values)
    said = PRESENCES[Presence(check.presence)] if check else PRESENCES[Presence.UNKNOWN]
    theirs = {"reply": str(said), "note": check.note if check else ""} if typed.stale else {}
    return Line(
        key=component.value,
        prefix=f"c-{component.value}",
        label=str(COMPONENTS[component]),
        url=reverse("assessments:component", args=[pk, component.value]),
        editable=editable,
        version=check.version if check else 0,
        chosen=values["presence"],
        options=_options(f"c-{component.value}", PRESENCES, PRESENCE_TONES, PRESENCE_ICONS),
        typed=values,
        errors=typed.errors,
        theirs=theirs,
        saved=typed.saved,
        answer=check,
    )


def _options(prefix: str, words: Mapping[Any, Any], tones: Mapping[Any, str], icons: Mapping[Any, str]) -> list[dict[str, str]]:
    return [
        {
            "value": str(one),
            "label": str(label),
            "short": str(_("N/A")) if one is Reply.NOT_APPLICABLE else "",
            "tone": tones[one],
            "icon": icons[one],
            "id": f"{prefix}-{one}",
            "key": str(n),
        }
        for n, (one, label) in enumerate(words.items(), start=1)
    ]


def _theirs(answer: AssessmentAnswer | None) -> dict[str, str]:
    if answer is None:
        return {"reply": str(REPLIES[Reply.UNKNOWN]), "note": "", "who": ""}
    return {"reply": str(REPLIES[Reply(answer.reply)]), "note": answer.note, "who": str(answer.answered_by or "")}


def _counts_from(phases: list[str]) -> str:
    """The first phase for which it counts."""
    first = next((phase for phase in Phase if phase in phases), None)
    return str(PHASES[first]) if first else ""
