"""A figure before deciders in words: what it says, what it rests on, what pushes it up and whether that counts, how it moved."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.initiatives.tables.risk import BANDS, brief, percent, place, sentence
from portfolio.kit.templatetags.ui_text import with_precision
from readiness.core.risk.drivers import Badge
from readiness.gates.tables.words import OUTCOMES
from readiness.risk.queries.panel import Before, Put
from readiness.risk.tables.explained import BADGES, MINUS, counted_words, label_of, record_of

Row = dict[str, Any]


def told(one: Put) -> Row:
    """Everything that a section on the figure says; the same in a pack as on a page."""
    figure, model = one.figure, one.model
    word, icon = BANDS[place(figure)]
    return {
        "brief": brief(figure), "says": sentence(figure), "band": word, "icon": icon, "rests": rests(one),
        "drivers": driver_rows(one), "drivers_title": drivers_title(one), "moved": movement(one), "stopping": stopping(),
        "counting": counted_words(model.share) if model is not None else "",
        "version": figure["version"], "on": figure["on"], "digest": figure["digest"],
    }  # fmt: skip


def rests(one: Put) -> str:
    if one.model is not None:
        return record_of(one.model)
    return _("The model that it was computed with is not kept any more.")


def driver_rows(one: Put) -> list[Row]:
    """Label, what its weight rests on, and whether it counts in the figure."""
    counts = _("counts in the figure") if one.figure["counts"] else _("does not count in the figure")
    return [
        {"key": key, "label": label_of(key), "badge": str(BADGES[badge]), "learned": badge is Badge.LEARNED, "counts": counts}
        for key, badge in one.drivers
    ]


def drivers_title(one: Put) -> str:
    """What the drivers are to the figure: part of it, or held against it by nothing but opinions and published registers."""
    if one.figure["counts"]:
        return _("Associated with a higher figure, the most first")
    return _("Believed to go with a higher figure, not counted in it")


def movement(one: Put) -> str:
    """Since the last decision in effect, in whole points as both are printed."""
    before = one.before
    if before is None:
        return _("No gate has decided on it yet; there is no figure to compare with.")
    if before.figure is None:
        return _("At the last decision (%(which)s) no figure was computed yet.") % {"which": _which(before)}
    then, now = before.figure, one.figure
    points = round(100 * float(now["value"])) - round(100 * float(then["value"]))
    said = _("At the last decision (%(which)s) it was %(then)s; %(change)s.")
    return said % {"which": _which(before), "then": brief(then), "change": _change(points, percent(now["value"]))}


def _change(points: int, now: str) -> str:
    if not points:
        return _("it has not moved by a point")
    sign = "+" if points > 0 else MINUS
    said = ngettext("%(points)s point since, to %(now)s", "%(points)s points since, to %(now)s", abs(points))
    return said % {"points": f"{sign}{abs(points)}", "now": now}


def _which(before: Before) -> str:
    """`Go at the Pilot gate, Mar 12, 2026`"""
    return _("%(outcome)s at the %(gate)s, %(day)s") % {
        "outcome": OUTCOMES[before.outcome][0], "gate": before.gate, "day": with_precision(timezone.localdate(before.at)),
    }  # fmt: skip


def stopping() -> str:
    """No scare: what the figure counts, and that one of its two endings is a good one."""
    return _(
        "Abandoned means stopped by decision or drifted. A stop that people decide, with its reason and its lesson, is the good "
        "kind of ending: the figure is no reason against it, and none to go on."
    )
