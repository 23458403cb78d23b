"""The list that a program manager plans from: reviews by where they stand, counted whole, a few of each at hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from portfolio.initiatives.queries.lists import PAGE_SIZE
from readiness.gates.choices import ReviewState
from readiness.gates.models import Review
from readiness.gates.queries.listed import review_rows
from readiness.gates.rules.reviews import Listing, listing

SHOWN = 8
LATELY = timedelta(days=90)
CHANGED = "changed"  # of decided ones, those whose evidence changed since; they are among the decided as well
_DECIDED = (ReviewState.DECIDED, ReviewState.CLOSED)


class Board(NamedTuple):
    """`counts` by group; `rows` of a group with `listing`, SHOWN of each."""

    counts: dict[str, int]
    rows: list[dict[str, Any]]


def listed(rows: QuerySet[Review]) -> Any:
    """With `listing`: rules.reviews.listing as the database says it."""
    planned, scheduled = Q(state=ReviewState.PLANNED), Q(state=ReviewState.SCHEDULED)
    cases = (
        When(planned & Q(ready=True), then=Value(Listing.READY_NOT_SCHEDULED.value)),
        When(planned, then=Value(Listing.NOT_READY.value)),
        When(scheduled & Q(ready=True), then=Value(Listing.READY.value)),
        When(scheduled, then=Value(Listing.SCHEDULED_NOT_READY.value)),
        When(state__in=(ReviewState.IN_REVIEW, ReviewState.PROPOSED), then=Value(Listing.UNDER_WAY.value)),
    )
    return rows.annotate(listing=Case(*cases, default=Value(Listing.DONE.value), output_field=CharField()))


def board(rows: QuerySet[Review], now: datetime) -> Board:
    """Two statements, however many there are. Of what is done: the decided ones of the last LATELY."""
    found = listed(_current(rows, now))
    counts = dict(found.order_by().values_list("listing").annotate(n=Count("pk")))
    order = [F("scheduled_at").asc(nulls_last=True), F("decided_at").desc(nulls_last=True), F("wanted_on").asc(nulls_last=True)]
    place = Window(RowNumber(), partition_by=F("listing"), order_by=[*order, F("id").desc()])
    few = list(review_rows(found.annotate(place=place).filter(place__lte=SHOWN)).order_by("place"))
    return Board(counts, [{**row, "listing": listing(ReviewState(row["state"]), ready=row["ready"]).value} for row in few])


def changed(rows: QuerySet[Review]) -> QuerySet[Review]:
    """Decided, and something material changed since."""
    return rows.filter(state__in=_DECIDED, changed_at__isnull=False)


def changed_few(rows: QuerySet[Review]) -> tuple[int, list[dict[str, Any]]]:
    """How many, and the newest changes of them; two statements."""
    found = changed(rows)
    return found.count(), list(review_rows(found).order_by("-changed_at", "-id")[:SHOWN])


def of_group(rows: QuerySet[Review], group: str, now: datetime) -> QuerySet[Review]:
    """All of one group. Of what is done all that were ever decided."""
    if group == CHANGED:
        return changed(rows)
    found: QuerySet[Review] = listed(rows).filter(listing=group)
    return found.filter(state__in=_DECIDED) if group == Listing.DONE else found


def page(rows: QuerySet[Review], number: int) -> tuple[list[dict[str, Any]], bool]:
    """One page, what comes first on top; whether another follows."""
    start = (number - 1) * PAGE_SIZE
    order = (F("scheduled_at").asc(nulls_last=True), F("decided_at").desc(nulls_last=True), "-id")
    found = list(review_rows(rows.order_by(*order))[start : start + PAGE_SIZE + 1])
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def gates_of(rows: QuerySet[Any], name: str = "gate_name") -> list[tuple[str, str]]:
    """Keys and names of the gates that there are rows of, for the filter bar; `name` is where a row has the gate's name."""
    found = dict(rows.order_by("gate", name).values_list("gate", name).distinct())
    return sorted(found.items(), key=lambda one: one[1].casefold())


def _current(rows: QuerySet[Review], now: datetime) -> QuerySet[Review]:
    lately = Q(state__in=_DECIDED, decided_at__gte=now - LATELY)
    return rows.filter(Q(state__in=("planned", "scheduled", "in_review", "proposed")) | lately)
