"""What nobody knows, and who finds it out by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.assessments.choices import UnknownKind
from readiness.assessments.queries.unknowns.rows import Row
from readiness.gates.tables.words import Text
from readiness.meetings.rules.packs.page import Badge, Band, Cell, Column, Section, Table
from readiness.meetings.rules.packs.page import Row as TableRow
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import day, unknown

MOST = 15
_WHERE: dict[str, Text] = {
    UnknownKind.VALUE: gettext_lazy("workload %s"),
    UnknownKind.ANSWER: gettext_lazy("assessment %s"),
    UnknownKind.COMPONENT: gettext_lazy("components"),
    UnknownKind.FACT: gettext_lazy("register"),
}


def section(one: Subject, _all: Gathered) -> Section:
    title = _("What we do not know")
    if not one.unknowns:
        return Section(title=title, lead=_("Nothing that was asked is unknown."))
    rows = sorted(one.unknowns, key=lambda row: (not row.holds, not row.overdue, row.owner_id is not None))
    columns = (Column(_("What"), 3.4), Column(_("Where"), 1.8), Column(_("Who finds out"), 1.6), Column(_("By"), 1.4))
    left = len(rows) - MOST
    notes = (ngettext("and %d more in the portal", "and %d more in the portal", left) % left,) if left > 0 else ()
    return Section(title=title, lead=_lead(rows), table=Table(columns, tuple(_banded(rows[:MOST]))), notes=notes)


def _banded(rows: Sequence[Row]) -> Iterator[TableRow]:
    for holds, title in ((True, _("Hold up the next gate")), (False, _("Do not hold up the next gate"))):
        if some := [row for row in rows if row.holds is holds]:
            yield Band(title)
            yield from map(_row, some)


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
    return Cell(row.label), Cell(str(_WHERE[row.kind]).replace("%s", row.place)), who, by


def _overdue(row: Row) -> Cell:
    assert row.due is not None
    return Cell(day(row.due), badge=Badge(_("Overdue"), "not_met"))
