"""The pieces of the portal's pages (`{% load ui %}`); how each looks stands in templates/ui/, texts in ui_text.py."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.kit.templatetags import ui_charts, ui_forms, ui_samples, ui_text

register = template.Library()
Number = int | float | Decimal

VERDICTS = {
    "met": (gettext_lazy("Met"), "check"),
    "warning": (gettext_lazy("Warning"), "alert-triangle"),
    "not_met": (gettext_lazy("Not met"), "x"),
    "unknown": (gettext_lazy("Unknown"), "question-mark"),
    "stale": (gettext_lazy("Stale"), "clock"),
    "waived": (gettext_lazy("Waived"), "shield"),
    "not_applicable": (gettext_lazy("Not applicable"), "minus"),
}
STATUSES = {
    "active": (gettext_lazy("Active"), "player-play"),
    "on_hold": (gettext_lazy("On hold"), "player-pause"),
    "closed": (gettext_lazy("Closed"), "circle-off"),
}
RAG = {
    "red": (gettext_lazy("Red"), "not_met", "flag"),
    "amber": (gettext_lazy("Amber"), "warning", "flag"),
    "green": (gettext_lazy("Green"), "met", "flag"),
}
RAMP = 5  # steps of the stage ramp in pilotage.css


@register.simple_tag
def uid(prefix: str = "u") -> str:
    """An element id that stays unique when a fragment of another worker is swapped in."""
    return f"{prefix}-{secrets.token_hex(4)}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler outline icon; decoration unless `label` is given. `name` must stand in static/icons.txt."""
    address = f"{static('vendor/icons.svg')}#icon-{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.inclusion_tag("ui/verdict.html")
def verdict(value: str, compact: bool = False, note: str = "") -> dict[str, Any]:
    """One of the seven verdicts; anything else is a programming error and raises KeyError."""
    label, sign = VERDICTS[str(value)]
    return {"value": str(value), "label": label, "icon": sign, "compact": compact, "note": note}


@register.inclusion_tag("ui/stage.html")
def stage(label: Any = "", position: int = 0, total: int = RAMP, closed: str = "", raw: str = "") -> dict[str, Any]:
    """Where an initiative is: `position` counts from 1; no position is the unknown stage; `closed` is the kind's word."""
    ramp = max(1, round(position / max(total, 1) * RAMP))
    pips = [index <= position for index in range(1, total + 1)]
    return {"label": label, "pips": pips if position else [], "ramp": ramp, "closed": closed, "raw": raw}


@register.inclusion_tag("ui/status.html")
def status(value: str) -> dict[str, Any]:
    """Active, on hold or closed."""
    label, sign = STATUSES[str(value)]
    return {"label": label, "icon": sign}


@register.inclusion_tag("ui/rag.html")
def rag(value: str, text: str = "", by: str = "", at: date | None = None) -> dict[str, Any]:
    """The manual status note; no value gives a dash, because nobody has said anything."""
    label, tone, sign = RAG.get(str(value), ("", "", ""))
    return {"label": label, "tone": tone, "icon": sign, "text": text, "by": by, "at": at}


@register.inclusion_tag("ui/person.html")
def person(name: Any, role: str = "", url: str = "") -> dict[str, Any]:
    """A person with initials; an empty name is shown as not named."""
    text = str(name) if name else ""
    return {"name": text, "initials": ui_text.initials(text), "role": role, "url": url}


@register.simple_tag
def money(amount: Number | None, currency: str = "") -> SafeString:
    """Short amount, exact one in the title and the machine-readable value; None is unknown."""
    if amount is None:
        return format_html('<span class="soft">{}</span>', _("unknown"))
    exact = f"{ui_text.grouped(amount, 2)} {currency}".strip()
    shown = f"{ui_text.short(amount)} {currency}".strip()
    return format_html('<data class="num" value="{}" title="{}">{}</data>', f"{amount:f}", exact, shown)


@register.simple_tag
def percent(part: Number | None, whole: Number | None, decimals: int = 0) -> SafeString:
    """A percentage with its base: `20 % (12 of 61)`."""
    if part is None or whole is None:
        return format_html('<span class="soft">{}</span>', _("unknown"))
    base = _("%(part)s of %(whole)s") % {"part": ui_text.tidy(part), "whole": ui_text.tidy(whole)}
    shown = ui_text.percent(part, whole, decimals)
    return format_html('<span class="num">{} <span class="soft">({})</span></span>', shown, base)


@register.simple_tag
def interval(low: Number | None, high: Number | None, unit: str = "", level: str = "") -> SafeString:
    """`9–16 %`, with the level (`80 %`) it was computed for."""
    shown = ui_text.interval(low, high, unit)
    tail = format_html(' <span class="soft">({})</span>', level) if level else ""
    return format_html('<span class="num">{}{}</span>', shown, tail)


@register.simple_tag
def number(value: Number | None, unit: str = "", decimals: int = 1) -> SafeString:
    """A measured value with its unit."""
    if value is None:
        return format_html('<span class="soft">{}</span>', _("unknown"))
    tail = format_html(' <span class="soft">{}</span>', unit) if unit else ""
    return format_html('<span class="num">{}{}</span>', ui_text.tidy(value, decimals), tail)


@register.simple_tag
def when(value: date | datetime | None, relative: bool = True) -> SafeString:
    """`12 Mar, in 5 days`; a moment shows its time zone in the title."""
    if value is None:
        return format_html('<span class="soft">{}</span>', _("no date"))
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    day = local.date() if isinstance(local, datetime) else local
    today = timezone.localdate()
    title = ui_text.moment_text(local) if isinstance(local, datetime) else ui_text.with_precision(day)
    shown = ui_text.day_text(day, today)
    tail = format_html('<span class="soft">, {}</span>', ui_text.relative_days(day, today)) if relative else ""
    return format_html('<time class="num" datetime="{}" title="{}">{}{}</time>', value.isoformat(), title, shown, tail)


@register.simple_tag
def fuzzy_date(value: date | None, precision: str = "day", raw: str = "") -> SafeString:
    """A date as precise as it is known; the register's own wording in the title."""
    shown = ui_text.with_precision(value, precision)
    css = "num soft" if value is None or precision == "unknown" else "num"
    title = _("In the register: %(raw)s") % {"raw": raw} if raw else ""
    return format_html('<span class="{}" title="{}">{}</span>', css, title, shown)


@register.inclusion_tag("ui/th.html", takes_context=True)
def th(context: Context, label: str, key: str = "", num: bool = False, target: str = "", param: str = "sort") -> dict[str, Any]:
    """A table header cell; with `key` it sorts through the address (`sort=key`, `sort=-key`)."""
    request = context["request"]
    current = request.GET.get(param, "")
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "") if key else ""
    upcoming = f"-{key}" if order == "ascending" else key
    url = ui_forms.with_value(request, param, upcoming) if key else ""
    return {"label": label, "url": url, "order": order, "num": num, "target": target}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: Context, page: Page, target: str = "") -> dict[str, Any]:
    """Previous and next of a Paginator page; the counted range beside them."""
    made: dict[str, Any] = {"target": target, "first": page.start_index(), "last": page.end_index()}
    made["total"] = page.paginator.count
    for name, there, value in (("previous_url", page.has_previous(), -1), ("next_url", page.has_next(), 1)):
        made[name] = ui_forms.with_value(context["request"], "page", str(page.number + value)) if there else ""
    return made


@register.inclusion_tag("ui/filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: forms.BaseForm, target: str = "", action: str = "") -> dict[str, Any]:
    """The GET form of a list: fields, chips of what is in force, everything kept in the address."""
    request = context["request"]
    entries = ui_forms.filter_fields(form)
    return {
        "entries": entries,
        "active": ui_forms.active_filters(entries, request.GET),
        "action": action or request.path,
        "target": target,
        "sort": request.GET.get("sort", ""),
    }


@register.inclusion_tag("ui/chart.html")
def chart(data: dict[str, Any], height: int = 0) -> dict[str, Any]:
    """A chart with its summary, its table twin and its exports. `data` as static/js/charts.js documents it."""
    return {"data": data, "twin": ui_charts.twin(data), "id": uid("chart"), "height": height or _height(data)}


def _height(data: dict[str, Any]) -> int:
    """Pixels, known before the script runs, so that nothing jumps."""
    if data["kind"] == "flow":
        return 300
    rows = data.get("categories") or data.get("rows") or []
    return 56 + 34 * max(len(rows), 1) + (20 if data.get("markers") else 0)


@register.simple_block_tag(end_name="endpanel")
def panel(content: str, title: Any = "", id: str = "", note: str = "", flush: bool = False) -> SafeString:
    """A card with a heading; `flush` for tables that reach its edge."""
    context = {"content": content, "title": title, "id": id, "note": note, "flush": flush}
    return render_to_string("ui/panel.html", context)


@register.simple_block_tag(end_name="endmenu")
def menu(content: str, label: Any, icon: str = "", css: str = "btn btn-plain", end: bool = False) -> SafeString:
    """A button that unfolds links or buttons; keyboard: arrows, Home, End, Escape."""
    context = {"content": content, "label": label, "icon": icon, "css": css, "end": end}
    return render_to_string("ui/menu.html", context)


register.inclusion_tag("ui/field.html", name="field")(ui_forms.field_context)
register.inclusion_tag("ui/form_fields.html", name="form_fields")(ui_forms.form_context)
register.simple_tag(ui_samples.samples, name="style_samples")
