"""Abandoned spend as pictures with their table twins (contract: static/js/charts.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import grouped, percent
from readiness.risk.rules.spending import OUTCOMES, Item
from readiness.risk.tables.spending import View, by_loss, unranked

Chart = dict[str, Any]
BUBBLES = 40
_LEVELS = (
    0.99,
    0.95,
    0.9,
    0.85,
    0.8,
    0.75,
    0.7,
    0.65,
    0.6,
    0.55,
    0.5,
    0.45,
    0.4,
    0.35,
    0.3,
    0.25,
    0.2,
    0.15,
    0.1,
    0.05,
    0.02,
    0.01,
)


def scale(highest: float) -> tuple[float, str]:
    """(divisor, prefix) for an axis that reaches to `highest`."""
    return (1e6, "M") if highest >= 5e6 else (1e3, "k")


def exceedance(view: View, threshold: float | None) -> Chart | None:
    """P(abandoned spend >= x) over x; None where nothing may be told."""
    kept = view.kept
    if not kept.base.told or kept.quantiles[-1] <= 0:
        return None
    by, prefix = scale(kept.quantiles[-1])
    places = [min(len(kept.quantiles) - 1, round((1 - level) * len(kept.quantiles))) for level in _LEVELS]
    points = [
        {"x": round(kept.quantiles[place] / by, 3), "y": round(100 * level, 1)}
        for level, place in zip(_LEVELS, places, strict=True)
    ]
    marks = [(kept.expected, _("expected")), (kept.p90, _("P90"))]
    if threshold is not None:  # names of lines next to each other stand at two heights
        marks.insert(1, (threshold, _("asked about")))
    return {
        "kind": "line", "title": _("How likely at least so much is abandoned"), "unit": "%", "x_from_zero": True,
        "x_label": _("Abandoned spend"), "x_unit": f"{prefix} {view.currency}", "y_label": _("Chance"),
        "series": [{"name": _("Chance of at least so much"), "data": _once(points)}],
        "markers": [{"value": round(value / by, 3), "label": label} for value, label in marks],
        "summary": _("Half of the outcomes lose at least %(p50)s, one in ten at least %(p90)s, one in a hundred %(worst)s.") % {
            "p50": view.money(kept.p50), "p90": view.money(kept.p90), "worst": view.money(kept.quantiles[places[-1]])},
        "source": _("%(n)s drawn outcomes within %(months)s months, what is shared drawn once for all")
        % {"n": grouped(OUTCOMES), "months": view.months},
    }  # fmt: skip


def _once(points: list[Chart]) -> list[Chart]:
    """Of points with one amount the most likely alone: few initiatives have few sums."""
    return list({point["x"]: point for point in reversed(points)}.values())[::-1]


def bubbles(view: View, items: Sequence[Item]) -> Chart | None:
    """Figure x amounts, the largest expected losses; None where no amount may be told."""
    largest = by_loss(items)
    if not largest:
        return None
    shown = largest[:BUBBLES]
    by, prefix = scale(max(item.at_stake for item in shown))
    held = sum(item.expected or 0.0 for item in shown)
    summary = _("The largest is %(name)s with %(amount)s expected.") % {
        "name": shown[0].name, "amount": view.money(shown[0].expected)
    }  # fmt: skip
    if view.kept.base.told and len(shown) < view.kept.base.counted:
        summary += " " + _("The %(n)s drawn here carry %(share)s of the expected amount.") % {
            "n": grouped(len(shown)), "share": percent(held, view.kept.expected),
        }  # fmt: skip
    summary += " " + _("Larger bubbles have a larger expected loss; each line up is ten times as much spent and committed.")
    return {
        "kind": "bubble", "title": _("Likely abandoned x spent and committed"), "category_label": _("Initiative"),
        "x_label": _("Likely abandoned"), "x_unit": "%", "y_label": _("Spent and committed"), "unit": f"{prefix} {view.currency}",
        "size_label": _("Expected abandoned"), "log": "y",
        "points": [_bubble(item, by) for item in shown], "summary": " ".join(filter(None, (summary, unranked(view.version)))),
        "source": _("figures within %(n)s months with their 80 %% interval; actual amounts and what cannot be cancelled")
        % {"n": view.months},
    }  # fmt: skip


def _bubble(item: Item, by: float) -> Chart:
    notes = (item.key, item.unit, item.stage or _("stage unknown"), _("at least; a part is unknown") if item.least else "")
    return {
        "label": item.name, "x": round(100 * (item.value or 0), 1), "low": round(100 * (item.low or 0), 1),
        "high": round(100 * (item.high or 0), 1), "y": round(item.at_stake / by, 4), "size": round((item.expected or 0) / by, 4),
        "url": reverse("risk:initiative", args=[item.id]), "note": ", ".join(filter(None, notes)),
    }  # fmt: skip
