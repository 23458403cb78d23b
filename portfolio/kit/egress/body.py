"""An answer's body, counted on the wire and unpacked a little at a time, so that no packing makes it larger than allowed."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import httpcore
import httpx

from portfolio.kit.egress.errors import BadAnswer, EgressError, NoAnswer
from portfolio.kit.egress.visit import Visit

_PIECE = 2**16
_GZIP = zlib.MAX_WBITS | 16
_PLAIN = {"", "identity"}
_PACKED = {"gzip", "x-gzip"}


class Body(httpx.SyncByteStream):
    """Raises EgressError while it is read, having told `report`, and closes the connection at the end in any case."""

    def __init__(
        self,
        wire: Iterable[bytes],
        close: Callable[[], None],
        visit: Visit,
        encoding: str,
        report: Callable[[EgressError], None],
    ) -> None:
        self._wire, self._close, self._visit, self._encoding, self._report = wire, close, visit, encoding, report

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._read()
        try:
            yield from self._bounded(_unpacked(pieces) if self._encoding in _PACKED else pieces)
        except EgressError as error:
            self._report(error)
            raise
        finally:
            self.close()

    def close(self) -> None:
        self._close()

    def _read(self) -> Iterator[bytes]:
        try:
            yield from self._bounded(self._wire)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise NoAnswer(f"broke off: {type(error).__name__}") from error

    def _bounded(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for piece in pieces:
            size += len(piece)
            self._visit.seconds(1)
            if size > self._visit.max_bytes:
                raise BadAnswer("too large")
            yield piece


def readable(status: int, headers: httpx.Headers, visit: Visit) -> str:
    """The content encoding, where the answer can be read within bounds. Raises BadAnswer, for a declared excess too."""
    if status < 200:
        raise BadAnswer("switches to another protocol")
    encoding = str(headers.get("content-encoding", "")).strip().lower()
    if encoding not in _PLAIN | _PACKED:
        raise BadAnswer("content encoding")
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:19]) > visit.max_bytes:
        raise BadAnswer("too large by its own account")
    return encoding


def _unpacked(wire: Iterator[bytes]) -> Iterator[bytes]:
    """Gzip, one member after another as the format allows. Raises BadAnswer."""
    unpacker = zlib.decompressobj(_GZIP)
    begun = False
    try:
        for piece in wire:
            rest = piece
            while rest:
                begun = True
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
                if unpacker.eof:
                    rest, unpacker, begun = unpacker.unused_data, zlib.decompressobj(_GZIP), False
        if begun:
            raise BadAnswer("gzip ends early")
    except zlib.error as error:
        raise BadAnswer("not gzip") from error
