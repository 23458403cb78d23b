"""The risk figure of an initiative, which a higher slice keeps beside it: gates read it and know nothing else of risk."""

from __future__ import annotations

from typing import Any

from portfolio.initiatives.models import RiskStanding
from readiness.gates.rules.record.risk import frozen

_FIELDS = (
    "value", "low", "high", "months", "band", "counts", "resolved", "drivers", "on", "version", "generation", "digest",
)  # fmt: skip


def figure_of(initiative: int) -> dict[str, Any] | None:
    """As a decision would freeze it now; None where there is none. One statement; whoever asks has the initiative in sight."""
    row = RiskStanding.objects.filter(initiative=initiative).values(*_FIELDS).first()
    return frozen(row) if row is not None else None
