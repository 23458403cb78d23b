"""The spread of risk figures as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

BINS = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """`bins` counts figures from 0 to 10 %, 10 to 20 % and so on; `missing` have none. The rest holds for all of them, and is
    None where there is no figure; `mean`, `low`, `high` are ratios, of figures and not of outcomes."""

    bins: tuple[int, ...]
    missing: int
    above: int
    below: int
    mean: float | None
    low: float | None
    high: float | None
    months: int | None
    counts: bool
    resolved: int
    on: date | None
    version: str

    @property
    def scored(self) -> int:
        return sum(self.bins)

    @property
    def ranks(self) -> bool:
        """Whether anything was learned, so that figures may differ."""
        return self.resolved > 0


def spread_from(rows: Iterable[tuple[Any, ...]]) -> Spread:
    """From one row a bin, and one of None for those without a figure."""
    bins, found = [0] * BINS, list(rows)
    some = [row for row in found if row[0] is not None]
    for row in some:
        bins[row[0]] = row[1]
    missing = sum(row[1] for row in found if row[0] is None)
    if not some:
        return Spread(tuple(bins), missing, 0, 0, None, None, None, None, counts=False, resolved=0, on=None, version="")
    scored, last = sum(bins), some[-1]
    return Spread(
        tuple(bins), missing, sum(row[2] for row in some), sum(row[3] for row in some), sum(row[4] for row in some) / scored,
        some[0][5], last[6], last[7], counts=any(row[8] for row in some), resolved=last[9], on=last[10], version=last[11],
    )  # fmt: skip
