"""Background work: is it moving, and what failed for good."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portfolio.accounts import services
from portfolio.accounts.views.access import PageRequest, page_of, require_administrator
from portfolio.outbox.queries import beat_age_s, dead_letters, oldest_unclaimed_s


@require_safe
def queue(request: PageRequest) -> HttpResponse:
    """Age of the oldest unclaimed job, of the last beat, and the dead letters with their reasons."""
    require_administrator(request, everywhere=True)
    page = page_of(dead_letters(), request)
    beat = beat_age_s("beat")
    figures = [
        {
            "label": _("Oldest job that waits"),
            "value": round(oldest_unclaimed_s(), 1),
            "unit": "s",
            "note": _("Rows that could run and that no worker has taken; it should stay below a minute."),
        },
        {
            "label": _("Last beat"),
            "value": None if beat is None else round(beat, 1),
            "unit": _("s ago"),
            "note": _("When the scheduler last reported; unknown until it has done so once."),
        },
        {"label": _("Failed for good"), "value": page.paginator.count},
    ]
    return render(request, "accounts/queue.html", {"page": page, "figures": figures})


@require_POST
def revive(request: PageRequest, pk: int) -> HttpResponse:
    """Give one dead letter a fresh set of attempts."""
    require_administrator(request, everywhere=True)
    if services.revive_job(by=request.actor, job_id=pk):
        messages.success(request, _("Job %(number)d runs again.") % {"number": pk})
    else:
        messages.info(request, _("Job %(number)d is not among the failed ones any more.") % {"number": pk})
    return redirect("accounts:queue")
