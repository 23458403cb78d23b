"""XLSX from friends and from enemies: what comes out, and what is stopped, fast and with no process left."""

from __future__ import annotations

import datetime as dt
import io
import stat
import struct
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest
from openpyxl import Workbook

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile, UnsafeArchive
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.tables import ReadOptions
from portfolio.formats.spreadsheets.reading import SheetLimits, open_spreadsheet

SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, rows: Sequence[Sequence[object]], title: str = "Register") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.create_sheet("Notes")
    book.save(path)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return workbook(tmp_path / "small.xlsx", [["Name", "Count"], ["a", 1], ["b", 2]])


def rewritten(source: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Path:
    target = source.with_name("changed.xlsx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return target


def unchanged(_name: str, content: bytes) -> bytes:
    return content


def children() -> list[str]:
    return [child.name() for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]


def refused(path: Path, kind: type[FormatError], says: str, limits: SheetLimits | None = None) -> None:
    before = len(children())
    with pytest.raises(kind) as caught:
        open_spreadsheet(path, ReadOptions(), sheet_limits=limits or SheetLimits())
    assert says in str(caught.value)
    assert len(children()) == before


def test_cells_become_faithful_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "typed.xlsx",
        [
            ["Name", "Number", "Date", "When", "Flag", None, "Number"],
            ["a", 3, dt.date(2023, 7, 1), dt.datetime(2023, 7, 1, 14, 30), True, None, 2.5],  # noqa: DTZ001 (spreadsheets know no zones)
            ["007", 12345678901, None, None, False, "=1+1", 0.1],
        ],
    )
    with open_table(path) as table:
        assert table.kind == "xlsx"
        assert table.sheets == ("Register", "Notes")
        assert table.headers == ("Name", "Number", "Date", "When", "Flag", "Column 6", "Number [2]")
        rows = list(table.rows)
    assert rows[0] == (2, ["a", "3", "2023-07-01", "2023-07-01 14:30:00", "TRUE", "", "2.5"])
    assert rows[1] == (3, ["007", "12345678901", "", "", "FALSE", "", "0.1"])


def test_row_numbers_are_the_spreadsheet_s_and_blank_rows_are_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "gaps.xlsx", [[], [], ["A", "B"], ["1", "2"], [], [], ["3"]])
    with open_table(path) as table:
        assert list(table.rows) == [(4, ["1", "2"]), (7, ["3", ""])]
        assert table.blank_rows == 2


def test_a_csv_that_is_really_an_xlsx_is_read_as_what_it_is(small: Path) -> None:
    renamed = small.rename(small.with_name("register.csv"))
    with open_table(renamed) as table:
        assert table.kind == "xlsx"
        assert [cells for _, cells in table.rows] == [["a", "1"], ["b", "2"]]


def test_another_sheet_can_be_chosen_and_an_empty_one_says_so(small: Path) -> None:
    with pytest.raises(EmptyFile, match="Sheet Notes: the sheet is empty"):
        open_table(small, ReadOptions(sheet="Notes"))
    with pytest.raises(UnreadableFile, match='no sheet "Nope"'):
        open_table(small, ReadOptions(sheet="Nope"))


def test_a_cut_off_file_is_refused(small: Path) -> None:
    content = small.read_bytes()
    small.write_bytes(content[: len(content) // 2])
    refused(small, UnreadableFile, "damaged or cut off")


def test_another_zip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    refused(path, UnreadableFile, "a Word document")


def test_a_bomb_is_stopped_by_the_bytes_it_really_inflates_to_and_at_once(small: Path) -> None:
    path = rewritten(small, unchanged, {"xl/bomb.xml": b"0" * 150_000_000})
    started = time.monotonic()
    refused(path, TooLarge, "inflates past")
    assert time.monotonic() - started < 1


def test_a_bomb_that_declares_a_small_size_is_stopped_too(small: Path) -> None:
    path = rewritten(small, unchanged, {"xl/bomb.xml": b"0" * 50_000_000})
    size = struct.pack("<L", 50_000_000)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<L", 1000)))
    refused(path, TooLarge, "inflates past")


def test_a_declared_size_that_is_a_lie_is_refused(small: Path) -> None:
    path = rewritten(small, unchanged, {"xl/lie.xml": b"0" * 54_321})
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", 54_321), struct.pack("<L", 54_320)))
    refused(path, UnsafeArchive, "declared size")


def test_overlapping_members_are_refused(small: Path) -> None:
    content = small.read_bytes()
    start = content.rindex(b"PK\x01\x02")
    changed = bytearray(content)
    changed[start + 42 : start + 46] = struct.pack("<L", 0)  # the last member claims the first one's place
    small.write_bytes(bytes(changed))
    refused(small, UnsafeArchive, "overlap")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("xl/inner.bin", b"PK\x03\x04rest", "archive inside"),
        ("xl/evil.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
        ("xl/evil16.xml", '<!DOCTYPE x SYSTEM "http://127.0.0.1/">'.encode("utf-16"), "document type"),
        ("../outside.xml", b"<x/>", "leads out"),
        ("XL/workbook.xml", b"<x/>", "same name"),
    ],
)
def test_tricks_are_refused(small: Path, name: str, content: bytes, says: str) -> None:
    refused(rewritten(small, unchanged, {name: content}), UnsafeArchive, says)


def test_a_document_type_across_the_border_of_two_pieces_is_seen(small: Path) -> None:
    for shift in range(10):
        content = b" " * (65_536 - shift) + b"<!DOCTYPE x>" + b"abcdefgh" * 50_000
        refused(rewritten(small, unchanged, {"xl/late.xml": content}), UnsafeArchive, "document type")


def test_a_symbolic_link_is_refused(small: Path) -> None:
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(small, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(small, UnsafeArchive, "symbolic link")


def test_an_encrypted_member_is_refused(small: Path) -> None:
    changed = bytearray(small.read_bytes())
    start = changed.rindex(b"PK\x01\x02")
    changed[start + 8] |= 1
    small.write_bytes(bytes(changed))
    refused(small, UnsafeArchive, "encrypted")


def test_too_many_members_and_too_many_bytes_are_refused(small: Path, tmp_path: Path) -> None:
    refused(rewritten(small, unchanged, {f"xl/{n}.xml": b"" for n in range(1001)}), TooLarge, "the limit is 1,000")
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"PK\x03\x04" + bytes(20_000_001))
    started = time.monotonic()
    refused(large, TooLarge, "the limit is 20,000,000")
    assert time.monotonic() - started < 1


def test_a_sheet_whose_two_cells_span_the_whole_grid_costs_a_named_error_and_no_memory_of_ours(small: Path) -> None:
    def stretched(name: str, content: bytes) -> bytes:
        if name != SHEET:
            return content
        far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return content.replace(b"</sheetData>", far)

    refused(rewritten(small, stretched), UnreadableFile, "crashed")


def test_rows_columns_and_cells_have_limits(small: Path, tmp_path: Path) -> None:
    refused(small, TooLarge, "Sheet Register, row 3: more than 2 rows", SheetLimits(max_rows=2))
    refused(small, TooLarge, "more than 1 columns", SheetLimits(max_columns=1))
    long = workbook(tmp_path / "long.xlsx", [["A"], ["x" * 600]])
    refused(long, TooLarge, "row 2: a cell longer than 500 characters", SheetLimits(max_cell_chars=500))


def test_a_sheet_that_needs_three_gigabytes_ends_the_child_and_not_the_machine(small: Path) -> None:
    def stretched(name: str, content: bytes) -> bytes:
        far = b'<row r="1048576"><c r="CV1048576"><v>1</v></c></row></sheetData>'
        return content.replace(b"</sheetData>", far) if name == SHEET else content

    refused(rewritten(small, stretched), UnreadableFile, "crashed")


def test_a_table_that_does_not_start_in_a1_keeps_its_row_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [[], [None, None, "Name", "Unit"], [None, None, "a", None], [], [None, None, None, "u"]]
    with open_table(workbook(tmp_path / "c2.xlsx", rows)) as table:
        assert table.headers == ("Name", "Unit")
        assert list(table.rows) == [(3, ["a", ""]), (5, ["", "u"])]


def test_a_parser_that_takes_too_long_is_killed(small: Path, tmp_path: Path) -> None:
    slow = tmp_path / "slow-python"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    before = len(children())
    started = time.monotonic()
    with pytest.raises(TooLarge, match="longer than 1 s"):
        open_spreadsheet(small, ReadOptions(), sheet_limits=SheetLimits(seconds=1), python=str(slow))
    assert time.monotonic() - started < 3
    assert len(children()) == before


def test_output_past_its_limit_is_a_named_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "wide.xlsx", [["A"]] + [["words " * 50] for _ in range(500)])
    refused(path, UnreadableFile, "crashed", SheetLimits(output_bytes=10_000))


def test_the_child_sees_no_environment(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\n/usr/bin/env > {tmp_path}/seen\nexit 9\n")
    spy.chmod(0o755)
    monkeypatch.setenv("SECRET_KEY", "not for children")
    with pytest.raises(UnreadableFile, match="exit code 9"):
        open_spreadsheet(small, ReadOptions(), python=str(spy))
    assert "SECRET_KEY" not in (tmp_path / "seen").read_text()


def test_bytes_after_the_magic_number_that_are_no_archive_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    for content in (b"PK", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), io.BytesIO(b"PK\x03\x04" + bytes(500)).getvalue()):
        path.write_bytes(content)
        with pytest.raises(FormatError):
            open_table(path)
