"""Taking a run out of what decides, and putting it back, each time with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portfolio.initiatives.forms.fields import add_errors
from readiness.evidence.forms.set_aside import SetAsideForm
from readiness.evidence.services import set_aside as service
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.runs import get_run


@require_http_methods(["GET", "POST"])
def set_aside(request: PageRequest, pk: int) -> HttpResponse:
    """One page for both ways: what it does follows from how the run stands."""
    row = get_run(request, pk)
    if not service.may_set_aside(request.actor, row):
        raise PermissionDenied(_("You may not say what counts here."))
    back = service.is_aside(row)
    form = SetAsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verb = service.restore if back else service.set_aside
        try:
            verb(by=request.actor, run=row, reason=form.cleaned_data["reason"])
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(
                request, _("It may decide again.") if back else _("It is set aside; verdicts that stood on it are judged anew.")
            )
            return redirect("evidence:run", row.pk)
    context = {"row": row, "back": back, "form": form, "run_url": reverse("evidence:run", args=[row.pk])}
    return render(request, "evidence/set_aside.html", context, status=422 if form.errors else 200)
