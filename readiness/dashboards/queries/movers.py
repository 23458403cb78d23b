"""What moved within a week: stages, closures, decisions at gates, verdicts that turned, conditions that came overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Closure, Initiative, StageEntry
from readiness.dashboards.queries.first import Waiting, first
from readiness.evidence.models import Standing
from readiness.gates.choices import ConditionState
from readiness.gates.models import Decision
from readiness.gates.queries.listed import conditions

WITHIN = timedelta(days=7)
_ABOUT = ("initiative_id", "initiative__key", "initiative__name")


@dataclass(frozen=True)
class Movers:
    """The newest of each kind, and how many there are."""

    stages: Waiting
    closures: Waiting
    decisions: Waiting
    verdicts: Waiting
    conditions: Waiting

    @property
    def total(self) -> int:
        kinds = (self.stages, self.closures, self.decisions, self.verdicts, self.conditions)
        return sum(one.total for one in kinds)


def movers(rows: QuerySet[Initiative], actor: Actor, now: datetime) -> Movers:
    """About `rows`, initiatives that the reader may see. Five statements.

    A move or a closure counts by the day on which it happened; where nobody knows that day, nobody knows whether it was now.
    """
    about, today = rows.order_by().values("pk"), timezone.localdate(now)
    since, days = now - WITHIN, (today - WITHIN, today)
    before = StageEntry.objects.filter(initiative=OuterRef("initiative"), pk__lt=OuterRef("pk")).order_by("-pk")
    moved = StageEntry.objects.filter(initiative__in=about, entered_on__range=days, stage__isnull=False)
    moved = moved.annotate(was=Subquery(before.values("stage__name")[:1]), earlier=Subquery(before.values("pk")[:1]))
    closed = Closure.objects.filter(initiative__in=about, closed_on__range=days, reopened_at=None)
    decided = Decision.objects.visible_to(actor).filter(initiative__in=about, at__gte=since, superseded_by=None)
    turned = Standing.objects.visible_to(actor).filter(initiative__in=about, since__gte=since).exclude(before="")
    turned = turned.filter(requirement__retired_at=None, workload__retired_at=None)
    late = conditions(actor, today).filter(initiative__in=about, standing=ConditionState.OVERDUE, due__gte=today - WITHIN)
    return Movers(
        first(moved.exclude(earlier=None).order_by("-entered_on", "-pk"), *_ABOUT, "entered_on", "stage__name", "was"),
        first(closed.order_by("-closed_on", "-pk"), *_ABOUT, "closed_on", "kind", "reason", "lesson"),
        first(decided.order_by("-at", "-pk"), *_ABOUT, "id", "at", "outcome", "recommended", "reason", "review__gate_name"),
        first(
            turned.annotate(metric=F("requirement__metric"), why=F("current__reason")).order_by("-since", "-pk"), *_ABOUT,
            "requirement_id", "since", "before", "verdict", "metric", "why",
        ),
        first(late.order_by("-due", "-pk"), *_ABOUT, "due", "text", "owner__name", "decision__review_id"),
    )  # fmt: skip
