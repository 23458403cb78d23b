"""What is met, not met, unknown or stale, by dimension: counts of verdicts, each with its base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# From the words of answers and of profile values to verdicts: partly is a warning, a known value leaves nothing open.
OF_REPLY = {"yes": "met", "partly": "warning", "no": "not_met", "unknown": "unknown", "not_applicable": "not_applicable"}
OF_KNOWLEDGE = {"known": "met", "unknown": "unknown", "not_applicable": "not_applicable"}
REQUIREMENTS, VALUES, CRITERIA = "requirements", "values", "criteria"


@dataclass(slots=True)
class Knowledge:
    """`verdicts` is dimension -> verdict -> how many. `running`: initiatives looked at, `assessed` those with an assessment."""

    verdicts: dict[str, Counter[str]] = field(default_factory=dict)
    running: int = 0
    assessed: int = 0

    def add(self, dimension: str, verdict: str, n: int) -> None:
        if n:
            self.verdicts.setdefault(dimension, Counter())[verdict] += int(n)

    def base(self, dimension: str) -> int:
        return sum(self.verdicts.get(dimension, {}).values())

    def open(self, dimension: str) -> int:
        """What nobody knows, or nobody knows any more."""
        own: Mapping[str, int] = self.verdicts.get(dimension, {})
        return own.get("unknown", 0) + own.get("stale", 0)

    @property
    def most_open(self) -> str:
        """The dimension of which the largest part is unknown or stale; "" where nothing is."""
        found = [(self.open(name) / self.base(name), name) for name in self.verdicts if self.open(name)]
        return max(found)[1] if found else ""


def knowledge_of(rows: Iterable[tuple[Any, ...]], unknown_values: int) -> Knowledge:
    """From (kind, dimension, word, n) rows; profile values that nobody gave are `unknown_values`."""
    made = Knowledge()
    for kind, dimension, word, n in rows:
        if kind == "running":
            made.running, made.assessed = int(n), int(word)
        elif kind == "answer":
            made.add(dimension, OF_REPLY[word], n)
        elif kind == "value":
            made.add(VALUES, OF_KNOWLEDGE[word], n)
        else:
            made.add(kind, word, n)
    made.add(VALUES, "unknown", unknown_values)
    return made
