"""How much of a large matrix is tried: a seeded part of it in the suite, all of it with PILOTAGE_FULL=1."""

from __future__ import annotations

import os

FULL = bool(os.environ.get("PILOTAGE_FULL"))


def of(full: int, *, suite: int) -> int:
    """`full` with PILOTAGE_FULL=1, otherwise `suite`."""
    return full if FULL else suite
