"""The words of the page: one sentence, five figures, then what moves, who needs help, what may be lost, what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import grouped, moment_text, percent
from readiness.dashboards.tables import help as help_tables
from readiness.dashboards.tables import summary
from readiness.dashboards.tables.costs import cost_context
from readiness.dashboards.tables.knowledge import labels
from readiness.dashboards.tables.links import Links
from readiness.meetings.rules.packs.texts import shortened
from readiness.meetings.services.packs.contents.words import day, joined
from readiness.outlets.rules.page import Block, Figure, Line, Needy, Page, plain
from readiness.outlets.services.sheets.gathered import Gathered
from readiness.outlets.services.sheets.moving import flow_block, stages
from readiness.outlets.services.sheets.outlook import outlook, silos

_NO_LINKS = Links([])
SHOWN, REASONS, DIMENSIONS = 5, 2, 6
_NAME, _REASON, _SENTENCE, _UNDER = 60, 92, 230, 64


def document(all_: Gathered, *, about: str, made_by: str) -> dict[str, Any]:
    """What is printed; the same gathered figures give the same data."""
    with_money = all_.money is not None
    variant = _("with amounts") if with_money else _("without amounts")
    demo = _("demo data, not a real portfolio") if all_.demo else ""
    page = Page(
        title=_("AI portfolio on one page"),
        kicker=joined(_("as of %s") % day(all_.today), variant, demo),
        scope=_scope(all_, about),
        headline=shortened(summary.headline(all_.figures.counts, all_.figures.history.stalled), _SENTENCE),
        figures=tuple(_figures(all_)),
        flow=flow_block(all_.figures),
        stages=stages(all_.figures),
        help=_help(all_),
        needy=tuple(_needy(all_)),
        outlook=outlook(all_),
        silos=silos(all_),
        known=_known(all_),
        sources=_sources(all_),
        foot=joined(_("made by %(who)s on %(when)s") % {"who": made_by, "when": moment_text(all_.now)}, variant, "Pilotage"),
    )
    return plain(page, all_.now.isoformat())


def _scope(all_: Gathered, about: str) -> str:
    units = ", ".join(all_.units[:4]) or _("Whole organisation")
    more = _("and %d more units") % (len(all_.units) - 4) if len(all_.units) > 4 else ""
    return shortened(joined(units, more, _("filtered by %s") % about if about else _("all initiatives")), _SENTENCE)


def _figures(all_: Gathered) -> Iterator[Figure]:
    """Five: the strip of the Portfolio page, with what is spent as the last one where amounts may be told."""
    found = summary.strip(all_.figures, _NO_LINKS, money=all_.money is not None)
    if (money := all_.money) is not None:
        found.append(cost_context(money.spent, money.avoided, money.currency, _NO_LINKS)["figure"])
    for one in found[:5]:
        under = (one.get("base"), one.get("interval"), one.get("reference"))
        yield Figure(
            label=one["label"], value=one["value"] or _("unknown"), unknown=one["value"] is None,
            under=tuple(shortened(str(text), _UNDER) for text in under if text),
        )  # fmt: skip


def _help(all_: Gathered) -> Block:
    found = all_.help
    more = found.total - min(SHOWN, len(found.shown))
    note = ngettext("%d more has a trouble on record.", "%d more have troubles on record.", more) % more if more else ""
    lead = _("Of %(running)s running initiatives %(n)s have a trouble on record, most kinds of trouble first.") % {
        "running": grouped(found.running), "n": grouped(found.total),
    }  # fmt: skip
    return Block(title=_("Who needs help, and why"), lead=lead, notes=(note,) if note else ())


def _needy(all_: Gathered) -> Iterator[Needy]:
    for row in help_tables.help_context(all_.help, all_.today)["rows"][:SHOWN]:
        one = row["one"]
        reasons = [shortened(reason["text"], _REASON) for reason in row["reasons"]]
        left = len(reasons) - REASONS
        told = reasons[:REASONS] + ([ngettext("and %d more reason", "and %d more reasons", left) % left] if left > 0 else [])
        about = joined(one.key, one.unit, one.stage or _("stage unknown"), one.owner or _("no owner"))
        yield Needy(name=shortened(one.name, _NAME), about=shortened(about, 2 * _NAME), reasons=tuple(told))


def _known(all_: Gathered) -> Block:
    known, words = all_.known, labels()
    assessed = _("%(n)s of %(running)s running initiatives are assessed.") % {
        "n": grouped(known.assessed), "running": grouped(known.running),
    }  # fmt: skip
    names = sorted(
        (name for name in words if known.base(name) and known.open(name)), key=lambda name: -known.open(name) / known.base(name)
    )
    lines = tuple(_dimension(all_, name, words[name]) for name in names[:DIMENSIONS])
    heads = (_("Dimension"), _("Unknown"), _("Stale"), _("Together"), _("Of"))
    notes = (_("Nothing that was asked is unknown or stale."),) if not lines else ()
    return Block(title=_("What nobody knows, or nobody knows any more"), lead=assessed, heads=heads, lines=lines, notes=notes)


def _dimension(all_: Gathered, name: str, label: str) -> Line:
    counts, base = all_.known.verdicts[name], all_.known.base(name)
    cells = (grouped(counts["unknown"]), grouped(counts["stale"]), percent(all_.known.open(name), base), grouped(base))
    return Line(label=label, cells=cells)


def _sources(all_: Gathered) -> tuple[str, ...]:
    counts = _("Counts are of this register as of %s: stages, status, stage history, closures, verdicts; nothing is sampled.")
    money = _("Amounts in %(currency)s: budget lines at the rate of the day their period began; what nobody said is in no sum.")
    silo = _silo_source(all_.silo_run.on if all_.silo_run else None)
    made = (counts % day(all_.today), money % {"currency": all_.money.currency} if all_.money else "", silo)
    return tuple(text for text in made if text)


def _silo_source(found_on: date | None) -> str:
    if found_on is None:
        return _("Silo findings: detection has not run yet.")
    return _("Silo findings: detection over purchases, bills and capacity of %s; of a filter only the unit narrows them.") % day(
        found_on
    )
