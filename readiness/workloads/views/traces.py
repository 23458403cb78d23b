"""Load from a real request log: upload, progress, what was found, and only then what of it is taken over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.initiatives.forms.fields import add_errors
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import TraceState
from readiness.workloads.forms.traces import TraceForm
from readiness.workloads.models import TraceUpload
from readiness.workloads.queries.profiles import Profile
from readiness.workloads.queries.traces import told
from readiness.workloads.rules.traces import offered
from readiness.workloads.services.profiles import can_edit, require_edit
from readiness.workloads.services.traces import accept_trace, discard_trace, upload_trace
from readiness.workloads.tables import traces as presenting
from readiness.workloads.tables.labels import TRACE_STATES
from readiness.workloads.views.access import PageRequest, get_profile
from readiness.workloads.views.detail import frame_of

MEGABYTE = 2**20


@require_http_methods(["GET", "POST"])
def traces(request: PageRequest, pk: int) -> HttpResponse:
    """The logs of one workload, and the drop zone for another."""
    seen = get_profile(request, pk)
    form = TraceForm(request.POST or None, request.FILES or None) if request.method == "POST" else TraceForm()
    if request.method == "POST":
        require_edit(request.actor, seen.workload.initiative)
        if form.is_valid() and (made := _uploaded(request, seen, form)) is not None:
            return redirect("workloads:trace", pk, made.pk)
    context = frame_of(seen, "traces") | {
        "form": form,
        "uploads": _listed(seen.traces),
        "may_edit": _may_edit(request, seen),
        "limit": settings.UPLOAD_MAX_BYTES // MEGABYTE,
    }
    return render(request, "workloads/traces.html", context, status=422 if form.errors else 200)


def _uploaded(request: PageRequest, seen: Profile, form: TraceForm) -> TraceUpload | None:
    try:
        return upload_trace(
            by=request.actor, workload=seen.workload, file=form.cleaned_data["file"], columns=form.columns
        )  # fmt: skip
    except ValidationError as problem:
        add_errors(form, problem)
        return None


def _listed(rows: list[TraceUpload]) -> list[dict[str, Any]]:
    said = told([row.pk for row in rows])
    return [
        {
            "row": row,
            "state": str(TRACE_STATES[row.state]),
            "url": reverse("workloads:trace", args=[row.workload_id, row.pk]),
            "said": presenting.headline(said[row.pk]) if row.pk in said else row.error,
        }
        for row in rows
    ]


@require_safe
def trace(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Progress while it is read, then what was found beside what the profile says now."""
    seen = get_profile(request, pk)
    row = _upload(seen, child)
    context = frame_of(seen, "traces") | {
        "upload": row,
        "state": str(TRACE_STATES[row.state]),
        "reading": row.state == TraceState.UPLOADED,
        "progress": _progress(row),
        "may_edit": _may_edit(request, seen),
        "headline": _headline(row),
    }
    if row.summary:
        context |= _found(seen, row)
    return render(request, "workloads/trace.html", context)


def _headline(row: TraceUpload) -> str:
    if row.summary:
        return presenting.headline(row.summary | {"peak_factor": row.summary["quantities"].get("peak_factor")})
    return _("The log is being read") if row.state == TraceState.UPLOADED else _("The log could not be used")


def _found(seen: Profile, row: TraceUpload) -> dict[str, Any]:
    summary: dict[str, Any] = row.summary or {}
    workload = seen.workload
    offers = offered(Task(workload.task), WorkloadClass(workload.workload_class), summary)
    return {
        "figures": presenting.figures(summary),
        "chart": presenting.dispersion_chart(summary),
        "peaks": presenting.peak_rows(summary),
        "peak_heads": [_("Window"), _("Windows"), _("Busiest"), _("99 % do not exceed")],
        "tokens": presenting.token_rows(summary),
        "token_heads": [_("Count"), _("Mean"), _("Median"), _("P90"), _("P95"), _("P99"), _("Most")],
        "left_out": presenting.left_out(summary),
        "columns_read": presenting.columns_read(summary),
        "since": presenting.when_read(summary),
        "notes": presenting.notes(summary),
        "open": row.state == TraceState.READY,
        "offers": presenting.offer_rows(
            offers.values(), seen.values, row.accepted, open_=row.state == TraceState.READY
        ),
    }  # fmt: skip


def _progress(row: TraceUpload) -> dict[str, Any]:
    return {
        "url": reverse("workloads:trace_progress", args=[row.workload_id, row.pk]),
        "state": "running" if row.state == TraceState.UPLOADED else "done",
        "label": _("Reading %s") % row.file_name,
    }


@require_safe
def trace_progress(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """The progress bar again; when the log is read, the whole page."""
    row = _upload(get_profile(request, pk), child)
    if not request.htmx:
        return redirect("workloads:trace", pk, child)
    if row.state != TraceState.UPLOADED:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ui/progress.html", {"id": "progress-of-log", **_progress(row)})


@require_POST
def trace_accept(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Take the ticked values over."""
    row = _upload(get_profile(request, pk), child)
    try:
        accept_trace(by=request.actor, upload=row, names=request.POST.getlist("names"))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("workloads:trace", pk, child)
    count = len(request.POST.getlist("names"))
    messages.success(request, ngettext("%d value is taken over.", "%d values are taken over.", count) % count)
    return redirect("workloads:detail", pk)


@require_POST
def trace_discard(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Give it up; what was found stays on record."""
    row = _upload(get_profile(request, pk), child)
    try:
        discard_trace(by=request.actor, upload=row)
        messages.success(request, _("%s is discarded; nothing of it is in the profile.") % row.file_name)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("workloads:traces", pk)


def _upload(seen: Profile, child: int) -> TraceUpload:
    row = next((row for row in seen.traces if row.pk == child), None)
    if row is None:
        raise Http404
    return row


def _may_edit(request: PageRequest, seen: Profile) -> bool:
    return seen.workload.retired_at is None and can_edit(request.actor, seen.workload.initiative)
