"""The chain of a gate: each decision's hash covers its content and the hash of the one before.

digest = SHA-256 of the content's text. hash = SHA-256 of the JSON array [FORM, chain, sequence, previous, digest], so that nobody
needs more than SHA-256 and JSON to check it. The sequence counts from 1 within a chain, and `previous` of the first is ZERO.
The number is taken under the gate's lock, and the row is inserted with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness.gates.rules import canonical

FORM = "pilotage-decision-1"
ZERO = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: what is printed and mailed, so that a lost tail is noticed."""

    chain: str
    sequence: int
    hash: str

    def anchor(self, at: datetime) -> dict[str, Any]:
        """As it is kept outside: a line of JSON."""
        return {"chain": self.chain, "sequence": self.sequence, "hash": self.hash, "at": canonical.plain(at)}


@dataclass(frozen=True, slots=True)
class Link:
    """One decision's place in its chain. `content` is the canonical text that is stored and never parsed into something else."""

    chain: str
    sequence: int
    previous: str
    content: str
    digest: str
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.chain, self.sequence, self.hash)

    def exported(self, columns: Mapping[str, Any], sealed: str | None = None) -> dict[str, Any]:
        """A line of the export. `columns` are those that pages read, by the names that the content has for them.

        `sealed`: the canonical text of what only some may see, left out of an export for the others.
        """
        row = {
            "chain": self.chain, "sequence": self.sequence, "previous": self.previous, "content": self.content,
            "digest": self.digest, "hash": self.hash, "columns": canonical.plain(columns),
        }  # fmt: skip
        return row | ({} if sealed is None else {"sealed": sealed})


def append(content: object, chain: str, head: Head | None) -> Link:
    """The next link of a chain after `head` (None: the first one). Raises canonical.NotCanonical."""
    if head is not None and head.chain != chain:
        raise ValueError(f"the head is of chain {head.chain}, the decision of {chain}")
    sequence, previous = (head.sequence + 1, head.hash) if head else (1, ZERO)
    text = canonical.canonical(content).decode()
    digest = sha256(text)
    return Link(chain, sequence, previous, text, digest, link_hash(chain, sequence, previous, digest))


def link_hash(chain: str, sequence: int, previous: str, digest: str) -> str:
    return sha256(json.dumps([FORM, chain, sequence, previous, digest], ensure_ascii=False, separators=(",", ":")))


def sha256(text: str) -> str:
    """Of UTF-8. Half a character, which none of ours holds, must not stop whoever checks."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def heads(links: Iterable[Link]) -> list[Head]:
    """The head of each chain, by chain."""
    found: dict[str, Head] = {}
    for link in links:
        if link.chain not in found or found[link.chain].sequence < link.sequence:
            found[link.chain] = link.head
    return [found[chain] for chain in sorted(found)]


def heads_digest(found: Iterable[Head]) -> str:
    """One digest of all heads, to print where there is no room for each."""
    return canonical.digest([[one.chain, one.sequence, one.hash] for one in sorted(found, key=lambda one: one.chain)])
