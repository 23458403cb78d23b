"""Packs and the minutes as files: making, sending, and giving out the variant that the reader may open."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from readiness.meetings.choices import ENDED, PRINTED, Variant
from readiness.meetings.models import Pack
from readiness.meetings.queries import packs as queries
from readiness.meetings.services.packs.making import make_pack, print_again
from readiness.meetings.services.packs.sending import send_pack
from readiness.meetings.services.rights import can_hold
from readiness.meetings.tables.packs import version_rows
from readiness.meetings.views.access import PageRequest, done, get_meeting, get_meeting_for
from readiness.meetings.views.planning import METHODS, confirm

MOST = 10


@require_safe
def packs(request: PageRequest, pk: int) -> HttpResponse:
    """All versions with their digests; a panel of the meeting's page, which looks again while something is printed."""
    row = get_meeting(request, pk)
    found = queries.versions(row)[:MOST]
    known: dict[tuple[int, ...], frozenset[Variant]] = {}
    for one in found:
        reviews = tuple(one.any.reviews)
        known[reviews] = known[reviews] if reviews in known else queries.opened_to(request.actor, reviews)
    holds = can_hold(request.actor, row) and row.state not in ENDED
    context = {
        "meeting": row,
        "versions": version_rows(found, {one.number: known[tuple(one.any.reviews)] for one in found}),
        "holds": holds,
        "waiting": any(one.waiting for one in found),
        "url": request.path,
    }
    return render(request, "meetings/packs_panel.html" if request.htmx else "meetings/packs.html", context)


@require_POST
def make(request: PageRequest, pk: int) -> HttpResponse:
    row = get_meeting_for(request, pk, can_hold)
    return done(
        request, _page(pk), make_pack, meeting=row, says=_("Everything is frozen as it is now; the pack is being printed.")
    )


@require_POST
def again(request: PageRequest, pk: int, number: int) -> HttpResponse:
    row = get_meeting_for(request, pk, can_hold)
    return done(request, _page(pk), print_again, meeting=row, number=number, says=_("It is printed again."))


@require_http_methods(METHODS)
def send(request: PageRequest, pk: int, number: int) -> HttpResponse:
    """Asks once: from then on it stays as it is."""
    row = get_meeting_for(request, pk, can_hold)
    if request.method == "POST":
        says = _("The pack is sent: decisions name its digests from now on.")
        return done(request, _page(pk), send_pack, meeting=row, number=number, says=says)
    count = row.invitees.count()
    mailed = ngettext("%d invited person is told", "%d invited people are told", count) % count
    text = _("%s where it is, each the variant that they may open. It stays as it is; a change is a new version.") % mailed
    return confirm(request, _("Send pack %d") % number, text, _("Send it"), _page(pk))


@require_safe
def file(request: PageRequest, pk: int, number: int) -> HttpResponseBase:
    """With money for who may see the money of all initiatives in it, else the other; `?variant=plain` asks for that one."""
    row = get_meeting(request, pk)
    found = queries.version(row, number)
    if found is None or not found.printed:
        raise Http404
    opened = queries.opened_to(request.actor, found.any.reviews)
    if not opened:
        raise PermissionDenied(_("This pack holds initiatives that you do not see."))
    wanted = request.GET.get("variant", "")
    chosen = Variant(wanted) if wanted in opened else queries.best(opened)
    assert chosen is not None
    pack = found.packs[chosen]
    return _given(pack, f"pack-{pk}-{number}-{'with' if chosen is Variant.MONEY else 'without'}-money.pdf")


@require_safe
def minutes_pdf(request: PageRequest, pk: int) -> HttpResponseBase:
    """For who sees every initiative in them, as the text that was hashed."""
    row = get_meeting(request, pk)
    found = queries.minutes_file(row)
    if found is not None and found.reviews and not queries.opened_to(request.actor, found.reviews):
        raise Http404
    if found is None or found.state not in PRINTED:
        messages.info(request, _("The PDF is still being printed. Try again in a moment."))
        return redirect("meetings:minutes", pk)
    return _given(found, f"minutes-{pk}.pdf")


def _given(pack: Pack, name: str) -> FileResponse:
    """As a download only; the digest is of exactly these bytes."""
    try:
        content = default_storage.open(pack.stored_as, "rb")
    except FileNotFoundError as lost:
        raise Http404 from lost
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")
    response["X-Content-SHA256"] = pack.sha256
    return response


def _page(pk: int) -> str:
    return reverse("meetings:packs", args=[pk])
