"""What is planned: how workloads are sized, what capacity they need and have, which venues were compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone

from readiness.core.sizing.inputs import Grade
from readiness.gates.queries.facts.subjects import One, Row, Subjects
from readiness.gates.rules.criteria.facts import CapacityFact, SizingFact
from readiness.gates.rules.criteria.finding import Cited
from readiness.sizing.choices import Approach
from readiness.workloads.choices import AllocationState, Function, Metric, PoolKind
from readiness.workloads.models import Allocation, Requirement, VenueComparison
from readiness.workloads.rules.venues import Compared, comparison

# requirement -> the pool that carries it, and its unit in the pool's: GB in TB, Gbit/s as they are
_OF_REQUIREMENT = {Metric.STORAGE_CAPACITY: (PoolKind.STORAGE, 1e-3), Metric.NETWORK_BANDWIDTH: (PoolKind.NETWORK, 1.0)}


def sizing_facts(subjects: Subjects) -> dict[int, list[SizingFact]]:
    return {pk: [_sizing(one) for one in rows] for pk, rows in subjects.workloads.items()}


def _sizing(one: One) -> SizingFact:
    """As old as the measurement that it stands on, because the same inputs are not sized anew; without one, as its answer."""
    row = one.option
    if row is None or row["result_id"] is None:
        return SizingFact(one.name)
    when = row["result__computed_at"]
    if row["measurement_id"] is not None:
        day = row["measurement__observed_on"]
        when = datetime.combine(day, time(), UTC) if day else None
    cited = Cited("sizing", row["result_id"], row["result__inputs_digest"], row["result__computed_at"])
    return SizingFact(one.name, Grade(row["result__grade"]), when, cited)


def venue_facts(subjects: Subjects) -> dict[int, dict[Function, Compared]]:
    """Every function, as workloads judge its comparison; one statement."""
    said: dict[tuple[int, str], VenueComparison] = {
        (row.initiative_id, row.function): row for row in VenueComparison.objects.filter(initiative__in=subjects.ids)
    }
    return {
        pk: {
            function: _compared(
                [row for row in subjects.venues.get(pk, ()) if row["function"] == function], said.get((pk, function))
            )
            for function in Function
        }
        for pk in subjects.initiatives
    }


def _compared(options: Iterable[Row], said: VenueComparison | None) -> Compared:
    pairs = [(row["venue"], row["state"]) for row in options]
    if said is None:
        return comparison(pairs)
    return comparison(pairs, reason=said.reason, not_applicable=said.not_applicable)


def capacity_facts(subjects: Subjects, now: datetime) -> dict[int, list[CapacityFact]]:
    """Accelerators of every workload, storage and network of those that require some; two statements."""
    today = timezone.localdate(now)
    held, wanted = _held(subjects), _wanted(subjects)
    made: dict[int, list[CapacityFact]] = {pk: [] for pk in subjects.initiatives}
    for one in subjects.every_workload:
        made[one.initiative] += _capacity(one, subjects, held, wanted, today)
    return made


def _held(subjects: Subjects) -> dict[tuple[int, str], list[Row]]:
    """Granted and requested lines by workload and kind of pool."""
    rows = Allocation.objects.filter(
        workload__in=[one.id for one in subjects.every_workload],
        state__in=(AllocationState.GRANTED, AllocationState.REQUESTED),
    )
    made: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows.values("workload_id", "pool__kind", "quantity", "starts_on", "ends_on", "state", "asked_at"):
        made[row["workload_id"], row["pool__kind"]].append(row)
    return made


def _wanted(subjects: Subjects) -> dict[tuple[int, PoolKind], float | None]:
    """What requirements ask of storage and network; None where one has no target."""
    rows = Requirement.objects.filter(
        workload__in=[one.id for one in subjects.every_workload], retired_at=None, metric__in=list(_OF_REQUIREMENT)
    )
    made: dict[tuple[int, PoolKind], float | None] = {}
    for workload, metric, target in rows.order_by("id").values_list("workload_id", "metric", "target"):
        kind, factor = _OF_REQUIREMENT[Metric(metric)]
        asked = None if target is None else target * factor
        before = made.get((workload, kind), 0.0)
        made[workload, kind] = None if asked is None or before is None else max(before, asked)
    return made


def _capacity(
    one: One, subjects: Subjects, held: Mapping[tuple[int, str], list[Row]],
    wanted: Mapping[tuple[int, PoolKind], float | None], today: date,
) -> Iterator[CapacityFact]:  # fmt: skip
    for kind in PoolKind:
        if kind is PoolKind.ACCELERATORS:
            low, high = _accelerators(one)
            is_api = one.option is not None and one.option["approach"] == Approach.API
            there: dict[str, Any] = {"granted": 1.0} if is_api else _there(one, subjects, held.get((one.id, kind), []), today)
        elif (one.id, kind) in wanted:
            low = high = wanted[one.id, kind]
            there = _lines(one, held.get((one.id, kind), []), today)
        else:
            continue
        yield CapacityFact(one.name, kind, low, high, there.pop("granted", None), wanted_from=one.needed_on, **there)


def _accelerators(one: One) -> tuple[float | None, float | None]:
    """Both ends of the need. Of an API it is counted in quotas, of which one is granted; None is not sized, or out of reach."""
    row = one.option
    if row is None or row["result_id"] is None:
        return None, None
    part = "accelerators"
    if row["approach"] == Approach.API:
        part = "replicas"
    elif row["result__accelerators_low"] is None and row["result__replicas_low"] is not None:
        return 0.0, 0.0  # it runs on machines without any
    return row[f"result__{part}_low"], row[f"result__{part}_high"]


def _there(one: One, subjects: Subjects, rows: list[Row], today: date) -> dict[str, Any]:
    """Lines in pools that are kept here; without any, the quota that the provider of the chosen venue granted."""
    if rows:
        return _lines(one, rows, today)
    place = subjects.chosen_venue(one.initiative, one.function)
    if place is None or (place["quota_granted"] is None and place["quota_requested"] is None):
        return {}
    asked, granted = place["quota_requested"] or 0.0, place["quota_granted"]
    usable = today if granted is not None else None
    return {"granted": granted, "requested": max(0.0, asked - (granted or 0.0)), "usable_from": usable}


def _lines(one: One, rows: list[Row], today: date) -> dict[str, Any]:
    """What holds on the day that it is needed and after; one that ends before is no cover. Without any line nothing is said."""
    if not rows:
        return {}
    day = max(today, one.needed_on or today)
    lasting = [row for row in rows if row["ends_on"] is None or row["ends_on"] >= day]
    granted = [row for row in lasting if row["state"] == AllocationState.GRANTED]
    return {
        "granted": float(sum(row["quantity"] for row in granted)),
        "requested": float(sum(row["quantity"] for row in lasting if row["state"] == AllocationState.REQUESTED)),
        "usable_from": max((row["starts_on"] for row in granted), default=None),
        "stated_at": min((row["asked_at"] for row in granted or rows), default=None),
    }
