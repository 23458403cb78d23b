"""Reference statistics: read by everybody, changed by administrators."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.rules import Actor
from portfolio.kit.templatetags.ui_text import interval, percent
from readiness.risk.forms import ReferenceStatisticForm
from readiness.risk.models import ReferenceStatistic
from readiness.risk.queries.statistics import reference_statistics
from readiness.risk.services.statistics import may_edit_statistics, update_statistic


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _ratio(row: ReferenceStatistic) -> str:
    """`46 %`, or `70-80 %` where a range was published."""
    if row.low is not None and row.high is not None:
        return interval(100 * row.low, 100 * row.high, "%")
    return percent(row.value, 1)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """All of them with their sources."""
    rows = list(reference_statistics())
    for row in rows:
        row.shown = _ratio(row)  # type: ignore[attr-defined]
    context = {
        "statistics": rows,
        "checked": sum(1 for row in rows if row.verified),
        "may_edit": may_edit_statistics(_actor(request)),
    }
    return render(request, "risk/statistics.html", context)


@require_safe
def statistic_line(request: HttpRequest, key: str) -> HttpResponse:
    """One figure with its source, for a page below that shows its own beside it; opened by itself it leads to all of them."""
    row = get_object_or_404(reference_statistics(), key=key)
    if not getattr(request, "htmx", False):
        return redirect("risk:statistics")
    return render(request, "risk/statistic_line.html", {"row": row, "shown": _ratio(row)})


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
