"""A person's calendar address, and what calendar programs get there."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from readiness.meetings.queries.calendars import feed_of
from readiness.meetings.services.calendars import new_calendar, read_calendar, revoke_calendar
from readiness.meetings.views.access import PageRequest

MOST = 100  # characters of a secret


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: PageRequest) -> HttpResponse:
    """What the address is, and a new one: shown in this answer and never again."""
    secret = new_calendar(by=request.actor) if request.method == "POST" else ""
    address = settings.BASE_URL.rstrip("/") + reverse("meetings:feed", args=[secret]) if secret else ""
    context = {"address": address, "feed": feed_of(request.user.pk)}
    return render(request, "meetings/calendar.html", context)


@require_POST
def revoke(request: PageRequest) -> HttpResponse:
    """The address opens nothing more."""
    if revoke_calendar(by=request.actor):
        messages.success(request, _("The address opens nothing any more."))
    return redirect("meetings:calendar")


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind the address. Whoever guesses learns nothing: every other answer is the same 404."""
    content = read_calendar(secret) if len(secret) <= MOST else None
    if content is None:
        raise Http404
    headers = {"Content-Disposition": 'inline; filename="meetings.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
