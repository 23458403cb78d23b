"""In which encoding is a text file written? Decided on all of its bytes, so that no row fails half way."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from portfolio.formats.errors import EmptyFile, TooLarge, UnreadableFile

_CHUNK = 1 << 20
_RESAVE = "Open it in the program it comes from and save it as CSV UTF-8 (or XLSX)."
_MAGIC = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls) or one protected by a password"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database file"),
    (b"PAR1", "a Parquet file"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def find_encoding(path: Path, *, max_bytes: int, declared: str | None = None) -> str:
    """Name of the codec that decodes every byte of the file, or an error that says what stands in the way.

    UTF-8 wins where it fits; else cp1252, unless its unused bytes or the look of the text speak for another one.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile("the file is empty (0 bytes)", advice="Choose another file.")
    if size > max_bytes:
        raise TooLarge(f"the file has {size:,} bytes, the limit is {max_bytes:,}", advice="Split it into several files.")
    with path.open("rb") as file:
        head = file.read(65_536)
    _refuse_known_binaries(head)
    encoding = _checked(declared) if declared else _by_mark(head)
    if encoding is None:
        _refuse_nul(path)
        encoding = "utf-8" if _decodes(path, "utf-8") is None else _single_byte(path)
    position = _decodes(path, encoding)
    if position is not None:
        raise UnreadableFile(f"a byte that does not exist in {encoding}", where=_line_at(path, position), advice=_RESAVE)
    return encoding


def _refuse_known_binaries(head: bytes) -> None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            raise UnreadableFile(f"this is {kind}, not a table", where="First bytes", advice=_RESAVE)


def _checked(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise UnreadableFile(f'no encoding is called "{name}"', advice="Choose utf-8, cp1252 or utf-16.") from error


def _by_mark(head: bytes) -> str | None:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    evens, odds = head[0:4096:2].count(0), head[1:4096:2].count(0)
    pairs = len(head[:4096]) // 2
    if pairs >= 4 and odds > 0.7 * pairs and evens == 0:
        return "utf-16-le"
    if pairs >= 4 and evens > 0.7 * pairs and odds == 0:
        return "utf-16-be"
    return None


def _refuse_nul(path: Path) -> None:
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found = chunk.find(0)
            if found >= 0:
                where = _line_at(path, position + found)
                raise UnreadableFile("a NUL byte: binary content or a damaged file", where=where, advice=_RESAVE)
            position += len(chunk)


def _decodes(path: Path, encoding: str) -> int | None:
    """Offset of the first byte that does not decode, None if all do."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return max(0, position - pending + error.start)
            position += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, position - 1)
    return None


def _single_byte(path: Path) -> str:
    if _decodes(path, "cp1252") is None:
        return "cp1252"
    with path.open("rb") as file:
        best = from_bytes(file.read(_CHUNK)).best()
    return best.encoding if best is not None else "cp1252"


def _line_at(path: Path, offset: int) -> str:
    lines, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            lines += chunk.count(b"\n")
            left -= len(chunk)
    return f"Line {lines}"
