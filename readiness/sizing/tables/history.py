"""Earlier answers of an option, each with what changed since the one before, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import DASH
from readiness.core.sizing.answer import Constraint, Count
from readiness.core.sizing.inputs import Grade
from readiness.sizing.models import SizingResult
from readiness.sizing.rules.changes import Change, changes
from readiness.sizing.services.messages import GRADES
from readiness.sizing.tables import labels, words
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.tables.labels import unit_of
from readiness.workloads.tables.numbers import shown, span


def history_rows(results: Sequence[SizingResult], standing: int | None) -> list[dict[str, Any]]:
    """Newest first; the first of all has no changes. `standing` is the result that holds now."""
    rows = []
    for place, row in enumerate(results):
        before = results[place + 1] if place + 1 < len(results) else None
        rows.append(
            {
                "at": row.computed_at,
                "accelerators": _count(row, "accelerators"),
                "replicas": _count(row, "replicas"),
                "grade": str(GRADES.get(row.grade, row.grade)),
                "binds": str(labels.CONSTRAINTS.get(row.constraint, row.constraint)),
                "unknowns": row.unknowns,
                "version": row.profile_version,
                "standing": row.pk == standing,
                "changes": [change_text(one) for one in _between(before, row)] if before is not None else [],
            }
        )
    return rows


def change_text(change: Change) -> str:
    """`Busiest minutes over the mean: 4 (2 to 10), now 6`."""
    name = change.name.split(".")[-1]
    if change.part == "answer":
        before, after = _answer(name, change.before), _answer(name, change.after)
        label = {
            "replicas": _("Replicas"),
            "accelerators": _("Accelerators"),
            "grade": _("Stands on"),
            "constraint": _("Limited by"),
        }
        return _("%(label)s: %(before)s, now %(after)s") % {
            "label": label.get(name, _("Replicas without a margin")), "before": before, "after": after,
        }  # fmt: skip
    unit = BY_NAME[name].unit if name in BY_NAME else ""
    return _("%(label)s: %(before)s, now %(after)s") % {
        "label": words.input_label(name),
        "before": _value(change.before, unit),
        "after": _value(change.after, unit),
    }


def _between(old: SizingResult, new: SizingResult) -> list[Change]:
    return changes({"inputs": old.inputs, "answer": old.answer}, {"inputs": new.inputs, "answer": new.answer})


def _count(row: SizingResult, name: str) -> str:
    low, likely, high = (getattr(row, f"{name}_{part}") for part in ("low", "likely", "high"))
    return DASH if low is None else words.span(Count(low, likely, high))


def _answer(name: str, value: Any) -> str:
    if value is None:
        return _("none is enough")
    if isinstance(value, Mapping):
        return words.span(Count(**value))
    if name == "grade":
        return str(GRADES.get(Grade(value), value))
    if name == "constraint":
        return str(labels.CONSTRAINTS.get(Constraint(value), value))
    return str(value)


def _value(value: Any, unit: str) -> str:
    if value is None:
        return _("not given")
    if isinstance(value, Mapping) and "likely" in value:
        text = shown(value["likely"], unit)
        if value["low"] != value["high"]:
            text += f" ({span(value['low'], value['high'], unit)})"
        text += f" {unit_of(unit)}" if unit not in ("", "x") else ""
        return text if value["known"] else _("%s, not known") % text
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _("%d points") % len(value)
    return shown(value, unit) if isinstance(value, int | float) else str(value)
