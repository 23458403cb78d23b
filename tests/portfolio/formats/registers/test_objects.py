"""JSON registers: three shapes, nested values, repeated keys, and hostile texts."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.tables import ReadOptions, Table
from tests.portfolio.formats.samples import sample


def read(folder: Path, text: str | bytes, options: ReadOptions | None = None) -> tuple[Table, list[tuple[int, list[str]]]]:
    path = folder / "register.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with open_table(path, options or ReadOptions()) as table:
        return table, list(table.rows)


def test_a_list_of_objects_has_the_union_of_their_keys(tmp_path: Path) -> None:
    table, rows = read(tmp_path, '[\n {"a": 1, "b": "x"},\n {"c": null, "a": "2"}\n]')
    assert table.kind == "json"
    assert table.headers == ("a", "b", "c")
    assert rows == [(2, ["1", "x", ""]), (3, ["2", "", ""])]


def test_an_object_with_one_list_inside(tmp_path: Path) -> None:
    text = '{"count": 2, "words": ["x"], "data": [{"a": 1},\n{"a": 2}], "next": null}'
    table, rows = read(tmp_path, text)
    assert table.headers == ("a",)
    assert rows == [(1, ["1"]), (2, ["2"])]


def test_of_two_lists_one_must_be_chosen(tmp_path: Path) -> None:
    text = '{"old": [{"a": 1}], "new": [{"b": 2}]}'
    with pytest.raises(UnreadableFile, match='several lists: "old", "new"'):
        read(tmp_path, text)
    table, rows = read(tmp_path, text, ReadOptions(json_list="new"))
    assert (table.headers, rows) == (("b",), [(1, ["2"])])


def test_one_object_per_line(tmp_path: Path) -> None:
    table, rows = read(tmp_path, '{"a": 1}\n\n{"a": 2, "b": [1, 2]}\n')
    assert table.kind == "jsonl"
    assert rows == [(1, ["1", ""]), (3, ["2", "[1, 2]"])]


def test_numbers_and_nested_values_stay_as_they_are_written(tmp_path: Path) -> None:
    _, rows = read(tmp_path, '[{"a": 1.10, "b": 12345678901234567890123, "c": {"x": [1.0, true, "é"]}, "d": true}]')
    assert rows[0][1] == ["1.10", "12345678901234567890123", '{"x": [1.0, true, "é"]}', "true"]


def test_a_repeated_key_keeps_all_of_its_values(tmp_path: Path) -> None:
    table, rows = read(tmp_path, '[{"a": 1, "a": 2, "b": 3}]')
    assert dict(zip(table.headers, rows[0][1], strict=True)) == {"a": "1", "a [2]": "2", "b": "3"}


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("[]", EmptyFile, "no objects"),
        ("   ", EmptyFile, "no header line"),
        ('[{"a": NaN}]', UnreadableFile, "NaN is not a JSON number"),
        ('[{"a": -Infinity}]', UnreadableFile, "Infinity is not a JSON number"),
        ('[{"a": 1},\n{"a": ]', UnreadableFile, "Line 2: this is not valid JSON"),
        ('[{"a": 1}, 7]', UnreadableFile, "an element is not an object"),
        ('[{"a": 1}] trailing', UnreadableFile, "something follows"),
        ('[{"a": 1}', UnreadableFile, "expected ,"),
        ('{"a": {"b": 1}', UnreadableFile, "not valid JSON"),
        ('[{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]", UnreadableFile, "nested too deep"),
        ('[{"a": "' + "x" * 20_000_000 + '"}]', TooLarge, "longer than"),
        ('[{"a": "' + "x" * 200_000 + '"}]', TooLarge, "longer than 131,072"),
        (json.dumps([{f"k{n}": 1 for n in range(500)}]), TooLarge, "more than 200 different keys"),
    ],
)
def test_a_text_that_is_no_register_is_refused_with_its_place(
    tmp_path: Path, text: str, kind: type[FormatError], says: str
) -> None:
    with pytest.raises(kind) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)


def test_a_long_list_is_read_without_standing_in_memory(tmp_path: Path) -> None:
    items = [json.dumps({f"key {n}": f"value {n} of {row}" for n in range(10)}) for row in range(30_000)]
    text = ("[" + ",\n".join(items) + "]").encode()
    del items
    tracemalloc.start()
    path = tmp_path / "long.json"
    path.write_bytes(text)
    with open_table(path) as table:
        lines = [line for line, _ in table.rows]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == list(range(1, 30_001))
    assert peak < 12_000_000


def test_the_british_records_are_read_whole() -> None:
    path = sample("registers/uk_atrs/atrs_records.json")
    loaded = json.loads(path.read_text())
    records = loaded if isinstance(loaded, list) else next(value for value in loaded.values() if isinstance(value, list))
    with open_table(path) as table:
        rows = list(table.rows)
    assert len(rows) == len(records) == 136
    assert set(table.headers) == {key for record in records for key in record}
