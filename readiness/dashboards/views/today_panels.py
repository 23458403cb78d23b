"""Panels of Today that load by themselves: the next gate meetings, and what the reader's roles look after."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from readiness.dashboards.queries.desk import desk as desk_of
from readiness.dashboards.queries.desk import has_desk
from readiness.dashboards.tables.desk import desk_rows
from readiness.dashboards.views.access import PageRequest
from readiness.meetings.queries.meetings import coming

SHOWN = 4


@require_safe
def meetings(request: PageRequest) -> HttpResponse:
    """The next ones that the reader may see; without scripts the list of all of them."""
    if not request.htmx:
        return redirect("meetings:list")
    rows = list(coming(request.actor)[: SHOWN + 1])
    return render(request, "dashboards/panels/meetings.html", {"rows": rows[:SHOWN], "more": len(rows) > SHOWN})


@require_safe
def desk(request: PageRequest) -> HttpResponse:
    """For those who buy, keep the books, audit or administer."""
    if not has_desk(request.actor):
        raise PermissionDenied(_("None of your roles has such a desk."))
    context = {"rows": desk_rows(desk_of(request.actor, clock.today())), "title": _("On your desk")}
    panel = "dashboards/panels/desk.html"
    if request.htmx:
        return render(request, panel, context)
    return render(request, "dashboards/panel_page.html", context | {"panel": panel, "back": "/today/", "back_label": _("Today")})
