"""Throughput-latency curves as pictures: believed points, those that are not, targets, the law and where its promise ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from readiness.core.sizing.fit import ClosedLoop
from readiness.evidence.rules import words
from readiness.evidence.rules.curve import Point, Told, carries
from readiness.evidence.tables import values
from readiness.evidence.tables.labels import flaw_title, metric_label
from readiness.evidence.tables.sweeps import law_words, points_words, promise_words
from readiness.evidence.tables.telemetry import IN_REACH, Level
from readiness.workloads.tables.numbers import shown

Row = Mapping[str, Any]
CURVE_POINTS = 40
BEYOND_MEASURED = 1.2  # as far as the law is drawn past the heaviest point
LAW_UP_TO = 0.95  # of saturation; beyond it the law says nothing
COLORS = ("accent", "stage-5", "stage-2", "ink-2")


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn: a latency at its mean (`percentile` None) or a percentile, over the completed rate or the clients."""

    metric: str
    percentile: float | None
    over: str  # "rate" or "clients"

    @property
    def what(self) -> str:
        """`Time to first token, p95`."""
        return f"{metric_label(self.metric)}, {self.statistic}"

    @property
    def statistic(self) -> str:
        return values.statistic_text("mean" if self.percentile is None else "percentile", self.percentile)


def chart(view: View, told: Sequence[tuple[str, Told]], levels: Sequence[Level], needed: float | None) -> dict[str, Any] | None:
    """The chosen latency of several sweeps with the targets; None where no run has it."""
    read = [(name, found, _read(found.sweep.points, view)) for name, found in told]
    seen = [value for _name, _found, points in read for _point, _x, value in points]
    if not seen:
        return None
    near = [level for level in levels if level.value <= IN_REACH * max(seen)]
    unit = words.scale(view.metric, max([max(seen), *(level.value for level in near)]))
    series = [
        _believed(name, found, points, unit, COLORS[place % len(COLORS)]) for place, (name, found, points) in enumerate(read)
    ]
    series += [one for name, found, points in read if (one := _law_line(name, found, view, unit, len(read)))]
    hollow = [one for _name, found, points in read for one in _hollow(found, points, unit)]
    if hollow:
        series.append({"name": _("not believed"), "color": "v-not_met", "as": "hollow", "data": sorted(hollow, key=_x)})
    made = {
        "kind": "line", "title": view.what, "unit": unit.unit, "x_label": _over(view), "x_unit": "", "x_from_zero": True,
        "series": [one for one in series if one["data"]], "summary": _summary(view, told, levels),
        "levels": [{"value": unit(one.value), "label": one.label, "far": one not in near} for one in levels],
    }  # fmt: skip
    if view.over == "rate" and (markers := _markers(told, needed, series)):
        made["markers"] = markers
    return made


def _over(view: View) -> str:
    return _("Completed requests per second") if view.over == "rate" else _("Requests in flight")


def _read(points: Iterable[Point], view: View) -> list[tuple[Point, float, float]]:
    found = []
    for point in points:
        x = point.rate if view.over == "rate" else point.load.get("concurrency")
        y = point.value(view.metric, view.percentile)
        if x is not None and y is not None:
            found.append((point, float(x), y))
    return found


def _believed(
    name: str, found: Told, points: Sequence[tuple[Point, float, float]], unit: words.Scale, color: str
) -> dict[str, Any]:
    kept = [_mark(point, x, y, unit) for point, x, y in points if point.run not in found.refused]
    return {"name": name, "color": color, "data": sorted(kept, key=_x)}


def _hollow(found: Told, points: Sequence[tuple[Point, float, float]], unit: words.Scale) -> list[dict[str, Any]]:
    marks = []
    for point, x, y in points:
        if why := found.refused.get(point.run):
            marks.append(_mark(point, x, y, unit) | {"note": f"{flaw_title(why.code)}: {why.text}"})
    return marks


def _mark(point: Point, x: float, y: float, unit: words.Scale) -> dict[str, Any]:
    mark = {"x": _digits(x), "y": _digits(unit(y)), "url": reverse("evidence:run", args=[point.run])}
    clients = point.load.get("concurrency")
    return mark | {"note": _("%s in flight") % shown(float(clients))} if clients else mark


def _x(mark: Row) -> float:
    return float(mark["x"])


def _law_line(name: str, found: Told, view: View, unit: words.Scale, many: int) -> dict[str, Any] | None:
    """The law is of the mean time per token over the rate: drawn there alone."""
    if (view.metric, view.percentile, view.over) != ("tpot", None, "rate") or found.law is None or not found.kept:
        return None
    top = min(LAW_UP_TO * found.law.rate_max, BEYOND_MEASURED * max(point.rate or 0.0 for point in found.kept))
    steps = [(rate, found.tpot_s(rate)) for rate in (top * step / CURVE_POINTS for step in range(CURVE_POINTS + 1))]
    data = [{"x": _digits(rate), "y": _digits(unit(seconds))} for rate, seconds in steps if seconds is not None]
    return {"name": _("law") if many == 1 else _("law of %s") % name, "color": "ink-2", "as": "curve", "data": data}


def _markers(told: Sequence[tuple[str, Told]], needed: float | None, series: Sequence[Row]) -> list[dict[str, Any]]:
    """Where the promise of each sweep ends, and what is needed; only what lies in the picture."""
    last = max((mark["x"] for one in series for mark in one["data"]), default=0.0)
    found = []
    for name, one in told:
        if one.promised is not None and one.promised <= 1.5 * last:
            label = _("80 % of saturation")
            found.append({"value": _digits(one.promised), "label": label if len(told) == 1 else f"{label} ({name})"})
    if needed is not None and needed <= 1.5 * last:
        found.append({"value": _digits(needed), "label": _("needed")})
    return found


def law_chart(name: str, found: Told) -> dict[str, Any] | None:
    """Throughput over the requests in flight with the closed-loop law: a straight line in 1/X over 1/C."""
    if not isinstance(found.law, ClosedLoop):
        return None
    law = found.law
    clients = [(point, float(point.load["concurrency"] or 0)) for point in found.sweep.points if point.load.get("concurrency")]
    top = BEYOND_MEASURED * max(each for _point, each in clients)
    curve = [
        {"x": _digits(c), "y": _digits(law.completed_per_s(c))}
        for c in (top * n / CURVE_POINTS for n in range(1, CURVE_POINTS + 1))
    ]
    kept = [_tput(point, each) for point, each in clients if point.run not in found.refused]
    refused = [
        _tput(point, each) | {"note": f"{flaw_title(why.code)}: {why.text}"}
        for point, each in clients
        if (why := found.refused.get(point.run))
    ]
    series = [
        {"name": _("measured"), "color": "accent", "as": "dots", "data": kept},
        {"name": _("law"), "color": "ink-2", "as": "curve", "data": curve},
        {"name": _("not believed"), "color": "v-not_met", "as": "hollow", "data": refused},
    ]
    far = law.rate_max > IN_REACH * max(mark["y"] for mark in kept)
    return {
        "kind": "line", "title": _("The law behind it"), "unit": "/s", "x_label": _("Requests in flight"), "x_from_zero": True,
        "series": [one for one in series if one["data"]], "summary": law_words(found),
        "levels": [
            {"value": _digits(law.rate_max), "label": _("saturation by the law"), "far": far},
            {"value": _digits(found.promised or 0.0), "label": _("80 % of it: the most that is promised"), "far": False},
        ],
    }  # fmt: skip


def _tput(point: Point, clients: float) -> dict[str, Any]:
    return {"x": clients, "y": _digits(point.rate or 0.0), "url": reverse("evidence:run", args=[point.run])}


def _summary(view: View, told: Sequence[tuple[str, Told]], levels: Sequence[Level]) -> str:
    said = []
    for name, found in told:
        head = "" if len(told) == 1 else f"{name}: "
        said.append(head + points_words(found))
        held = [(carries(found, view.metric, one.percentile, one.value), one) for one in levels]
        said += [head + promise_words(each, level) for each, level in held]
    return " ".join(said)


def point_rows(told: Sequence[tuple[str, Told]], view: View) -> list[dict[str, Any]]:
    """Every point of the shown sweeps, the lightest load first, with why it is not believed."""
    rows = []
    for name, found in told:
        for point in found.sweep.points:
            why = found.refused.get(point.run)
            rows.append({
                "sweep": name, "url": reverse("evidence:run", args=[point.run]), "at": point.at,
                "clients": _number(point.load.get("concurrency")), "offered": _number(point.load.get("requested_per_s")),
                "rate": _number(point.rate),
                "cells": [_cell(point, metric, share) for metric, share in columns(view)],
                "believed": why is None, "why": flaw_title(why.code) if why else "", "text": why.text if why else "",
            })  # fmt: skip
    return rows


def columns(view: View) -> list[tuple[str, float | None]]:
    """The latencies of the table: all of them at the chosen percentile."""
    return [(metric, view.percentile) for metric in ("ttft", "tpot", "latency")]


def heads(view: View) -> list[str]:
    return [f"{metric_label(metric)}, {view.statistic}" for metric, _share in columns(view)]


def _cell(point: Point, metric: str, share: float | None) -> str:
    value = point.value(metric, share)
    return "" if value is None else values.value_text(metric, value)


def _number(value: float | int | None) -> str:
    return "" if value is None else shown(float(value))


def _digits(value: float) -> float:
    return float(f"{value:.6g}")
