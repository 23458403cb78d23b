"""The known vendors, arranged so that a written name is compared with few of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from portfolio.procurement.rules.matching.names import Name, initials, normalised, one_letter_out, other_names, parsed
from portfolio.procurement.rules.matching.similarity import similarity
from portfolio.procurement.rules.matching.weights import Weights

# Chosen on one half of the labelled pairs, reported for both (tests/portfolio/procurement/matching, docs/vendors.md).
THRESHOLD = 0.8
# Two vendors that are this close to a name are both proposed, and neither is taken.
MARGIN = 0.03
INITIALS = 0.8
# A word that more of the vendors carry is no way to find one of them.
COMMON = 200
SHORTEST_INITIALS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """A vendor as the register has it, with the other names declared or learnt for it."""

    id: int
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """`how` is exact | alias | normalised | fuzzy | arm; `score` 0..1, 1 for the first three."""

    id: int
    score: float
    how: str


@dataclass(slots=True)
class _Index:
    exact: dict[str, int] = field(default_factory=dict)
    alias: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    compact: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    tokens: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    initials: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


class Matcher:
    """Built once for a run; `best` is for one name and changes nothing."""

    def __init__(self, vendors: Iterable[Known]) -> None:
        self._names: dict[int, list[Name]] = {}
        self._index = _Index()
        for vendor in vendors:
            self._keep(vendor)
        self._weights = Weights(name.core for names in self._names.values() for name in names)

    def best(self, name: str) -> Match | None:
        """The vendor that the name means, or None where none or more than one may be meant."""
        certain = self._certain(name)
        if certain:
            return certain
        close = self.candidates(name)
        if not close or close[0].score < THRESHOLD:
            return None
        return None if len(close) > 1 and close[0].score - close[1].score < MARGIN else close[0]

    def candidates(self, name: str, limit: int = 5) -> list[Match]:
        """The vendors nearest to a name, best first, below the threshold too: what a person may choose from."""
        scores: dict[int, float] = {}
        for given in _spellings(name):
            for vendor in self._near(given):
                scores[vendor] = max(scores.get(vendor, 0.0), self._likeness(given, vendor))
        ranked = sorted(((score, -vendor) for vendor, score in scores.items() if score), reverse=True)
        return [Match(-vendor, score, "fuzzy") for score, vendor in ranked[:limit]]

    def parent(self, name: str) -> Match | None:
        """The vendor that a name is the arm of: "Accenture Federal Services LLC" -> "Accenture". A proposal, never the same."""
        given = parsed(name)
        if not given.arms:
            return None
        close = self.candidates(" ".join(given.core), limit=2)
        certain = self._certain(" ".join(given.core))
        found = certain or next((match for match in close if match.score >= THRESHOLD), None)
        return None if found is None else Match(found.id, min(found.score, THRESHOLD), "arm")

    def score(self, name: str, vendor_id: int) -> float:
        """How alike a name and one vendor are, 0 to 1."""
        return max((self._likeness(given, vendor_id) for given in _spellings(name)), default=0.0)

    def _keep(self, vendor: Known) -> None:
        index = self._index
        spellings = [vendor.name, *vendor.aliases, *other_names(vendor.name)]
        self._names[vendor.id] = [name for name in map(parsed, spellings) if name.tokens]
        index.exact.setdefault(vendor.name.strip().casefold(), vendor.id)
        for spelling in spellings[1:]:
            index.alias.setdefault(normalised(spelling), vendor.id)
        index.keys.setdefault(normalised(vendor.name), vendor.id)
        for name in self._names[vendor.id]:
            self._keep_words(vendor.id, name)

    def _keep_words(self, vendor_id: int, name: Name) -> None:
        index = self._index
        index.compact[name.compact].add(vendor_id)
        for token in {*name.core, *map("".join, pairwise(name.core))}:
            index.tokens[token].add(vendor_id)
        if len(name.core) >= SHORTEST_INITIALS:
            index.initials[initials(name.core)].add(vendor_id)

    def _certain(self, name: str) -> Match | None:
        key = normalised(name)
        if not key:
            return None
        found = self._index.exact.get(name.strip().casefold())
        if found is not None:
            return Match(found, 1.0, "exact")
        if key in self._index.alias:
            return Match(self._index.alias[key], 1.0, "alias")
        return Match(self._index.keys[key], 1.0, "normalised") if key in self._index.keys else None

    def _near(self, given: Name) -> set[int]:
        """Vendors that share a word that is not too common, a slip of one, the letters, or the initials."""
        index = self._index
        found = set(index.compact.get(given.compact, ()))
        for token in {*given.core, *map("".join, pairwise(given.core))}:
            for word in self._words_like(token):
                vendors = index.tokens[word]
                found.update(vendors if len(vendors) <= COMMON else ())
        found.update(self._initialled(given))
        return found

    def _words_like(self, token: str) -> Iterator[str]:
        if token in self._index.tokens:
            yield token
            return
        for rest in one_letter_out(token):
            yield from self._slips.get(rest, ())

    @cached_property
    def _slips(self) -> dict[str, set[str]]:
        """The known words by what is left of them when one letter goes; most of a matcher, and exact names ask for none of it."""
        slips: dict[str, set[str]] = defaultdict(set)
        for token in self._index.tokens:
            for rest in one_letter_out(token):
                slips[rest].add(token)
        return slips

    def _initialled(self, given: Name) -> set[int]:
        """The one vendor with these initials, where the name is written as initials are."""
        vendors = self._index.initials.get(given.compact, set()) if given.is_upper else set()
        return vendors if len(vendors) == 1 and len(given.compact) >= SHORTEST_INITIALS else set()

    def _likeness(self, given: Name, vendor_id: int) -> float:
        alike = max((similarity(given, name, self._weights) for name in self._names.get(vendor_id, ())), default=0.0)
        return max(alike, INITIALS) if vendor_id in self._initialled(given) else alike


def _spellings(name: str) -> list[Name]:
    return [given for given in map(parsed, (name, *other_names(name))) if given.tokens]
