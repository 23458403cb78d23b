"""The order of an agenda: positions count from 1, without gaps; what has begun stays where it is."""

from __future__ import annotations

from collections.abc import Sequence

from readiness.meetings.choices import Direction


def moved(order: Sequence[int], item: int, direction: Direction) -> list[int]:
    """The item one place up or down; at the end of the list nothing changes."""
    place = order.index(item)
    other = place - 1 if direction is Direction.UP else place + 1
    return placed(order, item, other)


def placed(order: Sequence[int], item: int, place: int) -> list[int]:
    """The item at `place`, counted from 0 and held within the list; the others keep their order."""
    rest = [one for one in order if one != item]
    place = max(0, min(place, len(rest)))
    return [*rest[:place], item, *rest[place:]]
