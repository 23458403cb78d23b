"""What a token that may only push may read: what became of its own pushes, and nothing else."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from portfolio.accounts.models import ApiToken
from portfolio.accounts.rules import Actor
from readiness.evidence.models import Delivery
from readiness.evidence.queries.deliveries import COLUMNS, DETAIL
from readiness.evidence.queries.shown import NAMES, masked, names


def own(actor: Actor, token: ApiToken, pk: int) -> dict[str, Any] | None:
    """As queries.deliveries.one, of a delivery that this token brought, for as long as it may bring any."""
    rows = Delivery.objects.filter(token=token).annotate(**names(actor), asked_by_name=F("asked_by__name"))
    row = rows.filter(pk=pk).values(*COLUMNS, *NAMES, *DETAIL, "asked_by_name", "unit__name").first()
    return masked(row) if row else None
