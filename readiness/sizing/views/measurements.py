"""What was measured: the list, one with its curve and its refused points, and writing one down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import units_where
from portfolio.initiatives.forms.fields import add_errors
from readiness.sizing.forms.measurements import MeasurementForm, stored_texts
from readiness.sizing.models import Measurement
from readiness.sizing.queries.options import measurements, visible_options
from readiness.sizing.rules.measured import told
from readiness.sizing.services.from_evidence import measurement_of_sweep
from readiness.sizing.services.measurements import record_measurement
from readiness.sizing.tables.measured import about, chart, point_rows
from readiness.sizing.views.access import PageRequest, get_editable_setting, get_measurement
from readiness.workloads.queries.catalogue import accelerators, models

PAGE_ROWS = 50
MOST_DIGITS = 18


@require_safe
def measurement_list(request: PageRequest) -> HttpResponse:
    """Newest first; those that were replaced are found from what replaced them."""
    page = Paginator(measurements(request.actor), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "may_record": request.actor.may_somewhere(Action.WORKLOAD)}
    return render(request, "sizing/measurements.html", context)


@require_safe
def measurement(request: PageRequest, pk: int) -> HttpResponse:
    """Throughput against latency, the law fitted to what can be believed, and what was refused with the reason."""
    row = get_measurement(request, pk)
    found = told(row.points, _facts(row))
    context = {
        "crumbs": [{"label": _("Measurements"), "url": reverse("sizing:measurements")}, {"label": row.unit.name}],
        "row": row,
        "about": about(row, found),
        "points": point_rows(row.points, found),
        "chart": chart(row, found, _number(request.GET.get("target", ""))),
        "target": request.GET.get("target", "")[:20],
        "options": list(visible_options(request.actor).filter(measurement=row).select_related("workload__initiative")[:50]),
        "replaced_by": Measurement.objects.visible_to(request.actor).filter(replaces=row).first(),
        "may_record": request.actor.may(Action.WORKLOAD, row.unit.path),
    }
    return render(request, "sizing/measurement.html", context)


@require_http_methods(["GET", "POST"])
def measurement_new(request: PageRequest, pk: int | None = None) -> HttpResponse:
    """Write one down; with `pk` it replaces that one, which stays as it was."""
    old = get_measurement(request, pk) if pk is not None else None
    units = units_where(request.actor, Action.WORKLOAD)
    form = MeasurementForm(
        request.POST or None, units=list(units), models=models().values("id", "name"),
        accelerators=accelerators().values("id", "name"), initial=stored_texts(old) if old is not None else None,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = record_measurement(
                by=request.actor, unit=form.business_unit, points=form.points, replaces=old, **form.values()
            )
        except ValidationError as problem:
            add_errors(form, _on_table(problem))
        else:
            if form.ignored:
                messages.info(
                    request, _("These columns say nothing about a point and were left out: %s.") % ", ".join(form.ignored)
                )
            messages.success(request, _("%s is recorded.") % made.name)
            return redirect("sizing:measurement", made.pk)
    context = {"form": form, "old": old, "may_record": units.exists()}
    return render(request, "sizing/measurement_form.html", context, status=422 if form.errors else 200)


@require_POST
def measurement_from_evidence(request: PageRequest, pk: int) -> HttpResponse:
    """Take a sweep of the workload's evidence over; back to its curves with the reason where that cannot be."""
    workload = get_editable_setting(request, pk).workload
    runs = [int(text) for text in request.POST.getlist("run") if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS]
    try:
        made = measurement_of_sweep(by=request.actor, workload=workload, runs=runs)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("evidence:curves", pk)
    messages.success(request, _("%s can be chosen where an option is sized.") % made.name)
    return redirect("sizing:measurement", made.pk)


def _facts(row: Measurement) -> dict[str, Any]:
    names = ("input_tokens", "output_tokens", "max_num_seqs", "kv_tokens")
    return {name: getattr(row, name) for name in names}


def _on_table(problem: ValidationError) -> ValidationError:
    """The service speaks of points, the form has a table."""
    if not hasattr(problem, "error_dict"):
        return problem
    named = {("table" if name == "points" else name): texts for name, texts in problem.message_dict.items()}
    return ValidationError(named)


def _number(text: str) -> float | None:
    """A target in milliseconds; None for anything that is none."""
    return float(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 else None
