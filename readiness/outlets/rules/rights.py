"""Whether what was made under some rights may still be opened under those of today."""

from __future__ import annotations

from collections.abc import Iterable


def covered(then: Iterable[str], now: Iterable[str]) -> bool:
    """Whether every unit path of `then` lies at or under one of `now`. A unit that was moved since has another path: then no."""
    held = tuple(now)
    return all(any(path.startswith(one) for one in held) for path in then)
