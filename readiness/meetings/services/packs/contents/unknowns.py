"""What nobody knows, and who finds it out by when."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.assessments.queries.unknowns.rows import Row
from readiness.meetings.rules.packs.page import Badge, Cell, Column, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import day, unknown

MOST = 25


def section(one: Subject, _all: Gathered) -> Section:
    title = _("What we do not know")
    if not one.unknowns:
        return Section(title=title, lead=_("Nothing that was asked is unknown."))
    rows = sorted(one.unknowns, key=lambda row: (not row.holds, not row.overdue, row.owner_id is not None))
    columns = (Column(_("What"), 3.4), Column(_("Where"), 1.8), Column(_("Who finds out"), 1.6), Column(_("By"), 1.4))
    left = len(rows) - MOST
    notes = (ngettext("and %d more in the portal", "and %d more in the portal", left) % left,) if left > 0 else ()
    return Section(title=title, lead=_lead(rows), table=Table(columns, tuple(_row(row) for row in rows[:MOST])), notes=notes)


def _lead(rows: list[Row]) -> str:
    said = ngettext("%d thing is unknown", "%d things are unknown", len(rows)) % len(rows)
    parts = [
        (sum(row.holds for row in rows), _("%d hold up the next gate")),
        (sum(row.owner_id is None for row in rows), _("%d have nobody who finds them out")),
        (sum(row.overdue for row in rows), _("%d are overdue")),
    ]
    told = [text % count for count, text in parts if count]
    return f"{said}: {', '.join(told)}." if told else f"{said}."


def _row(row: Row) -> tuple[Cell, ...]:
    who = Cell(row.owner_name) if row.owner_id is not None else unknown(_("nobody"))
    by = unknown(_("no day")) if row.due is None else Cell(day(row.due)) if not row.overdue else _overdue(row)
    return Cell(row.label, _("holds up the next gate") if row.holds else ""), Cell(row.place), who, by


def _overdue(row: Row) -> Cell:
    assert row.due is not None
    return Cell(day(row.due), badge=Badge(_("Overdue"), "not_met"))
