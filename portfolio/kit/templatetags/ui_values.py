"""Tags that show one value: amount, share, interval, measure, date. Missing values say so, they never vanish."""

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portfolio.kit.templatetags import ui_text
from portfolio.kit.templatetags.ui_text import Number


def money(amount: Number | None, currency: str = "") -> SafeString:
    """Short amount, exact one in the title and the machine-readable value; None is unknown."""
    if amount is None:
        return format_html('<span class="unknown">{}</span>', _("unknown"))
    return _money(amount, f"{amount:f}", currency, get_language())


@lru_cache(maxsize=4096, typed=True)  # typed, and as it is written: 1.5 and 1.50 are equal and do not read alike
def _money(amount: Number, written: str, currency: str, _language: str | None) -> SafeString:
    exact = f"{ui_text.grouped(amount, 2)} {currency}".strip()
    shown = f"{ui_text.short(amount)} {currency}".strip()
    return format_html('<data class="num" value="{}" title="{}">{}</data>', written, exact, shown)


def percent(part: Number | None, whole: Number | None, decimals: int = 0) -> SafeString:
    """A percentage with its base: `20 % (12 of 61)`."""
    if part is None or whole is None:
        return format_html('<span class="unknown">{}</span>', _("unknown"))
    base = _("%(part)s of %(whole)s") % {"part": ui_text.tidy(part), "whole": ui_text.tidy(whole)}
    shown = ui_text.percent(part, whole, decimals)
    return format_html('<span class="num">{} <span class="soft">({})</span></span>', shown, base)


def interval(low: Number | None, high: Number | None, unit: str = "", level: str = "") -> SafeString:
    """`9-16 %` with a dash, and the level (`80 %`) that it was computed for."""
    shown = ui_text.interval(low, high, unit)
    tail = format_html(' <span class="soft">({})</span>', level) if level else ""
    return format_html('<span class="num">{}{}</span>', shown, tail)


def number(value: Number | None, unit: str = "", decimals: int = 1) -> SafeString:
    """A measured value with its unit."""
    if value is None:
        return format_html('<span class="unknown">{}</span>', _("unknown"))
    tail = format_html(' <span class="soft">{}</span>', unit) if unit else ""
    return format_html('<span class="num">{}{}</span>', ui_text.tidy(value, decimals), tail)


def when(value: date | datetime | None, relative: bool = True) -> SafeString:
    """`12 Mar, in 5 days`; a moment shows its time zone in the title."""
    if value is None:
        return format_html('<span class="soft">{}</span>', _("no date"))
    today = timezone.localdate()
    if not isinstance(value, datetime):
        return _day(value, today, relative, get_language())
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return _when(value, local.date(), today, ui_text.moment_text(local), relative=relative)


@lru_cache(maxsize=4096)
def _day(day: date, today: date, relative: bool, _language: str | None) -> SafeString:
    """Rendered once a day: a table names the same days again and again."""
    return _when(day, day, today, ui_text.with_precision(day), relative=relative)


def _when(value: date, day: date, today: date, title: str, *, relative: bool) -> SafeString:
    shown = ui_text.day_text(day, today)
    tail = format_html('<span class="soft">, {}</span>', ui_text.relative_days(day, today)) if relative else ""
    return format_html('<time class="num" datetime="{}" title="{}">{}{}</time>', value.isoformat(), title, shown, tail)


def fuzzy_date(value: date | None, precision: str = "day", raw: str = "") -> SafeString:
    """A date as precise as it is known; the register's own wording in the title."""
    shown = ui_text.with_precision(value, precision)
    css = "num unknown" if value is None or precision == "unknown" else "num"
    title = _("In the register: %(raw)s") % {"raw": raw} if raw else ""
    return format_html('<span class="{}" title="{}">{}</span>', css, title, shown)


def initials(name: object) -> str:
    """One or two letters for the round mark beside a name."""
    return ui_text.initials(str(name))
