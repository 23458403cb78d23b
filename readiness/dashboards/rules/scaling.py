"""Whether infrastructure was committed to before scaling started, as counts: no claim that the one caused the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

BEFORE, AFTER = "before", "after"
UNKNOWN = ("no_commitment", "no_scale_date", "no_date")
HIDDEN = "hidden"
OUTCOMES = ("production", "under_way", "abandoned", "otherwise")


@dataclass(frozen=True, slots=True)
class Scaled:
    """One initiative with the day of its first infrastructure commitment and the day on which scaling started."""

    id: int
    key: str
    name: str
    first_on: date
    scaled_on: date

    @property
    def days(self) -> int:
        """From the start of scaling to the commitment; negative: committed before."""
        return (self.first_on - self.scaled_on).days


@dataclass(frozen=True, slots=True)
class Scaling:
    """`counts` is (timing, outcome) -> initiatives that ever started scaling; `shown` the newest of those with both days."""

    counts: Mapping[tuple[str, str], int]
    shown: tuple[Scaled, ...]

    def of(self, *timings: str, outcome: str = "") -> int:
        """Initiatives of these timings, of one outcome or of all."""
        return sum(n for (timing, end), n in self.counts.items() if timing in timings and outcome in ("", end))

    @property
    def known(self) -> int:
        return self.of(BEFORE, AFTER)

    @property
    def unknown(self) -> int:
        return self.of(*UNKNOWN)

    @property
    def hidden(self) -> int:
        """Whose amounts, and so whose commitments, are not the reader's to see."""
        return self.of(HIDDEN)
