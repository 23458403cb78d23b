"""Risk on the Portfolio page: how figures are spread, which moved and why, and what it may cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import DASH, NARROW, grouped, tidy
from readiness.dashboards.rules.risk import BINS, Spread
from readiness.dashboards.tables.links import Links
from readiness.risk.queries.moved import Move, Moves
from readiness.risk.rules.spending import Item
from readiness.risk.tables import spending as words
from readiness.risk.tables import spending_charts as charts
from readiness.risk.tables.explained import answer_text, label_of

Row = dict[str, Any]
NAMED = 2  # answers that are told of one figure that moved


def _percent(value: float) -> str:
    return f"{tidy(100 * value, 0)}{NARROW}%"


def spread_context(found: Spread, links: Links) -> Row:
    return {"spread": found, "headline": _spread_headline(found), "chart": _spread_chart(found, links)}


def _spread_headline(found: Spread) -> str:
    if not found.scored or found.mean is None:
        return (
            _("No figure yet: no scoring has run.") if found.missing else _("Nothing is in flight among what the filters leave.")
        )
    numbers = {
        "n": grouped(found.scored), "months": found.months, "mean": _percent(found.mean), "low": _percent(found.low or 0),
        "high": _percent(found.high or 0), "above": grouped(found.above), "below": grouped(found.below),
    }  # fmt: skip
    if not found.ranks:
        return (
            _(
                "Every one of %(n)s initiatives has the reference class's figure: likely abandoned before production within "
                "%(months)s months %(mean)s."
            )
            % numbers
        )
    said = _("Figures of %(n)s initiatives within %(months)s months run from %(low)s to %(high)s, on average %(mean)s: ")
    apart = _("%(above)s can be told to lie above the portfolio's average, %(below)s below.")
    none = _("none can be told apart from the portfolio's average.")
    return (said + (apart if found.above or found.below else none)) % numbers


def _spread_chart(found: Spread, links: Links) -> Row | None:
    """Only where figures may differ."""
    if not found.scored or not found.ranks:
        return None
    return {
        "kind": "bar", "title": _("Likely abandoned within %(n)s months: how figures are spread") % {"n": found.months},
        "category_label": _("Likely abandoned"), "unit": "",
        "categories": [f"{10 * bin_}{DASH}{10 * (bin_ + 1)}{NARROW}%" for bin_ in range(BINS)],
        "series": [{"name": _("Initiatives"), "color": "accent", "data": [_bin(found, links, bin_) for bin_ in range(BINS)]}],
        "summary": _spread_headline(found),
        "source": _("model %(version)s as of %(on)s; each figure has an interval of its own") % {
            "version": found.version, "on": found.on.strftime("%-d %b %Y") if found.on else ""},
    }  # fmt: skip


def _bin(found: Spread, links: Links, bin_: int) -> Row:
    return {
        "value": found.bins[bin_], "base": _("of %s with a figure") % grouped(found.scored),
        "url": links.rows(risk_min=str(10 * bin_), risk_max=str(10 * (bin_ + 1))),
    }  # fmt: skip


def moves_context(found: Moves | None) -> Row:
    """`headline`, `rows`, and whether there is anything to compare with."""
    if found is None or found.before is None:
        return {"headline": "", "rows": [], "before": None}
    return {
        "headline": _moves_headline(found), "rows": [_move(one, found) for one in found.rows], "before": found.before,
        "more": found.up + found.down - len(found.rows),
    }  # fmt: skip


def _moves_headline(found: Moves) -> str:
    counts = {"up": grouped(found.up), "down": grouped(found.down), "came": grouped(found.came), "gone": grouped(found.gone)}
    if found.up or found.down:
        said = _("%(up)s rose and %(down)s fell by half a point or more; %(came)s came and %(gone)s left.") % counts
    else:
        said = _("No figure moved by half a point; %(came)s came and %(gone)s left.") % counts
    return f"{said} {_learned(found)}" if found.relearned else said


def _learned(found: Moves) -> str:
    assert found.before is not None
    was, now = found.before.version, found.now.version
    more = now.resolved - was.resolved
    said = _("The model is another one, %(now)s and not %(was)s") % {"now": now, "was": was}
    if more > 0:
        learned = ngettext("it learned from %(n)s more that ended", "it learned from %(n)s more that ended", more) % {"n": more}
        return f"{said}: {learned}."
    return f"{said}."


def _move(one: Move, found: Moves) -> Row:
    points = 100 * (one.now - one.was)
    sign = "+" if points > 0 else "\u2212"
    return {
        "name": one.name, "key": one.key, "url": reverse("risk:initiative", args=[one.id]), "rose": points > 0,
        "was": _percent(one.was), "now": f"{_percent(one.now)} [{tidy(100 * one.low, 0)}, {tidy(100 * one.high, 0)}]",
        "points": f"{sign}{tidy(abs(points), 1)}", "why": _why(one, found),
    }  # fmt: skip


def _why(one: Move, found: Moves) -> str:
    """What is another one now; associated, not proven to have moved it. Answers that do not count move nothing."""
    parts = []
    if one.stages is not None:
        parts.append(_("stage %(was)s → %(now)s") % {"was": one.stages[0] or _("unknown"), "now": one.stages[1] or _("unknown")})
    if found.now.version.share > 0 and found.before is not None and not found.before.reconstructed:
        told = one.changed[:NAMED]
        parts += [f"{label_of(key)}: {answer_text(was)} → {answer_text(now)}" for key, was, now in told]
        if len(one.changed) > len(told):
            parts.append(_("%(n)s more answers changed") % {"n": len(one.changed) - len(told)})
    if parts:
        return "; ".join(parts)
    if found.relearned:
        return (
            _("the model learned anew; answers about it do not count yet")
            if found.now.version.share <= 0
            else _("the model learned anew")
        )
    return _("what happened to others in its unit or stage was learned from")


def spend_context(view: words.View | None, items: Sequence[Item], url: str) -> Row:
    """`figure` for the strip, and the panel; `view` None: nothing was scored yet."""
    label, figure = _("Expected abandoned spend"), Row()
    if view is None:
        note = _("No scoring has run yet.")
        figure = {"label": label, "value": None, "base": note, "note": note, "url": url}
        return {"figure": figure, "headline": note, "chart": None, "url": url}
    kept = view.kept
    figure = {
        "label": label, "value": None, "base": words.because(kept.base), "url": url, "as_of": view.on,
        "origin": _("Budget lines, commitments and figures of initiatives in flight"), "note": words.assumptions(view),
    }  # fmt: skip
    if kept.base.told:
        figure |= {
            "value": view.money(kept.expected),
            "base": _("within %(months)s months") % {"months": view.months},
            "reference": _("one outcome in ten is worse than %(p90)s (P90); %(counted)s") % {
                "p90": view.money(kept.p90), "counted": words.counted(kept.base)},
        }  # fmt: skip
    return {
        "figure": figure, "headline": words.headline(kept), "chart": charts.bubbles(view, items), "url": url,
        "rests": words.rests(kept), "independence": words.independence(view), "unranked": words.unranked(view.version),
    }  # fmt: skip
