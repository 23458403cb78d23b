"""A measurement as its page shows it: facts, points with what is believed, the curve with the law and a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from readiness.core.sizing.fit import ClosedLoop
from readiness.sizing.models import Measurement
from readiness.sizing.rules.measured import Told
from readiness.sizing.tables.labels import NOTES
from readiness.workloads.tables.numbers import shown, span

CURVE_POINTS = 40
BEYOND_MEASURED = 1.2  # as far as the curve is drawn past the fastest point
LAW_UP_TO = 0.95  # of saturation; beyond it the law promises nothing


def about(row: Measurement, found: Told) -> list[tuple[str, str]]:
    """Label and text of every fact, unknown ones said to be that."""
    unknown = _("unknown")
    facts = [
        (_("Model"), row.model.name if row.model else unknown),
        (_("Accelerators"), f"{row.accelerators} x {row.accelerator.name}" if row.accelerator else unknown),
        (_("Precision"), row.precision.upper()),
        (_("Software"), row.software or unknown),
    ]
    if row.points:
        facts += [
            (_("Input and output tokens"), f"{_or(row.input_tokens)} + {_or(row.output_tokens)}"),
            (_("Sequences at most"), _or(row.max_num_seqs)),
            (_("KV cache (tokens)"), _or(row.kv_tokens)),
            *_law(found),
        ]
    if row.service_s is not None:
        ranged = row.service_low_s is not None and row.service_high_s is not None
        more = f" ({span(row.service_low_s, row.service_high_s)})" if ranged else ""  # type: ignore[arg-type]
        facts += [(_("Time of one request"), f"{shown(row.service_s)}{more} s"), (_("Squared variation"), _or(row.service_cv2))]
    return facts


def _law(found: Told) -> list[tuple[str, str]]:
    law = found.law
    if law is None:
        return [(_("Law"), str(NOTES.get(found.no_law, _("no law could be fitted"))))]
    t0 = law.t0_s(found.output_tokens) if isinstance(law, ClosedLoop) and found.output_tokens else getattr(law, "t0_s", None)
    facts = [(_("Saturation"), _("%s requests per second") % shown(law.rate_max))]
    if isinstance(t0, float):
        facts.append((_("Idle step"), f"{shown(t0 * 1e3)} ms"))
    return [*facts, (_("Residual of the fit"), f"{shown(law.rms * 100)} %")]


def point_rows(points: Sequence[Mapping[str, Any]], found: Told) -> list[dict[str, Any]]:
    """Each point as it was given, with the reason where it is not believed."""
    return [
        {**point, "refused": found.refused[place].text if place in found.refused else ""} for place, point in enumerate(points)
    ]


def chart(row: Measurement, found: Told, target_ms: float | None) -> dict[str, Any] | None:
    """Time per token over throughput; None where no point has both."""
    believed = [(one.completed_per_s, one.tpot_mean_s, one.tpot_p_s) for one in found.kept]
    left_out = [(one.point.completed_per_s, one.point.tpot_mean_s or one.point.tpot_p_s) for one in found.refused.values()]
    series = [
        _series(_("mean"), "accent", [(rate, mean) for rate, mean, _p in believed]),
        _series(_("percentile"), "stage-5", [(rate, high) for rate, _mean, high in believed]),
        _series(_("law"), "ink-2", _curve(found), "curve"),
        _series(_("refused"), "v-not_met", left_out, "dots"),
    ]
    series = [one for one in series if one["data"]]
    if not series:
        return None
    last = max(point["x"] for one in series for point in one["data"])
    if target_ms is not None:
        series.append(_series(_("target"), "v-warning", [(0.0, target_ms / 1e3), (last, target_ms / 1e3)], "curve"))
    return {
        "kind": "line", "title": _("Time per token over throughput"), "unit": "ms", "x_label": _("Completed requests per second"),
        "y_label": _("Time per output token (ms)"), "series": series, "summary": _summary(found, row),
    }  # fmt: skip


def _series(name: str, color: str, points: Sequence[tuple[float, float | None]], drawn: str = "") -> dict[str, Any]:
    data = [{"x": round(x, 4), "y": round(y * 1e3, 3)} for x, y in sorted(points, key=lambda one: one[0]) if y is not None]
    return {"name": name, "color": color, "data": data, "as": drawn}


def _curve(found: Told) -> list[tuple[float, float | None]]:
    if found.law is None or not found.kept:
        return []
    top = min(LAW_UP_TO * found.law.rate_max, BEYOND_MEASURED * max(one.completed_per_s for one in found.kept))
    return [(rate, found.tpot_s(rate)) for rate in (top * step / CURVE_POINTS for step in range(CURVE_POINTS + 1))]


def _summary(found: Told, row: Measurement) -> str:
    if found.law is None:
        return _("%(kept)d of %(all)d points can be believed; no law could be fitted.") % {
            "kept": len(found.kept), "all": len(row.points),
        }  # fmt: skip
    return _("%(kept)d of %(all)d points can be believed; they saturate at %(top)s requests per second.") % {
        "kept": len(found.kept), "all": len(row.points), "top": shown(found.law.rate_max),
    }  # fmt: skip


def _or(value: float | None) -> str:
    return _("unknown") if value is None else shown(value)
