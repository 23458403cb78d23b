"""The part of one review: what is asked, what is recommended and why, and all that this stands on."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.initiatives.choices import Status
from readiness.gates.tables.words import Text
from readiness.meetings.rules.packs.page import Fact, Part, Section
from readiness.meetings.services.packs.contents import criteria, evidence, money, risk, silos, sizing, standing, unknowns
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import day, fact, joined

# In the order of the pages. One without facts to tell of returns None, or says in a sentence that there are none.
SECTIONS: tuple[Callable[[Subject, Gathered], Section | None], ...] = (
    criteria.section,
    evidence.section,
    sizing.section,
    risk.section,
    standing.changes,
    standing.conditions,
    standing.waivers,
    standing.dependencies,
    unknowns.section,
)
_STATUSES: dict[str, Text] = {
    Status.ACTIVE: gettext_lazy("Active"),
    Status.ON_HOLD: gettext_lazy("On hold"),
    Status.CLOSED: gettext_lazy("Closed"),
}


def part(one: Subject, all_: Gathered, number: int, *, with_money: bool) -> Part:
    initiative, gate = one.item.review.initiative, one.judged.gate
    found = [section(one, all_) for section in SECTIONS]
    if with_money:
        found += list(money.sections(one, all_))
    found.append(silos.section(one, all_, with_money=with_money))
    return Part(
        mark=initiative.key,
        title=initiative.name,
        kicker=joined(str(number), gate.name, _("asks to move from %(from)s to %(to)s") % stages(one, all_)),
        lead=initiative.purpose or _("Nobody has written down what it is for."),
        facts=_facts(one, all_, with_money=with_money),
        headline=criteria.headline(one),
        sections=tuple(section for section in found if section is not None),
    )


def stages(one: Subject, all_: Gathered) -> dict[str, str]:
    """The stages that the gate lies between, by the names of the lifecycle where it has them."""
    named = all_.stages[one.item.review.initiative.lifecycle_id]
    gate = one.judged.gate
    return {"from": named.get(gate.from_stage, gate.from_stage), "to": named.get(gate.to_stage, gate.to_stage)}


def _facts(one: Subject, all_: Gathered, *, with_money: bool) -> tuple[Fact, ...]:
    review = one.item.review
    initiative = review.initiative
    stage = initiative.stage.name if initiative.stage else ""
    since = (
        _("%(stage)s, since %(day)s") % {"stage": stage, "day": day(initiative.stage_since)} if initiative.stage_since else stage
    )
    asked = review.wanted_on
    return (
        Fact(_("Business unit"), initiative.unit.name),
        fact(_("Owner"), all_.names.get(initiative.owner_id or 0, initiative.owner_name), otherwise=_("nobody")),
        fact(_("Sponsor"), all_.names.get(initiative.sponsor_id or 0, initiative.sponsor_name), otherwise=_("nobody")),
        fact(_("Stage"), since),
        Fact(_("Status"), joined(str(_STATUSES[initiative.status]), initiative.status_note)),
        Fact(_("Round"), str(review.round)),
        fact(_("Decision wanted by"), day(asked) if asked else "", otherwise=_("not said")),
        *((money.worth(one),) if with_money else ()),
    )
