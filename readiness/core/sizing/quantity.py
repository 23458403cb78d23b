"""A number as we know it: exactly, within a measured interval, or not at all but within a plausible range."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite


@dataclass(frozen=True, slots=True)
class Quantity:
    """`low <= likely <= high`, all in the unit that the field's name states.

    `known` is False for "we do not know": then low and high bound what is plausible and likely is a working assumption.
    """

    likely: float
    low: float
    high: float
    known: bool = True

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high) and self.low <= self.likely <= self.high):
            raise ValueError(f"want finite low <= likely <= high, got {self.low}, {self.likely}, {self.high}")

    @classmethod
    def exactly(cls, value: float) -> Quantity:
        return cls(value, value, value)

    @classmethod
    def unknown(cls, low: float, likely: float, high: float) -> Quantity:
        return cls(likely, low, high, known=False)

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def at(self, value: float) -> Quantity:
        """The same quantity pinned to one value of its range, its standing (known or not) kept."""
        return replace(self, likely=value, low=value, high=value)
