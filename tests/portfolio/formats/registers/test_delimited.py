"""CSV as it comes: encodings, delimiters, quotes, repeated and blank headers, and files that are none."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.tables import Limits, ReadOptions, Table

DASH = "\u2013"  # in cp1252, and not in Latin-1
TEXT = f"Name,Größe {DASH} “quoted”\nÄrzte,“x”\nB,y\n"


def written(folder: Path, content: bytes, name: str = "register.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path, options: ReadOptions | None = None) -> tuple[Table, list[tuple[int, list[str]]]]:
    with open_table(path, options or ReadOptions()) as table:
        return table, list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    table, rows = read(written(tmp_path, TEXT.encode(encoding)))
    assert table.headers == ("Name", f"Größe {DASH} “quoted”")
    assert rows == [(2, ["Ärzte", "“x”"]), (3, ["B", "y"])]


def test_a_cp1252_byte_at_the_very_end_of_a_long_file_decides_the_encoding_of_all(tmp_path: Path) -> None:
    body = b"Name,Note\n" + b"plain,ascii\n" * 200_000 + b"caf\xe9,end\n"
    table, rows = read(written(tmp_path, body))
    assert table.encoding == "cp1252"
    assert rows[-1] == (200_002, ["café", "end"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_although_cells_hold_the_others(tmp_path: Path, delimiter: str) -> None:
    lines = [["Name", "Unit", "Note"], ['"a, b; c | d\te"', "x", "1,5"], ["b", "y", "2;5"]]
    if delimiter != ",":
        lines[2][2] = "2,5"
    else:
        lines[1][2] = lines[2][2] = "2;5"
    text = "\n".join(delimiter.join(cells) for cells in lines)
    table, rows = read(written(tmp_path, text.encode()))
    assert table.delimiter == delimiter
    assert rows[0][1][0] == "a, b; c | d\te"
    assert all(len(cells) == 3 for _, cells in rows)


def test_excel_s_own_delimiter_line_is_obeyed_and_counted(tmp_path: Path) -> None:
    table, rows = read(written(tmp_path, b"sep=;\r\nName;Unit\r\na;b\r\n"))
    assert table.headers == ("Name", "Unit")
    assert rows == [(3, ["a", "b"])]


def test_a_cell_over_several_lines_keeps_them_and_the_line_number_is_where_the_record_starts(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, b'Name,Note\r\na,"one\r\ntwo\nthree"\r\nb,x\r\n'))
    assert rows == [(2, ["a", "one\r\ntwo\nthree"]), (5, ["b", "x"])]


def test_repeated_and_blank_headers_are_all_kept_with_names_of_their_own(tmp_path: Path) -> None:
    table, rows = read(written(tmp_path, b"X,X,,X, X [2] \n1,2,3,4,5\n"))
    assert table.headers == ("X", "X [2]", "Column 3", "X [3]", "X [2] [2]")
    assert rows == [(2, ["1", "2", "3", "4", "5"])]


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    table, rows = read(written(tmp_path, b"A,B\n1,2\n\n,\n3,4\n"))
    assert rows == [(2, ["1", "2"]), (5, ["3", "4"])]
    assert table.blank_rows == 2


def test_ragged_rows_come_as_they_are(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, b"A,B,C\n1,2\n1,2,3,4\n"))
    assert rows == [(2, ["1", "2"]), (3, ["1", "2", "3", "4"])]


def test_a_title_above_the_headers_can_be_skipped(tmp_path: Path) -> None:
    table, rows = read(written(tmp_path, b"Inventory 2024\n\nA,B\n1,2\n"), ReadOptions(header_line=3, delimiter=","))
    assert table.headers == ("A", "B")
    assert rows == [(4, ["1", "2"])]


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (b"", EmptyFile, "0 bytes"),
        (b"\n\n", EmptyFile, "no header line"),
        (b"A,B\n", EmptyFile, "no rows"),
        (b"A,B\n1,\x002\n", UnreadableFile, "Line 2: a NUL byte"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", UnreadableFile, "picture"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, UnreadableFile, "password"),
        (b"%PDF-1.7\n", UnreadableFile, "PDF"),
        (b'A,B\n1,"never closed\n2,3\n', UnreadableFile, "line 2: a quotation mark is opened"),
        (b'A,B\n1,"x" y\n', UnreadableFile, "text follows a closing"),
        (b'A,B\n1,"' + b"x" * 10_000_000 + b'"\n', TooLarge, "longer than 131,072"),
        (b",".join(b"c%d" % n for n in range(200_000)) + b"\n1\n", TooLarge, "more than 200 columns"),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_what_where_and_what_to_do(
    tmp_path: Path, content: bytes, kind: type[FormatError], says: str
) -> None:
    with pytest.raises(kind) as caught:
        read(written(tmp_path, content))
    assert says in str(caught.value)
    assert caught.value.advice


def test_a_wrongly_declared_encoding_names_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, "A,B\n1,2\nä,3\n".encode("cp1252"))
    with pytest.raises(UnreadableFile, match="Line 3: a byte that does not exist in utf-8"):
        read(path, ReadOptions(encoding="utf-8"))
    with pytest.raises(UnreadableFile, match="no encoding is called"):
        read(path, ReadOptions(encoding="klingon"))


def test_lenient_quotes_read_what_spreadsheets_read(tmp_path: Path) -> None:
    _, rows = read(written(tmp_path, b'A,B\n1,"x" y\n'), ReadOptions(quotes="lenient"))
    assert rows == [(2, ["1", "x y"])]


def test_too_many_rows_and_bytes_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"A\n1\n2\n3\n")
    with pytest.raises(TooLarge, match="more than 2 rows"):
        read(path, ReadOptions(limits=Limits(max_rows=2)))
    with pytest.raises(TooLarge, match="the limit is 4"):
        read(path, ReadOptions(limits=Limits(max_bytes=4)))


def test_a_file_that_is_gone_is_a_named_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        open_table(tmp_path / "gone.csv")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    row = b"identifier,a name of some length,department,bureau," + b"words of purpose " * 10 + b"\n"
    path = written(tmp_path, b"A,B,C,D,E\n" + row * 100_000)
    tracemalloc.start()
    with open_table(path) as table:
        count = sum(1 for _ in table.rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 8_000_000
