"""What may be lost: figures of abandonment with their intervals and horizon, and what silos come to."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.finance.tables.labels import amount
from portfolio.kit.templatetags.ui_text import grouped, interval
from readiness.dashboards.rules.money import ABANDONED, added
from readiness.dashboards.tables.silos import label
from readiness.dashboards.tables.stages import risk_figure, source_of
from readiness.meetings.rules.packs.texts import shortened
from readiness.meetings.services.packs.contents.words import day
from readiness.outlets.queries.standing import Distribution
from readiness.outlets.rules.page import Block, Figure, Line
from readiness.outlets.services.sheets.gathered import Gathered, Money
from readiness.risk.tables.spending import View, because, rests

PUBLISHED = "poc-to-production-scrapped"
KINDS = 5


def outlook(all_: Gathered) -> Block:
    """Each figure with interval, base and horizon; what is not computed says so."""
    facts = [_reference_class(all_), _own(all_.risk)]
    if (money := all_.money) is not None:
        facts += [_expected(money.likely), _sunk(money)]
    return Block(title=_("What may be lost"), facts=tuple(facts))


def _reference_class(all_: Gathered) -> Figure:
    made, risk = risk_figure(all_.figures.risk, all_.figures.as_of), all_.figures.risk
    reference = all_.figures.references.get(PUBLISHED)
    used = (
        ""
        if all_.risk.total
        else ngettext(
            "reference class only; your %s closed initiative is not yet used",
            "reference class only; your %s closed initiatives are not yet used",
            risk.closed_not_used,
        )
        % grouped(risk.closed_not_used)
    )
    base = f"{made['base']}, {made['interval']}"
    under = (base, used, shortened(source_of(reference), 80) if reference else "")
    return Figure(
        label=_("Abandoned before production, published reference class"),
        value=made["value"],
        under=tuple(text for text in under if text),
    )


def _own(risk: Distribution) -> Figure:
    label_ = _("Initiatives above the average risk")
    if not risk.total or risk.least is None or risk.most is None or risk.on is None:
        return Figure(label=label_, value=_("unknown"), unknown=True, under=(_("no initiative has a figure of its own yet"),))
    bands = _("%(average)s not told apart from it, %(below)s below it; of %(total)s in flight with a figure") % {
        "average": grouped(risk.bands["average"]), "below": grouped(risk.bands["below"]), "total": grouped(risk.total),
    }  # fmt: skip
    ends = interval(round(100 * risk.least), round(100 * risk.most), "%")
    spread = _("figures from %(ends)s within %(months)d months, as of %(day)s; a band is told by the 80 %% interval") % {
        "ends": ends, "months": risk.months or 0, "day": day(risk.on),
    }  # fmt: skip
    return Figure(label=label_, value=grouped(risk.bands["above"]), under=(bands, spread))


def _expected(view: View | None) -> Figure:
    """Unknown where nothing was scored, or where the sum would tell what is hidden."""
    label_ = _("Expected abandoned spend, and its 90th percentile")
    if view is None:
        return Figure(label=label_, value=_("unknown"), unknown=True, under=(_("not computed yet"),))
    kept = view.kept
    if not kept.base.told:
        return Figure(label=label_, value=_("unknown"), unknown=True, under=(because(kept.base) or _("nothing is in flight"),))
    worse = _("within %(months)d months; one outcome in ten is worse than %(p90)s (P90)") % {
        "months": view.months, "p90": view.money(kept.p90),
    }  # fmt: skip
    return Figure(label=label_, value=view.money(kept.expected), under=(worse, rests(kept)))


def _sunk(money: Money) -> Figure:
    sunk = added((money.spent[fate] for fate in ABANDONED if fate in money.spent), "abandoned")
    known = _("%(known)s of %(n)s abandoned have an amount") % {"known": grouped(sunk.known), "n": grouped(sunk.initiatives)}
    spared = [
        (_("at least %s") if one.at_least else "%s") % amount(one.amount, one.currency)
        for one in money.avoided
        if one.amount is not None and (one.known > 1 or one.opened == one.decisions)
    ]
    lines = (known, _("spared by stops at gates: %s") % ", ".join(spared)) if spared else (known,)
    least = _("at least %s") if not sunk.sure and sunk.amount is not None else "%s"
    value = least % amount(sunk.amount, money.currency)
    return Figure(label=_("Sunk in what was abandoned"), value=value, unknown=sunk.amount is None, under=lines)


def silos(all_: Gathered) -> Block:
    rows = sorted(all_.silos, key=lambda one: -one.findings)
    n = sum(one.findings for one in rows)
    if all_.silo_run is None:
        return Block(title=_("Silos"), notes=(_("Unknown: detection has not run yet."),))
    lead = ngettext("%s open finding.", "%s open findings.", n) % grouped(n)
    heads: tuple[str, ...] = (_("Kind"), _("Open"))
    if all_.money is not None:
        lead = f"{lead} {_('An amount may count in several kinds.')}" if rows else lead
        heads = (*heads, _("Amount"))
    return Block(title=_("Silos"), lead=lead, heads=heads if rows else (), lines=tuple(_kinds(all_))[:KINDS])


def _kinds(all_: Gathered) -> Iterator[Line]:
    for one in sorted(all_.silos, key=lambda one: -one.findings):
        told = (amount(one.amount, one.currency),) if all_.money is not None else ()
        yield Line(label=label(one), cells=(grouped(one.findings), *told))
