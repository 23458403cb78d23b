"""Deciding: what the decision stands on, the outcomes that are open, and the form; a stale view is refused and shown anew."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.gates.choices import ReviewState
from readiness.gates.forms.deciding import ConditionForm, DecideForm, PasswordForm, condition_forms
from readiness.gates.models import Decision, Review
from readiness.gates.queries import standing
from readiness.gates.queries.proofs import proof_rows, who_may_own
from readiness.gates.queries.situation import situation
from readiness.gates.rules import decisions as rules
from readiness.gates.rules.decisions import Situation
from readiness.gates.rules.record.snapshot import ground_plain
from readiness.gates.services.deciding import decide as verb
from readiness.gates.tables import criteria, deciding, decisions, frame, panel, recommendation
from readiness.gates.tables.needs import route
from readiness.gates.views.access import PageRequest, get_open_review
from readiness.gates.views.answering import blame
from readiness.gates.views.rights import require
from readiness.gates.views.step_up import confirmed, password_form
from readiness.gates.views.voting import gate_of


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: PageRequest, pk: int) -> HttpResponse:
    """Decide a review that is proposed, or correct the decision of its round."""
    row = get_open_review(request, pk)
    require(request, row.initiative, Action.DECIDE)
    data = request.POST if request.method == "POST" else None
    forms = _forms(request, row, data)
    if data is not None and "more" not in data and (made := _decided(request, row, forms)):
        messages.success(request, _("Decided: %s.") % made.get_outcome_display())
        return redirect("gates:decision", made.pk)
    _judged, found, ground = situation(row, now=clock.now())
    if request.actor.user_id in found.recused:
        raise PermissionDenied(_("You own or sponsor this initiative, so you are recused: somebody else decides."))
    told = ground_plain(ground)
    stale = data is not None and data.get("seen") != found.current
    context = _context(request, row, found, told) | {
        "form": forms.decision, "conditions": forms.conditions, "count": len(forms.conditions), "password": forms.password,
        "stale": stale, "seen": found.current, "shown": deciding.shown(told),
        "differences": deciding.differences(data.get("shown", ""), told) if stale and data else [],
    }  # fmt: skip
    status = 200 if data is None or ("more" in data and not stale) else 409 if stale else 422
    return render(request, "gates/decide.html", context, status=status)


class _Forms(NamedTuple):
    decision: DecideForm
    conditions: list[ConditionForm]
    password: PasswordForm | None


def _forms(request: PageRequest, row: Review, data: Any) -> _Forms:
    """Bound to what was sent; asking for one more condition is no fault, so then nothing is checked."""
    more = data is not None and "more" in data
    proofs = deciding.proof_choices(gate_of(row), proof_rows(row.initiative_id))
    rows = condition_forms(data, people=who_may_own(row.initiative), proofs=proofs)
    codes = decisions.reason_choices()
    decision = DecideForm(initial=data.dict(), codes=codes) if more else DecideForm(data, codes=codes)
    return _Forms(decision, rows, password_form(request, None if more else data))


def _decided(request: PageRequest, row: Review, forms: _Forms) -> Decision | None:
    """Who it is, then what they want; None where the form comes back."""
    valid = all([forms.decision.is_valid(), *(one.is_valid() for one in forms.conditions)])
    if not (confirmed(request, forms.password) and valid):
        return None
    try:
        return verb(by=request.actor, review=row, wanted=forms.decision.wanted(request.user.pk, forms.conditions))
    except ValidationError as problem:
        blame(forms.decision, problem)
        return None


def _context(request: PageRequest, row: Review, found: Situation, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "review": row,
        "risk_url": route("risk:review_panel", row.initiative_id),
        "crumbs": frame.crumbs(
            (row.initiative.key, reverse("gates:initiative", args=[row.initiative_id])),
            (row.gate_name, reverse("gates:review", args=[row.pk])),
        ),
        "headline": deciding.headline(found),
        "correcting": row.state != ReviewState.PROPOSED,
        "decidable": row.state in (ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.CLOSED),
        "offers": decisions.offers(rules.offered(found)),
        "advice": recommendation.recommendation(
            told["recommendation"],
            told["criteria"],
            told["thresholds"],
            told["dependencies"],
            standing.seen_dependencies(request.actor, told["dependencies"]),
        ),
        "summary": criteria.summary(told["criteria"]),
        "chips": criteria.chips(told["criteria"]),
        "open_conditions": decisions.open_conditions(told),
        "quorum": panel.quorum(found.tally.quorum, row.mode),
        "tally": panel.tally(told["tally"]),
        "seats": panel.seats(told, reader=request.actor.user_id),
    }
