"""How alike two rows of a register are, with the parts that the score is made of: for a person to confirm or refuse.

score = 1 / (1 + exp(-(START + sum of weight x value over the parts that both rows fill))), 0..1. It is a rank that a person
reads, not a probability; how often rows of one score were the same initiative is measured in docs/imports.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from portfolio.formats.registers.keys import normalised_name

VERSION = "1"  # of what follows: another score of the same rows needs another number
START = -5.0
NAME, TEXT = 7.0, 4.0
OFFICE, DATE, SYSTEM, LINK, CONTRACT = 0.8, 0.7, 1.0, 1.5, 3.0
PARTS = ("name", "text", "office", "date", "system", "link", "contract")
_FEWEST_WORDS = 3  # a text of fewer words says nothing; a name of fewer is contained in too many
_DATES = ("initiated_on", "development_began_on", "implemented_on", "target_production_on")
# Words that official names have or lack from year to year ("Department of Interior", "U.S. General Services ...").
_FILLERS = frozenset({"the", "of", "for", "and", "a", "an", "in", "to", "us", "u", "s", "united", "states"})
_COMMON = _FILLERS | frozenset({"with", "on", "by", "is", "are", "that", "this", "as", "be", "or", "from", "it", "will", "can"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """`parts`: name -> 0..1 (office, date: -1 where they contradict); a part that a row leaves blank is None, not 0."""

    score: float
    parts: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is compared. `block`: the words of its top unit; only rows of one block are ever compared."""

    key: str
    block: str
    name: str
    name_words: frozenset[str]
    text: Mapping[str, int]
    offices: frozenset[str]
    dates: Mapping[str, str]
    system: str
    links: frozenset[str]
    contracts: frozenset[str]


def entry_of(key: str, fields: Mapping[str, Any]) -> Entry:
    """From the interpreted fields of a row."""
    name = normalised_name(_text(fields, "name"))
    levels = [str(level) for level in fields.get("unit") or ()]
    words = " ".join(_text(fields, part) for part in ("purpose", "outputs", "topic", "approach"))
    return Entry(
        key=key,
        block=block_of(levels[0] if levels else ""),
        name=" ".join(sorted(name.split())),
        name_words=_words(name),
        text=Counter(word for word in normalised_name(words).split() if word not in _COMMON),
        offices=frozenset(word for level in levels[1:] for word in _office(level)),
        dates={field: day for field in _DATES if (day := _day(fields.get(field)))},
        system=normalised_name(_text(fields, "system_name")),
        links=frozenset(_items(fields, "links")),
        contracts=frozenset(_items(fields, "contract_numbers")),
    )


def block_of(unit: str) -> str:
    """A top unit's name without the words that come and go: "Department of Interior" is "Department of the Interior"."""
    words = normalised_name(unit).split()
    return " ".join(sorted(word for word in words if word not in _FILLERS) or words)


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(fields.get(name) or "")


def _items(fields: Mapping[str, Any], name: str) -> Iterable[str]:
    return (str(each).strip().casefold() for each in fields.get(name) or ())


def _words(text: str) -> frozenset[str]:
    words = text.split()
    return frozenset(word for word in words if word not in _COMMON) or frozenset(words)


def _office(level: str) -> Iterable[str]:
    """Its words, and its initials: "Centers for Medicare & Medicaid Services" is CMS elsewhere."""
    words = [word for word in normalised_name(level).split() if word not in _FILLERS]
    return (*words, "".join(word[0] for word in words)) if len(words) > 1 else words


def _day(date: Any) -> str:
    """`2023-05` of whatever the register's date names at least; blank if nothing was read."""
    if not isinstance(date, Mapping) or not date.get("value"):
        return ""
    return str(date["value"])[: 4 if date.get("precision") == "year" else 7]


class Comparer:
    """Compares rows of one register; rare words count more, so it is made from all rows of both sides."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        names: Counter[str] = Counter()
        texts: Counter[str] = Counter()
        total = 0
        for entry in entries:
            total += 1
            names.update(entry.name_words)
            texts.update(entry.text.keys())
        self._names = {word: math.log1p(total / count) for word, count in names.items()}
        self._texts = {word: math.log1p(total / count) for word, count in texts.items()}
        self._rare = math.log1p(max(total, 2) / 2)  # the weight of a word that one row of each side has

    def __call__(self, one: Entry, other: Entry) -> Likeness:
        parts: dict[str, float | None] = {
            "name": round(self.name(one, other), 3),
            "text": _rounded(self.text(one, other)),
            "office": _overlap(one.offices, other.offices, against=True),
            "date": _dates(one.dates, other.dates),
            "system": None if not (one.system and other.system) else float(one.system == other.system),
            "link": _overlap(one.links, other.links, against=False),
            "contract": _overlap(one.contracts, other.contracts, against=False),
        }
        weights = (NAME, TEXT, OFFICE, DATE, SYSTEM, LINK, CONTRACT)
        sums = START + sum(weight * (parts[part] or 0.0) for part, weight in zip(PARTS, weights, strict=True))
        return Likeness(round(1 / (1 + math.exp(-sums)), 4), parts)

    def name(self, one: Entry, other: Entry) -> float:
        """0..1: shared words by rarity, letters in common, or one name inside the other; less if all words are frequent."""
        shared = self.weight(one.name_words & other.name_words)
        first, second = self.weight(one.name_words), self.weight(other.name_words)
        letters = fuzz.ratio(one.name, other.name) / 100
        alike = max(2 * shared / (first + second), (letters - 0.6) / 0.4)
        if min(len(one.name_words), len(other.name_words)) >= _FEWEST_WORDS:
            alike = max(alike, 0.9 * shared / min(first, second))
        telling = min(1.0, min(first, second) / self._rare / 1.5)
        return max(0.0, alike) * (0.6 + 0.4 * telling)

    def text(self, one: Entry, other: Entry) -> float | None:
        """Cosine of the words by rarity, 0..1; None unless both texts have a few words."""
        if min(len(one.text), len(other.text)) < _FEWEST_WORDS:
            return None
        if len(other.text) < len(one.text):
            one, other = other, one
        weight = self._texts
        product = sum(weight[word] ** 2 * count * other.text[word] for word, count in one.text.items() if word in other.text)
        return product / (self._length(one.text) * self._length(other.text))

    def weight(self, words: Iterable[str]) -> float:
        return sum(self._names[word] for word in words)

    def _length(self, text: Mapping[str, int]) -> float:
        return math.sqrt(sum((self._texts[word] * count) ** 2 for word, count in text.items()))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(min(1.0, value), 3)


def _overlap(one: frozenset[str], other: frozenset[str], *, against: bool) -> float | None:
    """1 if they share something; else -1 where that speaks against them, 0 where it says nothing; None if one is empty."""
    if not one or not other:
        return None
    return 1.0 if one & other else -1.0 if against else 0.0


def _dates(one: Mapping[str, str], other: Mapping[str, str]) -> float | None:
    """1 if a date that both name is the same as far as both say it, -1 if none is; None if they share no date."""
    pairs = [(one[field], other[field]) for field in _DATES if field in one and field in other]
    if not pairs:
        return None
    return 1.0 if any(first.startswith(second) or second.startswith(first) for first, second in pairs) else -1.0
