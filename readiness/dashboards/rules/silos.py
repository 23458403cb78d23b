"""Open silo findings of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class KindOfSilo:
    """`amount` None: nobody knows it, or it may not be told."""

    kind: str
    findings: int
    amount: Decimal | None
    currency: str
