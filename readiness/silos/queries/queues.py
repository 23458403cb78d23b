"""Who waits for capacity: allocations that were asked for, and quotas that providers have not granted in full."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Exists, OuterRef

from portfolio.initiatives.choices import Status
from readiness.silos.choices import CAPABILITY_OF_FUNCTION, CAPABILITY_OF_POOL, ProofTable
from readiness.silos.rules.quotas import Quota, waiting
from readiness.silos.rules.world import QueueRow
from readiness.workloads.choices import AllocationState, OptionState
from readiness.workloads.models import Allocation, VenueComparison, VenueOption


def allocation_queue(*, demo: bool) -> tuple[QueueRow, ...]:
    """Allocations that were asked for and are not granted; the unit is the one that asks. One statement."""
    rows = Allocation.objects.filter(
        state=AllocationState.REQUESTED, initiative__demo=demo, workload__retired_at=None, pool__demo=demo
    ).order_by("id")
    found = rows.values_list(
        "id", "initiative__unit_id", "initiative__unit__path", "pool__kind", "quantity", "asked_at"
    )  # fmt: skip
    return tuple(
        QueueRow(unit, CAPABILITY_OF_POOL[kind], Decimal(str(much)), asked.date(), "allocation asked for", pk, path)
        for pk, unit, path, kind, much, asked in found
    )


def quota_queue(*, demo: bool) -> tuple[tuple[QueueRow, ...], int]:
    """Quotas that wait, of initiatives that run, and of how many functions nobody knows whether they do. One statement.

    When a quota was asked for is not recorded.
    """
    needless = VenueComparison.objects.filter(
        initiative=OuterRef("initiative"), function=OuterRef("function"), not_applicable=True
    )  # fmt: skip
    rows = VenueOption.objects.filter(initiative__demo=demo).exclude(initiative__status=Status.CLOSED)
    rows = rows.exclude(state=OptionState.REJECTED).exclude(Exists(needless)).order_by("id")
    found = rows.values_list(
        "id", "initiative_id", "function", "state", "quota_requested", "quota_granted", "initiative__unit_id",
        "initiative__unit__path",
    )  # fmt: skip
    options = {row[0]: (Quota(*row[:6]), row[6], row[7]) for row in found}
    wait, unknown = waiting(quota for quota, _unit, _path in options.values())
    return tuple(_row(one, *options[one.id][1:]) for one in wait), unknown


def _row(one: Quota, unit: int, path: str) -> QueueRow:
    capability, missing = CAPABILITY_OF_FUNCTION[one.function], Decimal(str(one.missing))
    return QueueRow(unit, capability, missing, None, "quota not granted", one.id, path, ProofTable.QUOTA)
