"""The weekly letter: wanted here, stopped here or by the link in it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from readiness.outlets.forms.letters import LetterForm
from readiness.outlets.models import Letter
from readiness.outlets.services.letters.wanting import owner_behind, stop_by_mark, stop_letter, want_letter
from readiness.outlets.views.access import PageRequest

METHODS = ["GET", "HEAD", "POST"]
MOST = 200  # characters of a mark


@require_http_methods(METHODS)
def letter(request: PageRequest) -> HttpResponse:
    """Whether, when, and about what; and what became of the last one."""
    if "stop" in request.POST:
        stop_letter(by=request.actor)
        messages.success(request, _("Stopped: no more weekly letters."))
        return redirect("outlets:letter")
    standing = Letter.objects.filter(owner=request.user.pk).first()
    initial = {"weekday": standing.weekday, "unit": standing.unit_id} if standing else {}
    form = LetterForm(request.POST or None, actor=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            want_letter(by=request.actor, **form.cleaned_data)
        except PermissionDenied as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Saved: the letter comes at 7:00 in your morning."))
            return redirect("outlets:letter")
    context = {"form": form, "letter": standing, "zone": request.user.time_zone}
    return render(request, "outlets/letter_settings.html", context, status=422 if form.is_bound else 200)


@login_not_required
@require_http_methods(METHODS)
def stop(request: HttpRequest, mark: str) -> HttpResponse:
    """The link in the mail: asks once, stops it, and needs no signing in. Nothing changes by only opening it."""
    if len(mark) > MOST or owner_behind(mark) is None:
        raise Http404
    stopped = request.method == "POST" and stop_by_mark(mark)
    return render(request, "outlets/letter_stop.html", {"stopped": stopped})
