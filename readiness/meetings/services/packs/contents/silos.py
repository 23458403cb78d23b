"""Silo findings about what is bought for an initiative: kinds, states and proposals in both variants, amounts in that with money.

A finding that crosses units is told without its amounts, because the readers of a pack may see those of the initiative's unit
alone.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import DASH, grouped
from readiness.meetings.rules.packs.page import Cell, Column, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import joined
from readiness.silos.choices import FindingKind, FindingState, Proposal
from readiness.silos.queries.standing import About
from readiness.silos.tables.words import KINDS, PROPOSALS, STATES

MOST = 10
_TOLD = frozenset({FindingState.OPEN.value, FindingState.ACCEPTED.value})


def section(one: Subject, _all: Gathered, *, with_money: bool) -> Section | None:
    """None where nothing is bought for the initiative; that nobody has looked is said."""
    facts = one.silos
    if facts is None or not facts.rows:
        return None
    title = _("Silo findings")
    if facts.looked_at is None:
        return Section(title=title, lead=_("Nobody has looked yet whether its purchases are bought apart: unknown."))
    found = [about for about in facts.found if about.state in _TOLD]
    if not found:
        return Section(title=title, lead=_("No open finding is about what is bought for it."))
    said = ngettext("%d finding is about what is bought for it.", "%d findings are about what is bought for it.", len(found))
    priced = (Column(_("Amount"), 1.8, right=True), Column(_("Saving a year"), 2, right=True)) if with_money else ()
    columns = (Column(_("Finding"), 3), Column(_("State"), 1.2), Column(_("Proposal"), 1.8), *priced)
    path = one.item.review.initiative.unit.path
    rows = tuple(_row(about, path, with_money=with_money) for about in found[:MOST])
    left = len(found) - MOST
    notes = (ngettext("and %d more in the portal", "and %d more in the portal", left) % left,) if left > 0 else ()
    return Section(title=title, lead=said % len(found), table=Table(columns, rows), notes=notes)


def _row(about: About, path: str, *, with_money: bool) -> tuple[Cell, ...]:
    own = about.ancestor_path.startswith(path)
    cells = (
        Cell(str(KINDS[FindingKind(about.kind)]), joined(about.capability, "" if own else _("with other units"))),
        Cell(str(STATES[FindingState(about.state)][0])),
        Cell(str(PROPOSALS[Proposal(about.proposal)][0])),
    )
    return (*cells, *_amounts(about, own=own)) if with_money else cells


def _amounts(about: About, *, own: bool) -> tuple[Cell, Cell]:
    if not own:
        return Cell(_("crosses units")), Cell(_("crosses units"))
    amount = _("unknown") if about.amount is None else f"{grouped(about.amount)} {about.currency}"
    if about.saving_high is None:
        return Cell(amount), Cell(_("unknown"))
    return Cell(amount), Cell(f"{grouped(about.saving_low or 0)}{DASH}{grouped(about.saving_high)} {about.currency}")
