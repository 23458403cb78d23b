"""Writing pools and allocations. Every promise is made under the pool's lock, so that the same capacity is promised once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation, CapacityPool, Workload
from readiness.workloads.queries.capacity import offerable_units, open_allocations
from readiness.workloads.rules import capacity as ledger
from readiness.workloads.services.access import can_edit, lock, require_edit
from readiness.workloads.services.shortage import refusal, require_known

MONEY_FIELDS = ("cost_per_month", "cost_currency")
POOL_FIELDS = (
    "unit", "offered_to", "name", "kind", "accelerator", "venue", "provider", "size", "committed", "ordered", "arrives_on",
    "lead_time_days", *MONEY_FIELDS, "note",
)  # fmt: skip
MOST = 1e12
LONGEST_LEAD_TIME_DAYS = 3660
LONGEST_NOTE = 500


class StalePool(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: CapacityPool) -> None:
        super().__init__(f"pool {current.pk} is at version {current.version}")
        self.current = current


def can_grant(by: Actor, pool: CapacityPool) -> bool:
    return by.may(Action.CAPACITY, pool.unit.path)


def create_pool(*, by: Actor, unit: BusinessUnit, name: str, kind: PoolKind, demo: bool = False, **values: Any) -> CapacityPool:
    """Say that a pool exists; `values` are POOL_FIELDS. Without `size` nobody knows it, and then nothing is free for sure.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    changes = {"unit": unit, "name": name, "kind": kind, **values}
    _check_names(changes)
    with acting(by):
        row = CapacityPool(demo=demo)
        _write(by, row, changes)
        row.save()
        _changed(row.pk)
    return row


def change_pool(
    *, by: Actor, pool: CapacityPool, changes: Mapping[str, Any], version: int | None = None
) -> CapacityPool:  # fmt: skip
    """Change POOL_FIELDS. What was granted stays covered: a change that would leave a day short is refused, saying whose.

    Raises PermissionDenied, ValidationError with a message per field, StalePool if `version` is not the current one.
    """
    _check_names(changes)
    with acting(by):
        row = _lock(pool.pk)
        _require_capacity(by, row)
        if version is not None and row.version != version:
            raise StalePool(row)
        before = row.kind
        _write(by, row, changes)
        if row.kind != before and Allocation.objects.filter(pool=row).exists():
            raise ValidationError({"kind": _("Its allocations are counted in the unit of its kind; make another pool.")})
        _require_balance(by, row)
        row.version, row.updated_at = row.version + 1, clock.now()
        row.save(update_fields=[*changes, "version", "updated_at"])
        _changed(row.pk)
    return row


def request_capacity(
    *, by: Actor, pool: CapacityPool, workload: Workload, quantity: float, starts_on: date, ends_on: date | None = None,
    note: str = "",
) -> Allocation:  # fmt: skip
    """Ask for a part of a pool from a day, until a day or for good. It queues, and takes nothing, until it is granted.

    The pool is one of the asker's units or one offered to them.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    require_edit(by, workload.initiative)
    if not CapacityPool.objects.within_reach(by).filter(pk=pool.pk).exists():
        raise PermissionDenied(_("You may not ask for capacity of this pool."))
    if pool.demo != workload.initiative.demo:
        raise ValidationError({"pool": _("Demo and real capacity do not mix.")})
    _check_amounts({"quantity": quantity})
    if quantity <= 0:
        raise ValidationError({"quantity": _("Ask for more than nothing.")})
    if ends_on is not None and ends_on < starts_on:
        raise ValidationError({"ends_on": _("It cannot end before it begins.")})
    with acting(by):
        if lock(workload, by=by, retired=True).retired_at is not None:
            raise ValidationError({"workload": _("This workload is retired.")})
        row = Allocation(
            pool=pool, workload=workload, initiative_id=workload.initiative_id, quantity=quantity, starts_on=starts_on,
            ends_on=ends_on, note=note.strip(), asked_by_id=by.user_id,
        )  # fmt: skip
        row.full_clean(exclude=["asked_by"])  # nobody is asking where the product itself does
        row.save()
        _changed(pool.pk)
    return row


def grant(*, by: Actor, allocation: Allocation) -> Allocation:
    """Give what was asked for, if it is free on every day of its span.

    Raises PermissionDenied; ValidationError that says by how much, on which days and who holds it, or that nobody knows the
    pool's size.
    """
    with acting(by):
        pool = _lock(allocation.pool_id)
        _require_capacity(by, pool)
        row = _waiting(allocation)
        if row.workload.retired_at is not None:
            raise ValidationError(_("The workload that asked is retired."))
        require_known(pool)
        held = _granted(pool)
        if gaps := ledger.shortfalls(pool, held, row):
            raise ValidationError({"quantity": refusal(by, pool, gaps, held)})
        return _move(row, AllocationState.GRANTED)


def refuse(*, by: Actor, allocation: Allocation, reason: str) -> Allocation:
    """Say no to what was asked for; the reason is added to its note, where those who asked read it."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that those who asked can plan.")})
    with acting(by):
        pool = _lock(allocation.pool_id)
        _require_capacity(by, pool)
        row = _waiting(allocation)
        said = _("Refused: %s") % reason.strip()
        if len(row.note) + 1 + len(said) > LONGEST_NOTE:
            raise ValidationError({"reason": _("Say it more briefly: with the note of those who asked it is too long.")})
        row.note = f"{row.note} {said}".strip()
        return _move(row, AllocationState.REFUSED, "note")


def release(*, by: Actor, allocation: Allocation, on: date | None = None) -> Allocation:
    """Give it back, or take a request back: those who may change the workload and those who look after the pool.

    With `on` in the future a grant is shortened and ends on that day; otherwise it ends now.
    """
    today = clock.today()
    with acting(by):
        pool = _lock(allocation.pool_id)
        row = _lock_allocation(allocation)
        if not (can_grant(by, pool) or can_edit(by, row.workload.initiative)):
            raise PermissionDenied(_("You may not release this allocation."))
        if row.state not in (AllocationState.REQUESTED, AllocationState.GRANTED):
            raise ValidationError(_("It was released or refused already."))
        if on is not None and on > today and row.state == AllocationState.GRANTED:
            if on < row.starts_on or (row.ends_on is not None and on > row.ends_on):
                raise ValidationError({"on": _("Name a day on which it is held.")})
            row.ends_on = on
            return _move(row, AllocationState.GRANTED, "ends_on")
        _end(row, today)
        return _move(row, AllocationState.RELEASED, "ends_on")


def give_back(*, by: Actor, workload: Workload) -> None:
    """Release what a workload holds from today on, and take its requests back: it retires.

    The caller holds the workload's lock and has checked the right to it, so that nobody asks for it meanwhile; who answers a
    request of it is waited for.
    """
    today = clock.today()
    with acting(by):
        pools = set(open_allocations(workload.pk, today).values_list("pool_id", flat=True))
        for pk in sorted(pools):
            _lock(pk)
        rows = list(open_allocations(workload.pk, today).select_for_update())
        for row in rows:
            _end(row, today)
            row.state = AllocationState.RELEASED
        Allocation.objects.bulk_update(rows, ["state", "ends_on"])
        if pools:
            _changed(*pools)


def _end(row: Allocation, today: date) -> None:
    """What runs is held until today and no longer."""
    if row.state == AllocationState.GRANTED and row.starts_on <= today:
        row.ends_on = min(today, row.ends_on or today)


def _lock(pk: int) -> CapacityPool:
    """The pool as it is now; who promises or takes back of it waits here for one another."""
    row: CapacityPool = CapacityPool.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    return row


def _lock_allocation(allocation: Allocation) -> Allocation:
    rows = Allocation.objects.select_for_update(of=("self",)).select_related("workload__initiative__unit")
    row: Allocation = rows.get(pk=allocation.pk)
    return row


def _waiting(allocation: Allocation) -> Allocation:
    row = _lock_allocation(allocation)
    if row.state != AllocationState.REQUESTED:
        raise ValidationError(_("Somebody answered this request already."))
    return row


def _granted(pool: CapacityPool) -> list[Allocation]:
    return list(Allocation.objects.filter(pool=pool, state=AllocationState.GRANTED).select_related("workload"))


def _move(row: Allocation, state: AllocationState, *fields: str) -> Allocation:
    row.state = state
    row.save(update_fields=["state", *fields])
    _changed(row.pool_id)
    return row


def _require_capacity(by: Actor, pool: CapacityPool) -> None:
    if not can_grant(by, pool):
        raise PermissionDenied(_("Your roles do not allow you to look after this pool."))


def _require_balance(by: Actor, pool: CapacityPool) -> None:
    """What was granted from today on must stay covered."""
    held = _granted(pool)
    if pool.size is None or not (gaps := ledger.shortfalls(pool, held, None, since=clock.today())):
        return
    text = refusal(by, pool, gaps, held) + " " + _("Release or shorten a grant first.")
    raise ValidationError({"size": text})


def _write(by: Actor, row: CapacityPool, changes: Mapping[str, Any]) -> None:
    offered_to = row.offered_to_id
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _require_capacity(by, row)
    now = row.offered_to_id
    if now is not None and now != offered_to and not offerable_units(by).filter(pk=now).exists():
        raise ValidationError({"offered_to": _("There is no such unit.")})
    if set(MONEY_FIELDS) & set(changes) and not by.may(Action.MONEY, row.unit.path):
        raise PermissionDenied(_("You may not change amounts here."))
    _check_amounts({name: getattr(row, name) for name in ("size", "committed", "ordered")})
    _check_whole(row)
    row.full_clean()


def _check_amounts(amounts: Mapping[str, float | None]) -> None:
    wrong = {name: value for name, value in amounts.items() if value is not None and not (isfinite(value) and 0 <= value <= MOST)}
    if wrong:
        raise ValidationError(dict.fromkeys(wrong, _("A number from 0 on.")))


def _check_whole(row: CapacityPool) -> None:
    """What one field asks of another."""
    problems: dict[str, str] = {}
    if row.ordered and row.arrives_on is None:
        problems["arrives_on"] = _("Say when the order arrives.")
    if row.accelerator is not None and row.kind != PoolKind.ACCELERATORS:
        problems["accelerator"] = _("Only a pool of accelerators has one.")
    if row.cost_per_month is not None and not row.cost_currency:
        problems["cost_currency"] = _("An amount needs its currency.")
    if row.cost_per_month is not None and row.cost_per_month < 0:
        problems["cost_per_month"] = _("A number from 0 on.")
    if (row.lead_time_days or 0) > LONGEST_LEAD_TIME_DAYS:
        problems["lead_time_days"] = _("At most %d days.") % LONGEST_LEAD_TIME_DAYS
    if CapacityPool.objects.filter(unit=row.unit, name=row.name).exclude(pk=row.pk).exists():
        problems["name"] = _("This unit has a pool of that name.")
    if problems:
        raise ValidationError(problems)


def _check_names(changes: Mapping[str, Any]) -> None:
    if unknown := set(changes) - set(POOL_FIELDS):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})


def _changed(*pool_ids: int) -> None:
    emit("capacity.changed", {"pool_ids": sorted(pool_ids)})
