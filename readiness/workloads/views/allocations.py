"""Asking for capacity, and the answers: grant, refuse, release. And what one workload holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.initiatives.choices import Status
from portfolio.initiatives.forms.fields import add_errors
from portfolio.kit import clock
from readiness.workloads.choices import AllocationState
from readiness.workloads.forms.capacity import ReasonForm, ReleaseForm, RequestForm
from readiness.workloads.models import Allocation, CapacityPool, Workload
from readiness.workloads.queries import capacity as reading
from readiness.workloads.services import capacity as verbs
from readiness.workloads.services.profiles import can_edit
from readiness.workloads.services.shortage import amount
from readiness.workloads.tables import capacity as tables
from readiness.workloads.tables.frame import frame
from readiness.workloads.views.access import PageRequest, get_workload
from readiness.workloads.views.capacity import get_pool
from readiness.workloads.views.small_forms import answer, do

MOST_OFFERED = 2000


@require_http_methods(["GET", "POST"])
def ask(request: PageRequest) -> HttpResponse:
    """Ask for a part of a pool; `?pool=` and `?workload=` choose in advance."""
    actor, today = request.actor, clock.today()
    workloads = {row.pk: row for row in reading.requestable_workloads(actor)[:MOST_OFFERED]}
    if not workloads:
        raise PermissionDenied(_("You may not ask for capacity: there is no workload that you may change."))
    pools = {row.pk: row for row in reading.visible_pools(actor).select_related("unit")[:MOST_OFFERED]}
    first: dict[str, Any] = {name: request.GET.get(name, "") for name in ("pool", "workload")}
    chosen = workloads.get(int(first["workload"])) if first["workload"].isdecimal() else None
    first["starts_on"] = chosen.needed_on if chosen and chosen.needed_on else today
    form = RequestForm(request.POST or None, pools=pools, workloads=workloads, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.request_capacity(by=actor, **form.values())
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("It queues now. Whoever looks after the pool grants or refuses it."))
            return redirect("workloads:pool", made.pool_id)
    context = {"form": form, "pools": pools, "cancel_url": reverse("workloads:capacity")}
    return render(request, "workloads/capacity_request.html", context, status=422 if form.errors else 200)


@require_POST
def grant(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Give what was asked for, if it is free on every day of its span."""
    pool, row = get_pool(request, pk), _allocation(pk, child)
    back = reverse("workloads:pool", args=[pk])
    done = _("Granted: %s.") % amount(row.quantity, pool.kind)
    return do(request, lambda: verbs.grant(by=request.actor, allocation=row), done=done, back=back)


@require_http_methods(["GET", "POST"])
def refuse(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Say no, with the reason that those who asked read."""
    pool, row = get_pool(request, pk), _allocation(pk, child)
    if not verbs.can_grant(request.actor, pool):
        raise PermissionDenied(_("Your roles do not allow you to look after this pool."))
    form = ReasonForm(request.POST or None)
    return answer(
        request, form, lambda: verbs.refuse(by=request.actor, allocation=row, reason=form.cleaned_data["reason"]),
        title=_("Refuse %s") % amount(row.quantity, pool.kind), submit=_("Refuse it"), back=reverse("workloads:pool", args=[pk]),
        crumbs=_crumbs(pool), text=_("Those who asked read your reason."), danger=True, done=_("Refused."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def release(request: PageRequest, pk: int, child: int) -> HttpResponse:
    """Give capacity back, now or on a day to come; or take a request back."""
    pool, row = get_pool(request, pk), _allocation(pk, child)
    if not (verbs.can_grant(request.actor, pool) or can_edit(request.actor, row.initiative)):
        raise PermissionDenied(_("You may not release this allocation."))
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    waiting = row.state == AllocationState.REQUESTED
    if waiting:
        del form.fields["on"]
    text = _("It queues no longer.") if waiting else _("What is given back is free for others.")
    return answer(
        request, form, lambda: verbs.release(by=request.actor, allocation=row, on=form.cleaned_data.get("on")),
        title=(_("Take back the request for %s") if waiting else _("Release %s")) % amount(row.quantity, pool.kind),
        submit=_("Take it back") if waiting else _("Release it"), back=reverse("workloads:pool", args=[pk]),
        crumbs=_crumbs(pool), text=text, done=_("Taken back.") if waiting else _("Released."),
    )  # fmt: skip


@require_safe
def of_workload(request: PageRequest, pk: int) -> HttpResponse:
    """What a workload holds of the pools and asks for."""
    workload: Workload = get_workload(request, pk)
    rows = reading.allocations_of_workload(request.actor, pk)
    today = clock.today()
    current = [row for row in rows if row["ends_on"] is None or row["ends_on"] >= today - timedelta(days=90)]
    made = [
        row | {"amount": amount(row["quantity"], row["pool_kind"]), "state_label": tables.STATES[row["state"]]} for row in current
    ]
    running = workload.retired_at is None and workload.initiative.status != Status.CLOSED
    context = frame(workload, "capacity") | {
        "rows": made,
        "may_ask": running and can_edit(request.actor, workload.initiative),
        "headline": tables.held(row for row in current if row["ends_on"] is None or row["ends_on"] >= today),
    }
    return render(request, "workloads/capacity_of_workload.html", context)


def _allocation(pool: int, pk: int) -> Allocation:
    """An allocation of this pool; whose it is may be hidden, that it is there is not."""
    rows = Allocation.objects.select_related("initiative__unit")
    row: Allocation = get_object_or_404(rows, pk=pk, pool=pool)
    return row


def _crumbs(pool: CapacityPool) -> list[dict[str, Any]]:
    return [
        {"label": _("Capacity"), "url": reverse("workloads:capacity")},
        {"label": pool.name, "url": reverse("workloads:pool", args=[pool.pk])},
    ]
