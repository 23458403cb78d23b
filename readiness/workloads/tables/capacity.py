"""What the capacity pages say: the sentence, the figures, the rows, the picture over time, and files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import VENUE_LABELS, Venue
from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags import ui_text
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.queries.capacity import SHOWN_AS, Totals, horizon
from readiness.workloads.queries.orders import OrderRow
from readiness.workloads.rules import capacity as ledger
from readiness.workloads.services.shortage import amount

UNITS = {PoolKind.ACCELERATORS: gettext_lazy("accelerators"), PoolKind.STORAGE: "TB", PoolKind.NETWORK: "Gbit/s"}
KINDS = {
    PoolKind.ACCELERATORS: gettext_lazy("Accelerators"),
    PoolKind.STORAGE: gettext_lazy("Storage"),
    PoolKind.NETWORK: gettext_lazy("Network"),
}
STATES = {
    AllocationState.REQUESTED: gettext_lazy("asked for"),
    AllocationState.GRANTED: gettext_lazy("granted"),
    AllocationState.RELEASED: gettext_lazy("released"),
    AllocationState.REFUSED: gettext_lazy("refused"),
}
EXPORT_FIELDS = (
    "id", "name", "unit_name", "offered_to_name", "kind", "accelerator_key", "venue", "provider", "size", "committed",
    "ordered", "arrives_on", "allocated", "free", "free_lowest", "lowest_on", "queued", "queue", "lead_time_days",
    "cost_per_month", "cost_currency", "cost_hidden", "note",
)  # fmt: skip
PAST = 20


def number(value: float) -> str:
    """An amount of capacity: whole ones whole, shares of one with up to three digits."""
    return ui_text.tidy(value, 3) if abs(value) < 1e9 else ui_text.short(value)


def headline(totals: Mapping[PoolKind, Totals]) -> str:
    """`Of 96 accelerators 12 are free; 3 workloads queue for 24`: accelerators where there are any."""
    told = next((totals[kind] for kind in PoolKind if kind in totals), None)
    if told is None:
        return ""
    unit = UNITS[told.kind]
    if told.pools == told.unknown:
        free = ngettext("Nobody knows the size of the %(n)d pool", "Nobody knows the size of the %(n)d pools", told.unknown)
        parts = [free % {"n": told.unknown}]
    else:
        parts = [
            _("Of %(size)s %(unit)s %(free)s are free") % {"size": number(told.size), "unit": unit, "free": number(told.free)}
        ]
    if told.workloads:
        queue = ngettext("%(n)d workload queues for %(q)s", "%(n)d workloads queue for %(q)s", told.workloads)
        parts.append(queue % {"n": told.workloads, "q": number(told.queued)})
    if told.unknown and told.pools != told.unknown:
        more = ngettext("the size of %(n)d pool is unknown", "the sizes of %(n)d pools are unknown", told.unknown)
        parts.append(more % {"n": told.unknown})
    return "; ".join(parts)


def figures(totals: Mapping[PoolKind, Totals]) -> list[dict[str, Any]]:
    """What is free of each kind, and what queues for it."""
    made = []
    for kind in PoolKind:
        told = totals.get(kind)
        if told is None:
            continue
        made.append(_figure(kind, told))
    return made


def _figure(kind: PoolKind, told: Totals) -> dict[str, Any]:
    known = told.pools > told.unknown
    note = _("Size and what has arrived, less what is committed elsewhere and what is granted.")
    left_out = ngettext("%d pool of unknown size is left out.", "%d pools of unknown size are left out.", told.unknown)
    return {
        "label": _("%s, free today") % KINDS[kind],
        "unit": str(UNITS[kind]),
        "value": number(told.free) if known else None,
        "base": _("of %s") % number(told.size) if known else "",
        "reference": _("%s asked for and not granted") % number(told.queued) if told.queued else _("no queue"),
        "note": f"{note} {left_out % told.unknown}" if told.unknown else note,
    }


def pool_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of queries.pool_rows and with_lowest as the table shows them."""
    return [
        row
        | {
            "url": reverse("workloads:pool", args=[row["id"]]),
            "unit": UNITS[PoolKind(row["kind"])],
            "kind_label": KINDS[PoolKind(row["kind"])],
            "venue_label": "" if row["venue"] == Venue.UNKNOWN else VENUE_LABELS[row["venue"]],
            "allocated_text": number(row["allocated"]),
            "committed_text": number(row["committed"]),
            "queued_text": number(row["queued"]),
            "ordered_text": number(row["ordered"]) if row["ordered"] and row["available"] == row["size"] else "",
            **{f"{name}_text": None if row[name] is None else number(row[name]) for name in ("available", "free", "free_lowest")},
            "tighter": row["free"] is not None and row["free_lowest"] < row["free"],
        }
        for row in rows
    ]


def order_rows(rows: Sequence[OrderRow]) -> list[dict[str, Any]]:
    """Order-by rows with their verdict: late is not met, an unknown date unknown, a date to come a warning."""
    return [
        {
            "row": row,
            "unit": UNITS[PoolKind(row.kind)],
            "quantity": number(row.quantity),
            "missing": None if row.missing is None else number(row.missing),
            "verdict": "unknown" if row.order_by is None or row.missing is None else "not_met" if row.late_days else "warning",
            "pool_url": reverse("workloads:pool", args=[row.pool_id]),
            "workload_url": reverse("workloads:detail", args=[row.workload_id]) if row.workload_id else "",
        }
        for row in rows
    ]


def allocation_rows(rows: Iterable[dict[str, Any]], today: date) -> dict[str, list[dict[str, Any]]]:
    """Masked rows by what can be done with them: `queue`, `held` (granted, not over), `past` (the latest PAST, else)."""
    made: dict[str, list[dict[str, Any]]] = {"queue": [], "held": [], "past": []}
    for row in rows:
        state = AllocationState(row["state"])
        over = row["ends_on"] is not None and row["ends_on"] < today
        where = {AllocationState.REQUESTED: "queue", AllocationState.GRANTED: "past" if over else "held"}.get(state, "past")
        said = _("granted, over") if state == AllocationState.GRANTED and over else STATES[state]
        url = reverse("workloads:detail", args=[row["workload_id"]]) if row["seen"] else ""
        made[where].append(row | {"amount": number(row["quantity"]), "state_label": said, "url": url})
    made["past"] = sorted(made["past"], key=lambda row: (row["ends_on"] or row["starts_on"], row["id"]), reverse=True)[:PAST]
    return made


def held(rows: Iterable[Mapping[str, Any]]) -> str:
    """`It holds 5 accelerators and asks for 8 accelerators.` of allocations that are not over."""
    sums: dict[str, dict[PoolKind, float]] = {AllocationState.GRANTED: {}, AllocationState.REQUESTED: {}}
    for row in rows:
        if (of_state := sums.get(row["state"])) is not None:
            kind = PoolKind(row["pool_kind"])
            of_state[kind] = of_state.get(kind, 0.0) + row["quantity"]
    has, wants = (", ".join(amount(sum_, kind) for kind, sum_ in one.items()) for one in sums.values())
    if has and wants:
        return _("It holds %(has)s and asks for %(wants)s.") % {"has": has, "wants": wants}
    if has:
        return _("It holds %(has)s.") % {"has": has}
    return (
        _("It holds nothing and asks for %(wants)s.") % {"wants": wants} if wants else _("It holds nothing and asks for nothing.")
    )


def given_back(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What queries.capacity.open_rows lose when their workload retires, a sentence each."""
    said = {
        AllocationState.GRANTED: _("It gives back %(amount)s of %(pool)s."),
        AllocationState.REQUESTED: _("It takes back its request for %(amount)s of %(pool)s."),
    }
    unnamed = _("a pool of another unit")
    return [
        said[AllocationState(row["state"])]
        % {"amount": amount(row["quantity"], row["pool_kind"]), "pool": row["pool_name"] or unnamed}
        for row in rows
    ]


def timeline(pool: Any, held: Sequence[ledger.Span], queue: Sequence[ledger.Span], today: date) -> dict[str, Any]:
    """The chart of one pool from today to the horizon: committed, allocated and asked for, against its size."""
    until = horizon(today)
    cuts = {part.starts_on for rows in (held, queue) for part in ledger.segments(pool, rows, today, until)}
    parts = [ledger.segments(pool, held, day, day)[0] for day in sorted(cuts)]
    asked = [ledger.segments(pool, queue, part.starts_on, part.starts_on)[0].allocated for part in parts]
    series: list[dict[str, Any]] = [
        {"name": _("committed elsewhere"), "color": "stage-2", "data": [part.committed for part in parts]},
        {"name": _("allocated"), "color": "stage-4", "data": [part.allocated for part in parts]},
        {"name": _("asked for"), "color": "v-unknown", "data": asked},
    ]
    series = [one for one in series if any(one["data"]) or one["name"] == _("allocated")]
    if pool.size is not None:
        series.append({"name": _("size"), "color": "ink", "line": True, "data": [part.size for part in parts]})
    kind = PoolKind(pool.kind)
    return {
        "kind": "step", "title": _("Size and what is taken of it"), "unit": str(UNITS[kind]), "category_label": _("From"),
        "days": [part.starts_on.isoformat() for part in parts], "until": until.isoformat(),
        "labels": [ui_text.with_precision(part.starts_on) for part in parts], "series": series,
        "summary": _summary(pool, held, today, until, str(UNITS[kind])), "source": _("the allocations below"),
    }  # fmt: skip


def _summary(pool: Any, held: Sequence[ledger.Span], today: date, until: date, unit: str) -> str:
    part = ledger.tightest(pool, held, today, until)
    if part.free is None:
        return _("Nobody knows its size, so nobody knows what is free.")
    day = ui_text.with_precision(part.starts_on)
    return _("At the tightest, on %(day)s, %(free)s %(unit)s are free.") % {"day": day, "free": number(part.free), "unit": unit}


def csv_export(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """CSV lines after a byte order mark, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines(EXPORT_FIELDS, (["" if value is None else value for value in _values(row)] for row in rows))


def json_export(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON array, an object a row; amounts of money are texts, so that no reader rounds them."""
    separator = "["
    for row in rows:
        yield separator + json.dumps(dict(zip(EXPORT_FIELDS, _values(row), strict=True)), default=str, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _values(row: Mapping[str, Any]) -> list[Any]:
    said = {SHOWN_AS.get(name, name): value for name, value in row.items()}
    return [said[name] for name in EXPORT_FIELDS]


EXPORTS = {
    "csv": (csv_export, "text/csv; charset=utf-8"),
    "json": (json_export, "application/json"),
}
