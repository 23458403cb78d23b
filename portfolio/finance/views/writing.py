"""Forms of lines, commitments, rates and settings: each page shows one form, saves, and goes back to where the amount stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.finance.filters import RateFilter
from portfolio.finance.forms.amounts import CommitmentForm, LineForm, RateForm, SettingsForm, Versioned
from portfolio.finance.queries.lists import rate_rows, visible_rates
from portfolio.finance.queries.rates import settings_now
from portfolio.finance.services import commitments, lines, rates
from portfolio.finance.services.access import Stale, can_configure, require_configure
from portfolio.finance.views.access import (
    PageRequest,
    get_commitment,
    get_holder,
    get_line,
    get_rate,
    require_money,
)
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.queries.lists import page_number, page_of
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value


@require_http_methods(["GET", "POST"])
def line_new(request: PageRequest, of: str, pk: int) -> HttpResponse:
    """Say what is planned or was spent."""
    holder, year = get_holder(request, of, pk), clock.today().year
    start = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31", "currency": settings_now().reporting_currency}
    form = LineForm(request.POST or None, initial=start)
    return _page(
        request, form, lambda: lines.add_line(by=request.actor, **holder, **form.values()), title=_("New budget line"),
        back=_of(holder.get("initiative"), holder.get("unit")),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def line_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a line; what somebody else saved meanwhile is said before it is lost."""
    row = get_line(request, pk)
    form = LineForm(request.POST or None, initial=_typed(row, lines.LINE_FIELDS))
    return _page(
        request, form,
        lambda: lines.change_line(by=request.actor, line=row, changes=form.values(), version=form.cleaned_data["version"]),
        title=_("Change a budget line"), back=_of(row.initiative, row.unit), remove=reverse("finance:line_remove", args=[pk]),
    )  # fmt: skip


@require_POST
def line_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take a line away."""
    row = get_line(request, pk)
    lines.remove_line(by=request.actor, line=row)
    messages.success(request, _("The line is gone. The audit trail keeps it."))
    return redirect(_of(row.initiative, row.unit))


@require_http_methods(["GET", "POST"])
def commitment_new(request: PageRequest, of: str, pk: int) -> HttpResponse:
    """Say what will have to be paid."""
    holder = get_holder(request, of, pk)
    form = CommitmentForm(request.POST or None, initial={"currency": settings_now().reporting_currency})
    return _page(
        request, form, lambda: commitments.add_commitment(by=request.actor, **holder, **form.values()),
        title=_("New commitment"), back=_of(holder.get("initiative"), holder.get("unit")),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def commitment_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a declared commitment; those of purchases follow their purchase."""
    row = get_commitment(request, pk)
    form = CommitmentForm(request.POST or None, initial=_typed(row, commitments.COMMITMENT_FIELDS))
    write = commitments.change_commitment
    return _page(
        request, form,
        lambda: write(by=request.actor, commitment=row, changes=form.values(), version=form.cleaned_data["version"]),
        title=_("Change a commitment"), back=_of(row.initiative, row.unit),
        remove=reverse("finance:commitment_remove", args=[pk]) if row.source == "declared" else "",
    )  # fmt: skip


@require_POST
def commitment_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take a declared commitment away."""
    row = get_commitment(request, pk)
    try:
        commitments.remove_commitment(by=request.actor, commitment=row)
        messages.success(request, _("The commitment is gone. The audit trail keeps it."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect(_of(row.initiative, row.unit))


@require_safe
def rate_list(request: PageRequest) -> HttpResponse:
    """Rates, the newest first, and how money is counted."""
    require_money(request)
    found = RateFilter(request.GET, queryset=visible_rates(request.actor))
    page = page_of(rate_rows(found.qs).order_by("-effective_on", "currency", "id"), page_number(request.GET.get("page", "")))
    context = {
        "rows": page.rows, "settings": settings_now(), "may_configure": can_configure(request.actor), "form": found.form,
        "first": page.first, "last": page.last, "filtered": any(request.GET.values()),
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
    }  # fmt: skip
    return render(request, "finance/rates.html", context)


@require_http_methods(["GET", "POST"])
def rate_new(request: PageRequest) -> HttpResponse:
    """Say what one unit of a currency is worth from a day on."""
    require_configure(request.actor)
    form = RateForm(request.POST or None, reporting=settings_now().reporting_currency, initial={"effective_on": clock.today()})
    return _page(
        request, form, lambda: rates.set_rate(by=request.actor, **form.values()), title=_("New rate"),
        back=reverse("finance:rates"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def rate_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a rate."""
    row = get_rate(request, pk)
    form = RateForm(
        request.POST or None, reporting=row.reporting_currency, fixed=True, initial=_typed(row, rates.RATE_FIELDS)
    )  # fmt: skip
    return _page(
        request, form,
        lambda: rates.change_rate(by=request.actor, rate=row, changes=form.values(), version=form.cleaned_data["version"]),
        title=_("Rate of %s") % row.currency, back=reverse("finance:rates"), remove=reverse("finance:rate_remove", args=[pk]),
    )  # fmt: skip


@require_POST
def rate_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take a rate away; amounts that stood on it take the one before, or become unknown."""
    rates.remove_rate(by=request.actor, rate=get_rate(request, pk))
    messages.success(request, _("The rate is gone. The audit trail keeps it."))
    return redirect("finance:rates")


@require_http_methods(["GET", "POST"])
def settings_edit(request: PageRequest) -> HttpResponse:
    """How money is counted everywhere."""
    require_configure(request.actor)
    row = settings_now()
    shares = {name: getattr(row, name) * 100 for name in ("band_low", "band_high", "marker")}
    form = SettingsForm(request.POST or None, initial=_typed(row, rates.SETTINGS_FIELDS) | shares)
    return _page(
        request, form,
        lambda: rates.change_settings(by=request.actor, changes=form.values(), version=form.cleaned_data["version"]),
        title=_("How money is counted"), back=reverse("finance:rates"),
    )  # fmt: skip


def _page(
    request: PageRequest, form: Versioned, act: Callable[[], Any], *, title: str, back: str, remove: str = ""
) -> HttpResponse:  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as problem:
            add_errors(form, problem)
        except Stale as stale:
            text = _("Somebody else saved meanwhile. Look at it again, then save to put yours in its place.")
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(stale.current.version)  # type: ignore[index]
            form.add_error(None, text)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "title": title, "cancel_url": back, "remove_url": remove}
    return render(request, "finance/form.html", context, status=422 if form.errors else 200)


def _typed(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*names, "version")}


def _of(initiative: Any, unit: Any) -> str:
    """The page of whom an amount belongs to."""
    if initiative is not None:
        return reverse("finance:initiative", args=[initiative.pk])
    return reverse("finance:unit", args=[unit.pk])
