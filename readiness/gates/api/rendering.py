"""Answers that are no JSON: YAML, CSV, JSON lines and SVG, for clients that ask for them by name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

from portfolio.kit.api.renderers import JsonRenderer

LINES_AT_ONCE = 200


class YamlRenderer(JsonRenderer):
    """Lets `Accept: application/yaml` in; what is answered then is an HttpResponse of its own, and errors stay JSON."""

    media_type = "application/yaml"
    format = "yaml"


class SvgRenderer(JsonRenderer):
    media_type = "image/svg+xml"
    format = "svg"


class CsvRenderer(JsonRenderer):
    media_type = "text/csv"
    format = "csv"


class LinesRenderer(JsonRenderer):
    media_type = "application/x-ndjson"
    format = "jsonl"


def attached(name: str, content: bytes | str, media_type: str) -> HttpResponse:
    """A small file to save."""
    answer = HttpResponse(content, content_type=f"{media_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def streamed(name: str, lines: Iterator[Any], media_type: str) -> StreamingHttpResponse:
    """A long file, sent as it is made. `lines` are texts or bytes with their line ends."""
    answer = StreamingHttpResponse(_together(lines), content_type=f"{media_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _together(lines: Iterator[Any]) -> Iterator[bytes]:
    """Many lines at once: a chunk each would cost more than the lines."""
    while some := list(islice(lines, LINES_AT_ONCE)):
        yield b"".join(one.encode() if isinstance(one, str) else one for one in some)
