"""Writing sources: one verb per change, the same for page, API and command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.kit.secrets import Unreadable
from readiness.connectors.live import Connector
from readiness.evidence.choices import BROUGHT, SourceKind
from readiness.evidence.models import Source, SourceHealth
from readiness.evidence.services.pulls.kinds import connector_of
from readiness.evidence.services.pulls.planning import plan
from readiness.evidence.services.pulls.sealed import opened
from readiness.evidence.services.sources.access import lock_source, require_manage
from readiness.evidence.services.sources.config import check_budget, check_config, places
from readiness.evidence.services.sources.secrets import COLUMNS, merged, put

CHANGEABLE = ("name", "config", "interval_s", "deadline_s", "max_bytes", "note")
LONGEST_NAME = 200


def create_source(
    *, by: Actor, unit: BusinessUnit, name: str, kind: SourceKind, config: Mapping[str, Any],
    secrets: Mapping[str, str | None] | None = None, interval_s: int = 900, deadline_s: int = 60,
    max_bytes: int = 200 * 2**20, note: str = "", demo: bool = False,
) -> Source:  # fmt: skip
    """A place to ask. `config` are the connector's fields without the secrets, which come apart. It is asked from the first
    feed on. Raises PermissionDenied, ValidationError with a message per field.
    """
    require_manage(by, unit)
    connector, told = connector_of(kind), merged({}, secrets)
    with acting(by):
        row = Source(
            unit=unit, name=name.strip(), kind=kind, config=check_config(connector, config, told), interval_s=interval_s,
            deadline_s=deadline_s, max_bytes=max_bytes, note=note.strip(), demo=demo, created_by_id=by.user_id,
        )  # fmt: skip
        _clean(row)
        row.save()
        SourceHealth.objects.create(source=row)
        if told:
            put(row, told)
            row.save(update_fields=COLUMNS)
    return row


def change_source(
    *, by: Actor, source: Source, changes: Mapping[str, Any], secrets: Mapping[str, str | None] | None = None,
    version: int | None = None,
) -> Source:  # fmt: skip
    """Change CHANGEABLE fields, `config` as a whole, and secrets: an empty one goes, one that is not named stays.

    Where the address or the certificate authority changes, none stays that is not given anew in the same call: else whoever may
    change a source could have its secrets sent elsewhere. Raises PermissionDenied, StaleVersion, ValidationError by field.
    """
    changes = {name: value for name, value in changes.items() if name != "unit" or value != source.unit}
    if "unit" in changes:
        raise ValidationError({"unit": _("A source stays with its unit, as its evidence does: make another one there.")})
    if unknown := set(changes) - set(CHANGEABLE):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})
    with acting(by):
        row = lock_source(source, by=by, version=version)
        before = {name: getattr(row, name) for name in CHANGEABLE}
        for name in set(changes) - {"config"}:
            value = changes[name]
            setattr(row, name, value.strip() if isinstance(value, str) else value)
        fields = _point(row, connector_of(row.kind), changes.get("config", row.config), secrets)
        _clean(row)
        if fields or before != {name: getattr(row, name) for name in CHANGEABLE}:
            _save(row, [*CHANGEABLE, *fields])
            plan(row, clock.now(), afresh=bool(fields) or before["config"] != row.config)
    return row


def set_secret(*, by: Actor, source: Source, secrets: Mapping[str, str | None], version: int | None = None) -> Source:
    """Change secrets alone: an empty one goes, one that is not named stays. Raises like change_source."""
    return change_source(by=by, source=source, changes={}, secrets=secrets, version=version)


def pause_source(*, by: Actor, source: Source, version: int | None = None) -> Source:
    """Ask it no more until somebody resumes; what waits is dropped. Twice is the same as once."""
    with acting(by):
        row = lock_source(source, by=by, version=version)
        if row.paused_at is None:
            row.paused_at = clock.now()
            _save(row, ["paused_at"])
            plan(row, clock.now())
    return row


def resume_source(*, by: Actor, source: Source, version: int | None = None) -> Source:
    """Ask it again, now. Twice is the same as once."""
    with acting(by):
        row = lock_source(source, by=by, version=version)
        if row.paused_at is not None:
            row.paused_at = None
            _save(row, ["paused_at"])
            plan(row, clock.now(), afresh=True)
    return row


def retire_source(*, by: Actor, source: Source, version: int | None = None) -> Source:
    """Take it out of the lists for good; its evidence and history stay, its secrets go. Twice is the same as once."""
    with acting(by):
        row = lock_source(source, by=by, version=version, retired=True)
        if row.retired_at is None:
            row.retired_at = clock.now()
            put(row, {})
            _save(row, ["retired_at", *COLUMNS])
            plan(row, clock.now())
    return row


def _point(
    row: Source, connector: Connector, config: Mapping[str, Any], given: Mapping[str, str | None] | None
) -> tuple[str, ...]:  # fmt: skip
    """Set config and secrets; the answer are the columns of the secrets, if these change."""
    moved = places(connector, config) != places(connector, row.config)
    kept = {} if moved else _readable(row)
    told = merged(kept or {}, given)
    row.config = check_config(connector, config, told)
    if kept is not None and told == kept and not (moved and row.secret_names):
        return ()
    put(row, told)
    return COLUMNS


def _readable(row: Source) -> dict[str, str] | None:
    """None where no key opens them: then they count as not given, and whoever changes the source gives them anew."""
    try:
        return opened(row)
    except Unreadable:
        return None


def _clean(row: Source) -> None:
    """Raises ValidationError by field."""
    if not row.name or len(row.name) > LONGEST_NAME or not row.name.isprintable():
        raise ValidationError({"name": _("A name of one to %d printable characters.") % LONGEST_NAME})
    check_budget(row.kind, interval_s=row.interval_s, deadline_s=row.deadline_s, max_bytes=row.max_bytes, note=row.note)
    namesakes = Source.objects.filter(Q(retired_at=None) | Q(kind__in=BROUGHT), unit=row.unit, name=row.name, demo=row.demo)
    if namesakes.exclude(pk=row.pk).exists():
        raise ValidationError({"name": _("This unit has a source of that name.")})


def _save(row: Source, names: Sequence[str]) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])
