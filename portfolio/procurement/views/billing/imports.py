"""Bills on their way in: the list, the upload, the page of one import, publishing and withdrawing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.lists import page_number, page_of
from portfolio.initiatives.queries.pickers import unit_options
from portfolio.kit import clock
from portfolio.procurement.choices import UNDERWAY, BillingState
from portfolio.procurement.forms.billing import BillForm, ReasonForm
from portfolio.procurement.models import BillingImport
from portfolio.procurement.queries.billing import imports as reading
from portfolio.procurement.queries.pickers import units_for
from portfolio.procurement.services.billing.publishing import publish as publish_now
from portfolio.procurement.services.billing.publishing import withdraw as withdraw_now
from portfolio.procurement.services.billing.uploads import upload_bill
from portfolio.procurement.tables import billing as tables
from portfolio.procurement.tables.frame import tabs
from portfolio.procurement.views.access import PageRequest
from portfolio.procurement.views.editing import step_page
from portfolio.procurement.views.purchases import paging


@require_safe
def imports(request: PageRequest) -> HttpResponse:
    """Every visible import with what came of it."""
    actor = request.actor
    page = page_of(reading.import_rows(actor), page_number(request.GET.get("page", "")))
    rows = tables.import_rows(page.rows)
    context = {
        "rows": rows, "tabs": tabs("billing"), "sections": tables.sections("billing"), "live": any(r["underway"] for r in rows),
        "may_bring": actor.may_somewhere(Action.BILLING), **paging(request, page),
    }  # fmt: skip
    return render(request, "procurement/billing/imports.html", context)


@require_http_methods(["GET", "POST"])
def upload(request: PageRequest) -> HttpResponse:
    """A file is kept, looked at, and read by a worker; the same file again leads to its import."""
    units = units_for(request.actor, Action.BILLING)
    if not units:
        raise PermissionDenied(_("Procurement officers, finance and administrators bring bills in."))
    form = BillForm(request.POST or None, request.FILES or None, units=unit_options(units))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row, new = upload_bill(by=request.actor, **said | {"unit": units[int(said["unit"])]})
            known = _("This file was brought in before; nothing changed.")
            messages.success(request, _("The file is being read.") if new else known)
            return redirect("procurement:billing_import", pk=row.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    context = {
        "form": form, "tabs": tabs("billing"), "sections": tables.sections("billing"),
        "limit": settings.BILLING_MAX_BYTES // 2**20,
    }  # fmt: skip
    return render(request, "procurement/billing/upload.html", context, status=422 if form.errors else 200)


@require_safe
def one(request: PageRequest, pk: int) -> HttpResponse:
    """One import: how far it is, what it holds, what was refused and why, which billing periods it stands for."""
    actor, row = request.actor, get_import(request, pk)
    periods = list(reading.periods_of(row)[:100])
    live = sum(period.live for period in periods)
    replaced = list(reading.replaced_by(row)[:100])
    money = actor.may(Action.MONEY, row.unit.path)
    may = actor.may(Action.BILLING, row.unit.path)
    context: dict[str, Any] = {
        "row": row, "periods": periods, "replaced": replaced, "money": money,
        "state_words": tables.state_words(row.state, live, len(periods) - live), "underway": row.state in UNDERWAY,
        "stopped": reading.stopped(row) if row.state in (*UNDERWAY, BillingState.STAGED) else "",
        "layout": tables.layout({"layout": row.layout, "layout_version": row.layout_version}),
        "refusals": tables.refusals(row.refusals), "rejects": tables.refusals(reading.rejects_of(actor, row)),
        "refused_billed": row.refused_billed if money else {}, "may_publish": may and row.state == BillingState.STAGED,
        "may_withdraw": may and row.state in (BillingState.STAGED, BillingState.PUBLISHED), "percent": round(row.progress * 100),
        "tabs": tabs("billing"), "history_url": reverse("activity:history", args=["procurement_billingimport", pk]),
        "crumbs": [{"label": _("Bills"), "url": reverse("procurement:billing")}],
    }  # fmt: skip
    return render(request, "procurement/billing/import.html", context)


@require_http_methods(["GET", "POST"])
def publish(request: PageRequest, pk: int) -> HttpResponse:
    row = _editable(request, pk)

    def save(_filled: forms.Form) -> object:
        return publish_now(by=request.actor, billing_import=row, now=clock.now())

    return step_page(
        request, forms.Form(request.POST or None), save, title=_("Let this bill count?"), submit=_("Publish"), text=row.file_name,
        back=reverse("procurement:billing_import", args=[pk]),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: PageRequest, pk: int) -> HttpResponse:
    row = _editable(request, pk)

    def save(filled: forms.Form) -> object:
        said = filled.cleaned_data
        return withdraw_now(
            by=request.actor, billing_import=row, reason=said["reason"], now=clock.now(), version=said["version"]
        )  # fmt: skip

    return step_page(
        request, ReasonForm(request.POST or None, initial={"version": row.version}), save, title=_("Withdraw this bill?"),
        submit=_("Withdraw"), danger=True, back=reverse("procurement:billing_import", args=[pk]),
        text=_("Its amounts leave the totals. What it had taken the place of counts again."),
    )  # fmt: skip


def get_import(request: PageRequest, pk: int) -> BillingImport:
    return get_object_or_404(reading.visible_imports(request.actor).select_related("unit", "started_by"), pk=pk)


def _editable(request: PageRequest, pk: int) -> BillingImport:
    row = get_import(request, pk)
    if not request.actor.may(Action.BILLING, row.unit.path):
        raise PermissionDenied(_("Procurement officers, finance and administrators of this unit look after its bills."))
    return row
