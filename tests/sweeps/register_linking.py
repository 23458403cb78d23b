"""How often proposed links of the two federal registers are right: python -m tests.sweeps.register_linking [draw]

Pairs of a row of 2024 and an initiative of 2023 were drawn by score with a fixed seed, printed in random order without their
scores (`draw`), and labelled by one reader as same, different or cannot tell. Kept are digests of the two keys and the labels,
no text. What cannot be told counts as wrong. A second draw is of the highest band alone, which the reader knew. The reader also
wrote the score, and nobody labelled a second time.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio.formats.registers.candidates import Candidate, blocks_of, candidates
from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.registers.interpret import compile_mapping
from portfolio.formats.registers.keys import KeyBook
from portfolio.formats.registers.likeness import Comparer, entry_of
from portfolio.formats.registers.profiles import load_profile
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.tables import ReadOptions
from readiness.core.stats.proportions import wilson

LABELS = Path(__file__).parents[1] / "portfolio" / "initiatives" / "link_labels.json"
FILES = {
    "us-federal-2023": "registers/us/2023_consolidated_ai_inventory_raw.csv",
    "us-federal-2024": "registers/us/2024_consolidated_ai_inventory_raw_v2.csv",
}
SEED = 20261130
# Lowest score of each band, and how many are drawn of it.
BANDS = ((0.95, 55), (0.8, 40), (0.5, 30), (0.3, 25), (0.1, 20))
LEAST = BANDS[-1][0]
AGAIN = 45  # pairs of the highest band, best on both sides, drawn afterwards to narrow its interval
Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Band:
    """`pairs`: how many there are; of the labelled ones `same` are the same initiative."""

    low: float
    high: float
    pairs: int
    labelled: int
    same: int
    unsure: int

    @property
    def precision(self) -> float:
        return self.same / self.labelled if self.labelled else float("nan")

    def line(self) -> str:
        share = wilson(self.same, self.labelled)
        precision = f"{share.value:.2f} [{share.low:.2f}, {share.high:.2f}]" if share else "unknown"
        return (
            f"{self.low:.2f} to {self.high:.2f}: {self.pairs:4} pairs, {self.labelled:3} labelled, {self.same:3} the same, "
            f"{self.unsure} cannot be told; precision {precision}"
        )


def rows_of(folder: Path, profile: str) -> Rows:
    """Key -> interpreted fields, as staging makes them."""
    mapping = load_profile(profile).mapping
    found = {}
    with open_table(folder / FILES[profile], ReadOptions()) as table:
        interpret, book = compile_mapping(mapping, table.headers), KeyBook(mapping)
        for line, cells in table.rows:
            row = interpret(line, cells)
            found[book.key(row, cells).key] = {name: _plain(value) for name, value in row.fields.items()}
    return found


def _plain(value: object) -> Any:
    if isinstance(value, FuzzyDate):
        return {"value": str(value.value) if value.value else None, "precision": str(value.precision)}
    return value


def compared(folder: Path) -> tuple[list[Candidate], Rows, Rows]:
    """Every pair down to the lowest band, and the rows of 2024 and 2023."""
    new, old = (rows_of(folder, f"us-federal-{year}") for year in (2024, 2023))
    rows, known = ([entry_of(key, fields) for key, fields in side.items()] for side in (new, old))
    compare = Comparer([*rows, *known])
    blocks = blocks_of(rows, known)
    steps = (step for block in blocks for step in candidates(block, compare, least=LEAST))
    return [one for step in steps if not isinstance(step, int) for one in step], new, old


def digest(pair: Candidate) -> str:
    return hashlib.sha256(f"{pair.row}\0{pair.known}".encode()).hexdigest()[:20]


def banded(pairs: Sequence[Candidate]) -> Iterator[tuple[float, float, int, list[Candidate]]]:
    """Low, high, how many to draw, and the pairs of each band in an order that no score decides."""
    high = 1.0
    for low, count in BANDS:
        inside = [one for one in pairs if low <= one.likeness.score and (one.likeness.score < high or high == 1.0)]
        yield low, high, count, sorted(inside, key=lambda one: (one.row, one.known))
        high = low


def drawn(pairs: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """The pairs that were labelled, in the order in which they were shown: over all bands, then of the highest alone."""
    dice = random.Random(SEED)
    first = [one for *_band, count, inside in banded(pairs) for one in dice.sample(inside, min(count, len(inside)))]
    dice.shuffle(first)
    top = next(banded(pairs))[3]
    return first, random.Random(SEED + 1).sample([one for one in top if one.best and one not in first], AGAIN)


def measured(pairs: Sequence[Candidate], *, best_only: bool) -> list[Band]:
    """The second draw has only pairs that are best on both sides, so it counts among these alone."""
    labels: dict[str, str] = json.loads(LABELS.read_text())
    first, again = drawn(pairs)
    labels = {key: labels[key] for one in (first + again if best_only else first) if (key := digest(one)) in labels}
    bands = []
    for low, high, _count, inside in banded(pairs):
        chosen = [one for one in inside if one.best or not best_only]
        said = [label for one in chosen if (label := labels.get(digest(one)))]
        bands.append(Band(low, high, len(chosen), len(said), said.count("same"), said.count("cannot tell")))
    return bands


def found_above(bands: Sequence[Band], low: float) -> float:
    """Share of the pairs that are the same, as the labels estimate them, that score at least `low`: a stand-in for recall.

    Pairs that share no word, or no top unit, are not among them.
    """
    same = {band.low: band.pairs * band.precision for band in bands if band.labelled}
    return sum(count for floor, count in same.items() if floor >= low) / sum(same.values())


def show(pairs: Sequence[Candidate], new: Rows, old: Rows) -> None:
    first, again = drawn(pairs)
    for one in first + again:
        for fields in (new[one.row], old[one.known]):
            sys.stdout.write(f"{digest(one)} {fields['name']} {fields['unit']} {fields.get('purpose', '')!r:.300}\n")


def main(folder: Path, verb: str = "") -> None:
    started = time.perf_counter()
    pairs, new, old = compared(folder)
    if verb == "draw":
        show(pairs, new, old)
        return
    sys.stdout.write(f"{len(new)} rows beside {len(old)}: {time.perf_counter() - started:.1f} s\n")
    for best_only in (False, True):
        sys.stdout.write("only pairs that are best on both sides\n" if best_only else "all pairs\n")
        bands = measured(pairs, best_only=best_only)
        for band in bands:
            share = found_above(bands, band.low)
            sys.stdout.write(f"  {band.line()}; {share:.2f} of all that are the same score this or more\n")


if __name__ == "__main__":
    main(Path(os.environ.get("PILOTAGE_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data")), *sys.argv[1:2])
