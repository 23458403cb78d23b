"""The first rows of a list and how many there are in all, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Window

SHOWN = 8


@dataclass(frozen=True)
class Waiting:
    """The first SHOWN rows of one kind and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


def first(rows: QuerySet[Any], *names: str) -> Waiting:
    """One statement for the rows and their number."""
    found = list(rows.annotate(in_all=Window(Count("*"))).values("in_all", *names)[:SHOWN])
    return Waiting(found, found[0]["in_all"] if found else 0)
