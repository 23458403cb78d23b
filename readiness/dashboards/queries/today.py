"""What waits for one person today, in a number of statements that is the same however much there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Rag, RequestState, RunState, Status
from portfolio.initiatives.models import ImportRun, Initiative, Milestone, Request
from portfolio.kit.scope import within
from readiness.assessments.queries.unknowns.rows import Own, unknowns_of
from readiness.dashboards.queries.first import SHOWN, Waiting, first
from readiness.evidence.queries import todo
from readiness.workloads.choices import AllocationState
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.queries.capacity import allocation_rows, masked

_UNDER_WAY = (RunState.UPLOADED, RunState.STAGING, RunState.PREVIEW, RunState.PUBLISHING, RunState.FAILED)
_UNKNOWNS = ("venue_storage", "venue_training", "venue_inference", "containerised", "procurement_route")


@dataclass(frozen=True)
class Today:
    own: Waiting
    finding: list[Own]
    asks: Waiting
    overdue: Waiting
    requests: Waiting
    imports: Waiting
    notes: Waiting
    stale: Waiting
    turned: Waiting
    troubled: Waiting
    missing: int


def today_for(actor: Actor, today: date, now: datetime) -> Today:
    """Everything that the Today page shows to `actor`."""
    visible = Initiative.objects.visible_to(actor)
    steered = within("unit__path", actor.paths(Action.EDIT))
    own = Q(owner=actor.user_id) | Q(sponsor=actor.user_id)
    return Today(
        own=_own(visible.filter(own), actor),
        finding=unknowns_of(actor, User(pk=actor.user_id), today, limit=SHOWN),
        asks=_asks(actor),
        overdue=_overdue(visible.filter(own | steered), today),
        requests=_requests(actor),
        imports=_imports(actor),
        notes=_notes(visible),
        stale=first(todo.stale(actor), "requirement_id", *todo.OF_REQUIREMENT, "observed_at"),
        turned=first(todo.turned(actor, now), "requirement_id", *todo.OF_REQUIREMENT, "verdict", "before", "turned_at"),
        troubled=first(todo.troubled(actor, now), "id", "name", "kind", "unit_name", "health_now", "last_ok"),
        missing=visible.filter(missing_since__isnull=False).filter(within("unit__path", actor.paths(Action.IMPORT))).count(),
    )


def _own(rows: QuerySet[Initiative], actor: Actor) -> Waiting:
    missing = [Case(When(**{name: "unknown"}, then=1), default=0, output_field=IntegerField()) for name in _UNKNOWNS]
    nobody = Case(When(stage=None, then=1), default=0, output_field=IntegerField())
    counted = rows.exclude(status=Status.CLOSED).annotate(
        unknowns=sum(missing, start=nobody),
        part=Case(When(owner=actor.user_id, then=Value("owner")), default=Value("sponsor")),
    )
    return first(
        counted.order_by("-unknowns", "-id"),
        "id", "key", "name", "status", "rag", "unknowns", "part", "stage_since", "stage__name", "stage__position",
    )  # fmt: skip


def _overdue(rows: QuerySet[Initiative], today: date) -> Waiting:
    late = Milestone.objects.filter(initiative__in=rows.exclude(status=Status.CLOSED), done_on=None, due__lt=today).order_by(
        "due", "id"
    )
    return first(late, "id", "name", "due", "moved", "initiative_id", "initiative__name", "initiative__key")


def _requests(actor: Actor) -> Waiting:
    """Open requests that the actor may triage, the oldest first."""
    waiting = Request.objects.visible_to(actor).filter(state=RequestState.OPEN)
    triage = waiting.filter(within("unit__path", actor.paths(Action.TRIAGE))).order_by("created_at", "id")
    return first(triage, "id", "title", "created_at", "unit__name", "requester__name", "load_unknown")


def _asks(actor: Actor) -> Waiting:
    """Capacity asked for from pools that the actor gives from, the earliest need first; names of other units stay hidden."""
    pools = CapacityPool.objects.visible_to(actor).filter(within("unit__path", actor.paths(Action.CAPACITY)))
    asked = Allocation.objects.filter(pool__in=pools, state=AllocationState.REQUESTED).order_by("starts_on", "id")
    rows = allocation_rows(actor, asked)
    named = rows.annotate(pool_name=F("pool__name"), pool_kind=F("pool__kind"), in_all=Window(Count("*")))
    found = masked(named[:SHOWN])
    return Waiting(found, found[0]["in_all"] if found else 0)


def _imports(actor: Actor) -> Waiting:
    runs = ImportRun.objects.visible_to(actor).filter(state__in=_UNDER_WAY)
    mine = runs.filter(within("unit__path", actor.paths(Action.IMPORT))).order_by("-id")
    return first(mine, "id", "file_name", "state", "error", "created_at", "rows_done", "rows_total")


def _notes(visible: QuerySet[Initiative]) -> Waiting:
    """Red before amber, the newest note first."""
    weight = Case(When(rag=Rag.RED, then=0), default=1, output_field=IntegerField())
    worried = visible.filter(rag__in=(Rag.RED, Rag.AMBER)).exclude(status=Status.CLOSED)
    said = worried.annotate(weight=weight, who=Coalesce(F("owner__name"), F("owner_name")))
    rows = said.order_by("weight", F("status_note_at").desc(nulls_last=True), "-id")
    return first(rows, "id", "key", "name", "rag", "status_note", "status_note_at", "who", "unit__name")
