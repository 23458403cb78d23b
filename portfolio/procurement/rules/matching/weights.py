"""How much a word says of a name: its rarity among the known vendors, damped for words that everybody is called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from portfolio.procurement.rules.matching.words import GENERIC

# A word that companies add to their name counts a fifth of a word that tells them apart, and never nothing.
GENERIC_SHARE = 0.2


class Weights:
    """Inverse document frequency, log((N + 1) / (n + 1)) + 1 (Spärck Jones 1972, smoothed), of words over the known names."""

    def __init__(self, names: Iterable[Iterable[str]]) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for tokens in names:
            counts.update(set(tokens))
            total += 1
        self._counts, self._total = counts, total

    def rarity(self, token: str) -> float:
        return math.log((self._total + 1) / (self._counts[token] + 1)) + 1

    def of(self, token: str) -> float:
        return self.rarity(token) * (GENERIC_SHARE if token in GENERIC else 1.0)

    def sum_of_rarity(self, tokens: Iterable[str]) -> float:
        return math.fsum(self.rarity(token) for token in tokens)

    def sum(self, tokens: Iterable[str]) -> float:
        return math.fsum(self.of(token) for token in tokens)
