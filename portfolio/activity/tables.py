"""How the trail reads: words of the domain instead of columns, names instead of ids, and no amount that is not theirs.

Labels, choices and what a reference leads to come from the models' own registry, so this slice knows no model above it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.activity import queries
from portfolio.activity.choices import (
    ACTION_LABELS,
    HISTORY_ONLY,
    MONEY_FIELDS,
    OBJECT_LABELS,
    PARTS,
    TECHNICAL,
    THROUGH_LABELS,
    AuditAction,
    Subjects,
)
from portfolio.activity.models import AuditEntry
from portfolio.kit.templatetags import ui_text

LONG = 160
NAMING = ("name", "title", "file_name", "platform", "label", "kind", "function")


class Column(NamedTuple):
    """What the models know of a column: its label, the table a reference leads to, and the words of its choices."""

    label: str | Promise
    target: str
    words: dict[Any, Any]
    kind: str


@dataclass(frozen=True)
class Change:
    """One changed field in words; `hidden` says that both sides are an amount the reader may not see."""

    field: str | Promise
    name: str
    before: str
    after: str
    hidden: bool = False

    @property
    def long(self) -> bool:
        return max(len(self.before), len(self.after)) > LONG


@dataclass(frozen=True)
class Line:
    """One entry of the trail as a reader sees it. `subject` is the initiative or request it belongs to, if visible."""

    entry: AuditEntry
    action: str
    kind: str
    name: str
    through: str
    unit: str
    subject: queries.Subject | None
    money_hidden: bool
    changes: list[Change] = field(default_factory=list)

    def side(self, values: dict[str, Any] | None) -> dict[str, Any] | None:
        """Raw values for exports and the API, without hidden amounts."""
        if values is None or not self.money_hidden:
            return values
        return {name: value for name, value in values.items() if name not in MONEY_FIELDS}

    @property
    def hidden_fields(self) -> list[str]:
        changed = {*(self.entry.before or ()), *(self.entry.after or ())}
        return sorted(changed & MONEY_FIELDS) if self.money_hidden else []


@cache
def columns_of(table: str) -> dict[str, Column]:
    """Column -> what is known of it; empty for a table that has no model (any more)."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return {f.column: _column(f) for f in model._meta.concrete_fields if f.column}
    return {}


def _column(f: models.Field[Any, Any]) -> Column:
    related = f.related_model
    target = related._meta.db_table if isinstance(related, type) and issubclass(related, models.Model) else ""
    kinds = ((models.DateTimeField, "moment"), (models.DateField, "day"))
    kind = next((name for cls, name in kinds if isinstance(f, cls)), "text")
    label = f.verbose_name if isinstance(f.verbose_name, Promise) else str(f.verbose_name).capitalize()
    return Column(label, target, dict(f.flatchoices), kind)


def lines(actor: Actor, entries: Sequence[AuditEntry], *, of: queries.Subject | None = None) -> list[Line]:
    """Entries in words; two statements however many there are. `of` is what they are the history of."""
    subjects = queries.subjects(_subject_keys(entries))
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        for table, number in _references(entry):
            wanted[table].add(number)
    names = queries.names(wanted, actor)
    for key, subject in subjects.items():
        names.labels[key] = subject.label if subject.visible_to(actor) else None
    return [_line(actor, entry, subjects, names, of) for entry in entries]


Labels = dict[tuple[str, int], str | None]


def _line(
    actor: Actor, entry: AuditEntry, subjects: dict[queries.SubjectKey, queries.Subject], names: queries.Names,
    of: queries.Subject | None,
) -> Line:  # fmt: skip
    labels = names.labels
    key = _own_subject(entry)
    subject = subjects.get(key) if key else of
    hidden = not _money_visible(actor, entry, subject, names.paths)
    unit = entry.unit_id or (subject.unit_id if subject else None)
    shown = subject if subject and subject.visible_to(actor) else None
    return Line(
        entry=entry,
        action=_(ACTION_LABELS[AuditAction(entry.action)]),
        kind=_(OBJECT_LABELS.get(entry.object_type, entry.object_type)),
        name=_name(entry, labels),
        through=_(THROUGH_LABELS.get(entry.through, entry.through)),
        unit=labels.get(("accounts_businessunit", unit)) or "" if unit else "",
        subject=shown,
        money_hidden=hidden,
        changes=list(_changes(entry, labels, hide_money=hidden, named=_named(entry, of))),
    )


def _money_visible(actor: Actor, entry: AuditEntry, subject: queries.Subject | None, paths: dict[int, str]) -> bool:
    """By the unit of the row, which for every part of an initiative is the initiative's unit of today."""
    if subject is not None:
        return subject.money_visible_to(actor)
    path = paths.get(entry.unit_id, EVERYTHING) if entry.unit_id is not None else EVERYTHING
    return actor.may(Action.MONEY, path)


def _own_subject(entry: AuditEntry) -> queries.SubjectKey | None:
    if entry.initiative_id is not None:
        return (Subjects.INITIATIVE, entry.initiative_id)
    own = entry.object_type in (Subjects.REQUEST, *HISTORY_ONLY)
    return (entry.object_type, int(entry.object_id)) if own else None


def _subject_keys(entries: Sequence[AuditEntry]) -> set[queries.SubjectKey]:
    own = {key for entry in entries if (key := _own_subject(entry))}
    named = {(table, number) for entry in entries for table, number in _references(entry)}
    return own | {key for key in named if key[0] in {*Subjects, *HISTORY_ONLY}}


def _references(entry: AuditEntry) -> Iterator[tuple[str, int]]:
    """Rows that an entry names: by a changed reference, by being about one, by its unit."""
    columns = columns_of(entry.object_type)
    for values in (entry.before or {}, entry.after or {}):
        for column, value in values.items():
            if column in columns and columns[column].target and isinstance(value, int):
                yield columns[column].target, value
    if entry.object_id.isdigit():
        yield entry.object_type, int(entry.object_id)
    if entry.unit_id is not None:
        yield "accounts_businessunit", entry.unit_id


def _name(entry: AuditEntry, names: Labels) -> str:
    """What the row is called: as it is today, else as the entry says."""
    today = names.get((entry.object_type, int(entry.object_id))) if entry.object_id.isdigit() else None
    if today:
        return today
    said = (entry.after or {}) | (entry.before or {})
    columns = columns_of(entry.object_type)
    for column in NAMING:
        if value := said.get(column):
            return str(columns[column].words.get(value, value)) if column in columns else str(value)
    return ""


def _named(entry: AuditEntry, of: queries.Subject | None) -> frozenset[str]:
    """Columns that say what the line, or the page that it stands on, names already."""
    if of is not None and of.table in PARTS:
        return frozenset({PARTS[of.table][0]}) if entry.object_type != of.table else frozenset()
    return frozenset({"initiative_id"} if entry.object_type != Subjects.REQUEST else ())


def _changes(entry: AuditEntry, names: Labels, *, hide_money: bool, named: frozenset[str]) -> Iterator[Change]:
    before, after = entry.before or {}, entry.after or {}
    columns = columns_of(entry.object_type)
    order = {name: position for position, name in enumerate(columns)}
    for name in sorted({*before, *after} - TECHNICAL - named, key=lambda column: (order.get(column, len(order)), column)):
        old, new = before.get(name), after.get(name)
        column = columns.get(name) or Column(name.replace("_", " ").capitalize(), "", {}, "text")
        if hide_money and name in MONEY_FIELDS:
            yield Change(column.label, name, "", "", hidden=True)
        elif not (_says_nothing(old) and _says_nothing(new)):
            yield Change(column.label, name, _shown(old, column, names), _shown(new, column, names))


def _says_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _shown(value: Any, column: Column, names: Labels) -> str:
    if _says_nothing(value):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column.target and isinstance(value, int):
        key = (column.target, value)
        return (names[key] or _("not yours to see")) if key in names else f"#{value}"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _dated(value, column.kind) or str(column.words.get(value, value))


def _dated(value: Any, kind: str) -> str:
    if kind == "day":
        return ui_text.with_precision(date.fromisoformat(value))
    if kind == "moment":
        return ui_text.moment_text(timezone.localtime(datetime.fromisoformat(value)))
    return ""


EXPORT_HEAD = (
    "id", "at", "action", "kind", "object_id", "object", "initiative_id", "initiative", "unit_id", "unit", "actor_id",
    "actor", "through", "request_id", "note", "field", "before", "after",
)  # fmt: skip


def export_rows(line: Line) -> Iterator[list[object]]:
    """One row per changed field, as a spreadsheet wants it; numbers stay numbers."""
    entry = line.entry
    start: list[object] = [
        entry.pk, entry.at.isoformat(), entry.action, line.kind, entry.object_id, line.name, entry.initiative_id,
        line.subject.label if line.subject else "", entry.unit_id, line.unit, entry.actor_id, entry.actor, entry.through,
        entry.request_id, entry.note,
    ]  # fmt: skip
    for change in line.changes:
        hidden = _("hidden")
        yield [*start, change.name, hidden if change.hidden else change.before, hidden if change.hidden else change.after]
    if not line.changes:
        yield [*start, "", "", ""]


def as_data(line: Line) -> dict[str, Any]:
    """An entry for the API and the JSON export: ids, words and raw values, without hidden amounts."""
    entry = line.entry
    return {
        "id": entry.pk,
        "at": entry.at,
        "action": entry.action,
        "kind": entry.object_type,
        "object_id": entry.object_id,
        "object": line.name,
        "initiative_id": entry.initiative_id,
        "unit_id": entry.unit_id,
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "through": entry.through,
        "request_id": entry.request_id,
        "note": entry.note,
        "before": line.side(entry.before),
        "after": line.side(entry.after),
        "hidden": line.hidden_fields,
    }
