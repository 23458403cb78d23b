"""The table of initiatives: its columns, and rows made ready so that the template only prints.

What repeats on a page (stages, verdicts, dates) is rendered once and remembered, because the row template is the cost of a
list page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor, may_edit
from portfolio.initiatives.choices import (
    CLOSURE_LABELS,
    VENUE_LABELS,
    Answer,
    ClosureKind,
    ProcurementRoute,
    Status,
    Venue,
    choices_of,
)
from portfolio.initiatives.queries.lists import StageRow, UnitRow
from portfolio.initiatives.tables.risk import cell as risk_cell
from portfolio.kit.templatetags import ui_text

NARROW = "\u202f"


@dataclass(frozen=True, slots=True)
class Column:
    """`sort` is a name of queries.initiatives.SORTABLE; `extra` is a further database column that it needs."""

    name: str
    label: str | Promise
    sort: str = ""
    default: bool = False
    num: bool = False
    extra: str = ""


COLUMNS = (
    Column("unit", _("Unit"), "unit", default=True),
    Column("stage", _("Stage"), "stage", default=True),
    Column("since", _("In stage since"), "stage_since", default=True),
    Column("status", _("Status"), "status", default=True),
    Column("rag", _("Status note"), default=True),
    Column("risk", _("Likely abandoned"), "risk", default=True, num=True),
    Column("owner", _("Owner"), "owner", default=True),
    Column("value", _("Expected value"), "value", default=True, num=True),
    Column("sponsor", _("Sponsor")),
    Column("programme", _("Programme")),
    Column("topic", _("Topic")),
    Column("impact", _("Impact level")),
    Column("venue_storage", _("Storage")),
    Column("venue_training", _("Training")),
    Column("venue_inference", _("Inference")),
    Column("containerised", _("Containerised")),
    Column("route", _("Procurement route")),
    Column("tags", _("Tags")),
    Column("register", _("Register")),
    Column("updated", _("Changed"), "updated"),
)
ROUTE_LABELS = {
    ProcurementRoute.IN_PLAN: _("In the IT plan"),
    ProcurementRoute.SEPARATE: _("Separate"),
    ProcurementRoute.UNKNOWN: _("Unknown"),
}
_VENUES = {str(key): str(label) for key, label in VENUE_LABELS.items() if key is not Venue.UNKNOWN}
_ANSWERS = {value: label for value, label in choices_of(Answer) if value != "unknown"}
_TRIMMED = 60


def chosen_columns(query: QueryDict, actor: Actor) -> dict[str, bool]:
    """`{column: shown}` from `columns=a,b` or repeated `columns=`; nothing chosen is the usual set."""
    wanted = {name for part in query.getlist("columns") for name in part.split(",")} & {column.name for column in COLUMNS}
    if wanted:
        return {column.name: column.name in wanted for column in COLUMNS}
    money = actor.may_somewhere(Action.MONEY)
    return {column.name: column.default and (column.name != "value" or money) for column in COLUMNS}


def table_rows(
    rows: Iterable[dict[str, Any]], *, actor: Actor, units: dict[int, UnitRow], stages: Iterable[StageRow], today: date
) -> list[dict[str, Any]]:
    """Rows of queries.list_rows with what the template prints beside: addresses, chips, short forms, titles."""
    totals = {stage.lifecycle_key: stage.total for stage in stages}
    base = reverse("initiatives:list")
    made = []
    for row in rows:
        unit = units.get(row["unit_id"])
        row["pk"] = str(row["id"])
        row["url"] = f"{base}{row['id']}/"
        row["trail"] = unit.trail if unit else row["unit_name"]
        row["stage_chip"] = stage_mark(row, totals.get(row["lifecycle_key"], 5))
        row["status_chip"] = chip("status", row["status"])
        row["rag_chip"] = chip("rag", row["rag"]) if row["rag"] else ""
        row["risk_cell"] = risk_cell(row)
        row["since"] = day(row["stage_since"], today)
        row["waiting"] = ago(row["stage_since"], today)
        row["changed"] = day(row["updated_at"].date(), today)
        row["editable"] = unit is not None and may_edit(
            actor, unit_path=unit.path, owner_id=row["owner_id"], sponsor_id=row["sponsor_id"]
        )
        made.append(row)
    return made


def infrastructure_cells(rows: Iterable[dict[str, Any]]) -> None:
    """The words of venue, containers and route; unknown keeps its own chip. Only for tables that show them."""
    unknown = chip("verdict", "unknown")
    routes = {str(route): str(label) for route, label in ROUTE_LABELS.items() if route is not ProcurementRoute.UNKNOWN}
    for row in rows:
        for name in ("venue_storage", "venue_training", "venue_inference"):
            row[name] = _VENUES.get(row[name], unknown)
        row["containerised"] = _ANSWERS.get(row["containerised"], unknown)
        row["route"] = routes.get(row["procurement_route"], unknown)


def money_cells(rows: Iterable[dict[str, Any]]) -> None:
    """Short amount and the exact one for the title; both empty where hidden or unknown."""
    for row in rows:
        amount = row["value"]
        row["amount"] = f"{ui_text.short(amount)} {row['currency']}" if amount is not None else ""
        row["exact"] = f"{ui_text.grouped(amount, 2)} {row['currency']}" if amount is not None else ""


def stage_mark(row: dict[str, Any], total: int) -> SafeString:
    """The stage chip of a list row; a closed one says how it ended."""
    closed = ""
    if row["status"] == Status.CLOSED:
        closed = str(CLOSURE_LABELS[row["closure"]] if row["closure"] else _("Closed"))
    return _stage_chip(row["stage_name"] or "", row["stage_position"] or 0, total, closed, get_language() or "")


def chip(kind: str, value: str) -> SafeString:
    """A status, verdict or status note chip, rendered once per language."""
    return _chip(kind, value, get_language() or "")


def day(value: date | None, today: date) -> SafeString:
    """A date with the distance from today below it; "" for none."""
    return _day("day", value, today, get_language() or "") if value else SafeString("")


def ago(value: date | None, today: date) -> SafeString:
    """The distance from today alone, the date in its title; "" for none."""
    return _day("ago", value, today, get_language() or "") if value else SafeString("")


@lru_cache(maxsize=512)
def _stage_chip(label: str, position: int, total: int, closed: str, _language: str) -> SafeString:
    ramp = max(1, round(position / max(total, 1) * 5))
    pips = [index <= position for index in range(1, total + 1)] if position else []
    context = {"kind": "stage", "label": label, "pips": pips, "ramp": ramp, "how": closed}
    return render_to_string("initiatives/chip.html", context)


@lru_cache(maxsize=64)
def _chip(kind: str, value: str, _language: str) -> SafeString:
    return render_to_string("initiatives/chip.html", {"kind": kind, "value": value})


@lru_cache(maxsize=4096)
def _day(kind: str, value: date, today: date, _language: str) -> SafeString:
    words = {"ago": ui_text.relative_days(value, today), "title": ui_text.with_precision(value)}
    return render_to_string("initiatives/chip.html", {"kind": kind, "value": value, **words})


def closure_label(kind: str) -> str:
    """The words of a closure kind."""
    return str(CLOSURE_LABELS[ClosureKind(kind)])


def short(text: str) -> str:
    """At most 60 characters, for cells."""
    return text if len(text) <= _TRIMMED else text[: _TRIMMED - 1] + "…"
