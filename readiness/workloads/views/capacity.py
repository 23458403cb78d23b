"""Capacity: the pools with what is free of them, one pool over time, and writing a pool."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import Actor
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.initiatives import unit_trail
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.filters import PoolFilter
from readiness.workloads.forms.capacity import PoolForm, typed_pool
from readiness.workloads.models import Accelerator, Allocation, CapacityPool
from readiness.workloads.queries import capacity as reading
from readiness.workloads.queries.orders import order_by_rows
from readiness.workloads.rules.capacity import Span, segments
from readiness.workloads.services.capacity import StalePool, can_grant, change_pool, create_pool
from readiness.workloads.services.profiles import can_edit
from readiness.workloads.tables import capacity as tables
from readiness.workloads.views.access import PageRequest

ORDERS_SHOWN = 8


@require_safe
def pools(request: PageRequest) -> HttpResponse:
    """Every visible pool with its size, what is taken, what is free, and who waits."""
    actor, query, today = request.actor, request.GET, clock.today()
    found = PoolFilter(query, queryset=reading.visible_pools(actor))
    form, sort = _filter_form(actor, found), query.get("sort", "")
    page = page_of(reading.ordered(reading.pool_rows(actor, found.qs, today=today), sort), page_number(query.get("page", "")))
    totals = reading.totals(found.qs, today)
    rows = tables.pool_rows(reading.with_lowest(page.rows, today))
    kept = query.copy()
    kept.pop("page", None)
    context = {
        "rows": rows, "headline": tables.headline(totals), "figures": tables.figures(totals), "form": form,
        "total": sum(one.pools for one in totals.values()), "first": page.first, "last": page.last, "query": kept.urlencode(),
        "filtered": bool(query), "orders_url": f"{reverse('workloads:order_by')}?{kept.urlencode()}",
        "horizon": reading.horizon(today), "money": actor.may_somewhere(Action.MONEY),
        "may_create": actor.may_somewhere(Action.CAPACITY), "may_ask": bool(rows) and _may_ask(actor),
        "previous_url": f"?{kept.urlencode()}&page={page.number - 1}" if page.number > 1 else "",
        "next_url": f"?{kept.urlencode()}&page={page.number + 1}" if page.more else "",
    }  # fmt: skip
    return render(request, "workloads/capacity.html", context)


@require_safe
def export(request: PageRequest, fmt: str) -> StreamingHttpResponse:
    """What the table shows under the same address: its filters and its order, amounts masked the same way."""
    if fmt not in tables.EXPORTS:
        raise Http404
    lines, content_type = tables.EXPORTS[fmt]
    actor, today = request.actor, clock.today()
    found = PoolFilter(request.GET, queryset=reading.visible_pools(actor))
    rows = reading.ordered(reading.pool_rows(actor, found.qs, today=today), request.GET.get("sort", ""))
    response = StreamingHttpResponse(lines(reading.with_lowest(list(rows), today)), content_type=content_type)
    name = f"capacity{'-demo' if actor.showing_demo else ''}-{today.isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def pool(request: PageRequest, pk: int) -> HttpResponse:
    """One pool: its balance over time, who queues, who holds what, and what must be ordered."""
    actor, today, row = request.actor, clock.today(), get_pool(request, pk)
    here = Allocation.objects.filter(pool=row).order_by("starts_on", "id")
    allocations = reading.masked(reading.allocation_rows(actor, here))
    held, queue = (_spans(allocations, state) for state in (AllocationState.GRANTED, AllocationState.REQUESTED))
    context = {
        "row": row, "now": segments(row, held, today, today)[0], "unit": tables.UNITS[PoolKind(row.kind)],
        "queued": sum(span.quantity for span in queue), "chart": tables.timeline(row, held, queue, today),
        "orders": tables.order_rows(order_by_rows(actor, today, CapacityPool.objects.filter(pk=pk))),
        "may_grant": can_grant(actor, row), "may_ask": _may_ask(actor), "releasable": _releasable(actor, allocations),
        "crumbs": [{"label": _("Capacity"), "url": reverse("workloads:capacity")}]
        + [{"label": unit.name, "url": ""} for unit in _trail(actor, row)],
        **tables.allocation_rows(allocations, today),
    }  # fmt: skip
    return render(request, "workloads/pool.html", context)


@require_http_methods(["GET", "POST"])
def pool_new(request: PageRequest) -> HttpResponse:
    """Say what exists."""
    actor = request.actor
    if not actor.may_somewhere(Action.CAPACITY):
        raise PermissionDenied(_("Your roles do not allow this."))
    form = _pool_form(request, money=actor.may_somewhere(Action.MONEY))
    if request.method == "POST" and form.is_valid():
        try:
            made = create_pool(by=actor, demo=actor.showing_demo, **_given(form))
            messages.success(request, _("The pool is there. Now workloads can ask for a part of it."))
            return redirect("workloads:pool", made.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"form": form, "cancel_url": reverse("workloads:capacity")}
    return render(request, "workloads/pool_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def pool_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a pool; what was granted stays covered, and what somebody else saved meanwhile is shown before it is lost."""
    actor, row = request.actor, get_pool(request, pk)
    if not can_grant(actor, row):
        raise PermissionDenied(_("Your roles do not allow you to look after this pool."))
    money = actor.may(Action.MONEY, row.unit.path)
    form = _pool_form(request, money=money, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            change_pool(by=actor, pool=row, changes=form.values(), version=form.cleaned_data["version"])
            messages.success(request, _("Saved."))
            return redirect("workloads:pool", pk)
        except ValidationError as problem:
            add_errors(form, problem)
        except StalePool as stale:
            form = _again(form, typed_pool(stale.current, money=money))
    context = {"form": form, "row": row, "cancel_url": reverse("workloads:pool", args=[pk])}
    return render(request, "workloads/pool_form.html", context, status=422 if form.errors else 200)


@require_safe
def order_by(request: PageRequest) -> HttpResponse:
    """What must be ordered, the most urgent first: a panel of other pages, and without scripts a page of its own."""
    found = PoolFilter(request.GET, queryset=reading.visible_pools(request.actor))
    rows = order_by_rows(request.actor, clock.today(), found.qs)
    shown = rows[:ORDERS_SHOWN] if request.htmx else rows
    context = {"orders": tables.order_rows(shown), "more": len(rows) - len(shown), "with_pool": True}
    return render(request, "workloads/capacity_orders.html" if request.htmx else "workloads/orders.html", context)


def get_pool(request: PageRequest, pk: int) -> CapacityPool:
    """A visible pool; 404 for anything else."""
    row = reading.one_pool(request.actor, pk)
    if row is None:
        raise Http404
    return row


def _trail(actor: Actor, row: CapacityPool) -> list[BusinessUnit]:
    """The owner with the units above it; of a pool that another unit offers the owner alone."""
    return list(unit_trail(row.unit)) if actor.may(Action.VIEW, row.unit.path) else [row.unit]


def _spans(rows: list[dict[str, Any]], state: AllocationState) -> list[Span]:
    return [Span(row["quantity"], row["starts_on"], row["ends_on"]) for row in rows if row["state"] == state]


def _may_ask(actor: Actor) -> bool:
    return reading.requestable_workloads(actor).exists()


def _releasable(actor: Actor, rows: list[dict[str, Any]]) -> set[int]:
    """Ids of the allocations whose workload the actor may change, in one statement."""
    open_rows = [row["id"] for row in rows if row["seen"] and row["state"] in ("requested", "granted")]
    found = Allocation.objects.filter(pk__in=open_rows).select_related("initiative__unit")
    return {row.pk for row in found if can_edit(actor, row.initiative)}


def _filter_form(actor: Actor, found: PoolFilter) -> forms.Form:
    """The filter's form with names to choose from instead of numbers to know; before the filter is applied."""
    form: forms.Form = found.form
    units = [(str(row.id), "\u2003" * row.depth + row.name) for row in unit_rows(actor).values()]
    used = reading.visible_pools(actor).exclude(accelerator=None).order_by("accelerator__name")
    kinds = used.values_list("accelerator__key", "accelerator__name").distinct()
    sizes = [("true", _("yes")), ("false", _("no"))]
    named = (("unit", _("Unit"), units), ("accelerator", _("Accelerator"), kinds), ("size_known", _("Size known"), sizes))
    for name, label, choices in named:
        form.fields[name].label, form.fields[name].widget = label, forms.Select(choices=[("", ""), *choices])
    return form


def _pool_form(
    request: PageRequest, *, money: bool, row: CapacityPool | None = None
) -> PoolForm:  # fmt: skip
    units = {unit.pk: unit for unit in units_where(request.actor, Action.CAPACITY).order_by("path")}
    offers = {unit.pk: unit for unit in reading.offerable_units(request.actor)}
    if row is not None and row.offered_to is not None:
        offers.setdefault(row.offered_to.pk, row.offered_to)
    kinds = Accelerator.objects.filter(Q(retired=False) | Q(pk=row.accelerator_id if row else None))
    accelerators = {one.pk: one for one in kinds}
    initial = typed_pool(row, money=money) if row else {}
    return PoolForm(
        request.POST or None, units=units, offers=offers, accelerators=accelerators, money=money, initial=initial
    )  # fmt: skip


def _given(form: PoolForm) -> dict[str, Any]:
    """What was said: an empty amount of money is not written by those who may not see any."""
    return {name: value for name, value in form.values().items() if value not in (None, "")}


def _again(form: PoolForm, current: dict[str, Any]) -> PoolForm:
    """The form as it was typed over the newer version, saying what the other person's is, so that saving again is meant."""
    typed = {**form.data.dict(), "version": str(current["version"])}  # type: ignore[attr-defined]
    fresh = PoolForm(
        typed, units=form.units, offers=form.offers, accelerators=form.accelerators,
        money="cost_per_month" in form.fields, initial=current,
    )  # fmt: skip
    theirs = [
        f"{fresh[name].label}: {current[name] if current[name] not in (None, '') else _('empty')}"
        for name in fresh.changed_data
        if name != "version"
    ]
    fresh.add_error(
        None, _("Somebody else saved meanwhile. Theirs: %s. Save again to put yours in its place.") % "; ".join(theirs)
    )
    return fresh
