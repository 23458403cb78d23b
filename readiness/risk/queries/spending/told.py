"""Abandoned spend for a reader: the row that a job kept where it fits, else computed for what the filters leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import EVERYTHING
from readiness.risk.models import Generation, Spending
from readiness.risk.queries.scores import current_generation
from readiness.risk.queries.spending.drawing import drawn_once
from readiness.risk.rules.packing import OtherEngine
from readiness.risk.rules.spending import Item, Kept, kept_from

UnitRows = Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filters leave of what the reader sees; `unit` is the one that they name, `narrowed` by anything else."""

    rows: QuerySet[Initiative]
    unit: int | None
    narrowed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """`below`: of each unit under the one that is looked at, by id. `on` is the day of the amounts."""

    generation: Generation
    whole: Kept
    below: Mapping[int, Kept]
    on: date


def kept_row(actor: Actor, unit: int | None) -> Spending | None:
    """What a job kept for exactly what the reader sees (of `unit`), where he sees all amounts of it. One statement."""
    rows = Spending.objects.visible_to(actor).filter(generation__current=True).select_related("generation__version")
    if unit is not None:
        return rows.filter(unit=unit).first()
    paths = actor.paths(Action.MONEY)
    if len(paths) != 1 or paths != actor.paths(Action.VIEW):
        return None
    return rows.filter(unit=None).first() if EVERYTHING in paths else rows.filter(unit__path=paths[0]).first()


def told_of(actor: Actor, asked: Asked, items: Sequence[Item], units: UnitRows, today: date) -> Told | None:
    """The whole with the units right below it; None where nothing was scored yet. `units` is id -> (name, path), visible ones."""
    named = units.get(asked.unit) if asked.unit is not None else None
    groups = children(items, units, named[1] if named else root_of(items))
    row = None if asked.narrowed else kept_row(actor, asked.unit)
    if row is None:
        return computed(actor, items, groups, today)
    below = Spending.objects.visible_to(actor).filter(generation=row.generation, unit__in=groups)
    return Told(row.generation, kept_from(row.figures), {one.unit_id or 0: kept_from(one.figures) for one in below}, row.on)


def kept_units(actor: Actor, generation: Generation) -> dict[int, Kept]:
    """Every unit that the reader holds money for, with what is below it. One statement."""
    rows = Spending.objects.visible_to(actor).filter(generation=generation).exclude(unit=None)
    return {row.unit_id or 0: kept_from(row.figures) for row in rows.order_by("unit__path")}


def computed(actor: Actor, items: Sequence[Item], groups: Mapping[int, Sequence[int]], today: date) -> Told | None:
    """Of what the filters leave, from the current generation: two statements, or one where it was computed before.

    None without a generation, and where this release cannot draw from its model any more (the next scoring mends that).
    """
    generation = current_generation(demo=actor.showing_demo)
    if generation is None:
        return None
    try:
        found = drawn_once(generation, items, {str(pk): ids for pk, ids in groups.items()})
    except OtherEngine:
        return None
    return Told(generation, found.whole, {int(pk): kept for pk, kept in found.groups.items()}, today)


def children(items: Sequence[Item], units: UnitRows, root: str) -> dict[int, list[int]]:
    """`{unit right below the path root: initiatives in it and below}`; the root's own are in none."""
    found: dict[int, list[int]] = defaultdict(list)
    for item in items:
        if path := item.unit_path.removeprefix(root).strip(EVERYTHING):
            found[int(path.split(EVERYTHING)[0])].append(item.id)
    return {pk: ids for pk, ids in found.items() if pk in units}


def root_of(items: Sequence[Item]) -> str:
    """The longest unit path that all lie under."""
    paths = {item.unit_path for item in items}
    if not paths:
        return EVERYTHING
    parts = [path.strip(EVERYTHING).split(EVERYTHING) for path in paths]
    common: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return f"/{'/'.join(common)}/" if common else EVERYTHING


def chosen(items: Sequence[Item], ids: Collection[int]) -> list[Item]:
    """Those of `items` that are named; a name of what the reader does not see is none."""
    return [item for item in items if item.id in ids]
