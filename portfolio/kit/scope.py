"""The one way to read: every page, API route, export and search starts from `Model.objects.visible_to(actor)`.

A slice's queryset derives from `ScopedQuerySet` and names the lookup that leads to its business unit's path. Rows of
units the actor holds no role for do not exist for it; so do demo rows once a real portfolio exists, and the other way
round.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

EVERYTHING = "/"
Row = TypeVar("Row", bound=models.Model)


class Reader(Protocol):
    """Who reads; `accounts.rules.Actor` is one."""

    def paths(self, action: str) -> tuple[str, ...]:
        """Unit path prefixes where the reader may do `action`; `("/",)` is the whole organisation, `()` nothing."""
        ...

    @property
    def showing_demo(self) -> bool: ...


def within(lookup: str, paths: tuple[str, ...]) -> Q:
    """Rows whose unit path (at `lookup`) lies at or under one of `paths`."""
    if EVERYTHING in paths:
        return Q()
    if not paths:
        return Q(pk__in=())
    return reduce(or_, (Q(**{f"{lookup}__startswith": path}) for path in paths))


def at_or_above(paths: tuple[str, ...]) -> list[str]:
    """The unit paths from the root down to each of `paths`, these included: `/1/7/` has `/1/` above it."""
    found = set()
    for path in paths:
        above = EVERYTHING
        for part in path.strip(EVERYTHING).split(EVERYTHING):
            above += f"{part}/"
            found.add(above)
    return sorted(found)


class ScopedQuerySet(models.QuerySet[Row]):
    """Base of every queryset that people or tokens read."""

    unit_path_lookup = "unit__path"
    demo_lookup: str | None = "demo"
    view_action = "view"

    def visible_to(self, reader: Reader) -> Self:
        """Only what `reader` may see: its units' rows, of the portfolio (demo or real) that is being shown."""
        visible = self.filter(within(self.unit_path_lookup, reader.paths(self.view_action)))
        if self.demo_lookup is None:
            return visible
        return visible.filter(**{self.demo_lookup: reader.showing_demo})
