"""The comparison of a minute: every model of the task within the compute that was decided, APIs beside hosted ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from readiness.sizing.models import SizingOption
from readiness.sizing.queries.live import live_of
from readiness.sizing.queries.setting import Setting
from readiness.sizing.rules.drafts import Draft
from readiness.sizing.rules.live import Live
from readiness.sizing.rules.swap import Swapped, decided, draft_with, swapped
from readiness.sizing.services.options import add_option, choose_option
from readiness.sizing.tables.models import model_rows, sorted_rows
from readiness.sizing.views.access import PageRequest, get_editable_setting, get_setting, may_change
from readiness.workloads.models import Accelerator, CapacityPool, CatalogueModel
from readiness.workloads.tables.frame import frame


@require_safe
def models(request: PageRequest, pk: int) -> HttpResponse:
    """One table: does it fit, how many, what does it cost, how well do we know."""
    seen = get_setting(request, pk)
    now = live_of(seen, {})
    base, rows = _swapped(seen, now)
    shown = sorted_rows(model_rows(rows, now.demand), request.GET.get("sort", ""))
    currencies = sorted({row["currency"] for row in shown if row["month"] and row["currency"]})
    context = frame(seen.workload, "sizing") | {
        "base": base,
        "rows": shown,
        "currencies": currencies if len(currencies) > 1 else [],
        "may_edit": may_change(request, seen),
        "per_unit": _("Per request") if now.demand.task == "classic" else _("Per million tokens"),
    }
    return render(request, "sizing/models.html", context)


@require_POST
def model_use(request: PageRequest, pk: int) -> HttpResponse:
    """Go with a model of the comparison: the option that is exactly that, or a new one, becomes the chosen one."""
    seen = get_editable_setting(request, pk)
    model = next((row for row in seen.models if row["key"] == request.POST.get("model")), None)
    now = live_of(seen, {})
    base = decided(seen.drafts, [one.draft for one in now.others.values()])
    draft = draft_with(model, base, now.demand) if model is not None else None
    if draft is None:
        raise Http404
    try:
        option = _stored(request, seen, draft)
        choose_option(by=request.actor, option=option)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect(reverse("sizing:models", args=[pk]))
    messages.success(request, _("%s is chosen.") % option.label)
    return redirect(f"{reverse('sizing:workload', args=[pk])}?option={option.pk}")


def _swapped(seen: Setting, now: Live) -> tuple[Draft | None, list[Swapped]]:
    base = decided(seen.drafts, [one.draft for one in now.others.values()])
    chosen = next((draft for draft in seen.drafts if draft.chosen), None)
    return base, swapped(base, now.demand, seen.models, chosen=chosen, money=seen.money)


def _stored(request: PageRequest, seen: Setting, draft: Draft) -> SizingOption:
    """The option that says the same, else a new one."""
    for held in seen.drafts:
        if _facts(held) == _facts(draft) and held.pk is not None:
            return SizingOption.objects.get(pk=held.pk)
    values: dict[str, Any] = {
        "approach": draft.approach, "accelerators": draft.accelerators, "precision": draft.precision,
        "kv_precision": draft.kv_precision, "software": draft.software, "utilisation": draft.utilisation,
        "max_num_seqs": draft.max_num_seqs, "replica_availability": draft.replica_availability,
        "model": CatalogueModel.objects.get(pk=draft.model["id"]) if draft.model else None,
        "accelerator": Accelerator.objects.get(pk=draft.accelerator["id"]) if draft.accelerator else None,
        "pool": CapacityPool.objects.get(pk=draft.pool["id"]) if draft.pool else None,
    }  # fmt: skip
    return add_option(by=request.actor, workload=seen.workload, **values)


def _facts(draft: Draft) -> tuple[object, ...]:
    model, kind, pool = (row["id"] if row else None for row in (draft.model, draft.accelerator, draft.pool))
    return draft.approach, model, kind, pool, draft.accelerators, draft.precision
