"""The list of all sizings: its rows in words, its sentence, and the same as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.cells import csv_lines
from readiness.core.sizing.answer import Count
from readiness.sizing.choices import Approach
from readiness.sizing.services.messages import GRADES
from readiness.sizing.tables import labels, words
from readiness.workloads.tables.numbers import shown

EXPORTED = (
    "id", "name", "initiative_key", "initiative_name", "unit_name", "label", "approach", "chosen", "accelerator_name",
    "accelerators_low", "accelerators_likely", "accelerators_high", "replicas_low", "replicas_likely", "replicas_high",
    "pool_name", "free", "verdict", "short_low", "short_high", "grade", "constraint", "unbounded", "unknown_count", "needed_on",
    "order_by", "late_days", "computed_at",
)  # fmt: skip


def shown_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a page of the table prints."""
    return [_row(row) for row in rows]


def headline(rows: Sequence[Mapping[str, Any]]) -> str:
    """`12 workloads of running initiatives: 2 not met by what is free, 5 may be short, 4 unknown, 1 met.`"""
    counts = Counter(row["verdict"] for row in rows)
    if not rows:
        return _("No workload is sized yet.")
    words_of = {
        "not_met": _("%d not met by what is free"),
        "warning": _("%d may be short"),
        "unknown": _("%d unknown"),
        "met": _("%d met"),
    }
    parts = [text % counts[verdict] for verdict, text in words_of.items() if counts[verdict]]
    return (
        ngettext("%d workload of running initiatives: ", "%d workloads of running initiatives: ", len(rows)) % len(rows)
        + ", ".join(parts)
        + "."
    )


def as_csv(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """RFC 4180 with a header; cells that a spreadsheet could run are made harmless."""
    return csv_lines(EXPORTED, ([_cell(row[name]) for name in EXPORTED] for row in rows))


def as_json(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A list of objects with the members of EXPORTED."""
    return orjson.dumps([{name: row[name] for name in EXPORTED} for row in rows], option=orjson.OPT_UTC_Z)


def _cell(value: Any) -> Any:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else value


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    api = row["approach"] == Approach.API
    return {
        "name": row["name"],
        "url": reverse("sizing:workload", args=[row["id"]]),
        "initiative": f"{row['initiative_key']} {row['initiative_name']}",
        "initiative_url": reverse("initiatives:detail", args=[row["initiative_id"]]),
        "unit": row["unit_name"],
        "option": row["label"] or "",
        "chosen": row["chosen"],
        "need": _need(row, api=api),
        "thing": "" if api else row["accelerator_name"] or "",
        "pool": row["pool_name"] or "",
        "free": None if row["free"] is None else shown(max(0.0, row["free"])),
        "gap": _gap(row),
        "verdict": row["verdict"],
        "grade": str(GRADES[row["grade"]]) if row["grade"] else "",
        "binds": str(labels.CONSTRAINTS[row["constraint"]]) if row["constraint"] else "",
        "unknowns": row["unknown_count"],
        "needed_on": row["needed_on"],
        "order_by": row["order_by"],
        "late_days": row["late_days"],
    }


def _need(row: Mapping[str, Any], *, api: bool) -> str:
    name = "replicas" if api else "accelerators"
    low, likely, high = (row[f"{name}_{part}"] for part in ("low", "likely", "high"))
    if low is None:
        return ""
    text = words.span(Count(low, likely, high))
    text = _("%s x the quota") % text if api else text
    return _("%s or more") % text if row["unbounded"] else text


def _gap(row: Mapping[str, Any]) -> str:
    low, high = row["short_low"], row["short_high"]
    if not high:
        return ""
    return _("%s short") % words.span(Count(low, high, high))
