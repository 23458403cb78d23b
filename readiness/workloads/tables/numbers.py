"""Values of a profile as short texts for reading; what is typed stands in rules/units.py."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from portfolio.kit.templatetags import ui_text
from readiness.workloads.rules.units import factor

_SHORT_FROM = 1_000_000
_SMALLEST = 0.000_001  # a probability of 1e-60 has no digits that anybody reads


def shown(value: float | None, unit: str = "") -> str:
    """At most three digits that matter, or all whole ones: 0.0432 -> 0.0432, 1234 -> 1,234, 12500000 -> 12.5 M.

    A share keeps six digits, because 99.95 % is not 100 %. What is next to nothing is "under 0.000001", not fifty zeros.
    """
    if value is None:
        return ui_text.DASH
    number = value * factor(unit)
    if 0 < abs(number) < _SMALLEST:
        return _("under %s") % ui_text.grouped(Decimal("0.000001"), 6)
    if abs(number) >= _SHORT_FROM:
        return ui_text.short(number)
    if abs(number) >= 100 and unit != "share":
        return ui_text.grouped(round(number))
    exact = Decimal(f"{number:.{6 if unit == 'share' else 3}g}").normalize()
    exponent = exact.as_tuple().exponent
    return ui_text.grouped(exact, max(0, -exponent) if isinstance(exponent, int) else 0)


def span(low: float, high: float, unit: str = "") -> str:
    """`200 to 4,000`."""
    return _("%(low)s to %(high)s") % {"low": shown(low, unit), "high": shown(high, unit)}
