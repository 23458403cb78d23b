"""Workloads, pools and venues of the demo: on top of its initiatives, marked through them or by the pool's own mark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.demo.subjects import Subject, cast, subjects
from portfolio.initiatives.services.demo.tables import noon
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows, next_ids
from readiness.workloads.models import ProfileValue, ProfileVersion, Workload
from readiness.workloads.queries.states import digest_of, state_of, stored_state
from readiness.workloads.rules.demand import Value
from readiness.workloads.rules.requirements import derive
from readiness.workloads.services.demo.places import lay_out
from readiness.workloads.services.demo.plan import ASSISTANTS, RICH, DemoValue, DemoWorkload, workloads
from readiness.workloads.services.deriving import derive_requirements

WORKLOAD, VALUE, REQUIREMENT = "workloads_workload", "workloads_profilevalue", "workloads_requirement"
COLUMNS: dict[str, str] = {
    WORKLOAD: "id initiative_id name task workload_class experience template note needed_on",
    VALUE: "workload_id initiative_id name knowledge value low high origin note owner_id due",
    REQUIREMENT: "workload_id initiative_id metric comparator target unit percentile window_s environment derived_from",
}
CHUNK = 1_000


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add the slice's part to the demo that stands; returns how many workloads it has. Inside the caller's transaction."""
    everyone, crew = subjects(), cast()
    with acting(by, note="demo"):
        made = list(workloads(everyone, crew, seed, today))
        ids = next_ids(WORKLOAD, len(made))
        for start in range(0, len(made), CHUNK):
            _copy(made[start : start + CHUNK], ids[start : start + CHUNK])
        _keep_versions(made, ids, today)
        _share_platform(everyone, made, ids)
        lay_out(everyone, crew, made, ids, seed, today)
    return len(made)


def _copy(made: list[DemoWorkload], ids: list[int]) -> None:
    pairs = list(zip(made, ids, strict=True))
    copy_rows(WORKLOAD, COLUMNS[WORKLOAD], (_workload(one, pk) for one, pk in pairs))
    copy_rows(VALUE, COLUMNS[VALUE], (row for one, pk in pairs for row in _values(one, pk)))
    copy_rows(REQUIREMENT, COLUMNS[REQUIREMENT], (row for one, pk in pairs for row in _requirements(one, pk)))


def _workload(one: DemoWorkload, pk: int) -> tuple[Any, ...]:
    start = one.template
    return (
        pk, one.subject.pk, one.name, start.task, start.workload_class, start.experience, start.key, one.note, one.needed_on,
    )  # fmt: skip


def _first(one: DemoWorkload) -> tuple[DemoValue, ...]:
    """The values to begin with: those of the kept version where there is one."""
    return one.before or one.values


def _values(one: DemoWorkload, pk: int) -> Iterator[tuple[Any, ...]]:
    for value in _first(one):
        yield (
            pk, one.subject.pk, value.name, value.knowledge, value.value, value.low, value.high, value.origin, value.note,
            value.owner, value.due,
        )  # fmt: skip


def _requirements(one: DemoWorkload, pk: int) -> Iterator[tuple[Any, ...]]:
    stored = {value.name: Value(value.knowledge, value.value, value.low, value.high, value.origin) for value in _first(one)}
    for row in derive(one.template.task, one.template.workload_class, stored):
        yield (
            pk, one.subject.pk, row.metric, row.comparator, row.target, row.unit, row.percentile, row.window_s,
            dict(row.environment), row.derived_from,
        )  # fmt: skip


def _keep_versions(made: list[DemoWorkload], ids: list[int], today: date) -> None:
    """What some profiles were: kept as version 1, then found out, and for every second of them kept again."""
    for number, (one, pk) in enumerate((one, pk) for one, pk in zip(made, ids, strict=True) if one.before):
        row = Workload.objects.get(pk=pk)
        _keep(row, 1, "First estimate, from the template", today - timedelta(days=70 + number))
        now = {value.name: value for value in one.values}
        rows = list(ProfileValue.objects.filter(workload=row))
        for held in rows:
            value = now[held.name]
            held.knowledge, held.value, held.low, held.high = value.knowledge, value.value, value.low, value.high
            held.origin, held.note, held.owner_id, held.due = value.origin, value.note, value.owner, value.due
        ProfileValue.objects.bulk_update(rows, ["knowledge", "value", "low", "high", "origin", "note", "owner", "due"])
        derive_requirements(row)
        if number % 2:
            _keep(row, 2, "After the pilot's first month", today - timedelta(days=9 + number))


def _keep(row: Workload, number: int, label: str, day: date) -> None:
    state = state_of(row)
    values, requirements = stored_state(state)
    ProfileVersion.objects.create(
        workload=row, initiative_id=row.initiative_id, number=number, label=label, values=values, requirements=requirements,
        digest=digest_of(state), made_at=noon(day),
    )  # fmt: skip


def _share_platform(everyone: list[Subject], made: list[DemoWorkload], ids: list[int]) -> None:
    """The first assistant's workload is a platform that serves the other assistants which are still running."""
    homes = [(one, pk) for one, pk in zip(made, ids, strict=True) if one.subject.topic == ASSISTANTS and not one.subject.closed]
    guests = [one.pk for one in everyone[:RICH] if one.topic == ASSISTANTS and not one.closed]
    if homes and len(guests) > 1:
        home, pk = homes[-1]
        platform = Workload.objects.get(pk=pk)
        platform.serves.set(Initiative.objects.filter(pk__in=set(guests) - {home.subject.pk}))
