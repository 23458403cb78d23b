"""The rules with their definitions and figures, tuning them, and the last runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.initiatives.forms.fields import add_errors
from readiness.silos.choices import DEFINITIONS, FindingKind
from readiness.silos.forms.judging import RuleForm
from readiness.silos.queries.runs import last_runs
from readiness.silos.queries.tuning import settings_now, written
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.tuning import KNOBS, as_written
from readiness.silos.services.tuning import StaleSetting, can_tune, tune
from readiness.silos.tables import words
from readiness.silos.tables.frame import tabs
from readiness.silos.views.access import PageRequest

RUNS_SHOWN = 10


@require_safe
def rules(request: PageRequest) -> HttpResponse:
    """What each rule calls a finding, by which figures, and what the last runs found and could not judge."""
    settings, may_tune = settings_now(), can_tune(request.actor)
    context = {
        "rules": [_rule(kind, settings) for kind in FindingKind], "may_tune": may_tune, "tabs": tabs("rules"),
        "runs": last_runs(demo=request.actor.showing_demo, most=RUNS_SHOWN),
    }  # fmt: skip
    return render(request, "silos/rules.html", context)


@require_http_methods(["GET", "POST"])
def rule(request: PageRequest, kind: str) -> HttpResponse:
    """Tune one rule; findings are looked for again at once."""
    if kind not in set(FindingKind):
        raise Http404
    if not can_tune(request.actor):
        raise PermissionDenied(_("Only those who judge silos for the whole organisation may tune the rules."))
    now = written(kind)
    form = RuleForm(request.POST or None, kind=FindingKind(kind), written=now.values, initial={"version": now.version})
    if request.method == "POST" and form.is_valid():
        try:
            tune(by=request.actor, kind=FindingKind(kind), values=form.values(), version=form.cleaned_data["version"])
            messages.success(request, _("Saved. Findings are looked for again now."))
            return redirect(f"{reverse('silos:rules')}#{kind}")
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleSetting:
            form.add_error(None, _("Somebody else tuned this rule meanwhile. Look at it again before you save."))
    context = {"form": form, "rule": _rule(FindingKind(kind), settings_now()), "cancel_url": reverse("silos:rules")}
    return render(request, "silos/rule.html", context, status=422 if form.errors else 200)


def _rule(kind: FindingKind, settings: Settings) -> dict[str, Any]:
    now, usual = as_written(kind, settings), as_written(kind, Settings())
    knobs = [
        {
            "knob": knob, "value": _said(now[knob.name]), "usual": _said(usual[knob.name]),
            "tuned": now[knob.name] != usual[knob.name],
        }
        for knob in KNOBS[kind]
    ]  # fmt: skip
    return {
        "kind": kind.value, "label": words.KINDS[kind], "icon": words.ICONS[kind], "definition": DEFINITIONS[kind],
        "knobs": knobs, "url": reverse("silos:rule", args=[kind.value]),
    }  # fmt: skip


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
