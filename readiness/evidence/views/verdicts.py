"""What the requirements of an initiative or a workload are judged, one requirement with its history, judging anew."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.evidence.queries.judged import history, judged, seen_of, standing_requirements
from readiness.evidence.services.verdicts import evaluate
from readiness.evidence.tables import verdicts as table
from readiness.evidence.tables.frame import route
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.workloads import frame_of, get_workload
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.services.profiles import can_edit

HISTORY_SHOWN = 100


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    """A visible initiative with its unit; 404 for anything else."""
    row: Initiative = get_object_or_404(Initiative.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    return row


@require_safe
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """The tab of an initiative: its workloads, requirement by requirement."""
    row = get_initiative(request, pk)
    rows = judged(standing_requirements(request.actor).filter(initiative=pk))
    seen, now = seen_of(request.actor, rows), clock.now()
    parts = [
        {
            "id": workload_pk, "name": some[0]["workload_name"], "url": reverse("evidence:workload", args=[workload_pk]),
            "summary": table.summary(one["verdict"] for one in some), "rows": table.requirement_rows(some, seen, now),
        }
        for workload_pk, each in groupby(rows, key=lambda one: one["workload_id"])
        if (some := list(each))
    ]  # fmt: skip
    context = {
        "initiative": row,
        "headline": table.summary(one["verdict"] for one in rows) if rows else "",
        "parts": parts,
        "may_judge": _may_judge(request, row) and bool(rows),
        "workloads_url": route("workloads:initiative", pk),
    }
    return render(request, "evidence/initiative.html", context)


@require_safe
def workload(request: PageRequest, pk: int) -> HttpResponse:
    """The tab of a workload."""
    row = get_workload(request, pk)
    rows = judged(standing_requirements(request.actor).filter(workload=pk))
    context = {
        "headline": table.summary(one["verdict"] for one in rows),
        "rows": table.requirement_rows(rows, seen_of(request.actor, rows), clock.now()),
        "may_judge": _may_judge(request, row.initiative) and bool(rows),
        "requirements_url": reverse("workloads:requirements", args=[pk]),
    }
    return render(request, "evidence/workload.html", frame_of(request, row, "verdicts") | context)


@require_safe
def workload_panel(request: PageRequest, pk: int) -> HttpResponse:
    """In brief, beside the profile; without htmx the whole page."""
    row = get_workload(request, pk)
    if not request.htmx:
        return redirect("evidence:workload", pk)
    return _panel(
        request, judged(standing_requirements(request.actor).filter(workload=row.pk)), reverse("evidence:workload", args=[pk])
    )


@require_safe
def initiative_panel(request: PageRequest, pk: int) -> HttpResponse:
    """In brief, on the overview; without htmx the tab."""
    row = get_initiative(request, pk)
    if not request.htmx:
        return redirect("evidence:initiative", pk)
    return _panel(
        request, judged(standing_requirements(request.actor).filter(initiative=row.pk)), reverse("evidence:initiative", args=[pk])
    )


def _panel(request: PageRequest, rows: list[dict[str, Any]], url: str) -> HttpResponse:
    context = {
        "summary": table.summary(one["verdict"] for one in rows),
        "chips": table.chips(rows),
        "url": url,
        "any": bool(rows),
    }
    return render(request, "evidence/panel.html", context)


@require_safe
def requirement(request: PageRequest, pk: int) -> HttpResponse:
    """One requirement: what it is judged now in full, and every judgement before."""
    found = judged(standing_requirements(request.actor).filter(pk=pk))
    if not found:
        raise Http404
    row, earlier = found[0], list(history(request.actor, pk)[:HISTORY_SHOWN])
    seen, now = seen_of(request.actor, [row, *earlier]), clock.now()
    workload_url = reverse("evidence:workload", args=[row["workload_id"]])
    context = {
        "crumbs": [
            {
                "label": f"{row['initiative_key']} {row['initiative_name']}",
                "url": reverse("evidence:initiative", args=[row["initiative_id"]]),
            },
            {"label": row["workload_name"], "url": workload_url},
        ],
        "r": table.requirement_row(row, seen, now),
        "history": table.history_rows(earlier, seen, now),
        "curves_url": reverse("evidence:curves", args=[row["workload_id"]]),
        "note": row["note"],
    }
    return render(request, "evidence/requirement.html", context)


@require_POST
def judge(request: PageRequest, pk: int) -> HttpResponse:
    """Judge a workload anew; the answer is the same for the same evidence."""
    row = get_workload(request, pk)
    _require_judge(request, row.initiative)
    return _judged(request, [pk], reverse("evidence:workload", args=[pk]))


@require_POST
def judge_initiative(request: PageRequest, pk: int) -> HttpResponse:
    """All workloads of an initiative."""
    row = get_initiative(request, pk)
    _require_judge(request, row)
    ids = Workload.objects.visible_to(request.actor).filter(initiative=pk, retired_at=None).values_list("id", flat=True)
    return _judged(request, list(ids), reverse("evidence:initiative", args=[pk]))


def _judged(request: PageRequest, ids: list[int], back: str) -> HttpResponse:
    before = _standing(ids)
    evaluate(ids, by=request.actor, now=clock.now())
    turned = sum(1 for pk, verdict in _standing(ids).items() if before.get(pk) != verdict)
    messages.success(request, table.judged_words(turned))
    return redirect(back)


def _standing(ids: list[int]) -> dict[int, str]:
    rows = Requirement.objects.filter(workload__in=ids, retired_at=None)
    return dict(rows.values_list("id", "standing__verdict"))


def _may_judge(request: PageRequest, row: Initiative) -> bool:
    """Those who write the workload or bring evidence; a closed initiative stays as it was judged."""
    if row.status == Status.CLOSED:
        return False
    return can_edit(request.actor, row) or request.actor.may(Action.BRING, row.unit.path)


def _require_judge(request: PageRequest, row: Initiative) -> None:
    if not _may_judge(request, row):
        raise PermissionDenied(_("Your roles do not allow this here. A program manager or an architect of the unit can."))
