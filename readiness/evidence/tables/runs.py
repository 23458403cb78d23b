"""A run as its page shows it: what was offered, what was read and as what it was written, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.connectors.units import UnitUncertain, canonical
from readiness.evidence.tables import values
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import KINDS, WAYS, metric_label, tool_label
from readiness.workloads.tables.numbers import shown
from readiness.workloads.tables.requirements import length_words

Row = Mapping[str, Any]
CLOSE = 1e-6  # of a value and what was written, once converted
_LOAD = {
    "concurrency": (gettext_lazy("Clients at once"), ""),
    "requested_per_s": (gettext_lazy("Rate that was offered"), "/s"),
    "achieved_per_s": (gettext_lazy("Rate that was completed"), "/s"),
    "started": (gettext_lazy("Requests started"), ""),
    "completed": (gettext_lazy("Completed"), ""),
    "failed": (gettext_lazy("Failed"), ""),
    "input_tokens": (gettext_lazy("Input tokens a request"), ""),
    "output_tokens": (gettext_lazy("Output tokens a request"), ""),
}


def headline(run: Any, sound: bool) -> str:
    """`Benchmark of vllm_bench 0.10.2: sound` with the reason where it is not."""
    kind = str(KINDS.get(run.kind, run.kind))
    tool = tool_label(f"{run.tool} {run.tool_version}".strip())
    said = _("%(kind)s by %(tool)s") % {"kind": kind, "tool": tool}
    if sound:
        return _("%s: sound, it may decide") % said
    return _("%s: it decides nothing") % said


def load_rows(load: Row) -> list[dict[str, str]]:
    """What was offered and what came of it; what nobody said is left out."""
    rows = []
    for name, (label, unit) in _LOAD.items():
        value = load.get(name)
        if value is not None:
            rows.append({"label": str(label), "text": f"{shown(float(value))}{unit}"})
    return rows


def facts(run: Any) -> list[dict[str, Any]]:
    """How the run came here: label, text and address; what is empty is left out."""
    delivery = run.delivery
    way = str(WAYS.get(delivery.way, delivery.way))
    seen = run.source_pk is not None
    made = [
        (_("Tool"), tool_label(f"{run.tool} {run.tool_version}".strip()), ""),
        (_("Format"), run.format, ""),
        (_("Asked as"), run.feed.name if run.feed and seen else "", ""),
        (_("Delivery"), f"{way}, no. {delivery.pk}", route("evidence:delivery", delivery.pk)),
        (_("File"), delivery.file_name if seen else "", ""),
        (_("Place in it"), run.place, ""),
        (_("Brought by"), (delivery.asked_by.name if delivery.asked_by else "") if seen else "", ""),
        (_("Lasted"), length_words(run.duration_s), ""),
    ]
    return [{"label": label, "text": text, "url": url} for label, text, url in made if text]


def reading_rows(found: Iterable[Row], raw: Iterable[list[Any]]) -> list[dict[str, Any]]:
    """What was read beside what the tool wrote, where it is certain which belongs to which."""
    left: dict[tuple[Any, ...], list[list[Any]]] = {}
    for one in raw:
        left.setdefault(tuple(one[:3]), []).append(list(one))
    alone = {key for key, written in left.items() if len(written) == 1}
    keyed = ((row, (row["metric"], row["statistic"], row["percentile"])) for row in found)
    return [_reading(row, left.get(key, []), certain=key in alone) for row, key in keyed]


def _reading(row: Row, written: list[list[Any]], *, certain: bool) -> dict[str, Any]:
    match = next((one for one in written if certain or _same(row, one)), None)
    if match is not None and not certain:
        written.remove(match)
    return {
        "url": reverse("evidence:series", args=[row["series_id"]]),
        "metric": metric_label(row["metric"]),
        "statistic": values.statistic_text(row["statistic"], row["percentile"]),
        "labels": values.label_chips(row["labels"]),
        "value": values.value_text(row["metric"], row["value"], row["labels"], row["marks"]),
        "exact": values.exact_text(row["value"]),
        "bound": values.bound_note(row["marks"]),
        "samples": row["samples"],
        "at": row["observed_at"],
        "raw_name": match[3] if match else "",
        "raw": " ".join(filter(None, (str(match[4]), str(match[5])))) if match else "",
    }


def _same(row: Row, one: list[Any]) -> bool:
    try:
        value = canonical(row["metric"], float(one[4]), one[5])
    except (UnitUncertain, ValueError):
        return False
    return bool(abs(value - row["value"]) <= CLOSE * max(abs(value), abs(row["value"])))


def cut(found: Sequence[Row], most: int) -> str:
    """That there are more readings than are shown; "" where there are not."""
    return ngettext("The first %d reading.", "The first %d readings.", most) % most if len(found) > most else ""
