"""The list that reviews are planned from, and the same as a file."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import PAGE_SIZE, page_number, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.gates.filters.reviews import ReviewFilter
from readiness.gates.forms.bars import GatesBar
from readiness.gates.models import Review
from readiness.gates.queries import board as reading
from readiness.gates.queries.listed import review_rows
from readiness.gates.tables import board as tables
from readiness.gates.tables.frame import tabs
from readiness.gates.views.access import PageRequest


def found(request: PageRequest) -> QuerySet[Review]:
    """What the address asks for, for page and export alike, less the group."""
    rows: QuerySet[Review] = ReviewFilter(request.GET, queryset=Review.objects.visible_to(request.actor)).qs
    return rows


@require_safe
def board(request: PageRequest) -> HttpResponse:
    """Group by group; with a group in the address that one alone, page by page."""
    rows, now, group = found(request), clock.now(), request.GET.get("group", "")
    told = reading.board(rows, now)
    drifted, few = reading.changed_few(rows)
    counts = told.counts | {reading.CHANGED: drifted}
    context: dict[str, Any] = {
        "tabs": tabs("board"),
        "headline": tables.headline(counts),
        "form": _bar(request),
        "exports": _exports(request),
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
        "may_manage": request.actor.may_somewhere(Action.GATE),
    }
    if group in tables.KEYS:
        context |= _page(request, rows, group)
    else:
        by_group: dict[str, list[dict[str, Any]]] = defaultdict(list, {reading.CHANGED: few})
        for row in told.rows:
            by_group[row["listing"]].append(row)
        context["groups"] = tables.groups(counts, by_group, lambda key: with_value(request, "group", key))
    return render(request, "gates/list.html", context)


def _page(request: PageRequest, rows: QuerySet[Review], group: str) -> dict[str, Any]:
    number = page_number(request.GET.get("page", ""))
    some = reading.of_group(rows, group, clock.now())
    lines, more = reading.page(some, number)
    return {
        "one_group": {"key": group, "title": tables.title_of(group), "rows": [tables.line(row) for row in lines]},
        "total": some.count(),
        "first": (number - 1) * PAGE_SIZE + 1,
        "last": (number - 1) * PAGE_SIZE + len(lines),
        "previous_url": with_value(request, "page", str(number - 1)) if number > 1 else "",
        "next_url": with_value(request, "page", str(number + 1)) if more else "",
    }


def _bar(request: PageRequest) -> GatesBar:
    gates = reading.gates_of(Review.objects.visible_to(request.actor))
    groups = [(key, title) for key, title, _note in tables.GROUPS]
    return GatesBar(request.GET, units=unit_rows(request.actor), options={"gate": gates, "group": groups})


def _exports(request: PageRequest) -> list[dict[str, str]]:
    kept = request.GET.copy()
    kept.pop("page", None)
    return [
        {"label": fmt.upper(), "url": f"{reverse('gates:export', args=[fmt])}?{kept.urlencode()}"} for fmt in tables.EXPORTS
    ]  # fmt: skip


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """Every review under the filters of the address."""
    if fmt not in tables.EXPORTS:
        raise Http404
    lines, content_type = tables.EXPORTS[fmt]
    rows, group = found(request), request.GET.get("group", "")
    if group in tables.KEYS:
        rows = reading.of_group(rows, group, clock.now())
    response = StreamingHttpResponse(lines(review_rows(rows).order_by("id").iterator(chunk_size=1000)), content_type=content_type)
    name = f"gate-reviews{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
