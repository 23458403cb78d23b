"""One series as its page shows it: what it is of, where each part of its environment comes from, its values one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import VENUE_LABELS, Venue
from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import grouped
from readiness.connectors.metrics import METRICS
from readiness.evidence.rules import words
from readiness.evidence.tables import values
from readiness.evidence.tables.labels import STAGES, flaw_title, metric_label

Row = Mapping[str, Any]
_NAMES = {
    "venue": gettext_lazy("Venue"),
    "stage": gettext_lazy("What it serves"),
    "accelerator": gettext_lazy("Accelerator"),
    "accelerators": gettext_lazy("Accelerators"),
    "nodes": gettext_lazy("Nodes"),
    "model": gettext_lazy("Model"),
    "precision": gettext_lazy("Precision"),
    "software": gettext_lazy("Software"),
    "software_version": gettext_lazy("Its version"),
    "data_real": gettext_lazy("Data"),
    "users_real": gettext_lazy("Users"),
}
_TIMES = {
    "ended": gettext_lazy("the end of the run, as the file says"),
    "started": gettext_lazy("the start of the run; its end is not told"),
    "declared": gettext_lazy("the day that whoever brought it declared"),
    "arrival": gettext_lazy("its arrival: nobody said when it was measured"),
}
EXPORTED = ("observed_at", "value", "unit", "bound", "samples", "unsound", "run_id")


def title(row: Row) -> str:
    """`Time to first token, p95`."""
    return f"{metric_label(row['metric'])}, {values.statistic_text(row['statistic'], row['percentile'])}"


def headline(row: Row, newest: Row | None, now: datetime) -> str:
    """The newest sound value with its age; or that there is none."""
    if newest is None:
        return _("No sound value is left.")
    value = values.value_text(row["metric"], newest["value"], row["labels"], newest["marks"])
    return f"{value}, {values.ago_text(newest['observed_at'], now)}"


def environment_rows(environment: Row) -> list[dict[str, Any]]:
    """Each fact of the place with who said it; where file and person differ, both are there. `known` False: nobody said."""
    filled, other = set(environment.get("declared", ())), environment.get("conflicts", {})
    return [
        {
            "label": label,
            "text": _fact(name, environment[name]) if name in environment else "",
            "known": name in environment,
            "declared": name in filled,
            "conflict": _fact(name, other[name]) if name in other else "",
        }
        for name, label in _NAMES.items()
    ]


def extra_rows(environment: Row) -> list[tuple[str, str]]:
    """Further facts, as they were written."""
    extra = environment.get("extra") or {}
    return [(str(name), str(value)) for name, value in sorted(extra.items())]


def time_words(environment: Row) -> str:
    """What its time stands on; "" where that is not kept."""
    return str(_TIMES.get(environment.get("time_from", ""), ""))


def _fact(name: str, value: Any) -> str:
    if name == "data_real":
        return _("real") if value else _("synthetic")
    if name == "users_real":
        return _("real") if value else _("simulated")
    if name == "venue" and value in set(Venue):
        return str(VENUE_LABELS[Venue(value)])
    return str(STAGES.get(value, value)) if name == "stage" else str(value)


def value_rows(row: Row, found: Iterable[Row]) -> list[dict[str, Any]]:
    """The history, one line a value."""
    return [
        {
            "at": one["observed_at"],
            "value": values.value_text(row["metric"], one["value"], row["labels"], one["marks"]),
            "exact": f"{values.exact_text(one['value'])} {_unit(row)}".strip(),
            "bound": values.bound_note(one["marks"]),
            "samples": one["samples"],
            "flawed": bool(one["marks"] & 4),
            "run_url": reverse("evidence:run", args=[one["run_id"]]),
        }
        for one in found
    ]


def counted(total: int, exact: bool) -> str:
    """`2,016 values`."""
    text = ngettext("%s value", "%s values", total) % grouped(total)
    return text if exact else _("more than %s") % text


def csv_export(row: Row, found: Iterable[Row]) -> Iterable[str]:
    """Every value of a series in its canonical unit."""
    yield "\ufeff"
    yield from csv_lines(EXPORTED, (_cells(row, one) for one in found))


def _cells(row: Row, one: Row) -> list[Any]:
    return [
        one["observed_at"].isoformat(), one["value"], _unit(row), words.bound(one["marks"]),
        "" if one["samples"] is None else one["samples"], bool(one["marks"] & 4), one["run_id"],
    ]  # fmt: skip


def _unit(row: Row) -> str:
    metric = METRICS.get(row["metric"])
    return metric.unit if metric else ""


def flaw_rows(flaws: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """What is wrong with a run: in words, and with the numbers."""
    return [{"title": flaw_title(code), "text": text} for code, text in flaws]
