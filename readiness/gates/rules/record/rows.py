"""Rows of an export as they come: read strictly, because a row that can be read in two ways proves nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from readiness.gates.rules.record.chain import link_hash, sha256

_HEX = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("chain", "previous", "content", "digest", "hash")
_NUMBERS = ("id", "review", "round", "turn")


@dataclass(frozen=True, slots=True)
class Row:
    """`position` counts rows of the export from 1; `data` is what the text of `content` says."""

    position: int
    chain: str
    sequence: int
    previous: str
    content: str
    digest: str
    hash: str
    data: Mapping[str, Any]
    columns: Mapping[str, Any]
    sealed: str | None

    @property
    def decision(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.data["decision"]
        return found

    def sound_as(self, sequence: int) -> bool:
        """Whether its hash is that of a row with this number."""
        return link_hash(self.chain, sequence, self.previous, self.digest) == self.hash


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is none of ours (`malformed`), or one of ours whose text is not the one that was hashed (`changed`)."""

    kind: str
    chain: str
    sequence: int
    position: int


def read_row(raw: object, position: int) -> Row | Unread:
    """One line of the export."""
    given = raw if isinstance(raw, dict) else {}
    chain, number = given.get("chain"), given.get("sequence")
    sequence = number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else 0
    unread = Unread("malformed", chain if isinstance(chain, str) else "", sequence, position)
    texts = {name: given.get(name) for name in _TEXTS}
    if not sequence or not all(isinstance(one, str) for one in texts.values()):
        return unread
    if not all(_HEX.fullmatch(str(texts[name])) for name in ("previous", "digest", "hash")):
        return unread
    content, columns, sealed = str(texts["content"]), given.get("columns", {}), given.get("sealed")
    data = _content(content)
    if data is None and sha256(content) != texts["digest"]:
        return Unread("changed", unread.chain, sequence, position)
    if data is None or not isinstance(columns, dict) or not isinstance(sealed, str | None):
        return unread
    previous, digest, hash_ = (str(texts[name]) for name in ("previous", "digest", "hash"))
    return Row(position, unread.chain, sequence, previous, content, digest, hash_, data, columns, sealed)


def _content(text: str) -> Mapping[str, Any] | None:
    """What a content says; None where it is none of ours. A name that stands twice could be read in two ways."""
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    decision = data.get("decision") if isinstance(data, dict) else None
    if not isinstance(decision, dict) or not all(type(decision.get(name)) is int for name in _NUMBERS):
        return None
    return data if isinstance(decision.get("supersedes"), int | None) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
