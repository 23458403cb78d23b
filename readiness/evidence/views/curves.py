"""Throughput and latency of a workload: its benchmark runs as sweeps, the law, and what may be promised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from readiness.evidence.forms.curves import CurveForm
from readiness.evidence.queries.curves import MOST_RUNS, points
from readiness.evidence.queries.telemetry import targets
from readiness.evidence.rules.curve import LATENCIES, Told, sweeps, told
from readiness.evidence.tables import curves as table
from readiness.evidence.tables import sweeps as words
from readiness.evidence.tables.curves import View
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import metric_label
from readiness.evidence.tables.telemetry import levels_of
from readiness.evidence.tables.values import statistic_text
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.workloads import frame_of, get_workload
from readiness.workloads.models import Workload

SHOWN_AT_FIRST = 3
OVER = (("rate", _("over completed requests per second")), ("clients", _("over requests in flight")))
Named = list[tuple[str, Told]]


@require_safe
def curves(request: PageRequest, pk: int) -> HttpResponse:
    """The newest sweeps at first; what is drawn and compared stands in the address."""
    workload = get_workload(request, pk)
    found = points(request.actor, pk)
    named = [(words.letter(place), told(sweep)) for place, sweep in enumerate(sweeps(found))]
    wanted = targets(pk)
    view = _view(request, named, wanted)
    chosen = _chosen(request, named)
    drawn = [one for one in named if one[0] in chosen]
    levels = [one for one in levels_of(view.metric, wanted) if one.percentile == view.percentile]
    context = {
        "form": CurveForm(_typed(view, chosen), **_offered(named)),
        "headline": words.headline(named, wanted),
        "chart": table.chart(view, drawn, levels, words.needed_rate(wanted)) if drawn else None,
        "law": table.law_chart(*drawn[0]) if drawn else None,
        "law_of": drawn[0][0] if drawn else "",
        "rows": words.sweep_rows(named, wanted, chosen),
        "points": table.point_rows(drawn, view),
        "heads": table.heads(view),
        "without_rate": sum(1 for one in found if one.rate is None),
        "cut": MOST_RUNS if len(found) == MOST_RUNS else 0,
        "take_url": route("sizing:from_evidence", pk) if _may_size(request, workload) else "",
    }
    return render(request, "evidence/curves.html", frame_of(request, workload, "curves") | context)


def _may_size(request: PageRequest, workload: Workload) -> bool:
    return workload.retired_at is None and request.actor.may(Action.WORKLOAD, workload.initiative.unit.path)


def _view(request: PageRequest, named: Named, wanted: Sequence[dict[str, Any]]) -> View:
    """What the address asks for; at first the latency that a requirement names, at its percentile."""
    metrics = _metrics(named)
    required = next((one for metric in metrics for one in wanted if one["metric"] == metric), None)
    metric = request.GET.get("metric", "")
    if metric not in metrics:
        metric = required["metric"] if required else next(iter(metrics), "latency")
    shares = _shares(named, metric)
    usual = required["percentile"] if required and required["metric"] == metric else None
    text = request.GET.get("of", "")
    share = next((one for one in (*shares, None) if statistic_key(one) == text), _nearest(usual, shares))
    return View(metric, share, "clients" if request.GET.get("over") == "clients" else "rate")


def _nearest(usual: float | None, shares: Sequence[float]) -> float | None:
    """The wanted percentile, else the next stricter one, else the mean."""
    return next((one for one in shares if usual is not None and one >= usual), None)


def statistic_key(share: float | None) -> str:
    return "mean" if share is None else statistic_text("percentile", share)


def _metrics(named: Named) -> list[str]:
    seen = {metric for _name, one in named for metric in one.sweep.metrics()}
    return [metric for metric in LATENCIES if metric in seen]


def _shares(named: Named, metric: str) -> list[float]:
    return sorted({share for _name, one in named for share in one.sweep.shares(metric)})


def _chosen(request: PageRequest, named: Named) -> set[str]:
    """The sweeps that are drawn: those of the address, else the newest ones at more than one load."""
    asked = {name for name, _one in named} & set(request.GET.getlist("sweep"))
    if asked:
        return asked
    many = [name for name, one in named if len(one.sweep.loads) > 1]
    return set((many or [name for name, _one in named])[:SHOWN_AT_FIRST])


def _typed(view: View, chosen: set[str]) -> dict[str, Any]:
    return {"metric": view.metric, "of": statistic_key(view.percentile), "over": view.over, "sweep": sorted(chosen)}


def _offered(named: Named) -> dict[str, Any]:
    metrics = _metrics(named)
    shares = sorted({share for metric in metrics for share in _shares(named, metric)})
    return {
        "metrics": [(metric, metric_label(metric)) for metric in metrics],
        "statistics": [(statistic_key(share), statistic_text("percentile", share)) for share in shares] + [("mean", _("mean"))],
        "overs": OVER,
        "sweeps": [(name, words.sweep_label(name, one)) for name, one in named],
    }
