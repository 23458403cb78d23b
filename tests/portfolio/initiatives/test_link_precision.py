"""How often proposed links are right, by labels of a person; and the score on rows that somebody wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portfolio.formats.registers.candidates import KEPT, Block, Candidate, candidates
from portfolio.formats.registers.likeness import Comparer, Entry, block_of, entry_of
from readiness.core.stats.proportions import wilson
from tests.sweeps.register_linking import BANDS, compared, digest, drawn, found_above, measured

SHELF: dict[str, Any] = {
    "name": "Shelf camera for empty places",
    "unit": ["Department of Sales", "Stores"],
    "purpose": "Counts what is missing on the shelves of the stores",
    "initiated_on": {"value": "2022-07-01", "precision": "month"},
    "contract_numbers": ["AB-1"],
}


def parts(one: dict[str, Any], other: dict[str, Any]) -> dict[str, float | None]:
    first, second = entry_of("1", one), entry_of("2", other)
    return Comparer([first, second]).__call__(first, second).parts


def score(one: dict[str, Any], other: dict[str, Any]) -> float:
    first, second = entry_of("1", one), entry_of("2", other)
    return Comparer([first, second])(first, second).score


@pytest.fixture(scope="module")
def pairs(sample_data: Path) -> list[Candidate]:
    return compared(sample_data)[0]


def test_links_of_95_and_more_that_are_best_on_both_sides_are_right_19_times_of_20(pairs: list[Candidate]) -> None:
    top = measured(pairs, best_only=True)[0]
    assert top.labelled >= 90
    share = wilson(top.same, top.labelled)
    assert share is not None
    assert share.low > 0.95


def test_the_threshold_finds_most_of_what_can_be_found(pairs: list[Candidate]) -> None:
    assert found_above(measured(pairs, best_only=False), 0.95) > 0.75


def test_precision_falls_with_the_score(pairs: list[Candidate]) -> None:
    bands = measured(pairs, best_only=False)
    assert [band.low for band in bands] == [low for low, _count in BANDS]
    values = [band.precision for band in bands]
    assert values == sorted(values, reverse=True)


def test_the_labelled_pairs_are_the_drawn_ones(pairs: list[Candidate]) -> None:
    from tests.sweeps.register_linking import LABELS

    labelled = LABELS.read_text()
    first, again = drawn(pairs)
    chosen = first + again
    assert len(chosen) >= 120
    assert all(digest(one) in labelled for one in chosen)


def test_a_blank_is_unknown_and_neither_for_nor_against() -> None:
    blank = {"name": SHELF["name"], "unit": ["Department of Sales"]}
    found = parts(SHELF, blank)
    assert {name for name, value in found.items() if value is None} == {
        "text", "office", "date", "system", "link", "contract",
    }  # fmt: skip
    assert score(SHELF, blank) == score(blank, SHELF)


@pytest.mark.parametrize(
    ("change", "part", "value"),
    [
        ({"unit": ["Department of Sales", "Online shop"]}, "office", -1.0),
        ({"unit": ["Department of Sales", "The stores"]}, "office", 1.0),
        ({"initiated_on": {"value": "2022-01-01", "precision": "year"}}, "date", 1.0),
        ({"initiated_on": {"value": "2020-07-01", "precision": "month"}}, "date", -1.0),
        ({"contract_numbers": ["ab-1", "X"]}, "contract", 1.0),
        ({"contract_numbers": ["ZZ-9"]}, "contract", 0.0),
    ],
)
def test_each_part_says_whether_it_agrees(change: dict[str, Any], part: str, value: float) -> None:
    assert parts(SHELF, SHELF | change)[part] == value


def test_what_agrees_raises_and_what_differs_lowers_the_score() -> None:
    other_office = SHELF | {"unit": ["Department of Sales", "Online shop"]}
    other_words = SHELF | {"purpose": "Reads handwritten letters of complaint from customers abroad"}
    assert (
        score(SHELF, SHELF) > score(SHELF, other_office) > score(SHELF, SHELF | {"name": "Letters", "purpose": "Reads mail now"})
    )
    assert score(SHELF, SHELF) > score(SHELF, other_words)


def test_a_typing_error_and_a_longer_name_are_still_alike() -> None:
    for name in ("Shelf camera for emtpy places", "SC-12 Shelf camera for empty places (all stores)"):
        assert (parts(SHELF, SHELF | {"name": name})["name"] or 0) > 0.7


def test_official_names_come_and_go_in_small_words() -> None:
    assert block_of("Department of Interior") == block_of("Department of the Interior")
    assert block_of("U.S. General Services Administration") == block_of("General Services Administration")
    assert block_of("Department of State") != block_of("Department of Labor")
    assert block_of("The US") != ""


def test_initials_are_an_office() -> None:
    one = {"name": "X", "unit": ["Health", "Centers for Medicare & Medicaid Services (CMS)"]}
    assert parts(one, {"name": "X", "unit": ["Health", "CMS"]})["office"] == 1.0


def test_a_row_has_few_candidates_and_of_equals_none_is_the_best() -> None:
    row = entry_of("row", SHELF)
    known = [entry_of(f"known {number}", SHELF) for number in range(10)]
    found = last(row, known)
    assert len(found) == KEPT
    assert not any(one.best for one in found)
    assert [one.best for one in last(row, known[:1])] == [True]


def last(row: Entry, known: list[Entry]) -> list[Candidate]:
    *_progress, found = candidates(Block([row], known), Comparer([row, *known]))
    assert isinstance(found, list)
    return found
