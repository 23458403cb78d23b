"""The sentence and the strip at the top of the Portfolio page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import grouped, percent
from readiness.dashboards.rules.figures import STALLED_LEAST_STAYS, Counts, PortfolioFigures, Stalled
from readiness.dashboards.tables.links import ABANDONED, OPEN, Links

Figure = dict[str, Any]


def headline(counts: Counts, stalled: Stalled) -> str:
    """The one sentence that matters: what moves, what arrived, what was given up."""
    if not counts.total:
        return _("No initiative matches these filters.")
    numbers = {
        "total": grouped(counts.total),
        "flight": grouped(counts.in_flight),
        "reached": grouped(counts.reached),
        "abandoned": grouped(counts.abandoned),
        "stalled": grouped(stalled.count),
        "unknown": grouped(counts.unknown_stage),
    }
    text = ngettext(
        "Of %(total)s initiative, %(reached)s reached production, %(abandoned)s was abandoned and %(flight)s is in flight",
        "Of %(total)s initiatives, %(reached)s reached production, %(abandoned)s were abandoned and %(flight)s are in flight",
        counts.total,
    )
    if stalled.count:
        text += _(" (%(stalled)s of these far longer in their stage than others were)")
    if counts.unknown_stage:
        text += ngettext(
            "; one more is open, and its stage is unknown", "; %(unknown)s more are open, and their stage is unknown",
            counts.unknown_stage,
        )  # fmt: skip
    return f"{text % numbers}."


def strip(figures: PortfolioFigures, links: Links, *, money: bool) -> list[Figure]:
    """Four figures where amounts follow as the fifth (it loads by itself), else five; the sentence tells what is left out."""
    counts = figures.counts
    made = [_in_flight(counts, links), _reached(counts, links), _abandoned(counts, links), _stalled(figures.history.stalled)]
    if not money:
        made.append(_unknown(counts, links))
    common = {"origin": _("Stages, status, stage history and closures in this register"), "as_of": figures.as_of}
    return [common | figure for figure in made]


def _unknown(counts: Counts, links: Links) -> Figure:
    return {
        "label": _("Stage unknown"),
        "value": grouped(counts.unknown_stage),
        "base": _of(counts.unknown_stage, counts.open, _("open")),
        "note": _("Open initiatives whose stage nobody has said, or whose register says something that fits no stage."),
        "url": links.rows(stage="unknown", status=OPEN),
    }


def _of(part: int, whole: int, what: str) -> str:
    """`30 % of 60 registered`; a share of nothing is no share."""
    if not whole:
        return _("of none %(what)s") % {"what": what}
    return _("%(share)s of %(whole)s %(what)s") % {"share": percent(part, whole), "whole": grouped(whole), "what": what}


def _in_flight(counts: Counts, links: Links) -> Figure:
    return {
        "label": _("In flight"),
        "value": grouped(counts.in_flight),
        "base": _of(counts.in_flight, counts.total, _("registered")),
        "reference": _running(counts),
        "note": _in_flight_note(counts),
        "url": links.rows(stage_kind="before_production", status=OPEN),
    }


def _running(counts: Counts) -> str:
    """The base that panels name: everything that is not closed."""
    if counts.open == counts.in_flight:
        return ""
    return _("%(open)s running: with %(production)s in production, %(unknown)s of unknown stage") % {
        "open": grouped(counts.open), "production": grouped(counts.in_production), "unknown": grouped(counts.unknown_stage),
    }  # fmt: skip


def _in_flight_note(counts: Counts) -> str:
    note = _("Not closed, and in a stage before production. Running is everything that is not closed.")
    return note + " " + _("%(n)s of those in flight are on hold.") % {"n": grouped(counts.on_hold)} if counts.on_hold else note


def _reached(counts: Counts, links: Links) -> Figure:
    return {
        "label": _("Reached production"),
        "value": grouped(counts.reached),
        "base": _of(counts.reached, counts.total, _("registered")),
        "reference": _("%(n)s in production today") % {"n": grouped(counts.in_production)},
        "note": _("In a production stage now or at any time; retired ones are among them."),
        "url": links.rows(stage_kind="production"),
    }


def _abandoned(counts: Counts, links: Links) -> Figure:
    kinds = {
        "stopped": grouped(counts.stopped),
        "drifted": grouped(counts.drifted),
        "unknown": grouped(counts.abandoned_unknown),
        "rest": grouped(counts.closed_otherwise),
    }
    return {
        "label": _("Abandoned"),
        "value": grouped(counts.abandoned),
        "base": _of(counts.abandoned, counts.total, _("registered")),
        "reference": _("%(stopped)s stopped by decision, %(drifted)s drifted, %(unknown)s of unknown kind") % kinds,
        "note": _(
            "A stop by decision is good governance, drifting is not. %(rest)s more are closed otherwise: retired, merged, "
            "replaced, out of scope or reorganised."
        )
        % kinds,
        "url": links.rows(closure=ABANDONED),
    }


def _stalled(stalled: Stalled) -> Figure:
    note = _(
        "Active, and in its stage for longer than nine in ten stays of others there. Judged only where the stage has seen "
        "%(least)d stays with known dates."
    ) % {"least": STALLED_LEAST_STAYS}
    if not stalled.judged:
        why = _("Not enough history to compare with, or no dates.") if stalled.not_judged else _("Nothing active in flight.")
        return {"label": _("Stalled"), "value": None if stalled.not_judged else "0", "base": why, "note": note}
    return {
        "label": _("Stalled"),
        "value": grouped(stalled.count),
        "base": _of(stalled.count, stalled.judged, _("compared")),
        "reference": _("not enough history for %(n)s") % {"n": grouped(stalled.not_judged)} if stalled.not_judged else "",
        "note": note,
        "url": "#stalled" if stalled.count else "",
    }
