"""The matcher against 200 pairs of real names that a person judged."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from portfolio.procurement.rules.matching import THRESHOLD, Known, Matcher
from tests.portfolio.procurement.matching import labelled
from tests.sweeps.vendor_pairs import banded, recipients, sample

PRECISION, RECALL = 0.95, 0.90


@pytest.fixture(scope="module")
def scores() -> list[tuple[labelled.Labelled, float]]:
    """Rarity is counted over the vendors of the pairs, so that this runs where the award data are not."""
    return labelled.scored(labelled.pairs(), [pair.vendor for pair in labelled.pairs()])


def _holds(scores: list[tuple[labelled.Labelled, float]]) -> None:
    for weighted in (False, True):
        found = labelled.figures(scores, weighted=weighted)
        assert found.precision >= PRECISION, [pair for pair, score in scores if pair.label != "same" and score >= THRESHOLD]
        assert found.recall >= RECALL, [pair for pair, score in scores if pair.label == "same" and score < THRESHOLD]


@pytest.mark.parametrize("is_for_choosing", [True, False])
def test_both_halves_hold(scores: list[tuple[labelled.Labelled, float]], is_for_choosing: bool) -> None:
    _holds([(pair, score) for pair, score in scores if pair.is_for_choosing is is_for_choosing])


def test_there_are_200_pairs_and_both_halves_have_both_kinds() -> None:
    pairs = labelled.pairs()
    assert len(pairs) == 200
    assert {pair.label for pair in pairs} == {"same", "arm", "not", "cannot_tell"}
    for half in (True, False):
        labels = [pair.label for pair in pairs if pair.is_for_choosing is half]
        assert min(labels.count("same"), labels.count("not")) >= 30


def test_holds_over_all_recipients(sample_data: Path) -> None:
    _holds(labelled.scored(labelled.pairs(), recipients(sample_data)))


def test_the_pairs_are_the_ones_that_the_seed_draws(sample_data: Path) -> None:
    bands = banded(sample_data)
    drawn = [("initials" if low < 0 else str(low), *pair) for low, pair in sample(bands)]
    assert [(pair.band, pair.name, pair.vendor) for pair in labelled.pairs()] == drawn
    assert {"initials" if low < 0 else str(low): len(pairs) for low, pairs in bands.items()} == labelled.POPULATION


def test_recipients_match_nobody_but_themselves(sample_data: Path) -> None:
    """All 919 against each other: three of them stand in the data in two spellings, and that is all."""
    known = recipients(sample_data)
    matcher = Matcher(Known(number, name) for number, name in enumerate(known))
    twice = {
        frozenset((name, known[match.id]))
        for number, name in enumerate(known)
        for match in matcher.candidates(name)
        if match.id != number and match.score >= THRESHOLD
    }
    assert twice == {
        frozenset({"LOCKHEED MARTIN CORP", "LOCKHEED MARTIN CORPORATION"}),
        frozenset({"SERCO INC", "SERCO INC."}),
        frozenset(
            {
                "BAE SYSTEMS INFORMATION & ELECTRONIC SYSTEMS INTEGRATION INC",
                "BAE SYSTEMS INFORMATION AND ELECTRONIC SYSTEMS INTEGRATION INC.",
            }
        ),
    }


def test_a_thousand_names_among_five_thousand_vendors_in_seconds() -> None:
    dice = random.Random(3)
    parts = ["ka", "lo", "mi", "ter", "ven", "dor", "ax", "il", "on", "ra", "zen", "qu", "bel", "tro", "nix", "sha", "pen", "gul"]
    ends = ["technologies", "systems", "labs ai", "group inc", "consulting llc", "solutions", "analytics gmbh"]
    names = ["".join(dice.choices(parts, k=3)) + " " + dice.choice(ends) for _ in range(6000)]
    started = time.process_time()
    matcher = Matcher(Known(number, name) for number, name in enumerate(names[:5000]))
    for name in names[4500:5500]:
        matcher.best(name)
    assert time.process_time() - started < 5
