"""The words of cohorts, translated when they are read, and the colours of outcomes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import NARROW, interval, tidy
from readiness.risk.rules.careers import LEFT_OUT_WORDS, LeftOut
from readiness.risk.rules.cohorts import NO_PURCHASE, Cause

COLORS = {Cause.WENT_ON: "accent", Cause.STOPPED: "ink-2", Cause.DRIFTED: "stage-5", Cause.ABANDONED_UNKNOWN: "v-unknown"}


def cause_words(went_on: str = "") -> dict[Cause, str]:
    return {
        Cause.WENT_ON: went_on or _("Went on"),
        Cause.STOPPED: _("Stopped by decision"),
        Cause.DRIFTED: _("Drifted"),
        Cause.ABANDONED_UNKNOWN: _("Abandoned, kind unknown"),
    }


def short_words() -> dict[Cause, str]:
    """Of abandonments, where there is no room."""
    return {Cause.STOPPED: _("Stopped"), Cause.DRIFTED: _("Drifted"), Cause.ABANDONED_UNKNOWN: _("Kind unknown")}


def side_words() -> dict[str, str]:
    """By Side.key: of purchases in the plan, and of the declared route."""
    return {
        "yes": _("All purchases in the IT plan"),
        "no": _("A purchase out of the plan"),
        "unknown": _("Unknown"),
        NO_PURCHASE: _("No purchase that you see"),
        "in_plan": _("Bought in the IT plan"),
        "separate": _("Bought separately"),
    }


def left_out_words(reason: str) -> str:
    return _(LEFT_OUT_WORDS[LeftOut(reason)])


def share_text(value: float, low: float, high: float) -> str:
    """`28 %, 22-34 %`, with a dash."""
    return f"{tidy(100 * value, 0)}{NARROW}%, {interval(round(100 * low), round(100 * high), '%')}"


def months_text(months: float) -> str:
    return _("%(n)s months") % {"n": tidy(months, 1)}
