"""What a request log says, ready to be shown: figures, the curve of burstiness, peaks, tokens, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.kit.templatetags import ui_text
from readiness.workloads.choices import Knowledge
from readiness.workloads.models import ProfileValue
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.rules.traces import Offer
from readiness.workloads.tables.labels import translated, unit_of
from readiness.workloads.tables.numbers import shown, span
from readiness.workloads.tables.profile import in_words
from readiness.workloads.tables.requirements import length_words

_Z = 1.96  # 95 %
NOTES = {
    "less_than_a_day": gettext_lazy(
        "The log covers less than a day, so the daily cycle was not seen: the peak factor stays unknown, with this as assumption."
    ),
    "less_than_a_week": gettext_lazy("The log covers less than a week: a busier weekday may not be in it."),
    "too_short_for_peaks": gettext_lazy("The log is too short to tell peaks from chance."),
    "coarse_timestamps": gettext_lazy("The times are coarse, so nothing is said about bursts shorter than their step."),
    "out_of_order": gettext_lazy("Some requests stood out of order; they were sorted."),
    "no_input_tokens": gettext_lazy("No column with input tokens was found."),
    "no_output_tokens": gettext_lazy("No column with output tokens was found."),
}
FAULTS = {
    "wrong_width": gettext_lazy("more or fewer cells than the header"),
    "no_time": gettext_lazy("no time"),
    "not_a_time": gettext_lazy("not a time"),
    "other_unit": gettext_lazy("a time far from all others"),
    "not_a_number": gettext_lazy("not a number"),
    "negative": gettext_lazy("negative"),
    "too_large": gettext_lazy("too large"),
}
COLUMNS = {
    "timestamp": gettext_lazy("time"),
    "input_tokens": gettext_lazy("input tokens"),
    "output_tokens": gettext_lazy("output tokens"),
}


def headline(told: Mapping[str, Any]) -> str:
    """Of queries.traces.told: `27,000 requests in 7 days: 0.045 per second, in the busiest minutes 4.3 times as many`."""
    said = _("%(n)s requests in %(length)s: %(rate)s per second on average") % {
        "n": ui_text.grouped(told["requests"]),
        "length": duration(told["duration_s"]),
        "rate": shown(told["rate_per_s"]),
    }
    peak = told["peak_factor"]
    return said + (_(", %s times as many in the busiest minutes") % shown(peak["likely"]) if peak else "")


def duration(seconds: float) -> str:
    """`7.0 days`, `13 hours`, `45 minutes`."""
    for length, words in ((86_400, _("%s days")), (3_600, _("%s hours")), (60, _("%s minutes"))):
        if seconds >= 1.5 * length:
            return words % ui_text.tidy(seconds / length)
    return f"{shown(seconds)} s"


def figures(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Five figures for ui/figures.html."""
    labels = {
        "arrival_per_s": _("Mean rate"),
        "peak_factor": _("Peak factor"),
        "dispersion": _("Burstiness"),
        "input_tokens": _("Input tokens, mean"),
        "output_tokens": _("Output tokens, mean"),
    }
    return [_figure(name, label, summary["quantities"].get(name)) for name, label in labels.items()]


def _figure(name: str, label: str, quantity: Mapping[str, Any] | None) -> dict[str, Any]:
    if quantity is None:
        return {"label": label, "value": None}
    one = BY_NAME[name]
    return {
        "label": label,
        "value": shown(quantity["likely"], one.unit),
        "unit": unit_of(one.unit),
        "interval": span(quantity["low"], quantity["high"], one.unit),
        "reference": "" if quantity["known"] else _("an assumption: the log is too short"),
    }


def dispersion_chart(summary: Mapping[str, Any]) -> dict[str, Any] | None:
    """The index of dispersion over window lengths, both axes logarithmic; None for a log too short for one."""
    curve = [point for point in summary["dispersion"] if point["index"] > 0 and point["within"] > 0]
    if len(curve) < 2:
        return None
    fast_points = [point for point in curve if point["window_s"] < summary["slow_s"]]  # beyond, all swings are slow ones
    fast = summary["quantities"].get("dispersion", {}).get("likely")
    text = _("Variance over mean of the request counts: %(short)s in windows of %(least)s, %(long)s in windows of %(most)s.") % {
        "short": shown(curve[0]["index"]), "least": short_length(curve[0]["window_s"]),
        "long": shown(curve[-1]["index"]), "most": short_length(curve[-1]["window_s"]),
    }  # fmt: skip
    if fast:
        text += " " + _("1 is a random stream. At the latency target (%(target)s) the fast part is %(fast)s.") % {
            "target": short_length(summary["target_s"]),
            "fast": shown(fast),
        }
    return {
        "kind": "line",
        "title": _("Burstiness over window lengths"),
        "summary": text,
        "log": "xy",
        "x_label": _("Window"),
        "x_unit": "s",
        "y_label": _("Variance / mean"),
        "markers": [{"value": summary["target_s"], "label": _("latency target")}],
        "series": [
            {"name": _("All swings"), "data": [_point(point, "index", "standard_error") for point in curve]},
            {"name": _("Fast part"), "data": [_point(point, "within", "within_error") for point in fast_points]},
        ],
    }


def _point(point: Mapping[str, Any], name: str, error: str) -> dict[str, float]:
    """On a logarithmic axis the lower end stays above zero."""
    y = point[name]
    return {"x": point["window_s"], "y": y, "low": max(y - _Z * point[error], y / 10), "high": y + _Z * point[error]}


def short_length(seconds: float) -> str:
    """`40 ms`, `2 s`, `5 minutes`."""
    return f"{shown(1000 * seconds)} ms" if seconds < 1 else length_words(seconds)


def peak_rows(summary: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Rows of ui/table.html: the busiest window of each length, and the one that 99 % do not exceed."""
    return [
        [
            {"text": short_length(each["window_s"]) + (" *" if each["window_s"] == summary["slow_s"] else "")},
            {"text": ui_text.grouped(each["windows"]), "num": True},
            {"text": f"{shown(each['factor_max'])} ×", "num": True},  # noqa: RUF001
            {"text": f"{shown(each['factor_p99'])} × ({span(each['low'], each['high'])})", "num": True},  # noqa: RUF001
        ]
        for each in summary["peaks"]
    ]


def token_rows(summary: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Rows of ui/table.html: both distributions with their percentiles."""
    rows: list[list[dict[str, Any]]] = []
    for name, label in (("input_tokens", _("Input tokens")), ("output_tokens", _("Output tokens"))):
        found = summary.get(name)
        if found:
            numbers = [found[key] for key in ("mean", "p50", "p90", "p95", "p99", "max")]
            rows.append([{"text": label}, *({"text": shown(number), "num": True} for number in numbers)])
    return rows


def left_out(summary: Mapping[str, Any]) -> dict[str, Any]:
    """How many cells were left out, why, and the first of them with their lines."""
    read = summary["read"]
    return {
        "total": sum(read["rejected"].values()),
        "counts": [{"why": str(FAULTS[fault]), "n": ui_text.grouped(count)} for fault, count in read["rejected"].items()],
        "blank": read["blank_rows"],
        "rows": [
            [
                {"text": ui_text.grouped(one["line"]), "num": True},
                {"text": one["column"]},
                {"text": str(FAULTS[one["fault"]])},
                {"text": one["value"]},
            ]
            for one in read["examples"]
        ],
    }


def columns_read(summary: Mapping[str, Any]) -> str:
    """`time from “TIMESTAMP”, input tokens from “ContextTokens”; times in s`."""
    read = summary["read"]
    parts = [
        _("%(what)s from “%(column)s”") % {"what": COLUMNS[name], "column": column} for name, column in read["columns"].items()
    ]
    unit = "; " + _("times in %s") % read["unit"] if read["unit"] else ""
    return ", ".join(parts) + unit


def notes(summary: Mapping[str, Any]) -> list[str]:
    return [str(NOTES[code]) for code in summary["notes"] if code in NOTES]


def offer_rows(
    offers: Iterable[Offer], values: Mapping[str, ProfileValue], accepted: Iterable[str], *, open_: bool
) -> list[dict[str, Any]]:
    """What may be taken over: the value as it is now beside the log's."""
    taken = set(accepted)
    return [
        {
            "name": each.name,
            "label": translated(each.label),
            "before": in_words(values.get(each.name), BY_NAME[each.name]),
            "after": f"{shown(each.value, each.unit)} {unit_of(each.unit)}",
            "range": span(each.low, each.high, each.unit) if each.low != each.high else "",
            "known": each.known,
            "checked": _is_news(each, values.get(each.name)) if open_ else each.name in taken,
        }
        for each in offers
    ]


def _is_news(offer: Offer, now: ProfileValue | None) -> bool:
    """Ticked from the start: unless it would turn something known into an assumption."""
    return offer.known or now is None or now.knowledge != Knowledge.KNOWN


def when_read(summary: Mapping[str, Any]) -> str:
    """The first request's day, "" for relative times."""
    origin = summary["read"].get("origin")
    if not origin:
        return ""
    return date_format(datetime.fromisoformat(origin), "j M Y", use_l10n=False)
