"""The risk figure on the page of a decision: as it was frozen, and beside it today's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.initiatives.tables.risk import BANDS, brief, horizon, place, sentence
from portfolio.kit.templatetags.ui_text import grouped
from readiness.gates.tables.needs import route

Figure = Mapping[str, Any]


def beside(then: Figure | None, now: Figure | None, initiative: int) -> dict[str, Any]:
    """Both figures in words; None where none was computed by then, or none is now."""
    return {
        "then": line(then) if then else None, "now": line(now) if now else None, "moved": moved(then, now),
        "url": route("risk:initiative", initiative),
    }  # fmt: skip


def line(figure: Figure) -> dict[str, Any]:
    word, icon = BANDS[place(figure)]
    return {
        "brief": brief(figure), "says": sentence(figure), "within": horizon(figure), "band": word, "icon": icon,
        "rests": rests(figure),
        "on": date.fromisoformat(str(figure["on"])), "version": figure["version"], "digest": figure["digest"],
    }  # fmt: skip


def rests(figure: Figure) -> str:
    """What it was learned from, and whether drivers moved it."""
    ended = figure["resolved"]
    if not ended:
        return _("Reference class only: nothing was learned from initiatives of your own.")
    learned = ngettext("Learned from %(n)s initiative that ended", "Learned from %(n)s initiatives that ended", ended) % {
        "n": grouped(ended)
    }
    counted = _("drivers count in it") if figure["counts"] else _("drivers do not count in it")
    return f"{learned}; {counted}."


def moved(then: Figure | None, now: Figure | None) -> str:
    """`+3 points since`, as printed: both are whole percent."""
    if then is None or now is None:
        return ""
    points = round(100 * float(now["value"])) - round(100 * float(then["value"]))
    if not points:
        return _("the same as then")
    said = ngettext("%(points)s point since", "%(points)s points since", abs(points))
    return said % {"points": f"+{points}" if points > 0 else f"\u2212{-points}"}
