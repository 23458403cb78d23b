"""The pieces of the portal's pages (`{% load ui %}`); how each looks stands in templates/ui/, texts in ui_text.py."""

import secrets
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from portfolio.kit.pieces import piece, sprite
from portfolio.kit.templatetags import ui_charts, ui_forms, ui_lists, ui_samples, ui_text, ui_values

register = template.Library()

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
    return _icon(name, str(label), sprite())


@lru_cache(maxsize=2048, typed=True)  # typed: what is safe already is not escaped, and is equal to the same text that is not
def _icon(name: str, label: str, drawn: str) -> SafeString:
    address = f"{drawn}#icon-{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag
def verdict(value: str, compact: bool = False, note: str = "") -> SafeString:
    """One of the seven verdicts; anything else is a programming error and raises KeyError."""
    label, sign = VERDICTS[str(value)]
    return piece("ui/verdict.html", value=str(value), label=label, icon=sign, compact=compact, note=note)


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


@register.inclusion_tag("ui/chart.html")
def chart(data: dict[str, Any], height: int = 0) -> dict[str, Any]:
    """A chart with its summary, its table twin and its exports. `data` as static/js/charts.js documents it."""
    return {"data": data, "twin": ui_charts.twin(data), "id": uid("chart"), "height": height or _height(data)}


def _height(data: dict[str, Any]) -> int:
    """Pixels, known before the script runs, so that nothing jumps."""
    if data["kind"] in ("flow", "step", "line", "time", "bubble"):
        return 300
    rows = data.get("categories") or data.get("rows") or []
    return 56 + 34 * max(len(rows), 1) + (20 if data.get("markers") else 0)


@register.simple_block_tag(end_name="endpanel")
def panel(content: str, title: Any = "", element: str = "", note: str = "", flush: bool = False) -> SafeString:
    """A card with a heading; `flush` for tables that reach its edge."""
    context = {"content": content, "title": title, "element": element, "note": note, "flush": flush}
    return render_to_string("ui/panel.html", context)


@register.simple_block_tag(end_name="endmenu")
def menu(
    content: str, label: Any, icon: str = "", css: str = "btn btn-plain", end: bool = False, square: bool = False
) -> SafeString:
    """A button that unfolds links or buttons; keyboard: arrows, Home, End, Escape."""
    context = {"content": content, "label": label, "icon": icon, "css": css, "end": end, "square": square}
    return render_to_string("ui/menu.html", context)


register.simple_tag(piece, name="piece")
for value_tag in (
    ui_values.money,
    ui_values.percent,
    ui_values.interval,
    ui_values.number,
    ui_values.when,
    ui_values.fuzzy_date,
    ui_values.initials,
):
    register.simple_tag(value_tag)
register.inclusion_tag("ui/th.html", takes_context=True)(ui_lists.th)
register.inclusion_tag("ui/pagination.html", takes_context=True)(ui_lists.pagination)
register.inclusion_tag("ui/filter_bar.html", takes_context=True)(ui_lists.filter_bar)
register.inclusion_tag("ui/field.html", name="field")(ui_forms.field_context)
register.inclusion_tag("ui/form_fields.html", name="form_fields")(ui_forms.form_context)
register.simple_tag(ui_samples.samples, name="style_samples")
