"""Lists of the API as plain rows: reviews, their runs, decisions, waivers, conditions and gatekeepers that a reader may see."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.gates.choices import ConditionState, WaiverState
from readiness.gates.models import Condition, ConditionEvent, Decision, Gatekeeper, Review, Run, Waiver

_ABOUT: dict[str, Any] = {
    "initiative_key": F("initiative__key"),
    "initiative_name": F("initiative__name"),
    "unit_id": F("initiative__unit_id"),
    "unit_name": F("initiative__unit__name"),
}
ABOUT = ("initiative_id", *_ABOUT)
REVIEW = (
    "id", *ABOUT, "gate", "gate_name", "template_key", "template_version", "template_id", "state", "round", "mode", "wanted_on",
    "scheduled_at", "opened_at", "window_ends_at", "ready", "recommended", "verdicts", "missing", "evaluated_at", "recheck_at",
    "decided", "decided_at", "changes", "changed_at", "superseded_by_id", "created_at", "version",
)  # fmt: skip
RUN = ("id", "round", "why", "recommended", "ready", "digest", "same_as_id", "rules_version", "at", "by_name")
DECISION = (
    "id", *ABOUT, "review_id", "gate", "gate_name", "round", "turn", "supersedes_id", "superseded_by_id", "outcome",
    "recommended", "mode", "reason", "reason_code", "lesson", "by_id", "by_name", "at", "chain", "sequence", "previous",
    "digest", "hash",
)  # fmt: skip
WAIVER = (
    "id", *ABOUT, "gate", "criterion", "criterion_text", "standing", "begins_at", "expires_at", "created_at",
)  # fmt: skip
CONDITION = (
    "id", *ABOUT, "decision_id", "review_id", "gate", "text", "owner_id", "owner_name", "due", "proof", "ref", "state",
    "set_at", "proven_at", "proven_note", "proven_by",
)  # fmt: skip
GATEKEEPER = ("id", "person_id", "person_name", "unit_id", "unit_name", "functions", "gates", "chair")

Rows = QuerySet[Any, dict[str, Any]]


def review_rows(rows: QuerySet[Review]) -> Rows:
    """REVIEW of visible reviews; one statement."""
    named = {"template_key": F("template__key"), "template_version": F("template__version")}
    shown: Rows = rows.annotate(**_ABOUT, **named).values(*REVIEW)
    return shown


def run_rows(review: Review) -> Rows:
    """RUN, the newest first, without what each found."""
    shown: Rows = Run.objects.filter(review=review).annotate(by_name=F("by__name")).values(*RUN)
    return shown


def one_run(review: Review, pk: int) -> dict[str, Any] | None:
    """A run of the review with {criteria, recommendation, dependencies}, its own or those of the run that it is the same as."""
    row = run_rows(review).filter(pk=pk).values(*RUN, "content", same=F("same_as__content")).first()
    if row is None:
        return None
    own, same = row.pop("content"), row.pop("same")
    found: dict[str, Any] = same if own is None else own
    return dict(row) | found


def in_effect(review: Review) -> int | None:
    """The decision of a review that nothing corrected and no later round followed."""
    rows = Decision.objects.filter(review=review, superseded_by=None).order_by("-sequence")
    return rows.values_list("id", flat=True).first()


def decision_rows(rows: QuerySet[Decision]) -> Rows:
    """DECISION of visible decisions, without their texts; one statement."""
    named = {"gate_name": F("review__gate_name"), "superseded_by_id": F("superseded_by__id"), "by_name": F("by__name")}
    shown: Rows = rows.annotate(**_ABOUT, **named).values(*DECISION)
    return shown


def exported_decisions(rows: QuerySet[Decision]) -> Rows:
    """DECISION with `content`, and `conditions` [{id, text, owner, due, proof}]; one statement."""
    told = JSONObject(id="id", text="text", owner="owner__name", due="due", proof="proof")
    own = Condition.objects.filter(decision=OuterRef("pk")).order_by("id").values(told=told)
    shown: Rows = decision_rows(rows.annotate(set_conditions=ArraySubquery(own)))
    return shown.values(*DECISION, "content", conditions=F("set_conditions"))


def waivers(actor: Actor, now: datetime) -> Any:
    """With `standing`: the state that follows from the time, whoever notices first. An extension asked for is told by events."""
    ran_out = Q(state__in=(WaiverState.APPROVED, WaiverState.ACTIVE), expires_at__lte=now)
    began = Q(state=WaiverState.APPROVED) & (Q(begins_at=None) | Q(begins_at__lte=now))
    cases = (When(ran_out, then=Value(WaiverState.EXPIRED.value)), When(began, then=Value(WaiverState.ACTIVE.value)))
    rows: QuerySet[Waiver] = Waiver.objects.visible_to(actor)
    return rows.annotate(standing=Case(*cases, default=F("state"), output_field=CharField()))


def waiver_rows(rows: QuerySet[Waiver]) -> Rows:
    """WAIVER of `waivers(...)`; one statement."""
    shown: Rows = rows.annotate(**_ABOUT).values(*WAIVER)
    return shown


def conditions(actor: Actor, today: date) -> Any:
    """With `standing`, as rules.conditions says of each."""
    events = ConditionEvent.objects.filter(condition=OuterRef("pk"))
    cases = (
        When(Exists(events.filter(kind="lapsed")), then=Value(ConditionState.LAPSED.value)),
        When(Exists(events.filter(kind="proven")), then=Value(ConditionState.PROVEN.value)),
        When(due__lt=today, then=Value(ConditionState.OVERDUE.value)),
    )
    rows: QuerySet[Condition] = Condition.objects.visible_to(actor)
    return rows.annotate(standing=Case(*cases, default=Value(ConditionState.OPEN.value), output_field=CharField()))


def condition_rows(rows: QuerySet[Condition]) -> Rows:
    """CONDITION of `conditions(...)`; one statement."""
    proven = ConditionEvent.objects.filter(condition=OuterRef("pk"), kind="proven")
    told = {
        "review_id": F("decision__review_id"), "gate": F("decision__gate"), "owner_name": F("owner__name"),
        "proven_at": Subquery(proven.values("at")[:1]), "proven_note": Subquery(proven.values("note")[:1]),
        "proven_by": Subquery(proven.values("by__name")[:1]),
    }  # fmt: skip
    columns = [name for name in CONDITION if name != "state"]
    shown: Rows = rows.annotate(**_ABOUT, **told).values(*columns, state=F("standing"))
    return shown


def gatekeepers(actor: Actor) -> QuerySet[Gatekeeper]:
    """Those of the units that a reader may see, and those of the whole organisation, who sit at the gates of all."""
    paths = actor.paths(Action.VIEW)
    rows, inside = Gatekeeper.objects.filter(demo=actor.showing_demo), within("unit__path", paths)
    if not paths:
        return rows.none()
    return rows.filter(inside | Q(unit=None)) if inside else rows


def gatekeeper_rows(rows: QuerySet[Gatekeeper]) -> Rows:
    shown: Rows = rows.annotate(person_name=F("person__name"), unit_name=F("unit__name")).values(*GATEKEEPER)
    return shown
