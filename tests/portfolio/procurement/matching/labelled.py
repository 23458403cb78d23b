"""200 pairs of names as a person judged them, and how well the matcher agrees.

The pairs are facts about public award data, drawn by `python -m tests.sweeps.vendor_pairs` and judged by reading the award or
the inventory that the name is from, before the matcher was run on them. `same` is the same contract partner; `arm` a company
and its subsidiary for one government or country (not the same vendor); pairs that nobody can tell count nowhere.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from portfolio.procurement.rules.matching import THRESHOLD, Known, Matcher

FOLDER = Path(__file__).parent
# How many pairs each band has in the whole award data, printed by the sweep: a labelled pair stands for this share of them.
POPULATION = {"95": 41, "92": 33, "90": 89, "87": 176, "80": 81781, "0": 487653, "initials": 7}


@dataclass(frozen=True, slots=True)
class Labelled:
    band: str
    name: str
    vendor: str
    label: str

    @property
    def is_for_choosing(self) -> bool:
        """Thresholds are chosen on this half and reported for the other, too."""
        return hashlib.sha256(f"{self.name}|{self.vendor}".encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of weights: pairs matched that are the same, matched that are not, not matched that are the same."""

    hits: float
    false: float
    missed: float

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false)

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed)


def pairs() -> list[Labelled]:
    with (FOLDER / "labels.csv").open(encoding="utf-8") as file:
        return [Labelled(**row) for row in csv.DictReader(file)]


def scored(labelled: Iterable[Labelled], known: Iterable[str]) -> list[tuple[Labelled, float]]:
    """Each pair that somebody could tell, with the score of a matcher that knows these vendors."""
    ids = {name: number for number, name in enumerate(dict.fromkeys(known))}
    matcher = Matcher(Known(number, name) for name, number in ids.items())
    return [(pair, matcher.score(pair.name, ids[pair.vendor])) for pair in labelled if pair.label != "cannot_tell"]


def figures(scores: Iterable[tuple[Labelled, float]], *, threshold: float = THRESHOLD, weighted: bool = False) -> Figures:
    scores = list(scores)
    drawn: dict[str, int] = {}
    for pair, _ in scores:
        drawn[pair.band] = drawn.get(pair.band, 0) + 1
    sums = {"hits": 0.0, "false": 0.0, "missed": 0.0}
    for pair, score in scores:
        cell = ("hits" if pair.label == "same" else "false") if score >= threshold else "missed" if pair.label == "same" else ""
        if cell:
            sums[cell] += POPULATION[pair.band] / drawn[pair.band] if weighted else 1.0
    return Figures(**sums)
