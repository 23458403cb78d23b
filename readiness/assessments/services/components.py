"""The component checklist of one initiative: present, planned, missing or unknown, with who finds out by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import lock
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.assessments.choices import Component, Presence
from readiness.assessments.models import ComponentCheck
from readiness.assessments.services.finders import stranger_problems
from readiness.assessments.services.rights import require_assess
from readiness.workloads.services.finders import tell_finders

_OWN = ("presence", "note", "owner_id", "due")


@dataclass(frozen=True, slots=True)
class ComponentInput:
    """`owner` and `due`: who finds an unknown out, or brings what is planned or missing. `version` as of AnswerInput."""

    presence: Presence
    note: str = ""
    owner: User | None = None
    due: date | None = None
    version: int | None = None


class StaleComponents(Exception):
    """Somebody else changed these components meanwhile; `current` is what stands there now."""

    def __init__(self, current: Mapping[Component, ComponentCheck | None]) -> None:
        super().__init__(f"changed meanwhile: {', '.join(sorted(current))}")
        self.current = dict(current)


def save_components(
    *, by: Actor, initiative: Initiative, components: Mapping[Component, ComponentInput]
) -> list[ComponentCheck]:  # fmt: skip
    """Set components; the rows that changed. What is said again as it stands is as fresh as it was said. All or none.

    Raises PermissionDenied, StaleComponents, ValidationError with messages under `component.field`.
    """
    with acting(by):
        row = lock(initiative)
        require_assess(by, row)
        now = {Component(one.component): one for one in ComponentCheck.objects.filter(initiative=row)}
        changed = {key: given for key, given in components.items() if not _same(now.get(key), given)}
        stale = {key: now.get(key) for key, given in changed.items() if given.version not in (None, _version(now.get(key)))}
        if stale:
            raise StaleComponents(stale)
        _check(row, changed, now)
        finding = {f"component:{row.pk}:{key}": one.owner_id for key, one in now.items()}
        written = [_write(row, key, now.get(key), given) for key, given in changed.items()]
        confirmed = _said_again(row, set(components) - set(changed))
        if written or confirmed:
            emit("assessment.changed", {"initiative_ids": [row.pk]})
            unknown = [one for one in written if one.presence == Presence.UNKNOWN]
            named = {f"component:{row.pk}:{one.component}": one.owner_id for one in unknown}
            tell_finders(by=by, initiative_id=row.pk, before=finding, after=named)
    return written


def _said_again(row: Initiative, keys: set[Component]) -> int:
    """How many of these, unknown ones aside, somebody now stands by."""
    known = ComponentCheck.objects.filter(initiative=row, component__in=keys).exclude(presence=Presence.UNKNOWN)
    return known.update(stated_at=clock.now())


def _version(now: ComponentCheck | None) -> int:
    return now.version if now else 0


def _same(now: ComponentCheck | None, given: ComponentInput) -> bool:
    if now is None:
        return given.presence == Presence.UNKNOWN and not (given.note.strip() or given.owner or given.due)
    owner = given.owner.pk if given.owner else None
    return (now.presence, now.note, now.owner_id, now.due) == (given.presence, given.note.strip(), owner, given.due)


def _check(
    row: Initiative, changed: Mapping[Component, ComponentInput], now: Mapping[Component, ComponentCheck]
) -> None:  # fmt: skip
    errors = stranger_problems(row, {key: given.owner for key, given in changed.items()})
    for key, given in changed.items():
        before = now.get(key)
        if given.due and given.due < clock.today() and (before is None or before.due != given.due):
            errors[f"{key}.due"] = _("This day is over; choose one from today on.")
        if len(given.note) > 500:
            errors[f"{key}.note"] = _("At most %d characters.") % 500
    if errors:
        raise ValidationError(errors)


def _write(row: Initiative, key: Component, now: ComponentCheck | None, given: ComponentInput) -> ComponentCheck:
    check = now or ComponentCheck(initiative=row, component=key, version=0)
    check.presence, check.note = given.presence, given.note.strip()
    check.owner, check.due, check.stated_at = given.owner, given.due, clock.now()
    check.version += 1
    check.save()
    return check
