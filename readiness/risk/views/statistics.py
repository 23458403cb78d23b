"""Reference statistics: read by everybody, changed by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.rules import Actor
from readiness.risk.forms import ReferenceStatisticForm
from readiness.risk.queries.comparisons import comparisons
from readiness.risk.queries.statistics import beside_own, reference_statistics, register_statistics
from readiness.risk.rules.statistics import StatisticKind
from readiness.risk.services.statistics import may_edit_statistics, update_statistic
from readiness.risk.tables.frame import tabs
from readiness.risk.tables.statistics import class_headline, grouped_rows, rate_chart, ratio, statistic_rows


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """All of them with their sources."""
    rows = statistic_rows(reference_statistics())
    context = {
        "statistics": rows, "tabs": tabs("statistics", _actor(request)), "checked": sum(1 for one in rows if one["row"].verified),
        "may_edit": may_edit_statistics(_actor(request)),
    }  # fmt: skip
    return render(request, "risk/statistics.html", context)


@require_safe
def reference_class(request: HttpRequest) -> HttpResponse:
    """What became of real initiatives elsewhere, and what others have published."""
    rows = register_statistics()
    context = {
        "headline": class_headline(rows), "tabs": tabs("class", _actor(request)),
        "chart": rate_chart(rows), "groups": grouped_rows(rows), "comparisons": comparisons(),
        "cited": statistic_rows(row for row in beside_own() if row.kind == StatisticKind.CITED),
    }  # fmt: skip
    return render(request, "risk/reference_class.html", context)


@require_safe
def statistic_line(request: HttpRequest, key: str) -> HttpResponse:
    """One figure with its source, for a page below that shows its own beside it; opened by itself it leads to all of them."""
    row = get_object_or_404(reference_statistics(), key=key)
    if not getattr(request, "htmx", False):
        return redirect("risk:statistics")
    return render(request, "risk/statistic_line.html", {"row": row, "shown": ratio(row)})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_statistic(request: HttpRequest, key: str) -> HttpResponse:
    """The form of one figure."""
    if not may_edit_statistics(_actor(request)):
        raise PermissionDenied
    statistic = get_object_or_404(reference_statistics(), key=key)
    form = ReferenceStatisticForm(request.POST or None, instance=statistic)
    if request.method == "POST" and form.is_valid():
        update_statistic(by=_actor(request), statistic=statistic, **form.cleaned_data)
        messages.success(request, _("Saved. The change is in the audit trail."))
        return redirect("risk:statistics")
    status = 422 if form.errors else 200
    return render(request, "risk/statistic_form.html", {"form": form, "statistic": statistic}, status=status)
