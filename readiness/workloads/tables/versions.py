"""What differs between two states of a profile, in the words of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.accounts.models import User
from readiness.workloads.models import ProfileValue
from readiness.workloads.rules.diff import Change, Kind, State
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.tables.labels import CLASSES, EXPERIENCES, ORIGINS, TASKS, translated
from readiness.workloads.tables.numbers import shown
from readiness.workloads.tables.profile import in_words

_WORDS = {"task": TASKS, "workload_class": CLASSES, "experience": EXPERIENCES}
_LABELS = {
    "name": "Name", "task": "What the model does", "workload_class": "Class", "experience": "Experience",
    "needed_on": "Capacity needed on", "note": "Note",
}  # fmt: skip


def diff_rows(changes: Iterable[Change], old: State, new: State, people: Mapping[int, User]) -> list[dict[str, str]]:
    """Rows of ui/diff.html."""
    return [_row(change, old, new, people) for change in changes]


def _row(change: Change, old: State, new: State, people: Mapping[int, User]) -> dict[str, str]:
    before, after = change.before, change.after
    if change.kind == Kind.VALUE:
        before, after = (_value(change.name, state.values.get(change.name), people) for state in (old, new))
        if change.factor is not None and change.factor != 1:
            after += " · " + _("%s times as much") % shown(change.factor)
    elif change.kind == Kind.WORKLOAD and change.name in _WORDS:
        before, after = (str(_WORDS[change.name].get(text, text)) for text in (before, after))
    label = _LABELS.get(change.name, change.label) if change.kind == Kind.WORKLOAD else change.label
    return {"field": translated(label), "before": before, "after": after}


def _value(name: str, kept: Mapping[str, Any] | None, people: Mapping[int, User]) -> str:
    """A frozen value in the same words as a living one, with where it comes from if that is not somebody's word."""
    one = BY_NAME.get(name)
    if kept is None or one is None:
        return "" if kept is None else str(kept.get("value"))
    owner = people.get(kept.get("owner_id") or 0)
    due = date.fromisoformat(kept["due"]) if kept.get("due") else None
    parts = {part: kept.get(part) for part in ("knowledge", "value", "low", "high", "note")}
    text = in_words(ProfileValue(name=name, due=due, **parts), one, owner)
    origin = str(ORIGINS[kept["origin"]]) if kept.get("origin", "stated") != "stated" else ""
    beside = kept.get("note") or origin  # the note of a log names its file
    return f"{text}; {beside}" if beside else text


def owners(*states: State) -> set[int]:
    """Ids of those who are named in these states, to be read in one statement."""
    return {value["owner_id"] for state in states for value in state.values.values() if value.get("owner_id")}


def summary(changes: Iterable[Change]) -> str:
    """`3 answers learnt, 2 changed, 1 requirement differs`."""
    found = list(changes)
    values = [each for each in found if each.kind == Kind.VALUE]
    learnt = sum(1 for each in values if each.learnt)
    required = sum(1 for each in found if each.kind == Kind.REQUIREMENT)
    other = len(found) - learnt - required
    parts = [
        ngettext("%d value learnt", "%d values learnt", learnt) % learnt if learnt else "",
        ngettext("%d answer changed", "%d answers changed", other) % other if other else "",
        ngettext("%d requirement differs", "%d requirements differ", required) % required if required else "",
    ]
    return ", ".join(part for part in parts if part) or _("Nothing differs")
