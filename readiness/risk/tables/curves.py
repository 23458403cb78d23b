"""Curves and intervals of cohorts, as charts with their table twins (contract: static/js/charts.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from portfolio.initiatives.choices import REASON_LABELS, ReasonCode
from portfolio.kit.templatetags.ui_text import grouped, interval, tidy
from readiness.risk.rules.cohorts import ABANDONED, HORIZON_MONTHS, Cause, Competing, Gate, Side, StageTime
from readiness.risk.rules.figures import Cohorts
from readiness.risk.tables.frame import Links
from readiness.risk.tables.words import COLORS, cause_words, months_text, share_text, short_words, side_words

Chart = dict[str, Any]
CLOSURES = {Cause.STOPPED: "stopped_by_decision", Cause.DRIFTED: "drifted", Cause.ABANDONED_UNKNOWN: "abandoned_unknown"}


def life_chart(figures: Cohorts) -> Chart | None:
    """From the beginning to production or abandonment."""
    if figures.life is None or not figures.life.points:
        return None
    words = cause_words(_("Reached production"))
    return _curves(figures.life, _("What becomes of them, by age"), _("Months since the beginning"), words)


def stage_chart(time: StageTime) -> Chart | None:
    """Time in one stage with its competing outcomes; None where there is nothing to draw."""
    if time.curve is None or not time.curve.points:
        return None
    made = _curves(time.curve, time.name, _("Months in the stage"), cause_words())
    undated = _("%(n)s of %(all)s stays have no usable dates and are left out") % {
        "n": grouped(time.undated), "all": grouped(time.stays),
    }  # fmt: skip
    return made | {"source": f"{made['source']}; {undated}" if time.undated else made["source"]}


def _curves(of: Competing, title: str, x_label: str, words: dict[Cause, str]) -> Chart:
    return {
        "kind": "line", "title": title, "unit": "%", "x_label": x_label, "x_from_zero": True,
        "series": [_series(of, cause, words[cause]) for cause in words if of.events.get(cause)],
        "summary": _summary(of, words),
        "source": _("Aalen-Johansen with delayed entry, 95 % bands, of those in flight at the beginning"),
    }  # fmt: skip


def _series(of: Competing, cause: Cause, name: str) -> dict[str, Any]:
    data = []
    for point in of.points:
        value, low, high = (round(100 * end, 1) for end in point.shares[cause])
        data.append(
            {"x": point.months, "y": value, "low": low, "high": high, "note": _("%(n)s at risk") % {"n": grouped(point.at_risk)}}
        )  # fmt: skip
    return {"name": name, "color": COLORS[cause], "as": "curve" if len(data) > 2 else None, "data": data}


def _summary(of: Competing, words: dict[Cause, str]) -> str:
    last = of.points[-1]
    told = {cause: n for cause, n in of.events.items() if cause in last.shares}
    ends = [f"{words[cause]} {share_text(*last.shares[cause])} ({grouped(n)})" for cause, n in told.items()]
    text = _("Of %(n)s followed, by %(months)s: %(ends)s.") % {
        "n": grouped(of.followed), "months": months_text(last.months), "ends": "; ".join(ends) or _("nobody has ended"),
    }  # fmt: skip
    if of.half_ended:
        value, low, high = of.half_ended
        text += " " + _("Half are no longer in flight by %(months)s (%(range)s).") % {
            "months": months_text(value), "range": interval(low, high, _("months")),
        }  # fmt: skip
    if of.emptied is not None:
        text += " " + _(
            "Everybody watched at %(months)s had ended, others come under observation later: the curve says nothing of them."
        ) % {"months": months_text(of.emptied)}
    return text


def gate_chart(gates: Sequence[Gate], links: Links) -> Chart | None:
    """Conversion of those that left a stage."""
    rows: list[dict[str, Any]] = [
        {
            "label": f"{gate.name} → {gate.following}", "mid": round(100 * share.value, 1), "low": round(100 * share.low, 1),
            "high": round(100 * share.high, 1), "url": links.rows(stage=gate.key),
            "base": _("%(part)s of %(whole)s that left") % {"part": grouped(share.part), "whole": grouped(share.whole)},
        }
        for gate in gates
        if (share := gate.conversion)
    ]  # fmt: skip
    if not rows:
        return None
    least = min(rows, key=lambda row: row["mid"])
    return {
        "kind": "interval", "title": _("Conversion per gate, of those that left"), "unit": "%", "max": 100,
        "category_label": _("Gate"), "rows": rows,
        "summary": _("Narrowest: %(gate)s, %(base)s.") % {"gate": least["label"], "base": least["base"]},
        "source": _("went on ÷ (went on + abandoned), 95 % Wilson interval, closed initiatives included"),
    }  # fmt: skip


def reason_chart(figures: Cohorts, links: Links) -> Chart | None:
    """Initiatives by the reason of their abandonment, its kinds apart."""
    if not figures.reasons:
        return None
    words = short_words()
    used = [cause for cause in ABANDONED if any(one.counts.get(cause) for one in figures.reasons)]
    series = [
        {
            "name": words[cause], "color": COLORS[cause],
            "data": [{"value": one.counts.get(cause, 0), "url": links.rows(closure=CLOSURES[cause])} for one in figures.reasons],
        }
        for cause in used
    ]  # fmt: skip
    first = figures.reasons[0]
    return {
        "kind": "bar", "title": _("Reasons of abandonment"), "category_label": _("Reason"), "stacked": True, "unit": "",
        "categories": [_(REASON_LABELS[ReasonCode(one.reason)]) for one in figures.reasons], "series": series,
        "summary": _("Most often: %(reason)s, %(n)s of %(base)s abandoned initiatives.")
        % {"reason": _(REASON_LABELS[ReasonCode(first.reason)]), "n": grouped(first.total), "base": grouped(figures.abandoned)},
        "source": _("the reason that each closure names; base: all abandoned initiatives, dated or not"),
    }  # fmt: skip


def side_chart(sides: Sequence[Side], title: str) -> Chart | None:
    """Abandoned by the horizon on each side that can be told; None where fewer than two can."""
    words = side_words()
    rows = [
        {
            "label": words[one.key], "mid": round(100 * one.value, 1), "low": round(100 * one.low, 1),
            "high": round(100 * one.high, 1), "base": _("of %(n)s followed") % {"n": grouped(one.followed)},
        }
        for one in sides
        if one.value is not None and one.low is not None and one.high is not None
    ]  # fmt: skip
    if len(rows) < 2:
        return None
    months = tidy(HORIZON_MONTHS, 0)
    return {
        "kind": "interval", "title": title, "unit": "%", "max": 100, "category_label": _("Cohort"), "rows": rows,
        "summary": _("Abandoned by the age of %(months)s months. Association, not cause: who buys otherwise differs otherwise.")
        % {"months": months},
        "source": _("Aalen-Johansen with delayed entry, 95 % interval"),
    }  # fmt: skip
