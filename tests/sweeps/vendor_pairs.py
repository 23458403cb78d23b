"""Draws the pairs of names that people label, from the award data and what texts call vendors.

python -m tests.sweeps.vendor_pairs [folder of sample data]

The score that the bands are cut from is the higher of two plain comparisons of strings (Jaro-Winkler; a weighted ratio of
letters in common) that know nothing of companies, so that no change of the matcher changes the sample. The band "initials" is
every short word in capitals beside the vendors whose words begin with these letters. How many pairs a band has is printed with
it, for figures that stand for the population.
"""

from __future__ import annotations

import csv
import os
import random
import re
import sys
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import JaroWinkler

LABELS = Path(__file__).parents[1] / "portfolio" / "procurement" / "matching"
AWARDS = "procurement_us/usaspending_ai_contract_awards_dev.csv"
SEED = 20261129
# Lowest score of each band and how many are drawn of it.
BANDS: tuple[tuple[int, int], ...] = ((95, 45), (92, 45), (90, 50), (87, 49), (80, 12), (0, 8))
INITIALS = -1  # a band besides, drawn whole

Pair = tuple[str, str]


def recipients(folder: Path) -> list[str]:
    with (folder / AWARDS).open(encoding="utf-8") as file:
        return sorted({row["Recipient Name"].strip() for row in csv.DictReader(file)})


def mentions() -> list[str]:
    lines = (LABELS / "mentions.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def banded(folder: Path) -> dict[int, list[Pair]]:
    """All pairs of a written name and a recipient of another spelling, by band; each pair of recipients once."""
    vendors = recipients(folder)
    written = [*vendors, *(name for name in mentions() if name not in vendors)]
    scores = np.maximum(
        process.cdist(written, vendors, scorer=fuzz.WRatio, processor=utils.default_process),
        process.cdist(written, vendors, scorer=JaroWinkler.normalized_similarity, processor=utils.default_process) * 100,
    )
    scores[np.tril_indices(len(vendors))] = -1  # a pair of recipients counts once
    bands: dict[int, list[Pair]] = {INITIALS: [(name, vendor) for name in written for vendor in _initialled(name, vendors)]}
    above = np.inf
    for low in dict(BANDS):
        rows, columns = np.nonzero((scores >= low) & (scores < above))
        drawn = [(written[row], vendors[column]) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]
        bands[low], above = [pair for pair in drawn if pair not in bands[INITIALS]], low
    return bands


def _initialled(name: str, vendors: list[str]) -> list[str]:
    """The vendors whose words begin with the letters of a short word in capitals."""
    if name in vendors or not (name.isupper() and name.isalpha() and 2 < len(name) < 6):
        return []
    return [vendor for vendor in vendors if re.sub(r"(\w)\w*\W*", r"\1", vendor).startswith(name)]


def sample(bands: dict[int, list[Pair]]) -> list[tuple[int, Pair]]:
    dice = random.Random(SEED)
    drawn = [(low, pair) for low, count in BANDS for pair in sorted(dice.sample(bands[low], min(count, len(bands[low]))))]
    return drawn + [(INITIALS, pair) for pair in bands[INITIALS]]


def main(folder: Path) -> None:
    bands = banded(folder)
    for low, pairs in bands.items():
        sys.stdout.write(f"# band {low}: {len(pairs)} pairs\n")
    out = csv.writer(sys.stdout, lineterminator="\n")
    for low, (name, vendor) in sample(bands):
        out.writerow([low, name, vendor])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["PILOTAGE_SAMPLE_DATA"]))
