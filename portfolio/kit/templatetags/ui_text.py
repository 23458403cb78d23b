"""Numbers and dates as readers see them: plain text, locale-aware, no HTML and no clock of its own."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from django.utils import formats
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Number = int | float | Decimal
DASH = "\u2013"
NARROW = "\u202f"
_STEPS = ((10**9, "G"), (10**6, "M"), (10**3, "k"))


def grouped(value: Number, decimals: int = 0) -> str:
    """`1234567` -> `1,234,567` in the reader's number format; rounded, because the formatting alone would cut the rest off."""
    return str(formats.number_format(_rounded(value, decimals), decimal_pos=decimals, use_l10n=True, force_grouping=True))


def _rounded(value: Number, decimals: int) -> float | Decimal:
    if isinstance(value, Decimal):
        return round(value, decimals)
    return round(value, decimals) if isinstance(value, float) else value


def tidy(value: Number, decimals: int = 1) -> str:
    """Like `grouped`, without trailing zeros: `12.0` -> `12`."""
    whole = round(float(value), decimals) == round(float(value))
    return grouped(round(value) if whole else value, 0 if whole else decimals)


def short(value: Number) -> str:
    """Two or three digits that matter: `1234567` -> `1.2 M`, `950` -> `950`."""
    size = abs(float(value))
    for step, letter in _STEPS:
        if size >= step * 0.9995:
            scaled = float(value) / step
            return f"{tidy(scaled, 0 if abs(scaled) >= 100 else 1)}{NARROW}{letter}"
    return tidy(value)


def percent(part: Number, whole: Number, decimals: int = 0) -> str:
    """`(12, 61)` -> `20 %`; a dash where there is nothing to divide by."""
    if not whole:
        return DASH
    return f"{tidy(100 * float(part) / float(whole), decimals)}{NARROW}%"


def interval(low: Number | None, high: Number | None, unit: str = "") -> str:
    """`9-16 %` with a dash; one end unknown: `at least 9 %`, `at most 16 %`; both: `unknown`."""
    tail = f"{NARROW}{unit}" if unit else ""
    if low is None and high is None:
        return _("unknown")
    if high is None and low is not None:
        return _("at least %(value)s") % {"value": tidy(low) + tail}
    if low is None and high is not None:
        return _("at most %(value)s") % {"value": tidy(high) + tail}
    assert low is not None
    assert high is not None
    return f"{tidy(low)}{DASH}{tidy(high)}{tail}"


def relative_days(day: date, today: date) -> str:
    """`in 5 days`, `yesterday`, `3 months ago`; the unit grows with the distance."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if abs(days) == 1:
        return _("tomorrow") if days > 0 else _("yesterday")
    text = _distance(abs(days))
    return (_("in %(distance)s") if days > 0 else _("%(distance)s ago")) % {"distance": text}


def _distance(days: int) -> str:
    if days < 14:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if days < 60:
        return ngettext("%(n)d week", "%(n)d weeks", days // 7) % {"n": days // 7}
    if days < 730:
        return ngettext("%(n)d month", "%(n)d months", days // 30) % {"n": days // 30}
    return ngettext("%(n)d year", "%(n)d years", days // 365) % {"n": days // 365}


def day_text(value: date, today: date) -> str:
    """`12 Mar` within the current year, else `12 Mar 2024`."""
    return f"{value.day} {_month(value)}" if value.year == today.year else _day(value)


def moment_text(value: datetime) -> str:
    """`12 Mar 2026, 14:05 UTC`; the caller has put it into the reader's time zone."""
    return formats.date_format(value, "j M Y, H:i T", use_l10n=False)


def _day(value: date) -> str:
    """`j M Y` of Django, without taking the format apart for every date of a table."""
    return f"{value.day} {_month(value)} {value.year}"


def _month(value: date) -> str:
    return str(MONTHS_3[value.month]).title()


def _quarter(value: date) -> str:
    return f"Q{(value.month + 2) // 3} {value.year}"


_BY_PRECISION: dict[str, Callable[[date], str]] = {
    "day": _day,
    "month": lambda value: f"{_month(value)} {value.year}",
    "quarter": _quarter,
    "year": lambda value: str(value.year),
}


def with_precision(value: date | None, precision: str = "day") -> str:
    """`Jul 2023`, `Q3 2023`, `2022`, `unknown`: never more than is known."""
    if value is None or precision not in _BY_PRECISION:
        return _("unknown")
    return _BY_PRECISION[precision](value)


def initials(name: str) -> str:
    """`Ada King Lovelace` -> `AL`; an address gives its first letter."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
