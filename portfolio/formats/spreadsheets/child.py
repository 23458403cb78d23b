"""Runs alone, in a process with little memory and time: XLSX on stdin, JSON lines on stdout.

First line: {"sheet", "sheets"}; then [row number, [cell text, ...]] per row from the first one with content; last line
{"rows": n} or {"error": "TooLarge" | "UnreadableFile", "what", "where"}. A last line that is missing means: it crashed.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn


def main(arguments: list[str]) -> None:
    limits = json.loads(arguments[0])
    _bound(limits)
    data = sys.stdin.buffer.read()
    from python_calamine import CalamineError, CalamineWorkbook  # after the bounds are set

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        wanted = limits["sheet"] or (names[0] if names else "")
        if wanted not in names:
            _fail("UnreadableFile", f'there is no sheet "{wanted}"', "")
        sheet = book.get_sheet_by_name(wanted)
    except (CalamineError, ValueError, OSError) as error:
        _fail("UnreadableFile", f"the workbook cannot be parsed ({str(error)[:200]})", "")
    _say({"sheet": wanted, "sheets": names})
    _rows(sheet.iter_rows(), wanted, limits)


def _bound(limits: dict[str, int]) -> None:
    for what, amount in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_FSIZE, limits["output_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (amount, amount))


def _rows(rows: Iterable[Sequence[object]], sheet: str, limits: dict[str, int]) -> None:
    count = 0
    for number, values in enumerate(rows, start=1):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        count += 1
        where = f"Sheet {sheet}, row {number}"
        if count > limits["max_rows"]:
            _fail("TooLarge", f"more than {limits['max_rows']:,} rows", where)
        if len(cells) > limits["max_columns"]:
            _fail("TooLarge", f"more than {limits['max_columns']} columns", where)
        if max(map(len, cells)) > limits["max_cell_chars"]:
            _fail("TooLarge", f"a cell longer than {limits['max_cell_chars']:,} characters", where)
        _say([number, cells])
    _say({"rows": count})


def _text(value: object) -> str:
    """A cell as text: integers without `.0`, dates and times in ISO, a midnight date without its time."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return "" if value is None else str(value)


def _say(message: object) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=True, separators=(",", ":")))
    sys.stdout.write("\n")


def _fail(error: str, what: str, where: str) -> NoReturn:
    _say({"error": error, "what": what, "where": where})
    sys.stdout.flush()
    sys.exit(3)


if __name__ == "__main__":
    main(sys.argv[1:])
