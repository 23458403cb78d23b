"""Deliveries: the list over all sources, and one with what came of it, live while it runs."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState
from readiness.evidence.filters.deliveries import OPEN, DeliveryFilter
from readiness.evidence.forms.deliveries import ABOUT, DeliveryBar
from readiness.evidence.models import Delivery, Source
from readiness.evidence.queries import deliveries as reading
from readiness.evidence.queries.payloads import whole_file
from readiness.evidence.queries.shown import full_name
from readiness.evidence.tables import deliveries as tables
from readiness.evidence.tables.frame import tabs
from readiness.evidence.tables.labels import WAYS
from readiness.evidence.tables.signs import STATES
from readiness.evidence.tables.uploads import size_text
from readiness.evidence.tables.values import environment_chips
from readiness.evidence.views.access import PageRequest

MOST_SOURCES = 500
RUNS_SHOWN, PAYLOADS_SHOWN, FILES_LOOKED_AT = 50, 20, 3


def found(request: PageRequest) -> QuerySet[Delivery]:
    """What the address asks for, for page and export alike."""
    rows: QuerySet[Delivery] = DeliveryFilter(request.GET, queryset=reading.visible(request.actor)).qs
    return rows


@require_safe
def deliveries(request: PageRequest) -> HttpResponse:
    """The newest first; while some are not over, the rows come again by themselves."""
    rows = found(request)
    page = page_of(
        reading.ordered(reading.listed(rows), request.GET.get("sort", "")), page_number(request.GET.get("page", ""))
    )  # fmt: skip
    told = reading.counted(rows)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "tabs": tabs("deliveries"), "rows": tables.list_rows(page.rows, clock.now()), "headline": tables.headline(told),
        "form": _bar(request, page.rows), "first": page.first, "last": page.last, "total": told.total if told.exact else None,
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
        "filtered": any(value for name, value in request.GET.items() if name not in ("page", "sort")),
        "live_url": request.get_full_path() if any(row["state"] in OPEN_DELIVERIES for row in page.rows) else "",
        "export_url": f"{reverse('evidence:deliveries_export', args=['csv'])}?{kept.urlencode()}",
    }  # fmt: skip
    return render(request, "evidence/deliveries.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """What the list shows under the same address: its filters and its order."""
    if fmt not in tables.EXPORTS:
        raise Http404
    lines, content_type = tables.EXPORTS[fmt]
    rows = reading.ordered(reading.listed(found(request)), request.GET.get("sort", "")).iterator(chunk_size=1000)
    response = StreamingHttpResponse(lines(rows), content_type=content_type)
    name = f"deliveries{'-demo' if request.actor.showing_demo else ''}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def delivery(request: PageRequest, pk: int) -> HttpResponse:
    """Progress while it runs; then its runs, what was refused and why, and the raw answers."""
    row = _one(request, pk)
    runs = Paginator(reading.runs_of(pk), RUNS_SHOWN).get_page(request.GET.get("page"))
    failed = row["state"] in (DeliveryState.FAILED, DeliveryState.PARTLY)
    context = {
        "row": tables.list_row(row, clock.now()), "headline": tables.sentence(row), "progress": _progress(row), "runs": runs,
        "crumbs": [{"label": _("Deliveries"), "url": reverse("evidence:deliveries")}],
        "figures": [] if row["state"] in tables.BARE else tables.figures(row),
        "run_rows": tables.run_rows(runs.object_list), "feeds": tables.feed_rows(row["feeds"]),
        "problems": row["problems"], "todo": tables.todo(row["failure"]) if failed else "",
        "chips": environment_chips(row["environment"]), "payloads": _payloads(request, pk),
    }  # fmt: skip
    return render(request, "evidence/delivery.html", context)


@require_safe
def delivery_progress(request: PageRequest, pk: int) -> HttpResponse:
    """The progress bar again; when it is over, the whole page."""
    row = _one(request, pk)
    if not request.htmx:
        return redirect("evidence:delivery", pk)
    if row["state"] not in OPEN_DELIVERIES:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ui/progress.html", {"id": "progress-of-delivery", **_progress(row)})


def _one(request: PageRequest, pk: int) -> dict[str, Any]:
    row = reading.one(request.actor, pk)
    if row is None:
        raise Http404
    return row


def _progress(row: dict[str, Any]) -> dict[str, Any]:
    states = {DeliveryState.QUEUED: "waiting", DeliveryState.RUNNING: "running"}
    label = _("Reading %s") % row["file_name"] if row["file_name"] else _("Asking %s") % (row["source_name"] or _("the source"))
    return {
        "url": reverse("evidence:delivery_progress", args=[row["id"]]),
        "state": states.get(row["state"], "done"),
        "label": label,
        "done": len(row["feeds"]),
    }


def _payloads(request: PageRequest, pk: int) -> list[dict[str, Any]]:
    """The raw answers by name; those that are kept with their address, for whoever may have them."""
    made = []
    for place, row in enumerate(reading.payloads_of(pk, PAYLOADS_SHOWN)):
        kept = bool(row["stored_as"]) and place < FILES_LOOKED_AT and whole_file(request.actor, row["id"]) is not None
        url = reverse("evidence:payload", args=[row["id"]]) if kept else ""
        made.append({"name": row["name"], "size": size_text(row["size_bytes"]), "sha256": row["sha256"], "url": url})
    return made


def _bar(request: PageRequest, rows: list[dict[str, Any]]) -> DeliveryBar:
    sources = Source.objects.visible_to(request.actor).order_by("name", "id").values_list("id", full_name())[:MOST_SOURCES]
    about = {name: [(told, _name(name, told, rows))] for name in ABOUT if (told := request.GET.get(name, ""))}
    options: dict[str, list[tuple[str, Any]]] = {
        "source": [(str(pk), name) for pk, name in sources],
        "way": list(WAYS.items()),
        "state": [(OPEN, _("not over yet")), *((key, sign.word) for key, sign in STATES.items())],
    }
    return DeliveryBar(request.GET, units=unit_rows(request.actor), options=options, about=about)


def _name(kind: str, told: str, rows: list[dict[str, Any]]) -> str:
    """The name that the rows carry themselves: what is asked for is the same in all of them."""
    if kind == "ids":
        return _("%d files") % len(told.split(","))
    return next((str(row[f"{kind}_name"]) for row in rows if row.get(f"{kind}_name")), _("no. %s") % told[:20])
