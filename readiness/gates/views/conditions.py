"""Conditions of Conditional Go decisions: the list, and proving one by hand."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.queries.lists import page_number, page_of, unit_rows
from portfolio.kit import clock
from portfolio.kit.templatetags.ui_forms import with_value
from readiness.gates.choices import ConditionState
from readiness.gates.filters.decisions import ConditionFilter
from readiness.gates.forms.bars import GatesBar
from readiness.gates.forms.waivers import ProofForm
from readiness.gates.queries import listed
from readiness.gates.services.conditions import prove_condition
from readiness.gates.tables import waivers as tables
from readiness.gates.tables.frame import tabs
from readiness.gates.tables.words import CONDITIONS
from readiness.gates.views.access import PageRequest, get_condition
from readiness.gates.views.answering import ask
from readiness.gates.views.rights import require


@require_safe
def conditions(request: PageRequest) -> HttpResponse:
    """Open ones unless the address asks for others, what is due first on top."""
    seen = listed.conditions(request.actor, clock.today())
    asked = request.GET.copy()
    if not asked.get("state"):
        asked.setlist("state", [ConditionState.OPEN.value, ConditionState.OVERDUE.value])
    rows = ConditionFilter(asked, queryset=seen).qs
    page = page_of(listed.condition_rows(rows).order_by("due", "id"), page_number(request.GET.get("page", "")))
    states = dict(seen.order_by().values_list("standing").annotate(n=Count("pk")))
    options = {"state": [(key, word) for key, (word, _icon) in CONDITIONS.items()]}
    context = {
        "tabs": tabs("conditions"),
        "headline": tables.conditions_headline(states),
        "form": GatesBar(request.GET, units=unit_rows(request.actor), options=options),
        "rows": tables.condition_rows(page.rows, {}),
        "previous_url": with_value(request, "page", str(page.number - 1)) if page.number > 1 else "",
        "next_url": with_value(request, "page", str(page.number + 1)) if page.more else "",
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
    }
    return render(request, "gates/conditions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: PageRequest, pk: int) -> HttpResponse:
    """By a person's word, where it is proven so."""
    row = get_condition(request, pk)
    require(request, row.initiative, Action.GATE, Action.DECIDE, own=True)
    return ask(
        request, lambda given: prove_condition(by=request.actor, condition=row, **given), form=ProofForm(request.POST or None),
        title=_("Prove the condition"), text=row.text, submit=_("It is shown"), done=_("The condition is proven."),
        back=reverse("gates:conditions"),
    )  # fmt: skip
