"""Reading a file that may be compressed, without trusting how large it says it is."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from typing import BinaryIO

from portfolio.formats.errors import TooLarge, UnreadableFile, UnsafeArchive
from portfolio.formats.traces.trace import Limits

_BOMB_RATIO = 200  # request logs shrink 4 to 40 times
_BOMB_BYTES = 64 * 2**20
_SPARE = 4  # a cut character of the last piece comes with the next


def _question_marks(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "?" * (error.end - error.start), error.end


codecs.register_error("question_marks", _question_marks)  # byte for byte, as "replace" would lengthen the text


class Bounded(io.RawIOBase):
    """The text of a plain or gzip file, bytes that are no UTF-8 as question marks (arrow gives up at the first).

    Raises TooLarge, UnsafeArchive or UnreadableFile while reading.
    """

    def __init__(self, file: BinaryIO, limits: Limits, *, compressed: bool) -> None:
        self._packed = file
        self._file: BinaryIO = gzip.GzipFile(fileobj=file) if compressed else file  # type: ignore[assignment]
        self._compressed = compressed
        self._limit = limits.bytes
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("question_marks")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end only."""
        while found := self._bytes(max(1, size - _SPARE) if size >= 0 else self._limit + 1):
            if found.isascii() and not self._decoder.getstate()[0]:
                return found
            if text := self._decoder.decode(found):
                return text.encode()
        return self._decoder.decode(b"", final=True).encode()

    def _bytes(self, size: int) -> bytes:
        try:
            found = self._file.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFile("the compressed file is cut off or damaged", advice="Compress and upload it again") from error
        self._read += len(found)
        if self._read > self._limit:
            raise TooLarge(
                f"the log is larger than {self._limit / 2**20:.0f} MiB", advice="Upload a part of it, a few busy weeks say"
            )
        if self._compressed and self._read > _BOMB_BYTES and self._read > _BOMB_RATIO * max(1, self._packed.tell()):
            raise UnsafeArchive(f"the file grows more than {_BOMB_RATIO} times when unpacked", advice="Upload it unpacked")
        return found
