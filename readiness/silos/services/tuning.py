"""Tuning the rules, and saying which purchases pay for a pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from portfolio.procurement.models import Purchase
from readiness.silos.choices import FindingKind
from readiness.silos.models import PoolPurchase, RuleSetting
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.tuning import KNOBS, BadSetting, as_written, settings_of, tuned
from readiness.workloads.models import CapacityPool


class StaleSetting(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: RuleSetting) -> None:
        super().__init__(f"rule {current.kind} is at version {current.version}")
        self.current = current


def can_tune(by: Actor) -> bool:
    """The rules are the whole organisation's: those who judge silos for all of it, and its administrators."""
    return by.may(Action.SILO, EVERYTHING) or by.may(Action.CONFIGURE, EVERYTHING)


def tune(*, by: Actor, kind: FindingKind, values: Mapping[str, Any], version: int | None = None) -> RuleSetting:
    """Say what differs from the defaults (`values` replace what was said before); findings are looked for again.

    Raises PermissionDenied, ValidationError by knob, StaleSetting.
    """
    if not can_tune(by):
        raise PermissionDenied(_("Only those who judge silos for the whole organisation may tune the rules."))
    with acting(by):
        row, _made = RuleSetting.objects.select_for_update().get_or_create(kind=kind)
        if version is not None and row.version != version:
            raise StaleSetting(row)
        row.values = _differing(kind, values)
        row.version, row.updated_at, row.updated_by_id = row.version + 1, clock.now(), by.user_id
        row.save()
        emit("silo_rules.changed", {"kind": kind.value})
    return row


def _differing(kind: FindingKind, values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        tuned(kind, values)
        written = as_written(kind, settings_of({kind.value: values}))
    except BadSetting as problem:
        raise ValidationError({problem.name: str(problem)}) from problem
    default = as_written(kind, Settings())
    return {knob.name: written[knob.name] for knob in KNOBS[kind] if written[knob.name] != default[knob.name]}


def can_link(by: Actor, pool: CapacityPool) -> bool:
    """Those who look after the pool, and those who buy for its unit."""
    return by.may(Action.CAPACITY, pool.unit.path) or by.may(Action.PURCHASE, pool.unit.path)


def link_purchase(*, by: Actor, pool: CapacityPool, purchase: Purchase) -> PoolPurchase:
    """Say that a purchase pays for a pool; saying it twice changes nothing."""
    _check(by, pool, purchase)
    with acting(by):
        row, made = PoolPurchase.objects.get_or_create(pool=pool, purchase=purchase)
        if made:
            emit("capacity.changed", {"pool_ids": [pool.pk]})
    return row


def unlink_purchase(*, by: Actor, pool: CapacityPool, purchase: Purchase) -> None:
    """It does not, after all."""
    _check(by, pool, purchase)
    with acting(by):
        gone, _rows = PoolPurchase.objects.filter(pool=pool, purchase=purchase).delete()
        if gone:
            emit("capacity.changed", {"pool_ids": [pool.pk]})


def _check(by: Actor, pool: CapacityPool, purchase: Purchase) -> None:
    if not can_link(by, pool):
        raise PermissionDenied(_("Only those who look after the pool or buy for its unit may do that."))
    if not Purchase.objects.visible_to(by).filter(pk=purchase.pk, demo=pool.demo).exists():
        raise ValidationError({"purchase": _("There is no such purchase.")})
