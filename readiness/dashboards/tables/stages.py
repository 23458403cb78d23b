"""Charts of the way through the stages: flow, conversion per gate, time in stage; and the risk figure."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import grouped, interval, percent, tidy
from readiness.core.risk.prior import RiskFigure
from readiness.dashboards.rules.figures import HERE, OTHER, PRODUCTION, UNKNOWN, Flow, Reference, StageKey, StageTime, Stalled
from readiness.dashboards.tables.links import ABANDONED, OPEN, Links

Chart = dict[str, Any]
# ending -> (colour, filter); the words stand in `_ending_labels`, because they are translated per request
_ENDS: dict[str, str] = {
    "stopped_by_decision": "ink-2",
    "drifted": "line-strong",
    "abandoned_unknown": "v-unknown",
    OTHER: "line-strong",
    HERE: "accent",
    UNKNOWN: "v-unknown",
}


_BOX = (("min", "low"), ("q1", "q1"), ("median", "median"), ("q3", "q3"), ("max", "high"))


def _ending_labels() -> dict[str, str]:
    return {
        HERE: _("There today"),
        "stopped_by_decision": _("Stopped"),
        "drifted": _("Drifted"),
        "abandoned_unknown": _("Unknown kind"),
        OTHER: _("Other closure"),
        UNKNOWN: _("Stage unknown"),
    }


def flow_chart(flow: Flow, links: Links) -> Chart:
    """A Sankey diagram: every initiative once, from the first stage it was seen in to where its path ends today."""
    if not flow.moves:
        return _standing_chart(flow, links)
    labels, places = _ending_labels(), {stage.stage: number for number, stage in enumerate(flow.stages)}
    nodes = [_stage_node(stage, places, flow, links) for stage in flow.stages]
    used = {end for _origin, end in flow.ends}
    nodes += [
        {"id": f"end-{end}", "label": label, "color": _ENDS[end], "depth": len(places), "url": _ends_url(end, flow, links)}
        for end, label in labels.items()
        if end in used
    ]
    moves = sorted(flow.moves.items(), key=lambda move: places[move[0][0]])
    drawn: list[dict[str, Any]] = [{"source": origin, "target": target, "value": n} for (origin, target), n in moves]
    for (origin, end), n in sorted(flow.ends.items(), key=lambda item: places[item[0][0]]):
        url = links.rows(stage=origin, lifecycle=flow.lifecycle, **_end_filter(end))
        drawn.append({"source": origin, "target": f"end-{end}", "value": n, "url": url})
    record = flow.record()
    summary = _(
        "Of %(started)s that went beyond the first stage, %(produced)s reached production and %(abandoned)s were abandoned."
    )
    return {
        "kind": "flow",
        "title": _("Flow through the stages"),
        "unit": _("initiatives"),
        "nodes": nodes,
        "links": drawn,
        "summary": summary
        % {"started": grouped(record.started), "produced": grouped(record.produced), "abandoned": grouped(record.abandoned)},
        "source": _flow_source(flow),
    }


def _flow_source(flow: Flow) -> str:
    text = _("stage history; an initiative counts from the first stage it was recorded in")
    if not flow.unrecorded:
        return text
    left_out = _("%(n)s were never recorded in a stage and are left out") % {"n": grouped(flow.unrecorded)}
    return f"{text}; {left_out}"


def _standing_chart(flow: Flow, links: Links) -> Chart:
    """Where a register that has no history yet says things stand; nothing has been seen to flow."""
    counts = [sum(n for (stage, _end), n in flow.ends.items() if stage == place.stage) for place in flow.stages]
    return {
        "kind": "bar",
        "title": _("Where initiatives stand"),
        "category_label": _("Stage"),
        "categories": [stage.name for stage in flow.stages],
        "series": [
            {
                "name": _("Initiatives"),
                "color": "stage-4",
                "data": [
                    {"value": n, "url": links.rows(stage=stage.stage, lifecycle=flow.lifecycle)}
                    for n, stage in zip(counts, flow.stages, strict=True)
                ],
            }
        ],
        "summary": _(
            "Nobody has been followed from one stage to the next yet: this is where each one stands, not how it got there."
        ),
        "source": _flow_source(flow),
    }


def _stage_node(stage: StageKey, places: dict[str, int], flow: Flow, links: Links) -> dict[str, Any]:
    ramp = 1 + round(4 * places[stage.stage] / max(len(places) - 1, 1))
    return {
        "id": stage.stage,
        "label": stage.name,
        "color": f"stage-{ramp}",
        "depth": places[stage.stage],
        "url": links.rows(stage=stage.stage, lifecycle=flow.lifecycle),
    }


def _end_filter(end: str) -> dict[str, Any]:
    if end in ABANDONED:
        return {"closure": end}
    if end == OTHER:
        return {"closure": ("merged", "replaced", "out_of_scope", "reorganised", "retired")}
    return {"status": OPEN}


def _ends_url(end: str, flow: Flow, links: Links) -> str:
    if end == UNKNOWN:
        return links.rows(stage="unknown", lifecycle=flow.lifecycle, status=OPEN)
    return links.rows(lifecycle=flow.lifecycle, **_end_filter(end))


def gate_chart(flow: Flow, links: Links) -> Chart | None:
    """Own conversion per gate with Wilson's 95 % interval; None without a single initiative that left a stage."""
    rows: list[dict[str, Any]] = []
    gates = flow.gates()
    for gate, following in zip(gates, flow.stages[1:], strict=False):
        share = gate.share
        if share is None:
            continue
        rows.append(
            {
                "label": f"{gate.stage.name} → {following.name}",
                "mid": round(100 * share.value, 1),
                "low": round(100 * share.low, 1),
                "high": round(100 * share.high, 1),
                "base": _("%(part)d of %(whole)d that left; %(here)d still there")
                % {"part": share.part, "whole": share.whole, "here": gate.here},
                "url": links.rows(stage=gate.stage.stage, lifecycle=flow.lifecycle),
            }
        )
    if not rows:
        return None
    least = min(rows, key=lambda row: row["mid"])
    return {
        "kind": "interval",
        "title": _("Own conversion per gate"),
        "unit": "%",
        "max": 100,
        "category_label": _("Gate"),
        "rows": rows,
        "summary": _("Narrowest: %(gate)s, %(base)s.") % {"gate": least["label"], "base": least["base"]},
        "source": _("passed ÷ (passed + abandoned), 95 % Wilson interval, closed initiatives included"),
    }


def time_chart(times: tuple[StageTime, ...], flow: Flow, stalled: Stalled, links: Links) -> Chart | None:
    """Days in each stage before production; the stalled ones are points. None where no stay has dates."""
    own = [time for time in times if time.stage.lifecycle == flow.lifecycle and time.stage.kind != PRODUCTION and time.n]
    if not own:
        return None
    rows = [
        {
            "label": time.stage.name,
            "n": time.n,
            **{name: round(getattr(time, own_name) or 0) for name, own_name in _BOX},
            "url": links.rows(stage=time.stage.stage, lifecycle=flow.lifecycle),
            "points": [
                {"value": row.days, "label": f"{row.key} {row.name}", "url": links.initiative(row.id)}
                for row in stalled.longest
                if row.stage.stage == time.stage.stage and row.stage.lifecycle == flow.lifecycle
            ],
        }
        for time in own
    ]
    longest = max(own, key=lambda time: time.median or 0)
    undated = sum(time.undated for time in own)
    return {
        "kind": "box",
        "title": _("Time in stage"),
        "unit": _("days"),
        "category_label": _("Stage (stays)"),
        "rows": rows,
        "summary": _("Longest in the middle: %(stage)s, %(days)s days over %(n)s stays, %(running)s of them still running.")
        % {
            "stage": longest.stage.name,
            "days": tidy(longest.median or 0, 0),
            "n": grouped(longest.n),
            "running": grouped(longest.running),
        },
        "source": _(
            "completed and running stays; box: quartiles, ends: 5th and 95th percentile; %(n)s stays without dates left out"
        )
        % {"n": grouped(undated)},
    }


def risk_chart(risk: RiskFigure, reference: Reference | None) -> Chart:
    """One interval, nothing else: no ranking of stages or initiatives is claimed before there is history."""
    months = _("%(n)d months") % {"n": risk.horizon_months}
    level = percent(risk.level, 1)
    return {
        "kind": "interval",
        "title": _("Abandoned before production within %(months)s") % {"months": months},
        "unit": "%",
        "max": 100,
        "category_label": _("Estimate"),
        "rows": [
            {
                "label": _("Within %(months)s") % {"months": months},
                "mid": round(100 * risk.value),
                "low": round(100 * risk.low),
                "high": round(100 * risk.high),
                "base": _("%(level)s interval") % {"level": level},
            }
        ],
        "summary": _("%(value)s within %(months)s, %(level)s interval %(low)s to %(high)s: organisations differ that much.")
        % {
            "value": percent(risk.value, 1),
            "months": months,
            "level": level,
            "low": percent(risk.low, 1),
            "high": percent(risk.high, 1),
        },
        "source": source_of(reference) if reference else "",
    }


def risk_figure(risk: RiskFigure, as_of: date) -> dict[str, Any]:
    """The same as a figure of the strip."""
    return {
        "label": _("Abandoned before production"),
        "value": percent(risk.value, 1),
        "base": _("within %(n)d months") % {"n": risk.horizon_months},
        "interval": _("%(level)s interval %(range)s")
        % {"level": percent(risk.level, 1), "range": interval(round(100 * risk.low), round(100 * risk.high), "%")},
        "origin": _("Reference class: published shares and how far organisations differ"),
        "as_of": as_of,
        "note": _("Monthly competing risks of abandonment and production, between organisations with SD 0.9 on the log-odds."),
    }


def source_of(reference: Reference) -> str:
    """`RTS Labs, 2026, not checked at its primary source`."""
    parts = [reference.source, str(reference.year or "")]
    if not reference.verified:
        parts.append(_("not checked at its primary source"))
    return ", ".join(part for part in parts if part)
