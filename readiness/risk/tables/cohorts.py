"""The sentence, the strip and the tables of the cohort page, and its figures as a flat file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import DASH, grouped, interval, percent, tidy
from readiness.core.stats.proportions import Share
from readiness.risk.rules.cohorts import FEWEST_BESIDE, HORIZON_MONTHS, LEVEL, Cause, Competing, Gate, Lead, Point, Side
from readiness.risk.rules.figures import Cohorts
from readiness.risk.tables.words import cause_words, left_out_words, months_text, side_words

CSV_HEAD = ("table", "row", "outcome", "months", "part", "whole", "at_risk", "value", "low", "high", "level", "note")
Line = tuple[Any, ...]


def headline(figures: Cohorts) -> str:
    """What became of them within the horizon, or why nothing is said."""
    at = horizon_point(figures.life)
    if figures.initiatives < 2:
        return _("Fewer than two initiatives match: a cohort of one is that initiative, so nothing is drawn.")
    if at is None:
        return _("Nobody here was followed for %(n)s months yet.") % {"n": HORIZON_MONTHS}
    told = {cause: percent(at.shares[cause][0] if cause in at.shares else 0, 1) for cause in Cause}
    return _(
        "Of %(n)s initiatives, by the age of %(months)s months %(produced)s reached production, %(stopped)s were stopped by"
        " decision and %(drifted)s drifted."
    ) % {
        "n": grouped(figures.initiatives), "months": HORIZON_MONTHS, "produced": told[Cause.WENT_ON],
        "stopped": told[Cause.STOPPED], "drifted": told[Cause.DRIFTED],
    }  # fmt: skip


def horizon_point(life: Competing | None) -> Point | None:
    """The point of the curve at the horizon; None where nobody was followed that long and some are still in flight."""
    if life is None or life.emptied is not None:
        return None
    if life.complete and life.points and life.longest < HORIZON_MONTHS:
        return life.points[-1]
    return next((point for point in life.points if point.months == HORIZON_MONTHS), None)


def strip(figures: Cohorts) -> list[dict[str, Any]]:
    """Five figures: the outcomes by the horizon, and the lead time."""
    at, words = horizon_point(figures.life), cause_words(_("Reached production"))
    common = {
        "origin": _("Stage history and closures, Aalen-Johansen with delayed entry"), "as_of": figures.on,
        "base": _("by %(n)s months") % {"n": HORIZON_MONTHS},
    }  # fmt: skip
    made = [common | {"label": label} | _at(at, cause, figures.life) for cause, label in words.items()]
    return [*made, _lead(figures.lead, figures)]


def _at(at: Point | None, cause: Cause, life: Competing | None) -> dict[str, Any]:
    if at is None or life is None:
        return {"value": None, "note": _("Nobody was followed that long.")}
    if cause not in at.shares:
        return {"value": percent(0, 1), "note": _("No such end among %(n)s followed.") % {"n": grouped(life.followed)}}
    value, low, high = at.shares[cause]
    return {
        "value": percent(value, 1), "interval": interval(round(100 * low), round(100 * high), "%"),
        "reference": _("%(n)s of %(all)s followed") % {"n": grouped(life.events[cause]), "all": grouped(life.followed)},
    }  # fmt: skip


def _lead(lead: Lead | None, figures: Cohorts) -> dict[str, Any]:
    label = {"label": _("Months to production"), "origin": _("Dates of beginning and of production"), "as_of": figures.on}
    if lead is None or lead.median is None:
        return label | {"value": None, "note": _("Fewer than two arrived with dates.")}
    return label | {
        "value": tidy(lead.median, 1), "unit": _("median"),
        "interval": interval(lead.low, lead.high) if lead.low is not None else _("too few for an interval"),
        "base": _("of %(n)s arrived") % {"n": grouped(lead.arrived)},
        "reference": _("%(n)s in flight may arrive later") % {"n": grouped(lead.in_flight)},
        "note": _("The middle of those that arrived, with a 95 % interval; those still on the way would make it longer."),
    }  # fmt: skip


def gate_rows(gates: Sequence[Gate]) -> list[dict[str, Any]]:
    """Four outcomes apart, each as a share of those that entered, so far."""
    return [
        {
            "gate": gate, "label": f"{gate.name} → {gate.following}",
            "outcomes": [_outcome(gate, n) for n in (gate.went_on, gate.stopped, gate.drifted, gate.abandoned_unknown)],
            "here": gate.here, "otherwise": gate.closed_otherwise, "unknown": gate.stage_unknown,
        }
        for gate in gates
    ]  # fmt: skip


def _outcome(gate: Gate, count: int) -> dict[str, str]:
    share = gate.share(count)
    if share is None:
        return {"n": grouped(count), "share": DASH, "interval": ""}
    return {
        "n": grouped(count), "share": percent(share.value, 1),
        "interval": interval(round(100 * share.low), round(100 * share.high), "%"),
    }  # fmt: skip


def side_rows(sides: Sequence[Side]) -> list[dict[str, Any]]:
    words = side_words()
    return [{"side": one, "label": words[one.key], "says": _says(one)} for one in sides]


def _says(one: Side) -> str:
    if one.too_few:
        return _("too few to say: %(n)s of %(least)s") % {"n": grouped(one.followed), "least": FEWEST_BESIDE}
    if one.value is None or one.low is None or one.high is None:
        return _("followed for %(months)s at most") % {"months": months_text(one.longest)}
    return f"{percent(one.value, 1)} ({interval(round(100 * one.low), round(100 * one.high), '%')})"


def left_out_rows(figures: Cohorts) -> list[dict[str, Any]]:
    return [{"n": n, "text": left_out_words(reason)} for reason, n in sorted(figures.left_out.items(), key=lambda item: -item[1])]


def left_out_note(figures: Cohorts) -> str:
    n = sum(figures.left_out.values())
    return ngettext(
        "%(n)s of %(all)s initiatives has no age and is left out of the curves.",
        "%(n)s of %(all)s initiatives have no age and are left out of the curves.", n,
    ) % {"n": grouped(n), "all": grouped(figures.initiatives)}  # fmt: skip


def csv_of(figures: Cohorts) -> Iterator[str]:
    """The table twins of the page in one file."""
    return csv_lines(CSV_HEAD, _flat(figures))


def _flat(figures: Cohorts) -> Iterator[Line]:
    for gate in figures.gates:
        yield from _gate_lines(gate)
    if figures.life:
        yield from _curve_lines("life", "", figures.life)
    for time in figures.times:
        if time.curve:
            yield from _curve_lines("time in stage", time.key, time.curve)
    for reason in figures.reasons:
        for cause, n in reason.counts.items():
            yield ("reason", reason.reason, cause.name.lower(), "", n, figures.abandoned, "", "", "", "", "", "")
    for table, sides in (("purchases in plan", figures.plan or ()), ("procurement route", figures.route)):
        yield from (_side_line(table, one) for one in sides)
    for left, n in figures.left_out.items():
        yield ("left out", left, "", "", n, figures.initiatives, "", "", "", "", "", "")


def _gate_lines(gate: Gate) -> Iterator[Line]:
    shares: dict[str, Share | None] = {
        name: gate.share(getattr(gate, name)) for name in ("went_on", "stopped", "drifted", "abandoned_unknown", "here")
    }
    for name, share in (shares | {"conversion_of_those_that_left": gate.conversion}).items():
        if share:
            yield ("gate", gate.key, name, "", share.part, share.whole, "", share.value, share.low, share.high, share.level, "")


def _curve_lines(table: str, row: str, of: Competing) -> Iterator[Line]:
    for point in of.points:
        for cause, (value, low, high) in point.shares.items():
            yield (
                table, row, cause.name.lower(), point.months, of.events[cause], of.followed, point.at_risk, value, low, high,
                LEVEL, "",
            )  # fmt: skip


def _side_line(table: str, one: Side) -> Line:
    abandoned = one.stopped + one.drifted + one.abandoned_unknown
    told = ["" if end is None else end for end in (one.value, one.low, one.high)]
    note = "too few to say" if one.too_few else "not followed that long" if one.too_short else "association, not cause"
    return (table, one.key, "abandoned", one.horizon_months, abandoned, one.followed, "", *told, LEVEL, note)
