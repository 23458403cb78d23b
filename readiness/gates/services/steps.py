"""Moving a review that is locked from one state to the next, with its event row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from readiness.gates.choices import ReviewStep
from readiness.gates.models import Review, ReviewEvent
from readiness.gates.rules.reviews import MOVES

# A vote that lapsed, or another round: nothing of the one before is left standing.
AFRESH: Mapping[str, Any] = {"scheduled_at": None, "opened_at": None, "window_ends_at": None}


def take(
    row: Review, step: ReviewStep, *, by: int | None, at: datetime, note: str = "", facts: Mapping[str, Any] | None = None,
    **columns: Any,
) -> ReviewEvent:  # fmt: skip
    """The step's end state and these columns on the row, and who did it; the caller has asked the rules. `by` None: by itself."""
    before = row.state
    for name, value in {**columns, "state": MOVES[step].end, "version": row.version + 1}.items():
        setattr(row, name, value)
    row.save(update_fields=[*columns, "state", "version"])
    return ReviewEvent.objects.create(
        review=row, step=step, before=before, after=row.state, round=row.round, by_id=by, at=at, note=note, facts=facts or {}
    )  # fmt: skip


def named(row: Review, **more: int) -> dict[str, int]:
    """The payload of an event about a review: ids alone."""
    return {"initiative_id": row.initiative_id, "review_id": row.pk, **more}
