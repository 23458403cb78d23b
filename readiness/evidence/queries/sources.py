"""Sources as plain rows, with how they fare; one with its feeds and last pulls; and how far behind the pulls are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.evidence.choices import BROUGHT, OPEN_DELIVERIES, DeliveryState, Health, Way
from readiness.evidence.models import Delivery, Feed, Source, Trial
from readiness.evidence.queries.shown import NAMES, full_name, masked, names
from readiness.evidence.rules.schedule import late_after_s

DAY = timedelta(days=1)
LAST_PULLS = 20
OF_SOURCE = (
    "id", "name", "unit_id", "kind", "config", "secret_names", "interval_s", "deadline_s", "max_bytes", "note", "paused_at",
    "retired_at", "version", "created_at",
)  # fmt: skip
OF_HEALTH = (
    "next_pull_at", "last_pull_at", "failures", "stopped_until", "failure", "error", "typical_s", "remote_version",
)  # fmt: skip
DERIVED = ("full_name", "unit_name", "last_ok", "health_now", "feeds_count", "feeds_failing", "observations_24h", "open_pull")
SORTABLE = {
    "name": "name", "unit": "unit_name", "kind": "kind", "health": "health_order", "last_ok": "last_ok",
    "next": "health__next_pull_at", "failures": "health__failures", "feeds": "feeds_count", "observations": "observations_24h",
    "typical": "health__typical_s",
}  # fmt: skip
# The worst first, for those who sort by it.
_ORDER = (Health.STOPPED, Health.FAILING, Health.LATE, Health.NEVER, Health.PAUSED, Health.HEALTHY)


class Faring(NamedTuple):
    """How many sources there are in use, by health."""

    total: int
    by_health: dict[str, int]


def visible(actor: Actor, now: datetime) -> QuerySet[Source]:
    """Sources in use that the actor may see, annotated with DERIVED and `health_order`, to be filtered and sorted by."""
    return faring(Source.objects.visible_to(actor).filter(retired_at=None), now)


def faring(rows: QuerySet[Source], now: datetime) -> QuerySet[Source]:
    """With DERIVED and `health_order`: rules.health in SQL."""
    known = rows.annotate(full_name=full_name(), unit_name=F("unit__name"), last_ok=_last_ok())
    late = ExpressionWrapper(F("interval_s") * timedelta(seconds=late_after_s(1)), output_field=DurationField())
    health = Case(
        When(paused_at__isnull=False, then=Value(Health.PAUSED)),
        When(health__stopped_until__gt=now, then=Value(Health.STOPPED)),
        When(health__failures__gt=0, then=Value(Health.FAILING)),
        When(last_ok__isnull=True, then=Value(Health.NEVER)),
        When(~Q(kind__in=sorted(BROUGHT)) & Q(last_ok__lt=Value(now) - late), then=Value(Health.LATE)),
        default=Value(Health.HEALTHY),
        output_field=CharField(),
    )
    order = Case(*(When(health_now=one, then=Value(number)) for number, one in enumerate(_ORDER)), default=Value(len(_ORDER)))
    counted: QuerySet[Source] = known.annotate(health_now=health).annotate(
        health_order=order,
        feeds_count=_feeds(Count("pk")),
        feeds_failing=_feeds(Count("pk", filter=~Q(error=""))),
        observations_24h=Coalesce(_of_deliveries(Sum("observations"), asked_at__gt=now - DAY), 0),
        open_pull=Exists(Delivery.objects.filter(source=OuterRef("pk"), way=Way.PULL, state__in=OPEN_DELIVERIES)),
    )
    return counted


def listed(rows: QuerySet[Source], *more: str) -> QuerySet[Source, dict[str, Any]]:
    """Dict rows of OF_SOURCE, OF_HEALTH, DERIVED and `more`; one statement. No secret is in them, only which ones are set."""
    health = {name: F(f"health__{name}") for name in OF_HEALTH}
    shown: QuerySet[Source, dict[str, Any]] = rows.annotate(**health).values(*OF_SOURCE, *OF_HEALTH, *DERIVED, *more)
    return shown


def ordered(rows: QuerySet[Source, Any], sort: str) -> QuerySet[Source, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; otherwise by name."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("name", "id")
    by = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(by, "name", "id")


def counted(rows: QuerySet[Source]) -> Faring:
    """Of `visible(actor, now)`; one statement."""
    told: QuerySet[Any, Any] = rows.order_by()
    found = dict(told.values_list("health_now").annotate(Count("pk")))
    return Faring(sum(found.values()), found)


def one(actor: Actor, pk: int, now: datetime) -> dict[str, Any] | None:
    """A source, retired ones too, with `secrets_at` and whether the actor looks after it (`may_manage`); None for one that there
    is not."""
    may = within("unit__path", actor.paths(Action.EVIDENCE))
    manages = Case(When(may, then=Value(True)), default=Value(False)) if may else Value(True)
    rows = faring(Source.objects.visible_to(actor).filter(pk=pk), now).annotate(may_manage=manages)
    found: dict[str, Any] | None = listed(rows, "may_manage", "secrets_at").first()
    return found


def feeds_of(actor: Actor, source_pk: int) -> list[dict[str, Any]]:
    """What is asked of a source that the actor sees, retired feeds apart, with the names of what each is evidence of as far as
    the actor may see them; one statement."""
    columns = ("id", "name", "ask", "environment", "paused_at", "version", "read_to", "error", "created_at")
    rows = Feed.objects.filter(source=source_pk, retired_at=None).annotate(**names(actor))
    shown: QuerySet[Feed, dict[str, Any]] = rows.order_by("id").values(*columns, *NAMES)
    return [masked(row) for row in shown]


def last_pulls(source_pk: int, most: int = LAST_PULLS) -> list[dict[str, Any]]:
    """The newest deliveries of a source that the actor sees."""
    columns = (
        "id", "way", "state", "slot", "failure", "error", "attempt", "feeds", "runs", "runs_known", "runs_flawed", "observations",
        "repeated", "refused", "asked_at", "started_at", "ended_at",
    )  # fmt: skip
    rows = Delivery.objects.filter(source=source_pk).order_by("-id")
    return list(rows.annotate(asked_by_name=F("asked_by__name")).values(*columns, "asked_by_name")[:most])


def trial(actor: Actor, pk: int) -> Trial | None:
    """A try of a source that the actor sees, while it is kept."""
    return Trial.objects.visible_to(actor).select_related("source").filter(pk=pk).first()


def oldest_due_s() -> float:
    """How long the source that is due longest has waited for a pull to be written down; 0 if none is due. A source whose pull is
    not over yet is not due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM statement_timestamp() - min(next_pull_at)), 0) FROM evidence_sourcehealth h"
            " WHERE next_pull_at <= statement_timestamp() AND NOT EXISTS (SELECT FROM evidence_delivery d"
            "   WHERE d.source_id = h.source_id AND d.way = 'pull' AND d.state IN ('queued', 'running'))"
        )
        return float(cursor.fetchone()[0])


def _last_ok() -> Any:
    """What people and tools brought has no health row of its own."""
    brought = _of_deliveries(Max("ended_at"), output_field=DateTimeField(), state__in=(DeliveryState.DONE, DeliveryState.PARTLY))
    return Case(When(kind__in=sorted(BROUGHT), then=brought), default=F("health__last_ok_at"), output_field=DateTimeField())


def _of_deliveries(aggregate: Any, *, output_field: Any = None, **which: Any) -> Subquery:
    rows = Delivery.objects.filter(source=OuterRef("pk"), **which).order_by().values("source")
    return Subquery(rows.annotate(told=aggregate).values("told"), output_field=output_field)


def _feeds(aggregate: Any) -> Coalesce:
    rows = Feed.objects.filter(source=OuterRef("pk"), retired_at=None).order_by().values("source")
    return Coalesce(Subquery(rows.annotate(told=aggregate).values("told")), 0)
