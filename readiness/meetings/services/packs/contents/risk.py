"""How likely it is abandoned, what that rests on, and how it moved; nothing in it is money, so both variants tell it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portfolio.initiatives.tables.risk import none_words
from readiness.meetings.rules.packs.page import Badge, Cell, Column, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import day
from readiness.risk.tables.reviews import told


def section(one: Subject, _all: Gathered) -> Section:
    title = _("Risk of abandonment")
    if one.risk is None:
        initiative = one.item.review.initiative
        kind = initiative.stage.kind if initiative.stage else None
        why = none_words({"status": initiative.status, "stage_kind": kind})
        return Section(title=title, lead=_("Likely abandoned: %s.") % why)
    said = told(one.risk)
    columns = (Column(said["drivers_title"], 2.2), Column(_("Its weight is"), 2), Column(_("In this figure"), 1.6))
    model = _("Model %(version)s, as of %(day)s, inputs %(digest)s.") % {
        "version": said["version"], "day": day(said["on"]), "digest": said["digest"][:12],
    }  # fmt: skip
    table = Table(columns, tuple(_row(row) for row in said["drivers"])) if said["drivers"] else None
    return Section(
        title=title, lead=f"{said['says']}.", table=table,
        paragraphs=(f"{_sentence(said['band'])} {said['rests']} {said['counting']}", said["moved"]),
        notes=(said["stopping"], model),
    )  # fmt: skip


def _sentence(band: Any) -> str:
    """`Reference class.`"""
    word = str(band)
    return f"{word[:1].upper()}{word[1:]}."


def _row(row: dict[str, Any]) -> tuple[Cell, ...]:
    return Cell(row["label"]), Cell(badge=Badge(row["badge"])), Cell(row["counts"])
