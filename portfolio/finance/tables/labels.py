"""Words of budgets on pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.finance.choices import Category
from portfolio.finance.rules.share import Share, Standing
from portfolio.kit.templatetags.ui_text import interval, short

CATEGORIES: dict[str, Any] = {
    Category.MODEL_API: gettext_lazy("Model API"),
    Category.DATA_ENGINEERING: gettext_lazy("Data engineering"),
    Category.COMPUTE: gettext_lazy("Compute"),
    Category.NETWORK: gettext_lazy("Network"),
    Category.STORAGE: gettext_lazy("Storage"),
    Category.ORCHESTRATION: gettext_lazy("Orchestration and MLOps"),
    Category.PEOPLE: gettext_lazy("People"),
    Category.OTHER: gettext_lazy("Other"),
    "": gettext_lazy("In no category"),
}
STANDINGS: dict[Standing, tuple[Any, str]] = {
    Standing.BELOW: (gettext_lazy("below the band"), "not_met"),
    Standing.WITHIN: (gettext_lazy("within the band"), "met"),
    Standing.ABOVE: (gettext_lazy("above the band"), "warning"),
    Standing.UNKNOWN: (gettext_lazy("across the band's edge"), "unknown"),
}
KINDS: dict[str, Any] = {
    "budget": gettext_lazy("Budget lines"),
    "actuals": gettext_lazy("Actuals"),
    "rates": gettext_lazy("Exchange rates"),
}
STATES: dict[str, Any] = {
    "uploaded": gettext_lazy("waits for its mapping"),
    "reading": gettext_lazy("being read"),
    "ready": gettext_lazy("waits to be published"),
    "publishing": gettext_lazy("being written"),
    "published": gettext_lazy("published"),
    "failed": gettext_lazy("could not be read"),
    "discarded": gettext_lazy("given up"),
}


def amount(value: Decimal | None, currency: str) -> str:
    """`1.2 M USD`; None is unknown."""
    return _("unknown") if value is None else f"{short(value)} {currency}".strip()


def span(share: Share | None) -> str:
    """`35-45 %` with a dash; one number where both ends are the same."""
    if share is None:
        return _("unknown")
    low, high = round(float(share.low) * 100), round(float(share.high) * 100)
    return f"{low}\u202f%" if low == high else interval(low, high, "%")


def gap(share: Share | None, currency: str) -> str:
    """What would have to move to or from infrastructure within the same total, as a range."""
    if share is None:
        return ""
    for (least, most), words in ((share.short, _("%s short of the band")), (share.over, _("%s above the band"))):
        if most > 0:
            lesser, greater = short(least), short(most)
            said = greater if lesser == greater else f"{lesser}\u2013{greater}"
            return words % f"{said} {currency}"
    return ""
