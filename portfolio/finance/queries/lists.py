"""Lines and commitments as rows for lists, the API and exports; rates by currency."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from portfolio.accounts.rules import Actor
from portfolio.finance.models import BudgetLine, Commitment, Rate

_JOINED = {
    "initiative_key": F("initiative__key"), "initiative_name": F("initiative__name"),
    "unit_name": Coalesce(F("initiative__unit__name"), F("unit__name")),
}  # fmt: skip
LINE = (
    "id", "initiative_id", "unit_id", "category", "label", "cost_centre", "period_start", "period_end", "planned", "actual",
    "currency", "note", "source", "version", "updated_at",
)  # fmt: skip
COMMITMENT = (
    "id", "initiative_id", "unit_id", "category", "label", "amount", "currency", "starts_on", "ends_on",
    "non_cancellable_until", "note", "source", "source_ref", "version", "updated_at",
)  # fmt: skip
RATE = ("id", "currency", "reporting_currency", "effective_on", "per_unit", "source", "version", "updated_at")


def line_rows(rows: QuerySet[BudgetLine]) -> QuerySet[Any, dict[str, Any]]:
    """Dict rows of visible lines with whose they are; one statement."""
    found: QuerySet[Any, dict[str, Any]] = rows.annotate(**_JOINED).values(*LINE, *_JOINED)
    return found


def commitment_rows(rows: QuerySet[Commitment]) -> QuerySet[Any, dict[str, Any]]:
    found: QuerySet[Any, dict[str, Any]] = rows.annotate(**_JOINED).values(*COMMITMENT, *_JOINED)
    return found


def visible_rates(actor: Actor) -> QuerySet[Rate]:
    """Rates are no secret of anybody; the demo's own are shown in the demo alone."""
    rows = Rate.objects.all()
    return rows if actor.showing_demo else rows.filter(demo=False)


def rate_rows(rows: QuerySet[Rate]) -> QuerySet[Any, dict[str, Any]]:
    found: QuerySet[Any, dict[str, Any]] = rows.values(*RATE)
    return found
