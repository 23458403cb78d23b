"""Writing query templates of one's own. Those that are shipped nobody edits: they are copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from readiness.connectors.errors import BadConfig
from readiness.connectors.prometheus.questions import plan
from readiness.evidence.choices import SourceKind
from readiness.evidence.models import QueryTemplate

FIELDS = ("unit", "name", "about", "queries")
_ANY_TARGET = {"job": "any"}  # what $targets stands for is said by the feed


class StaleTemplate(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: QueryTemplate) -> None:
        super().__init__(f"query template {current.pk} is at version {current.version}")
        self.current = current


def create_template(
    *, by: Actor, unit: BusinessUnit, name: str, queries: Sequence[Mapping[str, Any]], about: str = "", based_on: str = "",
    demo: bool = False,
) -> QueryTemplate:  # fmt: skip
    """Keep queries for the next feed; `based_on` is the key of the shipped template that they were copied from.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    with acting(by):
        row = QueryTemplate(demo=demo, based_on=based_on, kind=SourceKind.PROMETHEUS)
        _write(by, row, {"unit": unit, "name": name, "about": about, "queries": list(queries)})
        row.save()
    return row


def change_template(*, by: Actor, template: QueryTemplate, changes: Mapping[str, Any], version: int) -> QueryTemplate:
    """Change FIELDS; feeds that were made from it keep the queries they have.

    Raises PermissionDenied, ValidationError with a message per field, StaleTemplate if `version` is not the current one.
    """
    if unknown := set(changes) - set(FIELDS):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})
    with acting(by):
        row = _lock(by, template)
        if row.version != version:
            raise StaleTemplate(row)
        _write(by, row, changes)
        row.version += 1
        row.save(update_fields=[*changes, "version"])
    return row


def delete_template(*, by: Actor, template: QueryTemplate) -> None:
    """Take it away; feeds that were made from it keep the queries they have. Raises PermissionDenied."""
    with acting(by):
        _lock(by, template).delete()


def _lock(by: Actor, template: QueryTemplate) -> QueryTemplate:
    rows = QueryTemplate.objects.select_for_update(of=("self",)).select_related("unit")
    row: QueryTemplate | None = rows.filter(pk=template.pk).first()
    if row is None:
        raise ValidationError(_("Somebody else took this template away."))
    _require(by, row.unit)
    return row


def _require(by: Actor, unit: BusinessUnit) -> None:
    if not by.may(Action.EVIDENCE, unit.path):
        raise PermissionDenied(_("Your roles do not allow you to keep query templates of this unit."))


def _write(by: Actor, row: QueryTemplate, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _require(by, row.unit)
    _check_queries(row.queries)
    same = QueryTemplate.objects.filter(unit=row.unit, name=row.name, demo=row.demo).exclude(pk=row.pk)
    if same.exists():
        raise ValidationError({"name": _("This unit has a template of that name.")})
    row.full_clean(validate_constraints=False)


def _check_queries(queries: object) -> None:
    try:
        plan({"queries": queries, "targets": _ANY_TARGET})
    except BadConfig as wrong:
        raise ValidationError({"queries": wrong.text}) from wrong
