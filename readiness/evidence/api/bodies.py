"""Bodies of pushes as they come: read part by part, never held whole, unpacked where they are gzipped, counted all the while."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from django.core.files.base import File
from rest_framework import status as http
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

_CHUNK = 2**20


class TooLarge(APIException):
    status_code = http.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class LengthRequired(APIException):
    status_code = http.HTTP_411_LENGTH_REQUIRED
    default_code = "length_required"
    default_detail = "Send the length of the body (Content-Length); chunked bodies are not read."


class Body(File):  # type: ignore[type-arg]
    """What is read of a request, as a file that can be read once. `name` is what the sender calls it."""

    def __init__(self, request: Request, name: str = "") -> None:
        stream: Any = request._request  # its read() is all that is needed here
        super().__init__(stream, name)
        self._stream = stream
        self._length = int(request.META.get("CONTENT_LENGTH") or 0)
        encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip"):
            raise UnsupportedMediaType(encoding, "Send it as it is or with Content-Encoding: gzip.")
        self._packed = encoding == "gzip"

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Raises ParseError for a body that ends too early or is no gzip."""
        yield from self._unpacked() if self._packed else self._raw()

    def whole(self, most: int) -> bytes:
        """All of it. Raises TooLarge."""
        parts, size = [], 0
        for part in self.chunks():
            size += len(part)
            if size > most:
                raise TooLarge(f"At most {most // 2**20} MB at a time.")
            parts.append(part)
        return b"".join(parts)

    def _raw(self) -> Iterator[bytes]:
        left = self._length
        while left:
            part = self._stream.read(min(_CHUNK, left))
            if not part:
                raise ParseError("The body ended before its length: send it again.")
            left -= len(part)
            yield part

    def _unpacked(self) -> Iterator[bytes]:
        """Parts of at most _CHUNK, however small what they are unpacked from is."""
        inflate, ended = _gzip(), False
        for packed in self._raw():
            rest = packed
            while rest:
                if ended:  # another member follows
                    inflate, ended = _gzip(), False
                yield _part(inflate, rest)
                rest, ended = inflate.unconsumed_tail or inflate.unused_data, inflate.eof
        while not ended:
            part = _part(inflate, b"")
            ended = inflate.eof
            if not part and not ended:
                raise ParseError("The gzip of the body is cut off.")
            yield part


def _gzip() -> Any:
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _part(inflate: Any, packed: bytes) -> bytes:
    try:
        return bytes(inflate.decompress(packed, _CHUNK))
    except zlib.error:
        raise ParseError("The body is no gzip, though its Content-Encoding says so.") from None


class AnyBody(BaseParser):
    """Takes whatever is no form with a file, unread."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request: Request = parser_context["request"]
        if not request.META.get("CONTENT_LENGTH"):
            raise LengthRequired
        return Body(request)
