"""The silo map and the flow: what is bought where, and how much of it is in the plan."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import unit_rows
from portfolio.kit import clock
from readiness.silos.queries import findings as reading
from readiness.silos.queries.picking import capability_names, vendor_names
from readiness.silos.queries.spend import spend_flow, spend_map
from readiness.silos.tables import map as tables
from readiness.silos.tables.flow import flow_chart
from readiness.silos.tables.frame import route, tabs
from readiness.silos.views.access import PageRequest

STATISTIC = "separate-purchasing"


@require_safe
def silo_map(request: PageRequest) -> HttpResponse:
    """Units down, capabilities across."""
    actor, today = request.actor, clock.today()
    place, crumbs = _place(request)
    spend = spend_map(actor, place.path, today)
    money = actor.may_somewhere(Action.MONEY)
    share, counts = spend.plan(), reading.counts(actor)
    context = {
        "table": tables.matrix(spend, place, capability_names(), money=money), "headline": tables.headline(share),
        "figures": tables.figures(share, spend.known, spend.currency, sum(counts.values()), money=money), "crumbs": crumbs,
        "tabs": tabs("map"), "money": money, "place": place, "query": request.GET.urlencode(),
        "reference_url": route("risk:statistic_line", STATISTIC), "run": reading.newest_run(demo=actor.showing_demo),
        "purchases_url": route("procurement:purchases"),
    }  # fmt: skip
    return render(request, "silos/map.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """The cells of the map under the same address."""
    if fmt != "csv":
        raise Http404
    actor, today = request.actor, clock.today()
    place, _crumbs = _place(request)
    table = tables.matrix(
        spend_map(actor, place.path, today), place, capability_names(), money=actor.may_somewhere(Action.MONEY)
    )  # fmt: skip
    response = StreamingHttpResponse(tables.csv_of(table), content_type="text/csv; charset=utf-8")
    name = f"silo-map{'-demo' if actor.showing_demo else ''}-{today.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def flow(request: PageRequest) -> HttpResponse:
    """From units through vendors to venues."""
    actor, today = request.actor, clock.today()
    place, crumbs = _place(request)
    money = actor.may_somewhere(Action.MONEY)
    flows, currency = spend_flow(actor, place.path, today, money=money)
    names = vendor_names({one.family for one in flows if one.family is not None})
    context = {
        "chart": flow_chart(flows, place, names, currency, money=money) if flows else None, "tabs": tabs("flow"),
        "crumbs": crumbs, "place": place, "money": money,
    }  # fmt: skip
    return render(request, "silos/flow.html", context)


def _place(request: PageRequest) -> tuple[tables.Place, list[dict[str, Any]]]:
    """Where to look, and the way back up; a unit that the reader does not hold is not there."""
    units = unit_rows(request.actor)
    asked = request.GET.get("unit", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else None
    if asked and (wanted is None or wanted not in units):
        raise Http404
    place = tables.place_of(units, wanted)
    here = request.resolver_match.view_name if request.resolver_match else "silos:map"
    crumbs = [{"label": _("Everything you see"), "url": reverse(here)}] if wanted is not None else []
    by_path = {unit.path: unit for unit in units.values()}
    above = place.path.strip("/").split("/")[:-1] if wanted is not None else []
    path = "/"
    for part in above:
        path += f"{part}/"
        if path in by_path:
            crumbs.append({"label": by_path[path].name, "url": f"{reverse(here)}?unit={by_path[path].id}"})
    return place, crumbs
