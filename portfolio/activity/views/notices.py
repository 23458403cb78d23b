"""What a person should see: the panel on Today, the list of all, marking as read, and how one wants to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.activity import queries
from portfolio.activity.choices import KIND_LABELS, How, NoticeKind
from portfolio.activity.filters import NoticeFilter
from portfolio.activity.forms import PreferencesForm
from portfolio.activity.services.notices import read_all_notices, read_notice
from portfolio.activity.services.preferences import set_preferences
from portfolio.activity.views.access import PageRequest

SHOWN = 20
PER_PAGE = 50


@require_safe
def notices(request: PageRequest) -> HttpResponse:
    """The panel of what is unread; as a page everything, with filters."""
    if request.htmx and request.htmx.target != "results":
        return _panel(request)
    found = NoticeFilter(request.GET, queryset=queries.notices(request.actor))
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(notice, KIND_LABELS[NoticeKind(notice.kind)]) for notice in page]
    context = {"filter_form": found.form, "page": page, "rows": rows, "unread": queries.unread_notices(request.actor).count()}
    return render(request, "activity/notices.html", context)


@require_POST
def read(request: PageRequest, pk: int) -> HttpResponse:
    """Mark one notice as read; `open` leads on to what it is about."""
    notice = get_object_or_404(queries.notices(request.actor), pk=pk)
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
    return _panel(request) if request.htmx else redirect("activity:notices")


def _panel(request: PageRequest) -> HttpResponse:
    found = list(queries.unread_notices(request.actor)[: SHOWN + 1])
    return render(request, "activity/notices_panel.html", {"notices": found[:SHOWN], "more": len(found) > SHOWN})


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: PageRequest) -> HttpResponse:
    """How the reader wants to be told of each kind; one button stops every mail."""
    form = PreferencesForm(request.POST or None, initial=_named(queries.preferences(request.actor)))
    if "stop" in request.POST:
        set_preferences(by=request.actor, wanted=dict.fromkeys(NoticeKind, How.PORTAL))
        messages.success(request, _("No more mails: what happens is shown in the portal only."))
        return redirect("activity:notice-settings")
    if request.method == "POST" and form.is_valid():
        set_preferences(by=request.actor, wanted={NoticeKind(kind): How(how) for kind, how in form.cleaned_data.items()})
        messages.success(request, _("Saved. It holds for what happens from now on."))
        return redirect("activity:notice-settings")
    context = {"form": form, "zone": request.user.time_zone}
    return render(request, "activity/notice_settings.html", context, status=422 if form.is_bound else 200)


def _named(chosen: dict[NoticeKind, How]) -> dict[str, Any]:
    return {str(kind): str(how) for kind, how in chosen.items()}
