"""A risk figure in words: for the table, the board, exports, and for what is frozen with a decision.

A figure is a mapping with the fields of RiskStanding: as queries.initiatives.RISK reads it, or as a snapshot keeps it (texts).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portfolio.initiatives.choices import RiskBand, StageKind, Status
from portfolio.kit.templatetags.ui_text import NARROW, tidy, with_precision

Figure = Mapping[str, Any]
REFERENCE = "reference"
# Whether it can be told apart from the portfolio's average, with its icon. No word says that something is fine.
BANDS = {
    RiskBand.ABOVE.value: (gettext_lazy("above average"), "arrow-up"),
    RiskBand.AVERAGE.value: (gettext_lazy("not told apart from average"), "circle"),
    RiskBand.BELOW.value: (gettext_lazy("below average"), "arrow-down"),
    REFERENCE: (gettext_lazy("reference class"), "circle-dashed"),
}
_SHORT = {RiskBand.AVERAGE.value: gettext_lazy("not told apart")}  # where a column is narrow
NONE_CLOSED = gettext_lazy("none: closed")
NONE_PRODUCTION = gettext_lazy("none: in production")
NOT_COMPUTED = gettext_lazy("not computed yet")


def percent(value: Any) -> str:
    """`44 %`; `value` is a ratio, as a number or a text."""
    return f"{tidy(100 * float(value), 0)}{NARROW}%"


def span(figure: Figure) -> str:
    """`30 to 58 %`"""
    return _("%(low)s to %(high)s") % {"low": tidy(100 * float(figure["low"]), 0), "high": percent(figure["high"])}


def brief(figure: Figure) -> str:
    """`44 % [30, 58]`"""
    low, high = (tidy(100 * float(figure[end]), 0) for end in ("low", "high"))
    return f"{percent(figure['value'])} [{low}, {high}]"


def horizon(figure: Figure) -> str:
    return _("within %(months)s months") % {"months": figure["months"]}


def sentence(figure: Figure) -> str:
    """With its horizon and its interval."""
    return _("Likely abandoned before production within %(months)s months: %(value)s, 80 %% interval %(span)s") % {
        "months": figure["months"], "value": percent(figure["value"]), "span": span(figure),
    }  # fmt: skip


def place(figure: Figure) -> str:
    """Its band; where nothing was learned everybody has the same figure, and there is nothing to be above of."""
    return str(figure["band"]) if figure["resolved"] else REFERENCE


def place_words(figure: Figure) -> str:
    return str(BANDS[place(figure)][0])


def none_words(row: Mapping[str, Any]) -> str:
    """Why a row of queries.initiatives has no figure."""
    if row["status"] == Status.CLOSED:
        return str(NONE_CLOSED)
    return str(NONE_PRODUCTION if row["stage_kind"] == StageKind.PRODUCTION else NOT_COMPUTED)


def cell(row: Mapping[str, Any]) -> SafeString:
    """The figure with its interval below and its band, or why there is none; rendered once for equal ones."""
    figure, language = row["risk"], get_language() or ""
    if figure is None:
        return _none(none_words(row), language)
    ends = f"{span(figure)}, {horizon(figure)}"
    return _cell(percent(figure["value"]), ends, place(figure), _title(figure), language)


def card(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same on one line, for a card."""
    figure = row["risk"]
    if figure is None:
        return {"risk_brief": none_words(row), "risk_icon": "", "risk_place": "", "risk_title": "", "risk_horizon": ""}
    word, icon = BANDS[place(figure)]
    return {
        "risk_brief": brief(figure), "risk_icon": icon, "risk_place": word, "risk_title": _title(figure),
        "risk_horizon": horizon(figure),
    }  # fmt: skip


def _title(figure: Figure) -> str:
    on = date.fromisoformat(str(figure["on"]))
    said = _("%(sentence)s. Model %(version)s, as of %(on)s.")
    return said % {"sentence": sentence(figure), "version": figure["version"], "on": with_precision(on)}


@lru_cache(maxsize=4096)
def _cell(value: str, ends: str, where: str, title: str, _language: str) -> SafeString:
    word, icon = BANDS[where]
    context = {
        "kind": "risk", "value": value, "span": ends, "where": where, "word": _SHORT.get(where, word), "icon": icon,
        "title": title,
    }  # fmt: skip
    return render_to_string("initiatives/chip.html", context)


@lru_cache(maxsize=32)
def _none(words: str, _language: str) -> SafeString:
    return render_to_string("initiatives/chip.html", {"kind": "no_risk", "value": words})
