"""What forms offer to choose from: only what the actor may use, each list in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people, units_where
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Lifecycle, Programme, Stage

MAX_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class Pickers:
    """Units, people and programmes by id, in the order in which a person looks for them."""

    units: dict[int, BusinessUnit]
    people: dict[int, User]
    programmes: dict[int, Programme]


def pickers(actor: Actor, *, action: str = Action.EDIT, unit: BusinessUnit | None = None) -> Pickers:
    """Units where `actor` may do `action`, and `unit` itself; all people and programmes it may name."""
    units = {row.pk: row for row in units_where(actor, action).order_by("path")}
    if unit is not None:
        units.setdefault(unit.pk, unit)
    programmes = Programme.objects.visible_to(actor).order_by("name")
    named = people(actor).order_by("name", "id").only("id", "name", "email")[:MAX_PEOPLE]
    return Pickers(units, {row.pk: row for row in named}, {row.pk: row for row in programmes})


def unit_options(units: dict[int, BusinessUnit]) -> list[tuple[str, str]]:
    """Units as choices, indented by depth."""
    least = min((unit.depth for unit in units.values()), default=0)
    return [(str(unit.pk), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]


def templates() -> list[Lifecycle]:
    """The newest version of every template in use, the default one first, with `stages` ready."""
    rows = Lifecycle.objects.filter(archived=False).order_by("-is_default", "name", "-version").prefetch_related("stages")
    newest: dict[str, Lifecycle] = {}
    for row in rows:
        newest.setdefault(row.key, row)
    return list(newest.values())


def stages_by_template(rows: list[Lifecycle]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Grouped choices: template -> its stages, values are stage ids."""
    return [(str(row), [(str(stage.pk), stage.name) for stage in _ordered(row)]) for row in rows]


def _ordered(row: Lifecycle) -> list[Stage]:
    return sorted(row.stages.all(), key=lambda stage: stage.position)
