"""Writing feeds: what is asked of a source, and of what the answer is evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.evidence.models import Feed, Source
from readiness.evidence.services.declaring import environment as declared
from readiness.evidence.services.pulls.kinds import connector_of
from readiness.evidence.services.pulls.planning import plan
from readiness.evidence.services.sources.access import lock_feed, lock_source
from readiness.evidence.services.sources.changing import LONGEST_NAME
from readiness.evidence.services.sources.config import check_ask
from readiness.workloads.models import CapacityPool, Workload
from readiness.workloads.services.access import can_edit

CHANGEABLE = ("name", "ask", "workload", "pool", "environment")
MOST_FEEDS = 200  # of one source: they are asked one after the other


def create_feed(
    *, by: Actor, source: Source, name: str, ask: Mapping[str, Any], workload: Workload | None = None,
    pool: CapacityPool | None = None, environment: Mapping[str, Any] | None = None,
) -> Feed:  # fmt: skip
    """Ask something of a source from now on, as evidence of a workload, of a pool, or of neither.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    with acting(by):
        row = Feed(source=lock_source(source, by=by))
        if Feed.objects.filter(source=row.source, retired_at=None).count() >= MOST_FEEDS:
            raise ValidationError(_("A source has at most %d feeds; make another source.") % MOST_FEEDS)
        _write(by, row, {"name": name, "ask": ask, "workload": workload, "pool": pool, "environment": environment})
        row.save()
        plan(row.source, clock.now(), afresh=True)
    return row


def change_feed(*, by: Actor, feed: Feed, changes: Mapping[str, Any], version: int | None = None) -> Feed:
    """Change CHANGEABLE fields, `ask` and `environment` as wholes. What is asked anew, or is evidence of something else, is read
    from the beginning again. Raises PermissionDenied, StaleVersion, ValidationError with a message per field.
    """
    if unknown := set(changes) - set(CHANGEABLE):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})
    with acting(by):
        row = lock_feed(feed, by=by, version=version)
        before = _state(row)
        _write(by, row, changes)
        after = _state(row)
        if after != before:
            afresh = any(after[name] != before[name] for name in ("ask", "workload_id", "pool_id"))
            if afresh:
                row.read_to, row.error = None, ""
            _save(row, [*CHANGEABLE, "initiative", "read_to", "error"])
            plan(row.source, clock.now(), afresh=afresh)
    return row


def pause_feed(*, by: Actor, feed: Feed, version: int | None = None) -> Feed:
    """Leave it out of the pulls until somebody resumes it; then what was missed is read. Twice is the same as once."""
    return _switch(by, feed, version, paused=True)


def resume_feed(*, by: Actor, feed: Feed, version: int | None = None) -> Feed:
    """Ask it again. Twice is the same as once."""
    return _switch(by, feed, version, paused=False)


def retire_feed(*, by: Actor, feed: Feed, version: int | None = None) -> Feed:
    """Ask it no more; what it brought stays evidence. Twice is the same as once."""
    with acting(by):
        row = lock_feed(feed, by=by, version=version, retired=True)
        if row.retired_at is None:
            row.retired_at = clock.now()
            _save(row, ["retired_at"])
            plan(row.source, clock.now())
    return row


def may_be_about(by: Actor, *, workload: Workload | None = None, pool: CapacityPool | None = None) -> bool:
    """Who may change a workload, or looks after the evidence of its unit, may say what is evidence of it; of a pool those who
    look after it or after the evidence of its unit."""
    if workload is not None:
        initiative = workload.initiative
        return can_edit(by, initiative) or by.may(Action.EVIDENCE, initiative.unit.path)
    if pool is not None:
        return by.may(Action.CAPACITY, pool.unit.path) or by.may(Action.EVIDENCE, pool.unit.path)
    return True


def _switch(by: Actor, feed: Feed, version: int | None, *, paused: bool) -> Feed:
    with acting(by):
        row = lock_feed(feed, by=by, version=version)
        if (row.paused_at is not None) != paused:
            row.paused_at = clock.now() if paused else None
            _save(row, ["paused_at"])
            plan(row.source, clock.now())
    return row


def _write(by: Actor, row: Feed, changes: Mapping[str, Any]) -> None:
    """Raises PermissionDenied, ValidationError by field."""
    if "name" in changes:
        row.name = str(changes["name"]).strip()
    if "ask" in changes:
        row.ask = check_ask(connector_of(row.source.kind), changes["ask"])
    if "environment" in changes:
        row.environment = declared(changes["environment"], clock.now())
    if {"workload", "pool"} & set(changes):
        _aim(by, row, changes.get("workload", row.workload), changes.get("pool", row.pool))
    row.unit_id = row.source.unit_id
    _clean(row)


def _aim(by: Actor, row: Feed, workload: Workload | None, pool: CapacityPool | None) -> None:
    if workload is not None and pool is not None:
        raise ValidationError({"pool": _("Evidence is of a workload or of a pool, not of both.")})
    same = (workload and workload.pk, pool and pool.pk) == (row.workload_id, row.pool_id)
    if not same and not may_be_about(by, workload=workload, pool=pool):
        raise PermissionDenied(_("You may not say what is evidence of this."))
    about = {"workload": workload, "pool": pool}
    demo = {name: one.initiative.demo if isinstance(one, Workload) else one.demo for name, one in about.items() if one}
    if wrong := [name for name, value in demo.items() if value != row.source.demo]:
        raise ValidationError({wrong[0]: _("Demo and real evidence do not mix.")})
    if workload is not None and workload.retired_at is not None and not same:
        raise ValidationError({"workload": _("This workload is retired.")})
    row.workload, row.pool = workload, pool
    row.initiative_id = workload.initiative_id if workload else None


def _clean(row: Feed) -> None:
    if not row.name or len(row.name) > LONGEST_NAME or not row.name.isprintable():
        raise ValidationError({"name": _("A name of one to %d printable characters.") % LONGEST_NAME})
    namesakes = Feed.objects.filter(source=row.source, name=row.name, retired_at=None)
    if namesakes.exclude(pk=row.pk).exists():
        raise ValidationError({"name": _("This source has a feed of that name.")})


def _state(row: Feed) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", "ask", "workload_id", "pool_id", "environment")}


def _save(row: Feed, names: Sequence[str]) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])
