"""The unknowns as the pages show them: sentence, figures, picture, groups and rows ready to print, and exports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags import ui_text
from readiness.assessments.choices import Fact, UnknownKind
from readiness.assessments.queries.unknowns.groups import Group, Overall
from readiness.assessments.queries.unknowns.rows import Row
from readiness.assessments.tables.words import PHASES

KINDS = {
    UnknownKind.VALUE: (gettext_lazy("workload"), "cpu"),
    UnknownKind.ANSWER: (gettext_lazy("assessment"), "clipboard-check"),
    UnknownKind.COMPONENT: (gettext_lazy("component"), "server"),
    UnknownKind.FACT: (gettext_lazy("register"), "list-details"),
}
SORTS: dict[str, Callable[[Group], Any]] = {
    "gates": lambda one: one.gates,
    "initiatives": lambda one: one.initiatives,
    "items": lambda one: one.items,
    "value": lambda one: one.largest,
    "overdue": lambda one: one.overdue,
    "what": lambda one: one.label.casefold(),
}
PICTURED = 8
_SHORT = 60


def headline(found: Overall) -> str:
    """How much is unknown, and which one question holds up most."""
    if not found.items:
        return _("Nothing is unknown here")
    said = ngettext("%s unknown", "%s unknowns", found.items) % ui_text.grouped(found.items)
    said += " " + ngettext("over %s running initiative", "over %s running initiatives", found.initiatives) % ui_text.grouped(
        found.initiatives
    )
    top = found.groups[0]
    if not top.gates:
        return said
    holds = ngettext("%s gate", "%s gates", top.gates) % ui_text.grouped(top.gates)
    return _("%(said)s; one alone holds up %(gates)s: “%(what)s”") % {"said": said, "gates": holds, "what": top.label}


def figures(found: Overall) -> list[dict[str, Any]]:
    """The strip above the table."""
    owned = sum(one.owned for one in found.groups)
    overdue = sum(one.overdue for one in found.groups)
    groups = len(found.groups)
    return [
        {"label": _("Unknown"), "value": found.items, "base": _("over %d different questions") % groups},
        {
            "label": _("Never assessed"),
            "value": next((one.initiatives for one in found.groups if one.key == Fact.ASSESSMENT), 0),
            "base": _("of %s running initiatives") % ui_text.grouped(found.initiatives),
        },
        {
            "label": _("Nobody finds it out"),
            "value": found.items - owned,
            "base": _("of %s") % ui_text.grouped(found.items),
            "note": _("A fact of the register counts as its owner's."),
            "url": "?".join((reverse("assessments:unknown_rows"), urlencode({"owner": "nobody"}))),
        },
        {
            "label": _("Overdue"),
            "value": overdue,
            "base": _("past the day that was promised"),
            "url": "?".join((reverse("assessments:unknown_rows"), urlencode({"overdue": 1}))),
        },
    ]


def ordered(groups: list[Group], sort: str) -> list[Group]:
    """By one of SORTS, `-` in front for descending; as they come (most gates first) for any other name."""
    key = SORTS.get(sort.removeprefix("-"))
    return sorted(groups, key=key, reverse=sort.startswith("-")) if key else groups


def picture(groups: list[Group], kept: dict[str, str]) -> dict[str, Any] | None:
    """The questions that hold up most gates; None where none does."""
    top = [one for one in sorted(groups, key=lambda one: -one.gates)[:PICTURED] if one.gates]
    if not top:
        return None
    cells = [
        {"value": one.gates, "base": _in_words(one), "url": rows_url(one, kept)} for one in top
    ]  # fmt: skip
    return {
        "kind": "bar",
        "title": _("Next gates held up"),
        "category_label": _("What is unknown"),
        "categories": [_shortened(one.label) for one in top],
        "series": [{"name": _("Gates"), "color": "v-unknown", "data": cells}],
        "summary": _("A gate is held up by an unknown that counts for it; one initiative has one next gate."),
    }


def group_rows(groups: list[Group], kept: dict[str, str]) -> list[dict[str, Any]]:
    """Groups as the table prints them; `kept` are the filters that links keep."""
    return [
        {
            "group": one,
            "kind": KINDS[one.kind][0],
            "icon": KINDS[one.kind][1],
            "url": rows_url(one, kept),
            "where": _in_words(one),
            "ahead": [f"{PHASES[phase]} {count}" for phase, count in sorted(one.phases.items(), key=lambda item: -item[1])],
            "held": [_held_words(held) for held in one.held],
            "open": one.items - one.owned,
        }
        for one in groups
    ]


def rows_url(one: Group, kept: dict[str, str]) -> str:
    """The rows behind a group under the same filters."""
    return f"{reverse('assessments:unknown_rows')}?{urlencode({**kept, 'kind': one.kind.value, 'key': one.key})}"


def _in_words(one: Group) -> str:
    places = ngettext("%d initiative", "%d initiatives", one.initiatives) % one.initiatives
    if one.kind is not UnknownKind.VALUE:
        return _("in %s") % places
    workloads = ngettext("%d workload", "%d workloads", one.items) % one.items
    return _("in %(workloads)s of %(places)s") % {"workloads": workloads, "places": places}


def _held_words(held: Any) -> dict[str, Any]:
    if held.total is None:
        return {"text": _("one initiative, not totalled"), "title": _("A total over a single item is not shown.")}
    title = _("%(sum)s %(currency)s over %(count)d initiatives") % {
        "sum": ui_text.grouped(held.total, 2), "currency": held.currency, "count": held.count,
    }  # fmt: skip
    return {"text": f"{ui_text.short(held.total)} {held.currency}", "title": title}


def row_lines(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as the table prints them, each with the way to where it is answered."""
    return [
        {
            "row": row,
            "kind": KINDS[row.kind][0],
            "icon": KINDS[row.kind][1],
            "place": _("no. %s") % row.place if row.kind is UnknownKind.ANSWER else row.place,
            "url": _answered_at(row),
            "initiative_url": reverse("initiatives:detail", args=[row.initiative_id]),
            "next": _("unknown") if row.stage_unknown else row.next_name,
            "amount": f"{ui_text.short(row.value)} {row.currency}" if row.value is not None else "",
        }
        for row in rows
    ]


def _answered_at(row: Row) -> str:
    container = row.ref.split(":")[1]
    ways: dict[UnknownKind, tuple[str, list[Any]]] = {
        UnknownKind.VALUE: ("workloads:detail", [int(container)]),
        UnknownKind.ANSWER: ("assessments:answer", [row.initiative_id, row.place, row.key]),
        UnknownKind.COMPONENT: ("assessments:components", [row.initiative_id]),
        UnknownKind.FACT: ("initiatives:edit", [row.initiative_id]),
    }
    name, arguments = ways[row.kind]
    if row.kind is UnknownKind.FACT and row.key in ("assessment", "stage"):
        name = "assessments:initiative" if row.key == "assessment" else "initiatives:detail"
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return reverse("initiatives:detail", args=[row.initiative_id])


def _shortened(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


Field = tuple[str, Callable[[Row], Any]]
FIELDS: tuple[Field, ...] = (
    ("kind", lambda row: row.kind.value),
    ("key", lambda row: row.key),
    ("what", lambda row: row.label),
    ("initiative_key", lambda row: row.initiative_key),
    ("initiative_name", lambda row: row.initiative_name),
    ("unit", lambda row: row.unit_name),
    ("place", lambda row: row.place),
    ("next_stage", lambda row: "unknown" if row.stage_unknown else row.next_name),
    ("next_phase", lambda row: row.phase.value),
    ("holds_up_the_gate", lambda row: row.holds),
    ("owner", lambda row: row.owner_name),
    ("due", lambda row: row.due),
    ("overdue", lambda row: row.overdue),
    ("value", lambda row: row.value),
    ("currency", lambda row: row.currency if row.value is not None else ""),
    ("ref", lambda row: row.ref),
)


def shape(row: Row) -> dict[str, Any]:
    """A row under the names of exports and the API."""
    return {name: of(row) for name, of in FIELDS}


def csv_export(rows: Iterable[Row]) -> Iterator[str]:
    """CSV lines; a byte order mark first, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    lines = (["" if (value := of(row)) is None else value for _name, of in FIELDS] for row in rows)
    yield from csv_lines([name for name, _of in FIELDS], lines)


def json_export(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON array; amounts are texts, so that no reader rounds them."""
    separator = "["
    for row in rows:
        yield separator + json.dumps(shape(row), default=_plain, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Decimal)
    return str(value)
