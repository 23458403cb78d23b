"""Published comparisons, as shipped: what was said, of what, by when, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PACK = Path(__file__).resolve().parent.parent / "packs" / "comparisons.yaml"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An empty field was not published."""

    source: str
    figure: str
    caveat: str
    definition: str = ""
    denominator: str = ""
    horizon: str = ""


@cache
def comparisons() -> tuple[Comparison, ...]:
    """In the order of the pack."""
    return tuple(Comparison(**entry) for entry in yaml.safe_load(PACK.read_text(encoding="utf-8")))
