"""Deliveries as plain rows: every pull, upload, push and attestation, with what came of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.queries.lists import COUNTED_EXACTLY
from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState
from readiness.evidence.models import Delivery, Payload, Run
from readiness.evidence.queries.shown import NAMES, masked, names

COUNTS = ("runs", "runs_known", "runs_flawed", "observations", "repeated", "refused")
COLUMNS = (
    "id", "way", "state", "file_name", "size_bytes", "detected", *COUNTS, "failure", "error", "attempt", "asked_at", "started_at",
    "ended_at",
)  # fmt: skip
DETAIL = ("environment", "note", "problems", "feeds", "sha256", "slot", "asked_through", "stored_as", "source_id")
PAYLOAD = ("id", "name", "media_type", "size_bytes", "sha256", "stored_as")
SORTABLE = {
    "asked": "asked_at", "source": "source_name", "state": "state", "runs": "runs", "observations": "observations",
    "refused": "refused", "size": "size_bytes",
}  # fmt: skip


class Told(NamedTuple):
    """Over at most COUNTED_EXACTLY + 1 rows, so that counting costs no more than that many."""

    total: int
    open: int
    failed: int

    @property
    def exact(self) -> bool:
        return self.total <= COUNTED_EXACTLY


def visible(actor: Actor) -> QuerySet[Delivery]:
    """With the names that the actor may see of both sides (queries.shown)."""
    rows: QuerySet[Delivery] = Delivery.objects.visible_to(actor)
    return rows.annotate(**names(actor), asked_by_name=F("asked_by__name"))


def listed(rows: QuerySet[Delivery]) -> QuerySet[Delivery, dict[str, Any]]:
    """Dict rows of COLUMNS, NAMES and `asked_by_name` of `visible(actor)`; show them through `shown.masked`."""
    shown: QuerySet[Delivery, dict[str, Any]] = rows.values(*COLUMNS, *NAMES, "asked_by_name")
    return shown


def ordered(rows: QuerySet[Delivery, Any], sort: str) -> QuerySet[Delivery, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; otherwise the newest first."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-id")
    by = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(by, "-id")


def counted(rows: QuerySet[Delivery]) -> Told:
    """How many there are, how many are not over yet, how many failed; one statement."""
    some = rows.order_by().values("pk", "state")[: COUNTED_EXACTLY + 1]
    found = some.aggregate(
        total=Count("pk"), open=Count("pk", filter=Q(state__in=OPEN_DELIVERIES)),
        failed=Count("pk", filter=Q(state__in=(DeliveryState.FAILED, DeliveryState.PARTLY))),
    )  # fmt: skip
    return Told(**found)


def one(actor: Actor, pk: int) -> dict[str, Any] | None:
    """All that a page shows of a delivery, without its runs and payloads; None for one that there is not."""
    row = visible(actor).filter(pk=pk).values(*COLUMNS, *NAMES, *DETAIL, "asked_by_name", "unit__name").first()
    return masked(row) if row else None


def runs_of(pk: int) -> QuerySet[Run, dict[str, Any]]:
    """What was read from a delivery, flawed ones first: somebody must look at them."""
    columns = (
        "id",
        "name",
        "kind",
        "tool",
        "tool_version",
        "format",
        "place",
        "observed_at",
        "flawed",
        "flaws",
        "unproven",
        "load",
    )
    rows: QuerySet[Run, dict[str, Any]] = Run.objects.filter(delivery=pk).order_by("-flawed", "id").values(*columns)
    return rows


def payloads_of(pk: int, most: int) -> list[dict[str, Any]]:
    """The raw answers and files of a delivery."""
    rows: QuerySet[Payload, dict[str, Any]] = Payload.objects.filter(delivery=pk).order_by("id").values(*PAYLOAD)
    return list(rows[:most])
