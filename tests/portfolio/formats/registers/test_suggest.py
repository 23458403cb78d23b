"""The wizard's first guess, tried on the registers whose right mapping is known."""

from __future__ import annotations

import itertools

from portfolio.formats.registers.mapping import Accept, KeyRule
from portfolio.formats.registers.mapping_data import mapping_from_data
from portfolio.formats.registers.mapping_export import mapping_to_data
from portfolio.formats.registers.profiles import load_profile
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.suggest import Suggestion, suggest_mapping
from tests.portfolio.formats.samples import REGISTER_2023, REGISTER_2024, sample


def suggested(relative: str) -> Suggestion:
    with open_table(sample(relative)) as table:
        return suggest_mapping(table.headers, [cells for _, cells in itertools.islice(table.rows, 200)])


def agreement(suggestion: Suggestion, profile: str) -> tuple[set[str], set[str]]:
    """Targets on which guess and profile agree, and those where they name different columns."""
    right: set[str] = set()
    wrong: set[str] = set()
    for field in load_profile(profile).mapping.fields:
        guess = suggestion.mapping.field_for(field.target)
        if guess is not None:
            (right if set(guess.columns) & set(field.columns) else wrong).add(field.target)
    return right, wrong


def test_most_of_the_register_of_2023_is_guessed_and_nothing_wrongly() -> None:
    suggestion = suggested(REGISTER_2023)
    right, wrong = agreement(suggestion, "us-federal-2023")
    assert right >= {"external_id", "name", "unit", "unit_code", "purpose", "approach", "stage", "source_code_url"}
    assert wrong == set()
    assert suggestion.mapping.key is KeyRule.EXTERNAL_ID


def test_most_of_the_register_of_2024_is_guessed() -> None:
    suggestion = suggested(REGISTER_2024)
    right, wrong = agreement(suggestion, "us-federal-2024")
    dates = {"initiated_on", "development_began_on", "implemented_on", "retired_on"}
    assert right >= dates | {"name", "unit", "stage", "contract_numbers", "answers.infra_provisioned", "answers.ato"}
    assert len(right) >= 20
    assert len(wrong) <= 2
    field = suggestion.mapping.field_for("initiated_on")
    assert field is not None
    assert field.dates.order == "mdy"
    assert field.dates.excel_year_serials


def test_there_is_one_guess_per_column_with_a_confidence_and_a_reason() -> None:
    suggestion = suggested(REGISTER_2024)
    assert len(suggestion.guesses) == 62
    assert all(0 <= guess.confidence <= 1 and guess.why for guess in suggestion.guesses)


def test_a_suggestion_is_a_valid_mapping() -> None:
    for relative in (REGISTER_2023, REGISTER_2024):
        mapping = suggested(relative).mapping
        assert mapping_from_data(mapping_to_data(mapping)) == mapping


def test_without_any_known_word_something_still_stands_for_the_name() -> None:
    suggestion = suggest_mapping(("foo", "bar"), [["1", "alpha"], ["1", "beta"]])
    assert [guess.target for guess in suggestion.guesses] == [None, "name"]
    assert suggestion.guesses[1].confidence <= 0.2


def test_values_correct_what_a_header_promises() -> None:
    suggestion = suggest_mapping(("Project ID", "Title", "Start date"), [["1", "a", "soon"], ["1", "b", "later"]])
    by_column = {guess.column: guess for guess in suggestion.guesses}
    assert by_column["Start date"].target is None
    assert by_column["Project ID"].target is None


def test_the_order_of_dates_is_taken_only_from_values_that_prove_it() -> None:
    def order(*values: str) -> str:
        field = suggest_mapping(("Name", "Start date"), [["a", value] for value in values]).mapping.field_for("initiated_on")
        assert field is not None
        return field.dates.order

    assert order("13/1/2023", "2/1/2023") == "dmy"
    assert order("1/13/2023", "2/1/2023") == "mdy"
    assert order("1/2/2023") == "auto"


def test_addresses_and_contract_numbers_are_accepted_by_their_form() -> None:
    suggestion = suggest_mapping(("Name", "Links", "PIID"), [["a", "https://x.example", "70RSAT23T00000030"]])
    accepted = {field.target: field.accept for field in suggestion.mapping.fields}
    assert accepted == {"name": Accept.ANY, "links": Accept.URL, "contract_numbers": Accept.CONTRACT_NUMBER}
