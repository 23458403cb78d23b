"""The newest values as rows of a list and as a file, and the history of one series."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import grouped
from readiness.connectors.metrics import METRICS
from readiness.evidence.queries.observations import Found
from readiness.evidence.queries.shown import masked
from readiness.evidence.rules import words
from readiness.evidence.tables import values
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import KINDS, SOURCE_KINDS, flaw_title, metric_label
from readiness.workloads.tables.requirements import length_words

Row = Mapping[str, Any]
EXPORTED = (
    "series_id", "metric", "statistic", "percentile", "value", "highest", "unit", "bound", "samples", "window_s", "labels",
    "observed_at", "kind", "tool", "source", "source_kind", "initiative_key", "initiative", "workload", "pool", "environment",
    "unsound", "unsound_why", "run_id",
)  # fmt: skip


def list_rows(rows: Iterable[Row], ages: Mapping[tuple[int, str], int], now: datetime) -> list[dict[str, Any]]:
    """What evidence/observations.html prints; `ages` are the most days by workload and metric (queries.max_ages)."""
    return [_row(masked(dict(row)), ages, now) for row in rows]


def _row(row: Row, ages: Mapping[tuple[int, str], int], now: datetime) -> dict[str, Any]:
    most = ages.get((row["workload_pk"], row["metric"]))
    return {
        "url": reverse("evidence:series", args=[row["id"]]),
        "metric": metric_label(row["metric"]),
        "statistic": values.statistic_text(row["statistic"], row["percentile"]),
        "window": length_words(row["window_s"]),
        "labels": values.label_chips(row["labels"]),
        "value": values.range_text(row["metric"], row["low"], row["high"], row["labels"], row["marks"]),
        "exact": exact(row["metric"], row["low"], row["high"]),
        "bound": values.bound_note(row["marks"]),
        "samples": row["samples"],
        "at": row["at"],
        "ago": values.ago_text(row["at"], now),
        "most_days": most,
        "stale": most is not None and now - row["at"] > timedelta(days=most),
        "chips": values.environment_chips(row["environment"]),
        "kind": str(KINDS.get(row["kind"], row["kind"])),
        "flawed": row["flawed"],
        "flaws": [flaw_title(code) for code, _text in row["flaws"] or ()],
        "run_url": reverse("evidence:run", args=[row["run_id"]]),
        **subject(row),
        **origin(row),
    }


def subject(row: Row) -> dict[str, Any]:
    """What it is evidence of: name, address and the line below; a workload or pool of others is said to be that."""
    if row["workload_pk"]:
        url = route("evidence:workload", row["workload_pk"])
        return {"about": row["workload_name"], "about_url": url, "below": f"{row['initiative_key']} {row['initiative_name']}"}
    if row["pool_id"]:
        return {"about": row["pool_name"], "about_url": reverse("workloads:pool", args=[row["pool_id"]]), "below": _("pool")}
    return {"about": "", "about_url": "", "below": ""}


def origin(row: Row) -> dict[str, Any]:
    """The source by name for those who see it, else its kind alone."""
    kind = str(SOURCE_KINDS.get(row["source_kind"], row["source_kind"]))
    if row["source_pk"] is None:
        return {"source": "", "source_url": "", "source_kind": kind}
    kind = "" if kind == row["source_name"] else kind
    return {"source": row["source_name"], "source_url": route("evidence:source", row["source_pk"]), "source_kind": kind}


def exact(metric: str, low: float, high: float) -> str:
    """`0.4123456 s`: all digits in the canonical unit, for a title."""
    unit = METRICS[metric].unit if metric in METRICS else ""
    both = values.exact_text(low) if low == high else f"{values.exact_text(low)} – {values.exact_text(high)}"  # noqa: RUF001
    return f"{both} {unit}".strip()


def headline(found: Found, *, filtered: bool) -> str:
    """`1,204 newest values, 31 of them of unsound runs, which never decide`."""
    if not found.total:
        return _("Nothing matches these filters.") if filtered else _("Nothing was observed yet.")
    total = grouped(found.total) if found.exact else _("more than %s") % grouped(found.total - 1)
    said = ngettext("%s newest value", "%s newest values", found.total) % total
    if not found.flawed:
        return said
    unsound = ngettext(
        "%(said)s, %(n)s of an unsound run, which never decides",
        "%(said)s, %(n)s of unsound runs, which never decide",
        found.flawed,
    )
    return unsound % {"said": said, "n": grouped(found.flawed)}


class Export(NamedTuple):
    """A format: its content type, and the text of the rows, piece by piece."""

    content_type: str
    lines: Callable[[Iterable[Row]], Iterator[str]]


def csv_export(rows: Iterable[Row]) -> Iterator[str]:
    """CSV lines after a byte order mark, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines(EXPORTED, (_cells(row) for row in rows))


def json_export(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON array, an object a row."""
    separator = "["
    for row in rows:
        yield separator + json.dumps(exported(row), ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def exported(row: Row) -> dict[str, Any]:
    """EXPORTED of a row of `queries.listed`, in canonical units."""
    seen = masked(dict(row))
    metric = METRICS.get(seen["metric"])
    return {
        "series_id": seen["id"], "metric": seen["metric"], "statistic": seen["statistic"], "percentile": seen["percentile"],
        "value": seen["low"], "highest": seen["high"], "unit": metric.unit if metric else "",
        "bound": words.bound(seen["marks"]), "samples": seen["samples"], "window_s": seen["window_s"], "labels": seen["labels"],
        "observed_at": seen["at"].isoformat(), "kind": seen["kind"], "tool": seen["tool"], "source": seen["source_name"],
        "source_kind": seen["source_kind"], "initiative_key": seen["initiative_key"], "initiative": seen["initiative_name"],
        "workload": seen["workload_name"], "pool": seen["pool_name"], "environment": seen["environment"],
        "unsound": seen["flawed"], "unsound_why": [code for code, _text in seen["flaws"] or ()], "run_id": seen["run_id"],
    }  # fmt: skip


def _cells(row: Row) -> list[Any]:
    made = exported(row)
    flat = {"labels": _pairs(made["labels"]), "environment": _pairs(made["environment"])}
    flat["unsound_why"] = "; ".join(made["unsound_why"])
    return ["" if (cell := (made | flat)[name]) is None else cell for name in EXPORTED]


def _pairs(told: Mapping[str, Any]) -> str:
    """`model=llama; venue=on_premises`, what is unsaid left out."""
    said = ((name, value) for name, value in sorted(told.items()) if value not in (None, "", {}))
    return "; ".join(f"{name}={value}" for name, value in said)


EXPORTS = {"csv": Export("text/csv; charset=utf-8", csv_export), "json": Export("application/json", json_export)}
