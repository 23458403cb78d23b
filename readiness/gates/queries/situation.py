"""A review as whoever decides it meets it: shared by the page, which shows it, and by the decision, which holds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from readiness.gates.choices import ReviewState
from readiness.gates.models import Decision, Review
from readiness.gates.queries.evaluated import Evaluated, evaluated
from readiness.gates.queries.risk import figure_of
from readiness.gates.queries.seated import Seated, counted, names_of, seated
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules import canonical, waivers
from readiness.gates.rules.criteria.judge import WaiverInForce
from readiness.gates.rules.decisions import Situation
from readiness.gates.rules.record.snapshot import Ground, Waived, seen_digest


def situation(review: Review, *, now: datetime) -> tuple[Evaluated, Situation, Ground]:
    """The criteria judged now, what can be decided, and all that a decision would stand on; a constant number of statements.

    `review` with its template and its initiative's unit and stage.
    """
    judged, panel = evaluated([review], now=now)[review.pk], seated(review, now=now)
    ground = _ground(review, judged, panel, now)
    last = Decision.objects.filter(review=review).order_by("-sequence").values_list("id", flat=True).first()
    found = Situation(
        state=ReviewState(review.state), tally=ground.tally, recommendation=judged.recommendation, last_gate=judged.last_gate,
        open_conditions=len(judged.open_conditions), recused=panel.recused, fillers=panel.fillers,
        current=seen_digest(ground, after=last, version=review.version),
    )  # fmt: skip
    return judged, found, ground


def chain_of(review: Review) -> str:
    """Decisions of a gate of an initiative are one chain, whatever reviews they were taken in."""
    return f"{review.initiative.key}/{review.gate}"


def _ground(review: Review, judged: Evaluated, panel: Seated, now: datetime) -> Ground:
    voting = judged.template.voting_of(judged.gate)
    waived = tuple(_waived(judged.waivers, now))
    named = panel.people | {one.owner for one in judged.open_conditions} | {one for each in waived for one in _of(each)}
    return Ground(
        chain=chain_of(review), initiative=_initiative(review), template=_template(review), gate=review.gate,
        thresholds=judged.template.thresholds_of(judged.gate), last_gate=judged.last_gate, judged=judged.judged,
        recommendation=judged.recommendation, dependencies=judged.dependencies, waivers=waived,
        open_conditions=judged.open_conditions, seats=panel.filled, casts=panel.casts, attendance=panel.attendance,
        tally=counted(review, voting, panel, now=now), people=names_of(named), packs=review.packs,
        risk=figure_of(review.initiative_id),
    )  # fmt: skip


def _initiative(review: Review) -> Mapping[str, Any]:
    row = review.initiative
    return {"key": row.key, "name": row.name, "unit": row.unit.name, "stage": row.stage.key if row.stage else None}


def _template(review: Review) -> Mapping[str, Any]:
    return {"key": review.template.key, "version": review.template.version, "digest": review.template.digest}


def _waived(in_force: Iterable[WaiverInForce], now: datetime) -> Iterable[Waived]:
    """Each with all of its steps as a digest, so that none of them can be another one later."""
    rows = list(in_force)
    for pk, steps in events_of(one.id for one in rows).items():
        folded = waivers.fold(steps, now)
        criterion = next(one.criterion for one in rows if one.id == pk)
        yield Waived(
            pk, criterion, folded.reason, folded.measure, folded.expires_at, folded.asked_by, folded.approved_by,
            canonical.digest(canonical.plain(steps)),
        )  # fmt: skip


def _of(waived: Waived) -> frozenset[int]:
    return waived.asked_by | ({waived.approved_by} if waived.approved_by is not None else frozenset())
