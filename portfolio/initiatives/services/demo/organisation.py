"""The demo's company: units, people with roles, programmes, tags and lifecycle stages, with their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portfolio.accounts.choices import Role
from portfolio.accounts.models import BusinessUnit, RoleAssignment, User
from portfolio.accounts.services import new_unit
from portfolio.initiatives.models import Lifecycle, Programme, Stage, Tag
from portfolio.initiatives.services.demo.words import words

DOMAIN = "aldermoor.demo.invalid"


@dataclass(frozen=True)
class Organisation:
    """Ids by the demo's own codes; `stages` by (template key, stage key); `people` in the order of the pack."""

    units: Mapping[str, int]
    people: Sequence[int]
    names: Sequence[str]
    programmes: Mapping[str, int]
    tags: Mapping[str, int]
    lifecycles: Mapping[str, int]
    stages: Mapping[tuple[str, str], int]


def found() -> Organisation:
    """Create the company inside the caller's transaction; the lifecycle templates are those of the installation."""
    vocabulary = words()
    units: dict[str, BusinessUnit] = {}
    for code, (name, parent) in vocabulary.units.items():
        units[code] = new_unit(name=name, parent=units.get(parent or ""), code=code, demo=True)
    people = _people(units)
    programmes = {
        name: Programme.objects.create(name=name, unit=units[code], demo=True).pk
        for name, code in vocabulary.lists["programmes"].items()
    }
    Tag.objects.bulk_create([Tag(name=name) for name in vocabulary.lists["tags"]], ignore_conflicts=True)
    lifecycles = {row.key: row.pk for row in Lifecycle.objects.filter(key__in=("standard", "light")).order_by("version")}
    return Organisation(
        units={code: unit.pk for code, unit in units.items()},
        people=[person.pk for person in people],
        names=[person.name for person in people],
        programmes=programmes,
        tags=dict(Tag.objects.filter(name__in=vocabulary.lists["tags"]).values_list("name", "pk")),
        lifecycles=lifecycles,
        stages={
            (stage.lifecycle.key, stage.key): stage.pk
            for stage in Stage.objects.filter(lifecycle__in=lifecycles.values()).select_related("lifecycle")
        },
    )


def _people(units: Mapping[str, BusinessUnit]) -> list[User]:
    """Nobody of the demo can sign in: their passwords are unusable and their addresses lead nowhere."""
    people = []
    for name, roles in words().people:
        address = f"{name.lower().replace(' ', '.')}@{DOMAIN}"
        person = User.objects.create_user(address, None, name=name, demo=True)
        people.append(person)
        for role, code in roles.items():
            RoleAssignment.objects.create(user=person, role=Role(role), unit=units[code])
    return people
