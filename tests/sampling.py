"""How much of a large matrix is tried: a part of it in the suite, all of it with PILOTAGE_FULL=1.

Which part is said by PILOTAGE_SEED, by default the number of the day (the head of a run names it): the parts follow one another,
so that a matrix of four parts was tried whole after four days.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from zlib import crc32

Case = TypeVar("Case")

FULL = bool(os.environ.get("PILOTAGE_FULL"))
# Kept in the environment, which the workers of a run inherit: all of them take the same part, at midnight too.
SEED = int(os.environ.setdefault("PILOTAGE_SEED", str(datetime.now(UTC).toordinal())))


def of(full: int, *, suite: int) -> int:
    """`full` with PILOTAGE_FULL=1, otherwise `suite`."""
    return full if FULL else suite


def some(cases: Iterable[Case], *, suite: int, turn: int = 0) -> list[Case]:
    """All cases with PILOTAGE_FULL=1, otherwise about `suite` of them; each is in the part of one seed among len / suite.

    Tests of the same cases that differ in `turn` take different parts.
    """
    every = list(cases)
    parts = 1 if FULL else max(1, -(-len(every) // suite))
    return every[(SEED + turn) % parts :: parts]


def rows(name: str) -> list[int]:
    """Sizes of a list for which the number of its statements is the same.

    10, 50 and 1,000 with PILOTAGE_FULL=1. The suite goes to both ends for every fourth `name` on a day; for the others the far
    end is past two pages (150), where a statement for each row shows as well.
    """
    if FULL:
        return [10, 50, 1_000]
    return [10, 1_000 if (SEED + crc32(name.encode())) % 4 == 0 else 150]
