"""The risk figure as a decision freezes it, and what of it a decider reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

_PLACES = Decimal("0.0001")
_RATIOS = ("value", "low", "high")
_SAME = ("months", "band", "counts", "resolved", "drivers", "on", "version", "generation", "digest")
_READ = ("months", "band", "counts")

Figure = Mapping[str, Any]


def frozen(figure: Figure) -> dict[str, Any]:
    """Of the fields of initiatives.RiskStanding. Ratios are texts of four places, so that no reader writes them otherwise;
    `version`, `generation` and `digest` name the model, the scoring and its inputs.
    """
    return {name: str(_places(figure[name])) for name in _RATIOS} | {name: figure[name] for name in _SAME}


def _places(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_PLACES, rounding=ROUND_HALF_EVEN)


def as_read(figure: Figure | None) -> dict[str, Any] | None:
    """What a page shows of a frozen figure: whole percent. Another scoring that says the same is no other view."""
    if figure is None:
        return None
    percents = {name: round(100 * float(figure[name])) for name in _RATIOS}
    return percents | {name: figure[name] for name in _READ} | {"drivers": sorted(figure["drivers"])}
