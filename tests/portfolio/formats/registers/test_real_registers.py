"""The two federal inventories, whole: what the project makes of them against a plain reading of the same files."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pytest

from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.registers.interpret import Interpreted, compile_mapping
from portfolio.formats.registers.keys import KeyBook, RowKey
from portfolio.formats.registers.profiles import Profile, load_profile
from portfolio.formats.registers.reading import open_table
from tests.portfolio.formats.samples import REGISTER_2023, REGISTER_2024, plain_rows, sample

PIID_CLASSES = {
    "blank": 1505,
    "not applicable": 130,
    "one number": 271,
    "several numbers": 49,
    "numbers and text": 61,
    "text": 117,
}
PIID_NUMBERS = 477
DATES = {"initiated_on": 11, "development_began_on": 12, "implemented_on": 13, "retired_on": 14}
STAGE, PIID = 9, 16


@dataclass(frozen=True)
class Register:
    profile: Profile
    encoding: str | None
    headers: tuple[str, ...]
    rows: list[Interpreted]
    cells: list[list[str]]
    keys: list[RowKey]
    plain: list[list[str]]

    def counts(self, target: str) -> dict[object, int]:
        return dict(Counter(row.fields[target] for row in self.rows))

    def issues(self, target: str) -> list[str]:
        return [issue.reason for row in self.rows for issue in row.unread if issue.target == target]


def read(name: str, relative: str, encoding: str) -> Register:
    profile = load_profile(name)
    with sample(relative).open("rb"), open_table(sample(relative)) as table:
        interpreter = compile_mapping(profile.mapping, table.headers)
        book = KeyBook(profile.mapping)
        rows, cells, keys = [], [], []
        for line, row_cells in table.rows:
            row = interpreter(line, row_cells)
            rows.append(row)
            cells.append(row_cells)
            keys.append(book.key(row, row_cells))
        return Register(profile, table.encoding, table.headers, rows, cells, keys, plain_rows(relative, encoding)[1:])


@pytest.fixture(scope="module")
def of_2023() -> Register:
    return read("us-federal-2023", REGISTER_2023, "utf-8")


@pytest.fixture(scope="module")
def of_2024() -> Register:
    return read("us-federal-2024", REGISTER_2024, "cp1252")


def test_every_cell_of_both_registers_arrives_unchanged(of_2023: Register, of_2024: Register) -> None:
    assert of_2023.cells == of_2023.plain
    assert of_2024.cells == of_2024.plain
    assert (len(of_2023.rows), len(of_2024.rows)) == (710, 2133)
    assert (of_2023.encoding, of_2024.encoding) == ("utf-8", "cp1252")
    assert all(list(row.raw.values()) == cells for row, cells in zip(of_2024.rows, of_2024.plain, strict=True))


def test_no_row_of_either_register_is_rejected(of_2023: Register, of_2024: Register) -> None:
    assert [row.rejected for row in (*of_2023.rows, *of_2024.rows) if row.rejected] == []


def test_the_nine_columns_that_share_one_header_are_kept_apart(of_2024: Register) -> None:
    assert len(of_2024.headers) == len(set(of_2024.headers)) == 62
    repeated = [header for header in of_2024.headers if header.startswith("If Other, please explain.")]
    assert len(repeated) == 9
    assert repeated[0] == "If Other, please explain."
    assert repeated[8] == "If Other, please explain. [9]"


def test_a_line_number_is_the_one_an_editor_shows(of_2024: Register) -> None:
    lines = sample(REGISTER_2024).read_bytes().decode("cp1252").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for row in of_2024.rows[::50]:
        first_words = str(row.raw["Use Case Name"]).strip().split("\n")[0]
        assert first_words.replace('"', '""') in lines[row.line - 1]


def test_stages_of_2023(of_2023: Register) -> None:
    assert of_2023.counts("stage") == {
        "unknown": 341,
        "operation": 157,
        "initiated": 81,
        "acquisition_development": 81,
        "implementation_assessment": 50,
    }
    raw = Counter(row[6] for row in of_2023.plain)
    assert raw[""] == 321
    assert len(raw) == 27
    operation = [text for text in raw if text.startswith(("Operation and M", "In-use", "In mission", "In production"))]
    assert sum(raw[text] for text in operation) == 157
    assert len(of_2023.issues("stage")) == 341 - 321  # every wording that is not read is reported, a blank is not


def test_stages_of_2024(of_2024: Register) -> None:
    assert of_2024.counts("stage") == {
        "operation": 874 + 14 + 4,
        "acquisition_development": 404,
        "initiated": 370 + 20 + 9,
        "implementation_assessment": 287,
        "unknown": 142 + 5 + 4,
    }
    assert len(of_2024.issues("stage")) == 5  # "Research or  Administrative Action Complete"


def test_retired_is_a_closure_whose_kind_rests_on_a_readable_date_of_implementation(of_2024: Register) -> None:
    assert of_2024.counts("status") == {"active": 1991, "closed": 142}
    assert of_2024.counts("closure_kind") == {"": 1991, "abandoned_unknown": 110, "retired": 32}
    dated = [row for row in of_2024.plain if row[STAGE] == "Retired" and re.search(r"[0-9]", row[DATES["implemented_on"]])]
    assert len(dated) == 32
    for row in of_2024.rows:
        if row.fields["closure_kind"] == "retired":
            assert isinstance(row.fields["implemented_on"], FuzzyDate)
            assert row.fields["implemented_on"].value is not None


def test_text_in_date_retired_of_an_open_row_is_reported_and_closes_nothing(of_2024: Register) -> None:
    expected = sum(1 for row in of_2024.plain if row[DATES["retired_on"]].strip() and row[STAGE] != "Retired")
    assert expected == 97
    notes = [reason for reason in of_2024.issues("retired_on") if reason.startswith("not read as a closure")]
    assert len(notes) == 97


def test_units_of_both_registers(of_2023: Register, of_2024: Register) -> None:
    plain_2023 = {(row[9].strip(), row[2].strip(), row[3].strip()) for row in of_2023.plain}
    plain_2024 = {(row[1].strip(), row[3].strip()) for row in of_2024.plain}
    assert (len(plain_2023), len(plain_2024)) == (142, 340)
    assert len(of_2023.counts("unit")) == 142
    assert len(of_2024.counts("unit")) == 340
    assert len({row.fields["unit"][0] for row in of_2024.rows}) == 41  # type: ignore[index]
    assert len({row.fields["unit"][0] for row in of_2023.rows}) == 21  # type: ignore[index]


def precision_by_shape(text: str) -> str:
    """The oracle's own idea of a date's precision, by its shape alone."""
    if re.fullmatch(r"\d{1,2}/\d{1,2}/1905", text):
        return "year"
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", text) or re.match(r"\d{4}-\d{2}-\d{2}\b", text):
        return "day"
    if re.fullmatch(r"\d{2}-[A-Z][a-z]{2}", text) or re.match(r"\d{4}-\d{2} \(", text):
        return "month"
    return "quarter" if re.fullmatch(r"Q\dFY\d\d", text) else "unknown"


def test_each_date_has_the_precision_of_its_shape(of_2024: Register) -> None:
    found: Counter[tuple[str, str]] = Counter()
    cells = 0
    for row, plain in zip(of_2024.rows, of_2024.plain, strict=True):
        for target, column in DATES.items():
            text = plain[column].strip()
            date = row.fields[target]
            assert isinstance(date, FuzzyDate)
            assert date.raw == plain[column]
            assert date.precision == (precision_by_shape(text) if text else "unknown")
            assert (date.value is None) == (date.precision == "unknown")
            if text:
                cells += 1
                found[target, date.precision] += 1
    assert cells == 3248
    assert dict(found) == {
        ("initiated_on", "day"): 1189,
        ("initiated_on", "month"): 29,
        ("initiated_on", "quarter"): 2,
        ("initiated_on", "year"): 48,
        ("initiated_on", "unknown"): 20,
        ("development_began_on", "day"): 920,
        ("development_began_on", "month"): 20,
        ("development_began_on", "year"): 38,
        ("development_began_on", "unknown"): 33,
        ("implemented_on", "day"): 620,
        ("implemented_on", "month"): 17,
        ("implemented_on", "year"): 31,
        ("implemented_on", "unknown"): 53,
        ("retired_on", "day"): 99,
        ("retired_on", "year"): 17,
        ("retired_on", "unknown"): 112,
    }


def test_the_134_bare_years_that_a_spreadsheet_mangled_are_years_again(of_2024: Register) -> None:
    years: Counter[int] = Counter()
    for row in of_2024.rows:
        for target in DATES:
            date = row.fields[target]
            if isinstance(date, FuzzyDate) and date.precision == "year" and date.value is not None:
                years[date.value.year] += 1
    assert sum(years.values()) == 134
    assert min(years) >= 2010
    assert max(years) <= 2025
    serials = Counter(row[column].strip() for row in of_2024.plain for column in DATES.values())
    assert years[2022] == serials["7/14/1905"]
    assert years[2023] == serials["7/15/1905"]
    assert years[2024] == serials["7/16/1905"]


def test_the_id_of_2023_is_the_key(of_2023: Register) -> None:
    assert len({key.key for key in of_2023.keys}) == 710
    assert {key.basis for key in of_2023.keys} == {"external_id"}
    assert of_2023.keys[0].key == "DHS-0000-2023"
    assert [key.note for key in of_2023.keys if key.note] == []


def test_repeated_keys_of_2024_get_ordinals_and_three_rows_are_told_as_exact_duplicates(of_2024: Register) -> None:
    def squeezed(text: str) -> str:
        return " ".join(re.sub(r"[\W_]+", " ", text).split()).casefold()

    plain = Counter((squeezed(row[0]), squeezed(row[1]), squeezed(row[3])) for row in of_2024.plain)
    repeated = [count for count in plain.values() if count > 1]
    assert (len(repeated), sum(repeated)) == (31, 82)
    assert len({key.key for key in of_2024.keys}) == 2133
    later = [key for key in of_2024.keys if key.ordinal > 1]
    assert len(later) == 82 - 31
    assert all(key.note for key in later)
    duplicates = [key for key in of_2024.keys if key.exact_duplicate_of is not None]
    assert len(duplicates) == 3
    by_line = {row.line: cells for row, cells in zip(of_2024.rows, of_2024.cells, strict=True)}
    for key, row, cells in zip(of_2024.keys, of_2024.rows, of_2024.cells, strict=True):
        if key.exact_duplicate_of is not None:
            assert by_line[key.exact_duplicate_of] == cells
            assert key.exact_duplicate_of < row.line
    assert max(key.ordinal for key in of_2024.keys) == max(repeated)


def test_contract_numbers_by_class(of_2024: Register) -> None:
    classes: Counter[str] = Counter()
    numbers = 0
    for row, plain in zip(of_2024.rows, of_2024.plain, strict=True):
        found = row.fields["contract_numbers"]
        assert isinstance(found, tuple)
        left = any(issue.target == "contract_numbers" for issue in row.unread)
        assert all(number in plain[PIID] for number in found)  # nothing is put together from pieces
        numbers += len(found)
        if not plain[PIID].strip():
            classes["blank"] += 1
        elif not found:
            classes["text" if left else "not applicable"] += 1
        elif left:
            classes["numbers and text"] += 1
        else:
            classes["one number" if len(found) == 1 else "several numbers"] += 1
    assert dict(classes) == PIID_CLASSES
    assert numbers == PIID_NUMBERS


def test_every_cell_in_the_form_of_far_4_1603_is_one_contract_number(of_2024: Register) -> None:
    form = re.compile(r"[0-9A-Z]{6}-?[0-9]{2}-?[A-Z]-?[0-9A-Z]{4,8}")
    formal = [(row, cells) for row, cells in zip(of_2024.rows, of_2024.plain, strict=True) if form.fullmatch(cells[PIID].strip())]
    assert len(formal) > 150
    for row, cells in formal:
        assert row.fields["contract_numbers"] == (cells[PIID].strip(),)


def test_infrastructure_answers_of_2024(of_2024: Register) -> None:
    assert of_2024.counts("answers.infra_provisioned") == {
        "yes": 728,
        "no": 296,
        "other": 124,
        "not_applicable": 67,
        "unknown": 918,
    }
    assert of_2024.counts("answers.compute_request") == {
        "yes": 708,
        "no": 284,
        "other": 151,
        "not_applicable": 74,
        "unknown": 916,
    }
    waits = of_2024.counts("answers.dev_tools_wait")
    assert waits["Less than 6 months"] == 798
    assert waits["6-12 months"] == 137
    assert waits["More than 12 months"] == 70
    assert of_2024.counts("answers.ato")["yes"] == 669


def test_all_columns_of_the_profiles_are_in_the_files(of_2023: Register, of_2024: Register) -> None:
    for register in (of_2023, of_2024):
        interpreter = compile_mapping(register.profile.mapping, register.headers)
        assert interpreter.absent_columns == ()
        assert "Other (Use Case Topic Area)" in interpreter.unmapped_columns or register is of_2023
