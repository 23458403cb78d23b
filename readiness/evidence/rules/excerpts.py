"""The beginning of a raw payload as text that a person may read: no secrets, bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from readiness.connectors.payload import decoded
from readiness.connectors.redaction import scrubbed

LONGEST = 64 * 1024
MARGIN = 4 * 1024  # read beyond the cut, so that a secret that straddles it is whole when it is looked for
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def excerpt(head: bytes) -> str:
    """The first LONGEST characters of what `head` (LONGEST + MARGIN bytes of the payload) says; "" for what is no text."""
    if not head.startswith(_WIDE) and _BINARY.search(head[:4096]):
        return ""
    return scrubbed(decoded(head)).replace("\x00", "\ufffd")[:LONGEST]


def printable(content: object) -> object:
    """JSON content without what PostgreSQL cannot keep: zero characters and halves of surrogate pairs."""
    if isinstance(content, str):
        return content.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    if isinstance(content, dict):
        return {printable(str(key)): printable(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [printable(value) for value in content]
    return content


def keepable(content: Mapping[str, object] | Sequence[object]) -> object:
    """`content` itself where it can be kept as it is, else a copy that can."""
    written = json.dumps(content, ensure_ascii=True)
    return printable(content) if "\\u0000" in written or "\\ud" in written else content
