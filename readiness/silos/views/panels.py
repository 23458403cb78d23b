"""What pages of other slices load: findings about an initiative's purchases, and what pays for a pool."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.forms.fields import add_errors
from portfolio.procurement.models import Purchase
from readiness.silos.forms.judging import PoolPurchaseForm
from readiness.silos.queries import findings as reading
from readiness.silos.queries.bills import unmapped_services
from readiness.silos.queries.picking import linked, offered
from readiness.silos.services.tuning import can_link, link_purchase, unlink_purchase
from readiness.silos.views.access import PageRequest, get_initiative, get_pool
from readiness.silos.views.listing import dressed

SHOWN = 8


@require_safe
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """Findings about purchases that serve the initiative: a panel, and without scripts a page."""
    actor, row = request.actor, get_initiative(request, pk)
    found = reading.worked_on(reading.of_initiative(actor, pk))
    rows = list(reading.ordered(reading.finding_rows(actor, found), "")[: SHOWN + 1])
    context = {"initiative": row, "rows": dressed(actor, rows[:SHOWN]), "more": len(rows) > SHOWN,
               "money": actor.may_somewhere(Action.MONEY), "looked": reading.newest_run(demo=row.demo)}  # fmt: skip
    return render(request, "silos/initiative_panel.html" if request.htmx else "silos/initiative.html", context)


@require_safe
def today(request: PageRequest) -> HttpResponse:
    """Open findings that the reader judges, the newest first, and what nobody could judge: a panel of Today, and without
    scripts the list."""
    if not request.htmx:
        return redirect(f"{reverse('silos:findings')}?state=open")
    found = reading.to_judge(request.actor)
    rows = list(reading.finding_rows(request.actor, found).order_by("-opened_at", "-id")[: SHOWN + 1])
    context = {"rows": dressed(request.actor, rows[:SHOWN]), "more": len(rows) > SHOWN,
               "unmapped": unmapped_services(request.actor)}  # fmt: skip
    return render(request, "silos/today_panel.html", context)


@require_http_methods(["GET", "POST"])
def pool(request: PageRequest, pk: int) -> HttpResponse:
    """Which purchases pay for a pool, so that what stands idle has a price."""
    actor, row = request.actor, get_pool(request, pk)
    if not can_link(actor, row):
        raise PermissionDenied(_("Only those who look after the pool or buy for its unit may do that."))
    form = PoolPurchaseForm(request.POST or None, purchases=offered(actor, row))
    if request.method == "POST" and form.is_valid():
        try:
            link_purchase(by=actor, pool=row, purchase=_purchase(request, int(form.cleaned_data["purchase"])))
            messages.success(request, _("Saved."))
            return redirect("silos:pool", pk)
        except ValidationError as problem:
            add_errors(form, problem)
    context = {"pool": row, "form": form, "linked": linked(actor, row)}
    return render(request, "silos/pool.html", context, status=422 if form.errors else 200)


@require_POST
def unlink(request: PageRequest, pk: int, purchase: int) -> HttpResponse:
    unlink_purchase(by=request.actor, pool=get_pool(request, pk), purchase=_purchase(request, purchase))
    messages.success(request, _("Saved."))
    return redirect("silos:pool", pk)


def _purchase(request: PageRequest, pk: int) -> Purchase:
    row: Purchase = get_object_or_404(Purchase.objects.visible_to(request.actor), pk=pk)
    return row
