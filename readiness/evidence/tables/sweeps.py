"""What sweeps say, in words: how many points are believed, what the law gives, what is carried at each target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import day_text
from readiness.connectors.units import UnitUncertain, canonical
from readiness.core.sizing.fit import Standing
from readiness.evidence.rules import words
from readiness.evidence.rules.curve import LATENCIES, Carries, Sweep, Told, carries
from readiness.evidence.tables import values
from readiness.evidence.tables.labels import NO_LAW, metric_label, tool_label
from readiness.evidence.tables.telemetry import Level, levels_of
from readiness.workloads.tables.numbers import shown

Row = Mapping[str, Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter(place: int) -> str:
    """A, B ... Z, AA: how the page calls a sweep."""
    first, second = divmod(place, len(LETTERS))
    return (LETTERS[first - 1] if first else "") + LETTERS[second]


def law_words(found: Told) -> str:
    """`Saturates at 12.4/s by the law (residual 2.1 %); nothing is promised above 9.9/s.`, or why there is no law."""
    if found.law is None:
        return str(NO_LAW.get(found.no_law, found.no_law))
    says = _("By the law it saturates at %(top)s/s (residual of the fit %(rms)s %%); nothing is promised above %(promised)s/s.")
    return says % {
        "top": shown(found.law.rate_max), "rms": shown(found.law.rms * 100), "promised": shown(found.promised),
    }  # fmt: skip


def points_words(found: Told) -> str:
    all_, kept = len(found.sweep.points), len(found.kept)
    if kept == all_:
        return ngettext("%d point, believed.", "%d points, all believed.", all_) % all_
    return _("%(kept)d of %(all)d points are believed.") % {"kept": kept, "all": all_}


def promise_words(found: Carries, level: Level) -> str:
    """What a sweep carries at a target, with its caveat."""
    measured = found.measured
    if measured.standing is Standing.NOT_MEASURED:
        return _("%s was not measured at any point that is believed.") % words.percentile(level.percentile)
    if measured.standing is Standing.NONE_MEETS:
        return _("The target is missed already at the lightest load that was measured.")
    rate = shown(measured.rate)
    if measured.standing is Standing.AT_LEAST:
        said = _("The target is met at every load that was measured, up to %s/s.") % rate
    else:
        said = _("The target is met up to %s/s, read between two measured points.") % rate
    if level.percentile is not None and measured.percentile > level.percentile:
        said += " " + _("Read from %s, which is stricter.") % words.percentile(measured.percentile)
    if found.capped:
        said += " " + _("Plan with at most %s/s: above 80 %% of saturation nothing is promised.") % shown(found.rate)
    return said


def sweep_rows(told: Sequence[tuple[str, Told]], targets: Iterable[Row], chosen: set[str]) -> list[dict[str, Any]]:
    """Each sweep with its setup, what the law says and what it carries at each latency target."""
    wanted = list(targets)
    return [_sweep(name, found, wanted, name in chosen) for name, found in told]


def _sweep(name: str, found: Told, targets: Sequence[Row], chosen: bool) -> dict[str, Any]:
    first = found.sweep.first
    lines = [
        {
            "what": f"{metric_label(metric)}: {level.label.partition(': ')[2]}",
            "says": promise_words(told, level),
            "rate": told.rate,
        }
        for metric in LATENCIES
        for level in levels_of(metric, targets)
        for told in [carries(found, metric, level.percentile, level.value)]
    ]
    return {
        "name": name,
        "chosen": chosen,
        "tool": tool_label(first.tool),
        "at": found.sweep.at,
        "chips": values.environment_chips(first.environment),
        "lengths": _lengths(found.sweep),
        "points": points_words(found),
        "law": law_words(found),
        "promises": lines,
        "runs": [point.run for point in found.sweep.points],
        "usable": len(found.kept) > 1 and bool(first.environment.get("accelerators")),
    }


def _lengths(sweep: Sweep) -> str:
    load = sweep.first.load
    if load.get("input_tokens") is None:
        return ""
    return _("%(input)s + %(output)s tokens") % {
        "input": shown(load["input_tokens"]), "output": shown(load.get("output_tokens")) if load.get("output_tokens") else "?",
    }  # fmt: skip


def needed_rate(targets: Iterable[Row]) -> float | None:
    """The throughput that is required, in requests per second."""
    for one in targets:
        if one["metric"] == "throughput":
            try:
                return canonical("throughput", one["target"], one["unit"])
            except UnitUncertain:
                return None
    return None


def headline(told: Sequence[tuple[str, Told]], targets: Iterable[Row]) -> str:
    """What the newest sweep carries at the strictest target."""
    if not told:
        return _("No benchmark of it was brought in yet")
    _name, found = told[0]
    rates = [
        line.rate
        for metric in LATENCIES
        for level in levels_of(metric, targets)
        for line in [carries(found, metric, level.percentile, level.value)]
        if line.rate is not None
    ]
    when = day_text(timezone.localtime(found.sweep.at).date(), timezone.localdate())
    if rates:
        return _("The newest sweep (%(when)s) carries %(rate)s/s within every target that it measured") % {
            "when": when, "rate": shown(min(rates)),
        }  # fmt: skip
    if found.promised is not None:
        return _("The newest sweep (%(when)s) promises at most %(rate)s/s; no target can be held against it") % {
            "when": when, "rate": shown(found.promised),
        }  # fmt: skip
    return ngettext("%d sweep, without a law", "%d sweeps, the newest without a law", len(told)) % len(told)


def sweep_label(name: str, found: Told) -> str:
    """`A: 12 Mar, vLLM bench, 8 points`: enough to choose it."""
    count = len(found.sweep.points)
    day = day_text(timezone.localtime(found.sweep.at).date(), timezone.localdate())
    many = ngettext("%d point", "%d points", count) % count
    return f"{name}: {day}, {tool_label(found.sweep.first.tool.partition(' ')[0])}, {many}"
