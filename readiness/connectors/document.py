"""One file as it came: bytes or a path, perhaps gzipped. Everything read from it has a limit."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from readiness.connectors.errors import Fatal, Retryable

HEAD = 256 * 1024
LARGEST = 256 * 1024 * 1024  # of one unpacked file that is held in memory
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Document:
    """`name` tells the format where content does not (CSV, YAML); it never makes the key of a run."""

    name: str
    data: bytes | None = None
    path: Path | None = None

    @property
    def base(self) -> str:
        return self.name.replace("\\", "/").rsplit("/", 1)[-1]

    def raw(self) -> BinaryIO:
        """The bytes as stored, seekable."""
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.path is None:
            raise Fatal("there is no content")
        try:
            return self.path.open("rb")
        except FileNotFoundError as gone:
            raise Fatal("the file is gone") from gone
        except OSError as failed:
            raise Retryable("the file cannot be opened") from failed

    def head(self, size: int = HEAD) -> bytes:
        """The first unpacked bytes; what can be had of a damaged gzip."""
        with self.raw() as stream:
            return unpacked_head(stream.read(size), size)

    def read(self, limit: int = LARGEST) -> bytes:
        """The whole unpacked content; Fatal if it is larger than `limit` or its gzip is damaged."""
        try:
            with self.raw() as stream:
                packed = stream.read(2) == _GZIP
                stream.seek(0)
                content = gzip.GzipFile(fileobj=stream).read(limit + 1) if packed else stream.read(limit + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as damaged:
            raise Fatal("the gzip file is damaged") from damaged
        except OSError as failed:
            raise Retryable("the file cannot be read") from failed
        if len(content) > limit:
            raise Fatal(f"unpacked, the file is larger than {limit // 2**20} MiB")
        return content


def unpacked_head(data: bytes, size: int = HEAD) -> bytes:
    """`data` itself, or what its beginning unpacks to if it is gzip."""
    if not data.startswith(_GZIP):
        return data[:size]
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, size)
    except zlib.error:
        return b""
