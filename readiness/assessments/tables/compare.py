"""Two assessments of one initiative, and several initiatives, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.assessments.choices import Dimension, Phase, Reply
from readiness.assessments.models import Assessment
from readiness.assessments.queries.sheets import Sheet
from readiness.assessments.rules.changes import Direction, changes
from readiness.assessments.rules.phases import Next, Step, next_of
from readiness.assessments.rules.scores import Asked, Score, by_dimension, counting, score
from readiness.assessments.tables.words import DIMENSIONS, ICONS, REPLIES, TONES, ends, span

DIRECTIONS = {
    Direction.BETTER: ("arrow-up", gettext_lazy("better")),
    Direction.WORSE: ("arrow-down", gettext_lazy("worse")),
    Direction.LEARNT: ("bulb", gettext_lazy("found out")),
    Direction.LOST: ("question-mark", gettext_lazy("no longer known")),
    Direction.OTHER: ("arrow-right", gettext_lazy("changed")),
}
MAX_DIFFERENT = 40
_SHORT = 32


def changes_context(new: Sheet, old: Sheet) -> dict[str, Any]:
    """Scores of both over their own banks, dimension by dimension, and every question whose answer moved."""
    assert new.assessment is not None
    assert old.assessment is not None
    before, after = _every_reply(old), _every_reply(new)
    texts = {question.key: question.text for question in (*old.questions, *new.questions)}
    asked = list(dict.fromkeys([*(one.key for one in new.questions), *(one.key for one in old.questions)]))
    moved = changes(before, after, asked)
    dimensions = {one.key: one.dimension for one in (*old.asked, *new.asked)}
    pairs = [
        (dimension, by_dimension(old.asked, old.replies)[dimension], by_dimension(new.asked, new.replies)[dimension])
        for dimension in Dimension
    ]
    return {
        "initiative": new.initiative,
        "new": new.assessment,
        "old": old.assessment,
        "other_bank": new.assessment.bank_id != old.assessment.bank_id,
        "headline": _moved_sentence(old, new, len(moved)),
        "dimensions": [
            {"label": DIMENSIONS[dimension], "before": cell(left), "after": cell(right), "moved": span(left) != span(right)}
            for dimension, left, right in pairs
        ],
        "rows": [
            {
                "text": texts[change.key],
                "dimension": DIMENSIONS[dimensions[change.key]],
                "before": reply_cell(change.before),
                "after": reply_cell(change.after),
                "icon": DIRECTIONS[change.direction][0],
                "direction": DIRECTIONS[change.direction][1],
                "answer": new.answers.get(change.key),
            }
            for change in moved
        ],
        "earlier": [past.number for past in new.history if past.number < new.assessment.number],
    }


def _every_reply(sheet: Sheet) -> dict[str, Reply]:
    """A question that was asked and not answered is unknown; one that was not asked is absent."""
    return dict.fromkeys((one.key for one in sheet.questions), Reply.UNKNOWN) | sheet.replies


def _moved_sentence(old: Sheet, new: Sheet, count: int) -> str:
    left, right = score(old.asked, old.replies), score(new.asked, new.replies)
    said = _("Over all questions from %(before)s to %(after)s") % {"before": span(left), "after": span(right)}
    if not count:
        return f"{said}; {_('no answer changed')}"
    return f"{said}; {ngettext('%d answer changed', '%d answers changed', count) % count}"


def cell(found: Score) -> dict[str, Any]:
    """A score for a table: its text, its bar, what is unknown in it."""
    low, high = ends(found)
    return {"span": span(found), "low": low, "high": high, "applicable": found.applicable, "unknown": found.unknown}


def reply_cell(reply: Reply | None) -> dict[str, str] | None:
    """A reply as a chip; None where it was not asked."""
    return None if reply is None else {"label": str(REPLIES[reply]), "tone": TONES[reply], "icon": ICONS[reply]}


def compare_context(
    runs: list[Assessment], *, asked: Mapping[int, list[Asked]], replies: Mapping[int, dict[str, Reply]],
    steps: Mapping[int, list[Step]], texts: Mapping[str, str], wanted: str,
) -> dict[str, Any]:  # fmt: skip
    """Two to four newest assessments by dimension: each for its own next stage, or all for the phase `wanted`."""
    columns = [_column(run, asked[run.bank_id], replies[run.pk], steps[run.initiative.lifecycle_id], wanted) for run in runs]
    rows = [
        {"label": DIMENSIONS[dimension], "cells": [cell(column["dimensions"][dimension]) for column in columns]}
        for dimension in Dimension
    ]
    return {
        "columns": columns,
        "rows": rows,
        "chart": _picture(columns) if columns else None,
        "different": _different(runs, asked, replies, texts),
    }


def _column(run: Assessment, asked: list[Asked], replies: dict[str, Reply], steps: list[Step], wanted: str) -> dict[str, Any]:
    going = next_of(steps, run.initiative.stage.key if run.initiative.stage else None)
    phase = None if wanted == "all" else Phase(wanted) if wanted in list(Phase) else going.phase
    questions = counting(asked, phase)
    return {
        "run": run,
        "initiative": run.initiative,
        "url": reverse("assessments:assessment", args=[run.initiative_id, run.number]),
        "aim": _aim(going, phase),
        "whole": cell(score(questions, replies)),
        "score": score(questions, replies),
        "dimensions": by_dimension(questions, replies),
    }


def _aim(going: Next, phase: Phase | None) -> str:
    if phase is None:
        return _("every stage")
    return going.name if phase is going.phase and not going.unknown else phase.value.replace("_", "-").capitalize()


def _picture(columns: list[dict[str, Any]]) -> dict[str, Any]:
    rows = []
    for column in columns:
        found: Score = column["score"]
        if not found.applicable:
            continue
        low, high = ends(found)
        key = f"{column['initiative'].key} {_shortened(column['initiative'].name)}"
        base = _("for %(aim)s, %(count)d unknown") % {"aim": column["aim"], "count": found.unknown}
        row: dict[str, Any] = {"label": key, "low": low, "high": high, "base": base, "url": column["url"]}
        rows.append(row | ({"mid": low} if low == high else {}))
    return {
        "kind": "interval", "title": _("Ready, side by side"), "unit": "%", "max": 100, "category_label": _("Initiative"),
        "rows": rows, "summary": _apart(columns),
    }  # fmt: skip


def _shortened(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def _apart(columns: list[dict[str, Any]]) -> str:
    """Whether the intervals tell them apart at all; overlapping ones do not."""
    scores: list[tuple[str, Score]] = [
        (str(column["initiative"].key), column["score"]) for column in columns if column["score"].applicable
    ]
    if len(scores) < 2:
        return ""
    best = max(scores, key=lambda pair: pair[1].low or 0.0)
    if all((best[1].low or 0.0) > (other.high or 0.0) for key, other in scores if key != best[0]):
        return _("%s is ahead, whatever the unknowns turn out to be.") % best[0]
    return _("The intervals overlap: which one is ahead depends on what is still unknown.")


def _different(
    runs: list[Assessment], asked: Mapping[int, list[Asked]], replies: Mapping[int, dict[str, Reply]], texts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Questions that one can say yes to and another cannot: whom to ask how it was done."""
    keys = list(dict.fromkeys(one.key for run in runs for one in asked[run.bank_id]))
    asked_keys = {run.pk: {one.key for one in asked[run.bank_id]} for run in runs}
    made = []
    for key in keys:
        found = [replies[run.pk].get(key, Reply.UNKNOWN) if key in asked_keys[run.pk] else None for run in runs]
        if Reply.YES in found and (Reply.NO in found or Reply.UNKNOWN in found):
            made.append({"text": texts.get(key, key), "cells": [reply_cell(reply) for reply in found]})
    return made[:MAX_DIFFERENT]
