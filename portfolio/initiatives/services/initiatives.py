"""Writing initiatives: one verb per change, the same for page, API, job and command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, may_edit, may_see_money
from portfolio.initiatives import rules
from portfolio.initiatives.models import Initiative, Lifecycle, Stage, StageEntry
from portfolio.initiatives.services.children import CHILD_WRITERS
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit


class StaleVersion(Exception):
    """Somebody else saved first; `current` is the row as it is now, so that a person can merge."""

    def __init__(self, current: Initiative) -> None:
        super().__init__(f"{current.key} is at version {current.version}")
        self.current = current


def create_initiative(
    *, by: Actor, unit: BusinessUnit, name: str, lifecycle: Lifecycle | None = None, stage: Stage | None = None,
    entered_on: date | None = None, demo: bool = False, **values: Any,
) -> Initiative:  # fmt: skip
    """Register an initiative. `values` are rules.EDITABLE and rules.CHILDREN; without a stage it starts in the first.

    Raises PermissionDenied if `by` may not edit in `unit`, ValidationError with a message per field.
    """
    if not by.may(Action.EDIT, unit.path):
        raise PermissionDenied(_("You may not add initiatives to this unit."))
    _check_names(values)
    template = lifecycle or _default_lifecycle()
    with acting(by):
        initiative = Initiative(
            unit=unit, name=name, lifecycle=template, stage=stage or template.stages.order_by("position").first(),
            stage_since=entered_on or clock.today(), demo=demo, **_own(values),
        )  # fmt: skip
        _check_stage(initiative, initiative.stage)
        _check_money(by, initiative, set(values))
        _clean(initiative)
        initiative.save()
        StageEntry.objects.create(
            initiative=initiative, stage=initiative.stage, entered_on=initiative.stage_since, source="registered"
        )
        _write_children(initiative, values)
        _changed(initiative)
    return initiative


def update_initiative(*, by: Actor, initiative: Initiative, changes: Mapping[str, Any], version: int | None = None) -> Initiative:
    """Change fields (rules.EDITABLE) and children (rules.CHILDREN, each replaced whole) of one initiative.

    Raises PermissionDenied, ValidationError with a message per field, StaleVersion if `version` is not the current one.
    """
    _check_names(changes)
    with acting(by):
        row = lock(initiative, version=version)
        require_edit(by, row, set(changes))
        _check_money(by, row, set(changes))
        for name, value in _own(changes).items():
            setattr(row, name, value)
        if "unit" in changes and not by.may(Action.EDIT, row.unit.path):
            raise PermissionDenied(_("You may not move it to that unit."))
        _clean(row)
        save(row, [*_own(changes)])
        _write_children(row, changes)
        _changed(row)
    return row


def bulk_update(*, by: Actor, initiatives: Sequence[Initiative], changes: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Set the same values (rules.BULK_EDITABLE) on many; returns (changed, keys that the actor may not edit)."""
    unknown = set(changes) - set(rules.BULK_EDITABLE)
    if unknown or not changes:
        raise ValidationError(_("These fields cannot be changed together: %s") % ", ".join(sorted(unknown)))
    with acting(by):
        rows = list(
            Initiative.objects.select_for_update(of=("self",))
            .select_related("unit")
            .filter(pk__in=[i.pk for i in initiatives])
            .order_by("pk")
        )
        allowed = [row for row in rows if can_edit(by, row, set(changes))]
        may = {row.pk for row in allowed}
        refused = [str(row.key) for row in rows if row.pk not in may]
        now = clock.now()
        changed = Initiative.objects.filter(pk__in=may).update(**changes, version=F("version") + 1, updated_at=now)
        emit("initiative.changed", {"initiative_ids": sorted(may)})
    return changed, refused


def set_status_note(*, by: Actor, initiative: Initiative, rag: str, note: str) -> Initiative:
    """The owner's own colour and words, with the moment they were given."""
    with acting(by):
        row = lock(initiative)
        require_edit(by, row, {"status_note"})
        if rag and not note.strip():
            raise ValidationError({"status_note": _("A colour needs a sentence that says why.")})
        row.rag, row.status_note, row.status_note_at = rag, note.strip(), clock.now()
        _clean(row)
        save(row, ["rag", "status_note", "status_note_at"])
        _changed(row)
    return row


def can_edit(by: Actor, row: Initiative, names: set[str]) -> bool:
    """Whether `by` may change these fields of this initiative."""
    if may_edit(by, unit_path=row.unit.path, owner_id=row.owner_id, sponsor_id=row.sponsor_id):
        return True
    return rules.needs_only_infrastructure(names) and by.may(Action.INFRASTRUCTURE, row.unit.path)


def require_edit(by: Actor, row: Initiative, names: set[str]) -> None:
    if not can_edit(by, row, names):
        raise PermissionDenied(_("You may not change this initiative."))


def lock(initiative: Initiative, *, version: int | None = None) -> Initiative:
    """The row as it is now, locked until the transaction ends. Raises StaleVersion if `version` is another."""
    row: Initiative = (
        Initiative.objects.select_for_update(of=("self",)).select_related("unit", "stage", "lifecycle").get(pk=initiative.pk)
    )
    if version is not None and row.version != version:
        raise StaleVersion(row)
    return row


def save(row: Initiative, names: Sequence[str]) -> None:
    """Save these fields with the next version number."""
    row.version += 1
    row.updated_at = clock.now()
    row.save(update_fields=[*names, "version", "updated_at"])


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in rules.EDITABLE}


def _write_children(row: Initiative, values: Mapping[str, Any]) -> None:
    for name, write in CHILD_WRITERS.items():
        if name in values:
            write(row, values[name])


def _check_names(values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(rules.EDITABLE) - set(rules.CHILDREN)
    if unknown:
        raise ValidationError({name: _("There is no such field to change.") for name in unknown})


def _check_money(by: Actor, row: Initiative, names: set[str]) -> None:
    if names & set(rules.MONEY_FIELDS) and not may_see_money(
        by, unit_path=row.unit.path, owner_id=row.owner_id, sponsor_id=row.sponsor_id
    ):
        raise PermissionDenied(_("You may not change amounts here."))


def _check_stage(row: Initiative, stage: Stage | None) -> None:
    if stage is not None and stage.lifecycle_id != row.lifecycle_id:
        raise ValidationError({"stage": _("This stage belongs to another lifecycle template.")})


def _clean(row: Initiative) -> None:
    if row.expected_value is not None and not row.expected_value_currency:
        raise ValidationError({"expected_value_currency": _("An amount needs its currency.")})
    row.full_clean(exclude=["number", "key", "search"], validate_constraints=False)


def _default_lifecycle() -> Lifecycle:
    lifecycle = Lifecycle.objects.filter(is_default=True).first()
    if lifecycle is None:
        raise ValidationError({"lifecycle": _("There is no default lifecycle template; an administrator sets one.")})
    return lifecycle


def _changed(row: Initiative) -> None:
    emit("initiative.changed", {"initiative_ids": [row.pk]})
