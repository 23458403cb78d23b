"""One run with where it came from, what was read from it and what a person said about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor, may_see_money
from readiness.evidence.choices import MONEY_METRICS, EvidenceKind
from readiness.evidence.models import Observation, Payload, Run, SetAside
from readiness.evidence.queries.observations import readable
from readiness.evidence.queries.shown import names

MOST_READINGS = 300
_A_DAY = timedelta(days=1)


def visible_runs(actor: Actor) -> QuerySet[Run]:
    rows: QuerySet[Run] = Run.objects.visible_to(actor)
    return rows


def listed(actor: Actor) -> QuerySet[Run]:
    """Visible runs with `queries.shown.NAMES`, and `set_aside`: whether a person's newest word keeps it from deciding."""
    newest = SetAside.objects.filter(run=OuterRef("pk")).order_by("-id").values("aside")[:1]
    return visible_runs(actor).annotate(**names(actor), set_aside=Coalesce(Subquery(newest), False))


def one_run(actor: Actor, pk: int) -> Any:
    """A visible run with `queries.shown.NAMES` as attributes, its delivery, payload and feed; None for anything else."""
    rows = visible_runs(actor).annotate(**names(actor)).select_related("delivery__asked_by", "payload", "feed", "source__unit")
    return rows.select_related("initiative__unit", "workload", "pool").filter(pk=pk).first()


def readings_of(actor: Actor, run: Run) -> list[dict[str, Any]]:
    """What was read from a run, at most MOST_READINGS + 1 rows; one statement."""
    of_run = readable(actor).filter(_series_of(run))
    rows = Observation.objects.filter(series__in=of_run.values("pk"), run=run.pk, observed_at__lte=run.observed_at + _A_DAY)
    if run.started_at is not None:
        rows = rows.filter(observed_at__gte=min(run.started_at, run.observed_at) - _A_DAY)
    series = {name: F(f"series__{name}") for name in ("metric", "statistic", "percentile", "labels")}
    ordered = rows.annotate(**series).order_by("series_id", "observed_at")
    return list(ordered.values("series_id", "observed_at", "value", "marks", "samples", *series)[: MOST_READINGS + 1])


def _series_of(run: Run) -> Q:
    """The series that a run's readings can be in: narrow enough to be found by an index."""
    where = Q(source=run.source_id, kind=run.kind, metric__in={row[0] for row in run.raw})
    if run.workload_id is not None:
        where &= Q(workload=run.workload_id)
    elif run.pool_id is not None:
        where &= Q(pool=run.pool_id)
    return where & Q(run_key=run.key if run.kind == EvidenceKind.BENCHMARK else "")


def said_of(run: Run) -> list[dict[str, Any]]:
    """Every time somebody set the run aside or put it back, the newest first."""
    rows: QuerySet[Any, Any] = SetAside.objects.filter(run=run.pk).order_by("-id")
    return list(rows.values("aside", "reason", "at", who=F("by__name")))


def holds_amounts(run: Run) -> bool:
    """Whether its raw answer tells what something costs."""
    return run.kind == EvidenceKind.COST or any(row[0] in MONEY_METRICS for row in run.raw)


def may_see_amounts(actor: Actor, run: Run) -> bool:
    """By role for the unit of the source or of the initiative, or as owner or sponsor."""
    if actor.may(Action.MONEY, run.source.unit.path):
        return True
    one = run.initiative
    return one is not None and may_see_money(
        actor, unit_path=one.unit.path, owner_id=one.owner_id, sponsor_id=one.sponsor_id
    )  # fmt: skip


def may_open_raw(actor: Actor, run: Run) -> bool:
    """Whether the raw answer may be read: what tells amounts only by those who may see them."""
    return not holds_amounts(run) or may_see_amounts(actor, run)


def runs_of_payload(payload: Payload) -> QuerySet[Run]:
    """Of a payload that the caller may see."""
    return Run.objects.filter(payload=payload).select_related("source__unit", "initiative__unit")
