"""Words, marks and figures of purchases as pages and files say them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import VENUE_LABELS, choices_of
from portfolio.kit.templatetags import ui_text
from portfolio.procurement.choices import QUANTITY_LABELS, Ask, Function, InPlan, Kind, Quantity, Renews, State

KINDS = {value: gettext_lazy(label) for value, label in choices_of(Kind)}
FUNCTIONS = {value: gettext_lazy(label) for value, label in choices_of(Function)}
STATES = {value: gettext_lazy(label) for value, label in choices_of(State)}
VENUES = {str(value): gettext_lazy(label) for value, label in VENUE_LABELS.items()}
ASKS: dict[str, Any] = {
    Ask.ASKED: gettext_lazy("asked"), Ask.APPROVED: gettext_lazy("approved, not ordered yet"),
    Ask.ORDERED: gettext_lazy("ordered"), Ask.DECLINED: gettext_lazy("declined"), Ask.WITHDRAWN: gettext_lazy("withdrawn"),
}  # fmt: skip
RENEWS: dict[str, Any] = {
    Renews.YES: gettext_lazy("renews by itself"), Renews.NO: gettext_lazy("ends by itself"),
    Renews.UNKNOWN: gettext_lazy("nobody knows whether it renews by itself"),
}  # fmt: skip
IN_PLAN = {
    InPlan.YES: (gettext_lazy("in the plan"), "met"),
    InPlan.NO: (gettext_lazy("outside"), "warning"),
    InPlan.UNKNOWN: (gettext_lazy("unknown"), "unknown"),
}
URGENCIES = {
    "missed": (gettext_lazy("notice is over, it renews"), "not_met"),
    "unknown": (gettext_lazy("renewal or notice unknown"), "unknown"),
    "soon": (gettext_lazy("within 60 days"), "warning"),
    "ahead": (gettext_lazy("in time"), "met"),
}


def quantity(value: Decimal | None, unit: str) -> str:
    """`64 accelerators`; "" where nothing is committed."""
    return "" if value is None else f"{ui_text.tidy(value, 3)} {QUANTITY_LABELS[Quantity(unit)] if unit else ''}".strip()


def percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.0f} %"


def part(share: Decimal) -> str:
    """A share as it was given: `25 %`, `33.3333 %`."""
    return f"{ui_text.tidy(share * 100, 4)} %"


def span(low: float | None, high: float | None) -> str:
    """`40 %`, or `40-70 %` where what nobody knows makes the difference."""
    if low is None or high is None:
        return ""
    first, last = f"{low * 100:.0f}", f"{high * 100:.0f}"
    return f"{first} %" if first == last else f"{first}\u2013{last} %"


def many(count: int) -> str:
    return ngettext("%d purchase", "%d purchases", count) % count


def sold_by(row: dict[str, Any]) -> str:
    """The vendor of a row, or that nobody knows it."""
    return str(row["sold_by"] or _("vendor unknown"))
