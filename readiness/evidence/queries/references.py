"""What tools call the things that their evidence is about: by id, by the key of an initiative, by an id of another system.

A name is looked for among what the actor may bring evidence of, and nowhere else: what is hidden reads like what there is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from readiness.workloads.models import CapacityPool, Workload

Named = TypeVar("Named", bound=Model)
LONGEST = 500
_NUMBER = re.compile(r"\d{1,18}")
_KEY = re.compile(r"([A-Za-z]+-\d+)(?:/(.*))?", re.DOTALL)


def referred(by: Actor, about: Mapping[str, Any]) -> dict[str, Any]:
    """{workload | pool | unit: the row that its name means}. Raises ValidationError by the member that names nothing."""
    if set(about) - set(_FINDERS):
        raise ValidationError(_("Evidence is of a workload, a pool or a unit."))
    return {name: _FINDERS[name](by, given) for name, given in about.items()}


def _workload(by: Actor, given: object) -> Workload:
    """An id; `AI-0042/Chat`; `jira:AI-7/Chat`; `AI-0042` alone where it has one workload; {"initiative": ..., "name": ...}."""
    rows = _workloads(by)
    if isinstance(given, Mapping):
        initiative, name = given.get("initiative"), given.get("name", "")
        if set(given) - {"initiative", "name"} or not isinstance(initiative, str) or not isinstance(name, str):
            raise _none("workload", _('{"initiative": "AI-0042", "name": "Chat"} is expected.'))
        return _one_workload(rows.filter(_of_initiative(initiative)), name)
    written = _written("workload", given)
    if _NUMBER.fullmatch(written):
        return _one("workload", rows.filter(pk=int(written)))
    if by_key := _KEY.fullmatch(written):
        return _one_workload(rows.filter(initiative__key=by_key[1].upper()), by_key[2] or "")
    before, _slash, name = written.rpartition("/")
    if not before or not (found := rows.filter(_of_initiative(before))).exists():
        return _one_workload(rows.filter(_of_initiative(written)), "")
    return _one_workload(found, name)


def _one_workload(rows: QuerySet[Workload], name: str) -> Workload:
    """The one of that name; without a name, the only one in use."""
    return _one("workload", rows.filter(name=name.strip()) if name.strip() else rows)


def _pool(by: Actor, given: object) -> CapacityPool:
    """An id, or its name."""
    rows = CapacityPool.objects.filter(within("unit__path", by.paths(Action.BRING)), demo=by.showing_demo)
    return _named("pool", rows.select_related("unit"), given, "name")


def _unit(by: Actor, given: object) -> BusinessUnit:
    """An id, its code, or its name."""
    return _named("unit", BusinessUnit.objects.filter(within("path", by.paths(Action.BRING))), given, "name", "code")


_FINDERS: dict[str, Callable[[Actor, object], Any]] = {"workload": _workload, "pool": _pool, "unit": _unit}


def _workloads(by: Actor) -> QuerySet[Workload]:
    """In use, of the units that one may bring evidence of, and by hand of one's own initiatives."""
    reach = within("initiative__unit__path", by.paths(Action.BRING))
    if reach and by.scopes is None and by.user_id is not None:
        own = Q(initiative__owner=by.user_id) | Q(initiative__sponsor=by.user_id)
        reach |= own & within("initiative__unit__path", by.paths(Action.VIEW))
    rows: QuerySet[Workload] = Workload.objects.filter(reach, initiative__demo=by.showing_demo, retired_at=None)
    return rows.select_related("initiative__unit")


def _of_initiative(written: str) -> Q:
    """By key, or by `system:id`."""
    system, _colon, value = written.strip().partition(":")
    if not value:
        return Q(initiative__key=written.strip().upper())
    return Q(initiative__external_ids__system=system, initiative__external_ids__value=value)


def _named(member: str, rows: QuerySet[Named], given: object, *columns: str) -> Named:
    written = _written(member, given)
    if _NUMBER.fullmatch(written):
        return _one(member, rows.filter(pk=int(written)))
    wanted = Q()
    for column in columns:
        wanted |= Q(**{column: written})
    return _one(member, rows.filter(wanted))


def _one(member: str, rows: QuerySet[Named]) -> Named:
    found = list(rows.distinct()[:2])
    if not found:
        raise _none(member, _("There is none of this name that you may bring evidence of."))
    if len(found) > 1:
        raise _none(member, _("Several are called so; give its id."))
    return found[0]


def _written(member: str, given: object) -> str:
    written = str(given).strip() if isinstance(given, int | str) and not isinstance(given, bool) else ""
    if not written or len(written) > LONGEST or not written.isprintable():
        raise _none(member, _("An id or a name is expected."))
    return written


def _none(member: str, text: str) -> ValidationError:
    return ValidationError({member: text})
