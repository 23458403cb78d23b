"""What a list page needs from its address: sortable headers, pages, filters. All state lives in the query string."""

from typing import Any

from django import forms
from django.core.paginator import Page
from django.template.context import Context

from portfolio.kit.templatetags import ui_forms


def th(context: Context, label: str, key: str = "", num: bool = False, target: str = "", param: str = "sort") -> dict[str, Any]:
    """A table header cell; with `key` it sorts through the address (`sort=key`, `sort=-key`)."""
    request = context["request"]
    current = request.GET.get(param, "")
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "") if key else ""
    upcoming = f"-{key}" if order == "ascending" else key
    url = ui_forms.with_value(request, param, upcoming) if key else ""
    return {"label": label, "url": url, "order": order, "num": num, "target": target}


def pagination(context: Context, page: "Page[Any]", target: str = "") -> dict[str, Any]:
    """Previous and next of a Paginator page; the counted range beside them."""
    made: dict[str, Any] = {"target": target, "first": page.start_index(), "last": page.end_index()}
    made["total"] = page.paginator.count
    for name, there, value in (("previous_url", page.has_previous(), -1), ("next_url", page.has_next(), 1)):
        made[name] = ui_forms.with_value(context["request"], "page", str(page.number + value)) if there else ""
    return made


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
