"""What became of the portfolio's initiatives: conversion, time and reasons, and the same figures as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.forms.filter_bar import filter_bar, filter_query
from portfolio.initiatives.queries.lists import named_options, stage_rows, unit_rows
from portfolio.kit import clock
from readiness.risk.queries.cohorts import cohorts
from readiness.risk.queries.statistics import beside_own
from readiness.risk.rules.figures import Cohorts
from readiness.risk.tables import cohorts as tables
from readiness.risk.tables import curves
from readiness.risk.tables.frame import Links, tabs
from readiness.risk.tables.statistics import statistic_rows
from readiness.risk.views.access import PageRequest, filtered


@require_safe
def page(request: PageRequest) -> HttpResponse:
    """The whole portfolio, or what the filters leave of it."""
    actor, found, stages = request.actor, filtered(request), stage_rows()
    figures = cohorts(actor, found.qs, stage_rows=stages, on=clock.today())
    bar = filter_bar(found, request.GET, units=unit_rows(actor), stages=stages, named=named_options(actor))
    kept = [(name, value) for name, values in request.GET.lists() for value in values if value and name in found.filters]
    context = {
        "bar": bar, "action": request.path, "tabs": tabs("cohorts", actor), "query": filter_query(request.GET),
        "references": statistic_rows(beside_own()),
    }  # fmt: skip
    return render(request, "risk/cohorts.html", context | _page(figures, Links(kept)))


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """The tables of the page under the same address."""
    if fmt != "csv":
        raise Http404
    figures = cohorts(request.actor, filtered(request).qs, stage_rows=stage_rows(), on=clock.today())
    response = StreamingHttpResponse(tables.csv_of(figures), content_type="text/csv; charset=utf-8")
    name = f"cohorts{'-demo' if request.actor.showing_demo else ''}-{figures.on.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(figures: Cohorts, links: Links) -> dict[str, Any]:
    sides = [
        ("plan", _("In the IT plan, and out of it"), figures.plan or ()),
        ("route", _("As declared: in the plan, or separately"), figures.route),
    ]  # fmt: skip
    return {
        "figures": figures, "headline": tables.headline(figures), "strip": tables.strip(figures),
        "life": curves.life_chart(figures), "gates": curves.gate_chart(figures.gates, links),
        "gate_rows": tables.gate_rows(figures.gates), "reasons": curves.reason_chart(figures, links),
        "times": [(time, curves.stage_chart(time)) for time in figures.times],
        "sides": [
            {"key": key, "title": title, "chart": curves.side_chart(own, title), "rows": tables.side_rows(own)}
            for key, title, own in sides
        ],
        "left_out": tables.left_out_rows(figures), "left_out_note": tables.left_out_note(figures),
        "templates": [{"row": one, "url": links.page(lifecycle=one.key)} for one in figures.templates],
    }  # fmt: skip
