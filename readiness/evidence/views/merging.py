"""Two who change the same source or feed: for each field that both changed, one chooses; all else keeps what was saved last."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from readiness.evidence.forms.connector_fields import CLEAR
from readiness.evidence.forms.rows import RowsField, RowsWidget, Texts
from readiness.evidence.views.access import PageRequest

BASE, TAKE = "base", "take_"
_NEVER = ("version", "find")


def seen(form: forms.Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Each field as one text: what a person saw, to be compared with what they send. Secrets are in none of it."""
    return {name: _text(field, values.get(name)) for name, field in form.fields.items() if _travels(name, field)}


def base_of(request: PageRequest, otherwise: Mapping[str, str]) -> dict[str, str]:
    """What the person saw when they began, as it came back with the form."""
    try:
        told = json.loads(request.POST.get(BASE, ""))
    except (ValueError, RecursionError):
        return dict(otherwise)
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else dict(otherwise)


def settled(request: PageRequest, now: Mapping[str, str]) -> QueryDict | None:
    """What was posted, with `theirs` taken where the merge page says so; None for nothing posted."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    for key in [key for key in data if key.startswith(TAKE) and data[key] == "theirs"]:
        data[key.removeprefix(TAKE)] = now.get(key.removeprefix(TAKE), "")
    return data


def merge_page(
    request: PageRequest, form: forms.Form, now: Mapping[str, str], *, version: int, name: str, cancel_url: str
) -> HttpResponse:  # fmt: skip
    """`form` is bound and valid; `now` is what somebody else saved, as `seen` writes it."""
    base = base_of(request, now)
    sent = seen(form, {bound: form[bound].value() for bound in form.fields})
    touched = [field for field in sent if sent[field] != base.get(field, "")]
    rows = [
        {
            "name": field,
            "label": form[field].label,
            "mine": _shown(form.fields[field], sent[field]),
            "theirs": _shown(form.fields[field], now[field]),
        }
        for field in touched
        if sent[field] != now[field] and now[field] != base.get(field, "")  # what they left alone is mine
    ]
    context = {
        "rows": rows, "name": name, "version": version, "base": json.dumps(dict(now)), "cancel_url": cancel_url,
        "kept": [(field, sent[field] if field in touched else now[field]) for field in sent],
        "secrets": any(isinstance(field.widget, forms.PasswordInput) for field in form.fields.values()),
    }  # fmt: skip
    return render(request, "evidence/source_merge.html", context, status=409)


def _travels(name: str, field: forms.Field) -> bool:
    hidden = name in _NEVER or name.endswith(f"-{CLEAR}")
    return not hidden and not isinstance(field.widget, forms.PasswordInput)


def _text(field: forms.Field, value: Any) -> str:
    if isinstance(field, RowsField):
        rows = [{key: text.strip() for key, text in row.items() if text.strip()} for row in value or []]
        return json.dumps([_plain(field.widget, row) for row in rows], sort_keys=True, ensure_ascii=False)
    if isinstance(field, forms.BooleanField):
        return "on" if value and value != "False" else ""
    return str("" if value is None else value).replace("\r\n", "\n").strip()


def _plain(widget: RowsWidget, row: Texts) -> Texts:
    """Without what stands in it before anybody types."""
    first = {column.name: str(column.choices[0][0]) for column in widget.shape.columns if column.fills and column.choices}
    return first | row


def _shown(field: forms.Field, text: str) -> str:
    """As people read it: a row a line, the label of a choice."""
    if isinstance(field, RowsField):
        return "\n".join(" ".join(value for key, value in row.items() if key != "rest") for row in json.loads(text or "[]"))
    labels: Iterable[tuple[Any, Any]] = getattr(field, "choices", ())
    return str(dict(labels).get(text, text))
