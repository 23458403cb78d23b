"""What the form templates need to know about a bound field: its classes, its description ids, its open choices."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.widgets.Input, "form-control"),
    (forms.Textarea, "form-control"),
)


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.PasswordInput):
        return "password"
    return "other"


def _css(widget: forms.Widget) -> str:
    own = next((css for kind, css in _CLASSES if isinstance(widget, kind)), "")
    return f"{widget.attrs.get('class', '')} {own}".strip()


def field_context(field: BoundField, unit: str = "", hint: str = "", autofocus: bool = False) -> dict[str, Any]:
    """Context of `ui/field.html`: the rendered widget is told which texts describe it and whether it is in error."""
    ids = {"help": f"{field.auto_id}_help", "error": f"{field.auto_id}_error", "unit": f"{field.auto_id}_unit"}
    help_text = hint or field.help_text
    present = {"unit": unit, "help": help_text, "error": field.errors}
    described = " ".join(ids[name] for name, value in present.items() if value)
    attrs: dict[str, Any] = {"class": _css(field.field.widget)}
    if _kind(field) != "group":
        attrs["aria-describedby"] = described or None
    if field.errors:
        attrs["aria-invalid"] = "true"
        attrs["class"] = f"{attrs['class']} is-invalid".strip()
    if autofocus:
        attrs["autofocus"] = True
    return {
        "field": field,
        "widget": field.as_widget(attrs={key: value for key, value in attrs.items() if value is not None}),
        "kind": _kind(field),
        "ids": ids,
        "described": described,
        "unit": unit,
        "help": help_text,
    }


def form_context(form: forms.BaseForm, autofocus: bool = True) -> dict[str, Any]:
    """Context of `ui/form_fields.html`; the first field in error, else the first field, takes the focus."""
    visible = form.visible_fields()
    first = next((field for field in visible if field.errors), visible[0] if visible else None)
    return {
        "form": form,
        "fields": [{"bound": field, "autofocus": autofocus and field is first} for field in visible],
        "errors": [field for field in visible if field.errors],
    }


def _options(field: BoundField) -> list[dict[str, Any]]:
    return [
        {"value": option.data["value"], "label": option.data["label"], "selected": option.data["selected"]}
        for option in field.subwidgets
        if "value" in option.data and str(option.data["value"])
    ]


def _filter_kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
        return "many"
    if isinstance(widget, forms.Select):
        return "select"
    return "text" if getattr(widget, "input_type", "") in ("text", "search") else "other"


def filter_fields(form: forms.BaseForm) -> list[dict[str, Any]]:
    """One entry per visible filter: `kind` is text, select, many or other; `options` only for choices."""
    entries = []
    for field in form.visible_fields():
        kind = _filter_kind(field.field.widget)
        options = _options(field) if kind in ("many", "select") else []
        chosen = [option for option in options if option["selected"]]
        entries.append({"field": field, "kind": kind, "options": options, "chosen": chosen})
    return entries


def active_filters(entries: list[dict[str, Any]], query: QueryDict) -> list[dict[str, str]]:
    """Chips of the filters in force, each with the address that is left when it is taken away."""
    chips: list[dict[str, str]] = []
    for entry in entries:
        name, label = entry["field"].html_name, str(entry["field"].label)
        labels = {str(option["value"]): str(option["label"]) for option in entry["options"]}
        chips += [
            {"label": label, "value": labels.get(value, value), "remove_url": without(query, name, value)}
            for value in query.getlist(name)
            if value
        ]
    return chips


def without(query: QueryDict, name: str, value: str) -> str:
    """The query string less one value and less the page, always starting with `?`."""
    kept = [(key, item) for key in query for item in query.getlist(key) if item and (key, item) != (name, value)]
    return "?" + urlencode([pair for pair in kept if pair[0] not in ("page", "cursor")])


def with_value(request: HttpRequest, name: str, value: str) -> str:
    """The query string with one value replaced and the page forgotten."""
    query = request.GET.copy()
    for gone in ("page", "cursor"):
        query.pop(gone, None)
    query[name] = value
    return "?" + query.urlencode()
