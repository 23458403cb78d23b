"""The silo map: units down, capabilities across, in each cell what is bought and how much of it is in the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.initiatives.queries.lists import UnitRow
from portfolio.kit.cells import csv_lines
from portfolio.kit.scope import at_or_above
from portfolio.kit.templatetags import ui_text
from readiness.silos.queries.spend import Cell, Scatter, Spend
from readiness.silos.rules.fragmentation import PlanShare
from readiness.silos.tables.frame import route

UNKNOWN = "unknown"
EXPORT_FIELDS = (
    "unit_id", "unit", "capability", "purchases", "in_plan", "out_of_plan", "plan_unknown", "amount", "currency",
    "amounts_unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the map looks: `root` is the unit whose parts are the rows, None for the whole organisation."""

    path: str
    root: UnitRow | None
    rows: tuple[UnitRow, ...]


def place_of(units: Mapping[int, UnitRow], wanted: int | None) -> Place:
    """The wanted unit, or the highest one that the reader sees all parts of; a single part is passed through."""
    by_path = {unit.path: unit for unit in units.values()}
    root = units.get(wanted) if wanted is not None else None
    path = root.path if root else "/"
    rows = _parts(by_path, path)
    while root is None and len(rows) == 1 and _parts(by_path, rows[0].path):
        path = rows[0].path
        rows = _parts(by_path, path)
        if len(rows) != 1:
            root = by_path.get(path)
    return Place(path, root or by_path.get(path), tuple(rows))


def _parts(by_path: Mapping[str, UnitRow], path: str) -> list[UnitRow]:
    """Visible units right below `path`; below the top of what is visible, the highest ones."""
    below = {place: unit for place, unit in by_path.items() if place.startswith(path) and place != path}
    return [unit for place, unit in below.items() if not any(above in below for above in at_or_above((place,))[:-1])]


def matrix(spend: Spend, place: Place, capabilities: Sequence[tuple[str, str]], *, money: bool) -> dict[str, Any]:
    """Columns, rows with cells and totals. Columns without a purchase are left out, unknown capability comes last."""
    used = {capability for _row, capability in spend.cells}
    columns = [{"key": key, "label": label} for key, label in capabilities if key in used]
    if "" in used:
        columns.append({"key": "", "label": _("Unknown capability")})
    lines = [(0, place.root, _("%s itself") % place.root.name)] if place.root else []
    lines += [(row_key(unit, place.path), unit, unit.name) for unit in place.rows]
    listed = route("procurement:purchases")
    rows = [made for key, unit, label in lines if (made := _row(spend, key, unit, label, columns, listed, money=money))]
    totals = [_total(spend, column["key"], listed, money=money) for column in columns]
    return {
        "columns": columns, "rows": rows, "totals": totals, "currency": spend.currency,
        "all": _cell(Cell.sum(spend.cells.values()), "", money=money),
        "scatter": [_scatter(spend.scatter.get(column["key"])) for column in columns],
    }  # fmt: skip


def row_key(unit: UnitRow, path: str) -> int:
    return int(unit.path[len(path) :].split("/", 1)[0])


def _row(
    spend: Spend, key: int, unit: UnitRow | None, label: str, columns: Sequence[Mapping[str, str]], listed: str, *, money: bool
) -> dict[str, Any] | None:  # fmt: skip
    found = [spend.cells.get((key, column["key"])) for column in columns]
    if not any(found):
        return None
    pk = unit.id if unit else None
    cells = [
        _cell(cell, _purchases(listed, pk, column["key"]), money=money) if cell else None
        for cell, column in zip(found, columns, strict=True)
    ]
    total = Cell.sum(cell for cell in found if cell)
    drill = f"{reverse('silos:map')}?unit={pk}" if pk and key else ""
    whole = _cell(total, _purchases(listed, pk, None), money=money)
    return {"label": label, "unit_id": pk, "url": drill, "cells": cells, "total": whole}


def _purchases(listed: str, unit: int | None, capability: str | None) -> str:
    """The address of the purchases behind a cell; `listed` is that of all of them."""
    asked: dict[str, Any] = {} if unit is None else {"unit": unit}
    if capability is not None:
        asked["capability"] = capability or UNKNOWN
    return f"{listed}?{urlencode(asked)}" if listed else ""


def _cell(cell: Cell, url: str, *, money: bool) -> dict[str, Any]:
    """What is shown: the amount where the reader may be told it, else how many; the plan as three widths that add up to 100,
    by what is shown.
    """
    amount = cell.shown if money else None
    parts = _widths(cell, by_amount=amount is not None and amount > 0)
    said = _("%(inside)d in the plan, %(outside)d outside, %(unknown)d unknown") % {
        "inside": cell.inside, "outside": cell.outside, "unknown": cell.unknown,
    }  # fmt: skip
    return {
        "cell": cell, "amount": amount, "url": url, "parts": parts, "said": said, "n": cell.total,
        "count": ngettext("%d purchase", "%d purchases", cell.total) % cell.total,
        "unknown_amounts": max(0, cell.priced - cell.known) if money else 0,
        "hidden": cell.total - cell.priced if money else 0,
        "lean": _lean(cell),
    }  # fmt: skip


def _widths(cell: Cell, *, by_amount: bool) -> tuple[tuple[str, float], ...]:
    amounts = (float(cell.inside_worth), float(cell.outside_worth), float(cell.unknown_worth))
    values = amounts if by_amount else (float(cell.inside), float(cell.outside), float(cell.unknown))
    whole = sum(values) or 1.0
    return tuple(
        (name, round(value / whole * 100, 1))
        for name, value in zip(("inside", "outside", "unknown"), values, strict=True)
        if value
    )


def _lean(cell: Cell) -> str:
    """What most of its purchases are."""
    return max(("inside", cell.inside), ("outside", cell.outside), ("unknown", cell.unknown), key=lambda part: part[1])[0]


def _total(spend: Spend, capability: str, listed: str, *, money: bool) -> dict[str, Any]:
    cells = [cell for (_key, key), cell in spend.cells.items() if key == capability]
    return _cell(Cell.sum(cells), _purchases(listed, None, capability), money=money)


def _scatter(scatter: Scatter | None) -> dict[str, Any] | None:
    if scatter is None:
        return None
    by_amount = scatter.by_vendor is not None and scatter.by_unit is not None
    return {
        "vendor": ui_text.grouped((scatter.by_vendor if by_amount else scatter.by_vendor_count) or 0, 2),
        "unit": ui_text.grouped((scatter.by_unit if by_amount else scatter.by_unit_count) or 0, 2),
        "vendors": scatter.vendors, "units": scatter.units, "by_amount": by_amount,
    }  # fmt: skip


def headline(share: PlanShare) -> str:
    """`41 % of 312 purchases are outside the plan; of 12 % nobody knows`."""
    if not share.total:
        return _("No purchase runs where you look.")
    told = {
        "out": ui_text.percent(share.outside, share.total), "n": ui_text.grouped(share.total),
        "unknown": ui_text.percent(share.unknown, share.total),
    }  # fmt: skip
    if share.unknown:
        return _("%(out)s of %(n)s running purchases are outside the IT plan; of %(unknown)s nobody knows.") % told
    return _("%(out)s of %(n)s running purchases are outside the IT plan.") % told


def figures(share: PlanShare, known: int, currency: str, open_findings: int, *, money: bool) -> list[dict[str, Any]]:
    """Share outside by count and by amount, unknown apart; what is open."""
    amounts = [_by_amount(share, known, currency)] if money else []
    return [_by_count(share), *amounts, _unknown(share), _open(open_findings)]


def _unknown(share: PlanShare) -> dict[str, Any]:
    purchases = route("procurement:purchases")
    return {
        "label": _("Plan unknown"),
        "value": ui_text.grouped(share.unknown),
        "base": _("of %s purchases") % ui_text.grouped(share.total),
        "note": _("Neither declared nor linked to an item of the IT plan: unknown is no and is no yes."),
        "url": f"{purchases}?in_plan=unknown" if purchases else "",
    }


def _open(findings: int) -> dict[str, Any]:
    return {
        "label": _("Findings to decide"),
        "value": ui_text.grouped(findings),
        "url": f"{reverse('silos:findings')}?state=open",
        "base": _("open or accepted"),
    }


def _by_count(share: PlanShare) -> dict[str, Any]:
    bounds = share.outside_range()
    made: dict[str, Any] = {
        "label": _("Outside the plan, by count"),
        "value": ui_text.percent(share.outside, share.total) if bounds else None,
        "base": _("%(part)s of %(n)s") % {"part": ui_text.grouped(share.outside), "n": ui_text.grouped(share.total)},
        "note": _("Running purchases that are declared outside the IT plan. The range counts the unknown in at its high end."),
    }
    if bounds and share.unknown:
        made["interval"] = ui_text.interval(round(bounds[0] * 100), round(bounds[1] * 100), "%")
    return made


def _by_amount(share: PlanShare, known: int, currency: str) -> dict[str, Any]:
    bounds = share.inside_amount_range()
    seen = known >= 2 and bounds is not None
    made: dict[str, Any] = {
        "label": _("In the plan, by amount"),
        "value": ui_text.percent(float(share.inside_amount), float(share.amount)) if seen else None,
        "note": _("Amounts that you may see, in the reporting currency. Purchases of unknown amount are left out: %d.")
        % share.priceless,
    }
    if seen and bounds is not None:
        whole = ui_text.short(share.amount)
        made["base"] = _("of %(amount)s %(currency)s") % {"amount": whole, "currency": currency}
        if share.unknown_amount:
            made["interval"] = ui_text.interval(round(bounds[0] * 100), round(bounds[1] * 100), "%")
    return made


def csv_of(table: Mapping[str, Any]) -> Iterator[str]:
    """Cells one by one; amounts as the page shows them."""
    return csv_lines(EXPORT_FIELDS, (row.values() for row in flat(table)))


def flat(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Cells as the API and files tell them; an amount that may not be told is None."""
    for row in table["rows"]:
        for column, shown in zip(table["columns"], row["cells"], strict=True):
            if shown is not None:
                cell = shown["cell"]
                values = (
                    row["unit_id"], row["label"], column["key"], cell.total, cell.inside, cell.outside, cell.unknown,
                    shown["amount"], table["currency"] if shown["amount"] is not None else "", shown["unknown_amounts"],
                )  # fmt: skip
                yield dict(zip(EXPORT_FIELDS, values, strict=True))
