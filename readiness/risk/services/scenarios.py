"""Keeping named what-ifs: private until shared, changed by whoever made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.acting import acting
from readiness.risk.models import Scenario
from readiness.risk.rules.whatif.asked import MOST_CHANGES, MOST_TEXT

EDITABLE = ("name", "note", "changes", "shared", "base")
MOST_SCENARIOS = 50
MOST_NAME = 60  # of one change


class StaleVersion(Exception):
    """It was saved elsewhere first; `current` is the row as it is now."""

    def __init__(self, current: Scenario) -> None:
        super().__init__(f"scenario {current.pk} is at version {current.version}")
        self.current = current


def may_keep(actor: Actor, initiative: Initiative) -> bool:
    """Whoever may comment on the initiative may keep what they suppose of it; a token needs the scope to write initiatives."""
    wanted = Action.COMMENT if actor.scopes is None else Action.EDIT
    return actor.user_id is not None and actor.may(wanted, initiative.unit.path)


def is_own(actor: Actor, scenario: Scenario) -> bool:
    return actor.user_id is not None and scenario.created_by_id == actor.user_id


def keep_scenario(
    *, by: Actor, initiative: Initiative, name: str, changes: Mapping[str, str], base: str, **more: Any
) -> Scenario:
    """A new one of `by`'s. Raises PermissionDenied, ValidationError with a message per field."""
    if not may_keep(by, initiative):
        raise PermissionDenied(_("You may look, and not keep what you suppose."))
    with acting(by):
        own = Scenario.objects.filter(initiative=initiative, created_by=by.user_id)
        if own.count() >= MOST_SCENARIOS:
            raise ValidationError(_("You have %d scenarios of this initiative: delete one first.") % MOST_SCENARIOS)
        row = Scenario(
            initiative=initiative, created_by_id=by.user_id or 0, base=base, name=name, changes=_clean(changes), **more,
        )  # fmt: skip
        row.full_clean()
        row.save()
    return row


def change_scenario(*, by: Actor, scenario: Scenario, version: int | None = None, **values: Any) -> Scenario:
    """Raises PermissionDenied, StaleVersion, ValidationError, and ValueError for a field that is not editable."""
    if unknown := set(values) - set(EDITABLE):
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    with acting(by):
        row = _lock(by, scenario, version)
        if "changes" in values:
            values["changes"] = _clean(values["changes"])
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.version += 1
        row.save()
    return row


def delete_scenario(*, by: Actor, scenario: Scenario, version: int | None = None) -> None:
    """For ever; what was supposed stands in the audit trail. Raises PermissionDenied and StaleVersion."""
    with acting(by):
        _lock(by, scenario, version).delete()


def _lock(by: Actor, scenario: Scenario, version: int | None) -> Scenario:
    rows = Scenario.objects.select_for_update(of=("self",)).select_related("initiative__unit")
    row: Scenario = rows.get(pk=scenario.pk)
    if not is_own(by, row) or not may_keep(by, row.initiative):
        raise PermissionDenied(_("Only whoever made it may do that; copy it to go on from it."))
    if version is not None and row.version != version:
        raise StaleVersion(row)
    return row


def _clean(changes: Mapping[str, Any]) -> dict[str, str]:
    texts = {str(name): str(text) for name, text in changes.items()}
    if len(texts) > MOST_CHANGES or any(len(name) > MOST_NAME or len(text) > MOST_TEXT for name, text in texts.items()):
        raise ValidationError({"changes": _("At most %d changes, each a short text.") % MOST_CHANGES})
    return texts
