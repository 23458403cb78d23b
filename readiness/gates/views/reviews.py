"""One review: criteria, recommendation, panel, votes and what may be done next; and the gates of an initiative."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.kit import clock
from readiness.gates.choices import ReviewState
from readiness.gates.forms.voting import VoteForm
from readiness.gates.models import Review
from readiness.gates.queries import standing
from readiness.gates.queries.evaluated import Evaluated
from readiness.gates.queries.listed import run_rows
from readiness.gates.queries.situation import situation
from readiness.gates.rules.decisions import Situation
from readiness.gates.rules.record.snapshot import ground_plain
from readiness.gates.tables import criteria, decisions, frame, panel, recommendation
from readiness.gates.tables import review as tables
from readiness.gates.tables.needs import Whose, route
from readiness.gates.views.access import PageRequest, get_review, owns


@require_safe
def review(request: PageRequest, pk: int) -> HttpResponse:
    """Everything that a gatekeeper reads before voting, and what they do."""
    row = get_review(request, pk)
    return render(request, "gates/review.html", context_of(request, row))


def context_of(request: PageRequest, row: Review, vote_form: VoteForm | None = None) -> dict[str, Any]:
    """What gates/review.html prints."""
    now = clock.now()
    judged, found, ground = situation(row, now=now)
    told = ground_plain(ground)
    advice = recommendation.recommendation(
        told["recommendation"], told["criteria"], told["thresholds"], told["dependencies"],
            standing.seen_dependencies(request.actor, told["dependencies"]),
    )  # fmt: skip
    past = standing.decisions_of(row)
    return {
        "review": row,
        "risk_url": route("risk:review_panel", row.initiative_id),
        "crumbs": frame.crumbs((row.initiative.key, reverse("gates:initiative", args=[row.initiative_id]))),
        "headline": tables.headline(row, recommendation.headline(told["recommendation"])),
        "facts": tables.facts(row),
        "advice": advice,
        "summary": criteria.summary(told["criteria"]),
        "sections": _sections(request, row, judged, told),
        "decisions": [decisions.decision_row(one) for one in past],
        "changes": decisions.changes(row.changes, {one["key"]: one["text"] for one in told["criteria"]}),
        "open_conditions": decisions.open_conditions(told),
        "changed": decisions.changed_words(row.changes) if row.changed_at else "",
        "history": tables.history(standing.events_of(row)),
        "runs": tables.run_rows(list(run_rows(row)[: standing.RUNS_SHOWN])),
        **_panel(request, row, judged, found, told, vote_form),
        **_actions(request, row, found),
    }


def _sections(request: PageRequest, row: Review, judged: Evaluated, told: dict[str, Any]) -> list[Any]:
    now, unit, running = clock.now(), row.initiative.unit.path, row.state not in ("withdrawn", "superseded", "closed")
    own, actor = owns(request, row.initiative), request.actor
    waivers = standing.standing_waivers(actor, row, now)
    extra = tables.beside(
        row, judged.gate, waivers,
        judging=running and (own or actor.may(Action.GATE, unit) or actor.may(Action.DECIDE, unit)),
        waiving=running and (own or actor.may(Action.WAIVE, unit)),
    )  # fmt: skip
    owner = str(row.initiative.owner) if row.initiative.owner else ""
    whose = Whose(row.initiative_id, row.pk if running else 0, owner, row.initiative.unit.name)
    return criteria.sections(told["criteria"], whose, now, extra)


def _panel(
    request: PageRequest, row: Review, judged: Evaluated, found: Situation, told: dict[str, Any], vote_form: VoteForm | None
) -> dict[str, Any]:  # fmt: skip
    seats = panel.seats(told, reader=request.actor.user_id)
    own = next((one for one in seats if one["own"] and not one["out"]), None)
    voting = row.state == ReviewState.IN_REVIEW and own is not None
    if voting and vote_form is None:
        vote_form = VoteForm.shown(own["vote"] if own else None, ballots=panel.ballots(last_gate=judged.last_gate))
    return {
        "seats": seats,
        "own_seat": own,
        "quorum": panel.quorum(found.tally.quorum, row.mode),
        "tally": panel.tally(told["tally"]),
        "voting_rules": panel.rules(judged.template.voting_of(judged.gate)),
        "visitors": panel.visitors(told),
        "superseded_votes": panel.superseded(told),
        "vote_form": vote_form if voting else None,
        "vote_needs_presence": voting and row.mode == "meeting" and own is not None and not own["there"],
        "recused": request.actor.user_id in found.recused,
    }


def _actions(request: PageRequest, row: Review, found: Situation) -> dict[str, Any]:
    unit, actor = row.initiative.unit.path, request.actor
    manages = actor.may(Action.GATE, unit)
    decides = actor.may(Action.DECIDE, unit) and actor.user_id in found.fillers and actor.user_id not in found.recused
    decidable = row.state in (ReviewState.PROPOSED, ReviewState.DECIDED, ReviewState.CLOSED)
    return {
        "steps": tables.steps(row, manages=manages, decides=decides),
        "may_manage": manages,
        "decide_url": reverse("gates:decide", args=[row.pk]) if decides and decidable else "",
        "correcting": row.state != ReviewState.PROPOSED,
        "may_evaluate": manages or actor.may(Action.WAIVE, unit) or actor.may(Action.DECIDE, unit),
    }


def back(row: Review) -> HttpResponse:
    return redirect("gates:review", row.pk)
