"""XLSX as a table. The parser runs in a child process with bounds; what it wrote is read from a temporary file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import orjson

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile
from portfolio.formats.registers.tables import ReadOptions, Row, Table, name_headers
from portfolio.formats.spreadsheets.archive import ArchiveLimits, check_archive

_CHILD = Path(__file__).with_name("child.py")
_SPLIT = "Save the sheet as CSV UTF-8, without empty rows and columns far outside, or split it."


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """Bounds of the child process and of the sheet."""

    memory_bytes: int = 1_000_000_000
    seconds: int = 60
    output_bytes: int = 400_000_000
    max_rows: int = 200_000
    max_columns: int = 200
    max_cell_chars: int = 32_767


_ARCHIVE_LIMITS = ArchiveLimits()
_SHEET_LIMITS = SheetLimits()


def open_spreadsheet(
    path: Path,
    options: ReadOptions,
    *,
    archive_limits: ArchiveLimits = _ARCHIVE_LIMITS,
    sheet_limits: SheetLimits = _SHEET_LIMITS,
    python: str = sys.executable,
) -> Table:
    """The chosen sheet (else the first). Rows keep the numbers the spreadsheet shows; short rows are filled up.

    Raises before the first row: the child has ended, well or not, when this returns.
    """
    check_archive(path, archive_limits)
    with ExitStack() as undo:
        output = undo.enter_context(tempfile.TemporaryFile("w+b"))
        _parse(path, output, options, sheet_limits, python)
        table = _table(output, options)
        undo.pop_all()  # the table owns the file from here on
    return table


def _parse(path: Path, output: IO[bytes], options: ReadOptions, limits: SheetLimits, python: str) -> None:
    order = json.dumps({**asdict(limits), "sheet": options.sheet})
    with path.open("rb") as source, tempfile.TemporaryFile("w+b") as complaints:
        child = subprocess.Popen(
            [python, "-I", str(_CHILD), order],
            stdin=source,
            stdout=output,
            stderr=complaints,
            env={},
            cwd="/",
            close_fds=True,
        )
        try:
            code = child.wait(timeout=limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise TooLarge(f"parsing took longer than {limits.seconds} s", advice=_SPLIT) from error
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        _refuse_failure(code, output, complaints)


def _refuse_failure(code: int, output: IO[bytes], complaints: IO[bytes]) -> None:
    last = _last_line(output)
    if code == 0 and isinstance(last, dict) and "rows" in last:
        return
    if isinstance(last, dict) and "error" in last:
        kind: type[FormatError] = TooLarge if last["error"] == "TooLarge" else UnreadableFile
        raise kind(str(last["what"]), where=str(last["where"]), advice=_SPLIT)
    complaints.seek(0, 2)
    complaints.seek(max(0, complaints.tell() - 300))
    said = " ".join(complaints.read().decode("utf-8", "replace").split())
    end = f"signal {-code}" if code < 0 else f"exit code {code}"
    raise UnreadableFile(f"the spreadsheet parser crashed ({end}): {said or 'no message'}", advice=_SPLIT)


def _last_line(output: IO[bytes]) -> object:
    output.seek(0, 2)
    output.seek(max(0, output.tell() - 4_096))
    lines = output.read().splitlines()
    try:
        return orjson.loads(lines[-1]) if lines else None
    except orjson.JSONDecodeError:
        return None


def _table(output: IO[bytes], options: ReadOptions) -> Table:
    output.seek(0)
    about = orjson.loads(output.readline())
    rows = _rows(output)
    start = options.header_line or 1
    header = next((row for row in rows if row[0] >= start), None)
    if header is None:
        raise EmptyFile("the sheet is empty", where=f"Sheet {about['sheet']}", advice="Choose another sheet or file.")
    first = next(rows, None)
    if first is None:
        raise EmptyFile("the sheet has headers and no rows", where=f"Sheet {about['sheet']}", advice="Choose another.")
    headers = name_headers(header[1], options.limits)
    table = Table("xlsx", headers, iter(()), sheet=about["sheet"], sheets=tuple(about["sheets"]), source=output)
    table.rows = _filled(table, header[0], first, rows)
    return table


def _rows(output: IO[bytes]) -> Iterator[Row]:
    for text in output:
        message = orjson.loads(text)
        if isinstance(message, dict):
            return
        yield message[0], message[1]


def _filled(table: Table, header_line: int, first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    width = len(table.headers)
    previous = header_line
    row: Row | None = first
    while row is not None:
        number, cells = row
        table.blank_rows += number - previous - 1
        previous = number
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        yield number, cells
        row = next(rows, None)
