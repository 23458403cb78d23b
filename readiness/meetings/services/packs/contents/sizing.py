"""What production needs, what is free for it, and by when the rest must be ordered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from readiness.meetings.rules.packs.page import Cell, Column, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import day, days, joined, unknown, verdict
from readiness.sizing.tables.overview import shown_rows


def section(one: Subject, _all: Gathered) -> Section:
    if not one.sizings:
        return Section(title=_("Sizing"), lead=_("We do not know what production needs: no workload is written down."))
    columns = (
        Column(_("Workload"), 1.7), Column(_("Option"), 2.2), Column(_("Needs"), 1.5), Column(_("Free for it"), 1.2),
        Column(_("Verdict"), 1.3), Column(_("Order by"), 1.2),
    )  # fmt: skip
    return Section(title=_("Sizing"), table=Table(columns, tuple(_row(row) for row in shown_rows(one.sizings))))


def _row(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    unknowns = _("%d values unknown") % row["unknowns"] if row["unknowns"] else ""
    return (
        Cell(row["name"], unknowns),
        Cell(_option(row), joined(row["grade"], row["binds"])) if row["option"] else unknown(_("not sized")),
        Cell(row["need"], row["thing"]) if row["need"] else unknown(_("unknown")),
        Cell(row["free"], joined(row["pool"], row["gap"])) if row["free"] is not None else unknown(_("unknown")),
        Cell(badge=verdict(row["verdict"])),
        _order(row),
    )


def _option(row: Mapping[str, Any]) -> str:
    return str(row["option"]) if row["chosen"] else _("%s (not chosen yet)") % row["option"]


def _order(row: Mapping[str, Any]) -> Cell:
    if row["order_by"] is not None:
        return Cell(day(row["order_by"]), _("%s late") % days(row["late_days"]) if row["late_days"] else "")
    needed = _("needed on %s") % day(row["needed_on"]) if row["needed_on"] else _("no day is named")
    return Cell("–", needed)  # noqa: RUF001
