"""What the pages of question banks show."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readiness.assessments.choices import BankState, Dimension, Phase
from readiness.assessments.models import QuestionBank
from readiness.assessments.queries.banks import pack_of
from readiness.assessments.rules.changes import pack_changes
from readiness.assessments.rules.scores import BLOCKING_WEIGHT
from readiness.assessments.tables.words import DIMENSIONS, PHASES

STATES = {
    BankState.DRAFT: (gettext_lazy("Draft"), "edit"),
    BankState.PUBLISHED: (gettext_lazy("Published"), "check"),
    BankState.RETIRED: (gettext_lazy("Retired"), "archive"),
}
CHANGE_KINDS = {"added": gettext_lazy("new"), "changed": gettext_lazy("changed"), "removed": gettext_lazy("taken out")}


def state_of(bank: QuestionBank) -> dict[str, Any]:
    label, icon = STATES[BankState(bank.state)]
    return {"label": label, "icon": icon}


def sections(bank: QuestionBank) -> list[dict[str, Any]]:
    """The questions by dimension, in their order."""
    found: dict[str, list[dict[str, Any]]] = {dimension.value: [] for dimension in Dimension}
    for row in bank.questions.order_by("position"):
        phases = [str(PHASES[phase]) for phase in Phase if phase in row.phases]
        found[row.dimension].append({"row": row, "phases": phases, "blocks": row.weight >= BLOCKING_WEIGHT})
    return [{"label": DIMENSIONS[Dimension(key)], "key": key, "questions": rows} for key, rows in found.items() if rows]


def since_before(bank: QuestionBank, before: QuestionBank | None) -> list[dict[str, Any]]:
    """What this version does to the questions of the one before."""
    if before is None:
        return []
    old, new = pack_of(before), pack_of(bank)
    texts = {question.key: question.text for question in (*old.questions, *new.questions)}
    return [
        {
            "key": change.key,
            "text": texts[change.key],
            "kind": CHANGE_KINDS[change.kind],
            "fields": ", ".join(change.fields),
        }
        for change in pack_changes(old.questions, new.questions)
    ]


def headline(bank: QuestionBank, count: int) -> str:
    """What it is and what may be done with it."""
    said = _("%(count)d questions in %(name)s, version %(version)d") % {
        "count": count, "name": bank.name, "version": bank.version,
    }  # fmt: skip
    if bank.state == BankState.DRAFT:
        return f"{said}: {_('a draft that nobody answers yet')}"
    return f"{said}: {_('published, so it never changes')}" if bank.state == BankState.PUBLISHED else f"{said}: {_('retired')}"
