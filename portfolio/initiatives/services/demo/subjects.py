"""The demo's initiatives as the slices above see them when they add their part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from portfolio.accounts.models import BusinessUnit, User
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.demo.words import nearby


@dataclass(frozen=True)
class Subject:
    """One initiative; `place` counts from 0 in the order of the pack, `stage` is a key (None: unknown)."""

    place: int
    pk: int
    name: str
    topic: str
    unit: str
    unit_id: int
    stage: str | None
    status: str
    owner_id: int | None
    sponsor_id: int | None

    @property
    def closed(self) -> bool:
        return self.status == "closed"


@dataclass(frozen=True)
class Cast:
    """Who and where: ids of people in the order of the pack, of units by code."""

    people: tuple[int, ...]
    units: dict[str, int]

    @cached_property
    def architects(self) -> tuple[int, ...]:
        return tuple(self.people[place] for place in (11, 12))

    def finders(self, unit: str) -> list[int]:
        """People whose role reaches the unit and who may be asked to find something out."""
        return [self.people[place] for place in dict.fromkeys(nearby(unit).owners)]


def subjects() -> list[Subject]:
    """All initiatives of the demo in the order of the pack."""
    rows = Initiative.objects.filter(demo=True).order_by("id")
    columns = ("pk", "name", "topic", "unit__code", "unit_id", "stage__key", "status", "owner_id", "sponsor_id")
    return [Subject(place, *row) for place, row in enumerate(rows.values_list(*columns))]


def cast() -> Cast:
    """The demo's people and units."""
    people = tuple(User.objects.filter(demo=True).order_by("id").values_list("id", flat=True))
    return Cast(people, dict(BusinessUnit.objects.filter(demo=True).values_list("code", "id")))
