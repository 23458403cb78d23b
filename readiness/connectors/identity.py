"""The key of a measurement: the same for every copy of it, whatever the file is called or how it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from readiness.connectors.values import number

_MOST_FIGURES, _DEEPEST = 5000, 12


def run_key(tool: str, *parts: object) -> str:
    """SHA-256 over the tool and what was measured.

    Numbers count to nine significant digits, so that the JSON, YAML and CSV of one run agree; an absent part is not a zero.
    """
    digest = hashlib.sha256(tool.encode())
    for part in parts:
        value = number(part)
        written = "" if part is None else f"{value:.9g}" if value is not None else str(part)[:2000]
        digest.update(b"\x1f" + written.encode("utf-8", "replace"))
    return digest.hexdigest()


def content_key(tool: str, form: str, content: Mapping[str, object]) -> str:
    """The key of a record without an id of its own: all its numbers with their paths, whatever the order of the keys."""
    return run_key(tool, form, *sorted(_figures("", content, 0))[:_MOST_FIGURES])


def _figures(path: str, content: object, depth: int) -> Iterator[str]:
    if isinstance(content, Mapping) and depth < _DEEPEST:
        for key, inner in list(content.items())[:_MOST_FIGURES]:
            yield from _figures(f"{path}/{key}"[:500], inner, depth + 1)
        return
    value = number(content)
    if value is not None:
        yield f"{path}={value:.9g}"
