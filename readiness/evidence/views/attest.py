"""Attesting: a person says what was measured, and shows the file."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.evidence.forms.attest import AttestForm
from readiness.evidence.forms.shapes import units_by_metric
from readiness.evidence.forms.subject import Subjects
from readiness.evidence.services.attestations import attest as vouch
from readiness.evidence.tables.frame import tabs
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.bringing import may_bring, start
from readiness.workloads.queries.catalogue import accelerators

MEGABYTE = 2**20


@require_http_methods(["GET", "POST"])
def attest(request: PageRequest) -> HttpResponse:
    """One figure with its file; it is evidence of its own kind, and shown as such."""
    subjects = Subjects(request.actor, Action.BRING)
    allowed = may_bring(request, subjects)
    if request.method == "POST" and not allowed:
        raise PermissionDenied(_("You may not bring evidence in: there is nothing of yours that it could be about."))
    first = start(request, subjects) | {"who": request.actor.label}
    form = AttestForm(
        request.POST or None, request.FILES or None, subjects=subjects,
        accelerators=accelerators().values_list("name", flat=True), initial=first,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = vouch(by=request.actor, now=clock.now(), **form.values())
        except ValidationError as problem:
            form.objections(problem)
        else:
            messages.success(request, _("It is evidence now, attested by %s.") % form.cleaned_data["who"])
            return redirect("evidence:delivery", made.pk)
    context = {
        "tabs": tabs("upload"), "form": form, "units": units_by_metric(), "may_bring": allowed,
        "limit": settings.EVIDENCE_MAX_BYTES // MEGABYTE, "cancel_url": reverse("evidence:upload"),
    }  # fmt: skip
    return render(request, "evidence/attest.html", context, status=422 if form.errors else 200)
