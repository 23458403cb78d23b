"""By when what an answer lacks must be ordered."""

from __future__ import annotations

from datetime import date

from readiness.sizing.rules.sized import Sized
from readiness.workloads.models import Workload
from readiness.workloads.rules.capacity import OrderBy, order_by


def order_by_of(workload: Workload, found: Sized, today: date) -> OrderBy | None:
    """Need date - lead time of the pool (else of the venue option); None where nothing is short or nobody said when."""
    standing = found.standing
    if workload.needed_on is None or standing.need is None or not (standing.short_high or standing.free is None):
        return None
    place = found.draft.pool or found.draft.venue
    return order_by(workload.needed_on, place["lead_time_days"] if place else None, today)
