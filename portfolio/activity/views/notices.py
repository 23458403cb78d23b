"""What a person should see: the panel on Today, and marking it as read."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portfolio.activity import queries
from portfolio.activity.models import Notice
from portfolio.activity.services.notices import read_all_notices, read_notice
from portfolio.activity.views.access import PageRequest

SHOWN = 20


@require_safe
def notices(request: PageRequest) -> HttpResponse:
    """The reader's unread notices."""
    found = list(queries.unread_notices(request.actor)[: SHOWN + 1])
    context = {"notices": found[:SHOWN], "more": len(found) > SHOWN}
    return render(request, "activity/notices_panel.html" if request.htmx else "activity/notices.html", context)


@require_POST
def read(request: PageRequest, pk: int) -> HttpResponse:
    """Mark one notice as read; `open` leads on to what it is about."""
    notice = get_object_or_404(Notice, pk=pk, user_id=request.actor.user_id)
    read_notice(by=request.actor, notice=notice)
    if "open" in request.POST and url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()}):
        return redirect(notice.url)
    return notices_again(request)


@require_POST
def read_all(request: PageRequest) -> HttpResponse:
    """Mark everything as read."""
    read_all_notices(by=request.actor)
    return notices_again(request)


def notices_again(request: PageRequest) -> HttpResponse:
    """The panel where a script asked for it, else the page."""
    if not request.htmx:
        return redirect("activity:notices")
    found = list(queries.unread_notices(request.actor)[: SHOWN + 1])
    return render(request, "activity/notices_panel.html", {"notices": found[:SHOWN], "more": len(found) > SHOWN})
