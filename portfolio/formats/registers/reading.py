"""A register's file, whatever it is: the one door."""

from __future__ import annotations

from pathlib import Path

from portfolio.formats.errors import UnreadableFile
from portfolio.formats.registers.delimited import open_delimited
from portfolio.formats.registers.objects import open_objects
from portfolio.formats.registers.tables import ReadOptions, Table
from portfolio.formats.spreadsheets.reading import open_spreadsheet

_DEFAULTS = ReadOptions()
_TEXT_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def open_table(path: Path, options: ReadOptions = _DEFAULTS) -> Table:
    """Open a CSV, JSON, JSON Lines or XLSX file; its content decides which, the name is not believed.

    Use it as a context manager. Raises a FormatError that says what is wrong, where, and what to do.
    """
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise UnreadableFile(
            f"the file cannot be opened ({error.strerror})", where=path.name, advice="Upload it again."
        ) from error
    if head.startswith(b"PK"):
        return open_spreadsheet(path, options)
    if _first_sign(head) in (b"[", b"{"):
        return open_objects(path, options)
    return open_delimited(path, options)


def _first_sign(head: bytes) -> bytes:
    for mark in _TEXT_MARKS:
        head = head.removeprefix(mark)
    return head.lstrip(b" \t\r\n\0")[:1]
