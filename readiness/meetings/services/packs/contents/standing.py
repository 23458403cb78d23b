"""What stands from before: changes since the last decision, open conditions, waivers, dependencies."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.initiatives.choices import DependencyKind
from readiness.gates.choices import ConditionState, ProofKind
from readiness.gates.queries.waivers import WaiverNow
from readiness.gates.tables import decisions
from readiness.gates.tables.words import CONDITIONS, PROOFS, WAIVERS, Text
from readiness.meetings.rules.packs.page import Badge, Cell, Column, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import day, verdict

_KINDS: dict[str, Text] = {
    DependencyKind.NEEDS: gettext_lazy("needs it"),
    DependencyKind.SHARES_PLATFORM: gettext_lazy("shares the platform"),
    DependencyKind.FEEDS: gettext_lazy("feeds it"),
}


def changes(one: Subject, all_: Gathered) -> Section:
    """As the review of the last decision keeps them (rules.drift)."""
    title = _("Changes since the last decision")
    if one.last is None:
        return Section(title=title, lead=_("This is the first gate decision on it; there is nothing to compare with."))
    said = _("%(what)s, on %(day)s by %(who)s.") % {
        "what": decisions.headline(one.last), "day": day(timezone.localdate(one.last.at)), "who": str(one.last.by),
    }  # fmt: skip
    rows = decisions.changes(one.last.review.changes, _texts(one.last.content))
    if not rows:
        return Section(title=title, lead=f"{said} {_('Nothing that was judged then has moved since.')}")
    columns = (Column(_("What"), 3), Column(_("Then"), 1.3), Column(_("Now"), 1.3), Column(_("How it moved"), 2))
    return Section(title=title, lead=said, table=Table(columns, tuple(_change(row) for row in rows)))


def _texts(content: str) -> dict[str, str]:
    return {row["key"]: row["text"] for row in json.loads(content)["criteria"]}


def _change(row: dict[str, Any]) -> tuple[Cell, ...]:
    then, now = (
        Cell(badge=verdict(row[f"{end}_verdict"])) if row[f"{end}_verdict"] else Cell(row[end]) for end in ("before", "after")
    )
    return Cell(row["label"], strong=row["material"]), then, now, Cell(row["why"], _("material") if row["material"] else "")


def conditions(one: Subject, all_: Gathered) -> Section | None:
    if not one.conditions:
        return None
    today = timezone.localdate(all_.now)
    columns = (
        Column(_("Condition"), 3), Column(_("State"), 1.2), Column(_("Owner"), 1.4), Column(_("Due"), 1.1),
        Column(_("Proof"), 1.5),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(each.condition.text, _("set at the gate %s") % each.gate),
            Cell(badge=_state(each.condition.state(today))),
            Cell(all_.names.get(each.condition.owner, "")),
            Cell(day(each.condition.due)),
            Cell(str(PROOFS[ProofKind(each.condition.proof.kind)]), each.condition.proof.ref),
        )
        for each in one.conditions
    )
    lead = _("They bar Go and Conditional Go until they are proven.")
    return Section(title=_("Open conditions"), lead=lead, table=Table(columns, rows))


def _state(state: ConditionState) -> Badge:
    return Badge(str(CONDITIONS[state][0]), "not_met" if state is ConditionState.OVERDUE else "warning")


def waivers(one: Subject, all_: Gathered) -> Section | None:
    if not one.waivers:
        return None
    columns = (
        Column(_("Criterion"), 2), Column(_("State"), 1.3), Column(_("Reason"), 2), Column(_("Instead"), 2),
        Column(_("Until"), 1.1), Column(_("Who"), 1.4),
    )  # fmt: skip
    return Section(title=_("Waivers"), table=Table(columns, tuple(_waiver(each, one, all_) for each in one.waivers)))


def _waiver(one: WaiverNow, of: Subject, all_: Gathered) -> tuple[Cell, ...]:
    texts = {each.criterion.key: each.criterion.text for each in of.judged.judged}
    asked = ", ".join(sorted(all_.names.get(person, "") for person in one.now.asked_by))
    approved = all_.names.get(one.now.approved_by or 0, "")
    return (
        Cell(texts.get(one.criterion, one.criterion)),
        Cell(badge=Badge(str(WAIVERS[one.now.state][0]), "waived" if one.now.in_force else "quiet")),
        Cell(one.now.reason),
        Cell(one.now.measure),
        Cell(day(timezone.localdate(one.now.expires_at))),
        Cell(_("asked by %s") % asked, _("approved by %s") % approved if approved else _("not approved")),
    )


def dependencies(one: Subject, _all: Gathered) -> Section | None:
    if not one.judged.dependencies:
        return None
    columns = (Column(_("On what"), 3), Column(_("How"), 1.5), Column(_("Ready"), 1.5))
    rows = tuple(
        (Cell(each.name), Cell(str(_KINDS[each.kind])), Cell(badge=_ready(each.ready))) for each in one.judged.dependencies
    )
    return Section(title=_("Dependencies"), table=Table(columns, rows))


def _ready(ready: bool | None) -> Badge:
    if ready is None:
        return Badge(_("We do not know"), "unknown")
    return Badge(_("Ready"), "met") if ready else Badge(_("Not ready"), "not_met")
