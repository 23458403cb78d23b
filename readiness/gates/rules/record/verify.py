"""Whether an export of decisions is whole: the first row of each chain that is not what it was, and what was done to it.

Rows are those of chain.Link.exported, in the order of the export; anchors those of chain.Head.anchor, kept outside the database.
Without anchors a tail that is cut off, or a history that was rewritten to its end, looks like one that never went further.
packs/verify_decisions.py does the same for an auditor, in a single file that shares nothing with this one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from readiness.gates.rules.record.chain import ZERO, sha256
from readiness.gates.rules.record.rows import Row, Unread, read_row


class Kind(StrEnum):
    MALFORMED = "malformed"  # no row of ours: a member is missing or of another type
    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    DUPLICATED = "duplicated"  # one sequence number twice
    BROKEN_SUPERSESSION = "broken_supersession"
    TRUNCATED = "truncated"  # an anchor knows more rows
    ROLLED_BACK = "rolled_back"  # an anchor knows another hash: restored and continued, or rewritten from there on


@dataclass(frozen=True, slots=True)
class Bad:
    """`sequence` numbers the row that is wrong or missing, `position` is its place in the export from 1; None: it has none."""

    kind: Kind
    chain: str
    sequence: int
    position: int | None

    def __str__(self) -> str:
        place = f"line {self.position}" if self.position else "after the last line of its chain"
        return f"{self.kind.value}: chain {self.chain}, decision {self.sequence}, {place}"

    def plain(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "chain": self.chain, "sequence": self.sequence, "position": self.position}


@dataclass(frozen=True, slots=True)
class Verified:
    """`bad`: of each chain the first thing found, in the order of the export, what has no place in it last."""

    rows: int
    chains: int
    anchors: int
    bad: tuple[Bad, ...]

    @property
    def whole(self) -> bool:
        return not self.bad


class BadAnchor(ValueError):
    """Correct the list of anchors: the named one lacks a chain, a sequence or a hash."""


Anchors = Mapping[int, frozenset[str]]


def verify(rows: Iterable[object], anchors: Iterable[Mapping[str, Any]] = ()) -> Verified:
    """Check every chain of an export, and what the anchors know of it. Raises BadAnchor."""
    known, anchored = _anchors(anchors)
    chains: dict[str, list[Row]] = defaultdict(list)
    unread: dict[str, Unread] = {}
    total = 0
    for total, raw in enumerate(rows, start=1):
        row = read_row(raw, total)
        if isinstance(row, Row):
            chains[row.chain].append(row)
        else:
            unread.setdefault(row.chain, row)
    named = dict.fromkeys([*chains, *unread, *known])
    found = (_Chain(one, chains.get(one, []), known.get(one, {})).first_bad(unread.get(one)) for one in named)
    bad = sorted((one for one in found if one), key=lambda one: (one.position is None, one.position or 0, one.chain))
    return Verified(total, len(chains), anchored, tuple(bad))


def _anchors(anchors: Iterable[Mapping[str, Any]]) -> tuple[dict[str, dict[int, frozenset[str]]], int]:
    """({chain: {sequence: the hashes that anchors give it}}, their number). Two hashes of one row are a finding, not an error."""
    known: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    count = 0
    for count, one in enumerate(anchors, start=1):
        chain, sequence, known_hash = one.get("chain"), one.get("sequence"), one.get("hash")
        if not isinstance(chain, str) or not isinstance(sequence, int) or sequence < 1 or not isinstance(known_hash, str):
            raise BadAnchor(f"Anchor {count} needs a chain (text), a sequence (from 1) and a hash (text).")
        known[chain][sequence] = known[chain].get(sequence, frozenset()) | {known_hash}
    return known, count


class _Chain:
    """One chain, walked from its first row. Rows before the one looked at are sound, numbered 1, 2, ... and linked."""

    def __init__(self, name: str, rows: Sequence[Row], anchors: Anchors) -> None:
        self.name, self.rows, self.anchors = name, rows, anchors
        self.ids: set[Any] = set()
        self.reviews: set[Any] = set()

    def first_bad(self, unread: Unread | None) -> Bad | None:
        anchored = 0
        for place, row in enumerate(self.rows):
            if unread is not None and unread.position < row.position:
                break
            looks = (self._numbered, self._itself, self._linked, partial(self._against_anchor, anchored), self._superseded)
            if found := next((bad for look in looks if (bad := look(place))), None):
                return found
            anchored = row.sequence if row.sequence in self.anchors else anchored
        if unread is not None:
            return Bad(Kind(unread.kind), self.name, unread.sequence, unread.position)
        last = len(self.rows)
        return Bad(Kind.TRUNCATED, self.name, last + 1, None) if any(one > last for one in self.anchors) else None

    def _numbered(self, place: int) -> Bad | None:
        """A larger number leaves a gap or comes too early, a smaller one is there already."""
        row, expected = self.rows[place], place + 1
        if row.sequence > expected:
            comes_later = any(one.sequence == expected for one in self.rows[place:])
            return Bad(Kind.REORDERED if comes_later else Kind.DELETED, self.name, expected, row.position)
        if row.sequence < expected:
            twin = row.sequence - 1
            forged = twin if self._is_vouched_for(place) and not self._is_vouched_for(twin) else place
            return self._bad(Kind.DUPLICATED, forged)
        return None

    def _itself(self, place: int) -> Bad | None:
        """Its content, its number and its columns are those that were hashed."""
        row = self.rows[place]
        if sha256(row.content) != row.digest:
            return self._bad(Kind.CHANGED, place)
        if not row.sound_as(row.sequence):
            return self._renumbered(place)
        told = row.data.get("chain") == row.chain and all(row.decision.get(name) == one for name, one in row.columns.items())
        opened = row.sealed is None or sha256(row.sealed) == row.data.get("sealed")
        return None if told and opened else self._bad(Kind.CHANGED, place)

    def _renumbered(self, place: int) -> Bad:
        """A row that is sound under another number was moved, or something was put before it or taken from there."""
        row = self.rows[place]
        numbers = [one for one in range(1, 2 * len(self.rows) + 2) if row.sound_as(one)]
        if not numbers:
            return self._bad(Kind.CHANGED, place)
        if self._skips(place):
            return self._bad(Kind.INSERTED, place - 1)
        if any(one.sound_as(row.sequence) for one in self.rows):
            return self._bad(Kind.REORDERED, place)
        return self._bad(Kind.DELETED if numbers[0] > row.sequence else Kind.CHANGED, place)

    def _linked(self, place: int) -> Bad | None:
        """It names the hash of the row before; else the one of the two that nothing vouches for is wrong, the first if unsure."""
        row = self.rows[place]
        if row.previous == self._hash(place - 1):
            return None
        if self._skips(place):
            return self._bad(Kind.INSERTED, place - 1)
        is_last = place == len(self.rows) - 1
        if place == 0 or self._is_anchored(place - 1) or not (is_last or self._is_vouched_for(place)):
            return self._bad(Kind.CHANGED, place)
        return self._bad(Kind.CHANGED, place - 1)

    def _against_anchor(self, anchored: int, place: int) -> Bad | None:
        """An anchor of another hash. What the next row says tells a single row from a history that was replaced."""
        row = self.rows[place]
        hashes = self.anchors.get(row.sequence)
        if hashes is None or hashes == {row.hash}:
            return None
        if any(one.sequence == row.sequence for one in self.rows[place + 1 :]):
            return self._bad(Kind.DUPLICATED, place)
        if self._skips(place + 1):
            return self._bad(Kind.INSERTED, place)
        after = self.rows[place + 1].previous if place + 1 < len(self.rows) else None
        if after in hashes - {row.hash}:
            return self._bad(Kind.CHANGED, place)
        return self._bad(Kind.ROLLED_BACK, anchored)

    def _superseded(self, place: int) -> Bad | None:
        if not self._supersedes_wrongly(place):
            return None
        return self._bad(Kind.INSERTED if self._skips(place + 1) else Kind.BROKEN_SUPERSESSION, place)

    def _supersedes_wrongly(self, place: int) -> bool:
        """A decision is the first of its round, or supersedes the last one of the same round with the next turn."""
        now, last = self.rows[place].decision, self.rows[place - 1].decision if place else None
        repeated = now["id"] in self.ids
        seen = now["review"] in self.reviews
        self.ids.add(now["id"])
        self.reviews.add(now["review"])
        opens = now.get("supersedes") is None and now["turn"] == 1
        if last is None or now["review"] != last["review"]:
            return repeated or seen or not opens
        if now["round"] == last["round"]:
            return repeated or now.get("supersedes") != last["id"] or now["turn"] != last["turn"] + 1
        return repeated or not opens or now["round"] < last["round"]

    def _skips(self, place: int) -> bool:
        """Whether a row follows on the one before the one before it: so that this one came between them later."""
        return 0 < place < len(self.rows) and self.rows[place].previous == self._hash(place - 2)

    def _hash(self, place: int) -> str:
        return self.rows[place].hash if place >= 0 else ZERO

    def _is_vouched_for(self, place: int) -> bool:
        """By an anchor, or by a row that names its hash."""
        return self._is_anchored(place) or any(one.previous == self.rows[place].hash for one in self.rows)

    def _is_anchored(self, place: int) -> bool:
        return self.rows[place].hash in self.anchors.get(self.rows[place].sequence, frozenset())

    def _bad(self, kind: Kind, place: int) -> Bad:
        return Bad(kind, self.name, self.rows[place].sequence, self.rows[place].position)


def told(found: Verified) -> Iterator[str]:
    """Lines for a command's output."""
    yield f"{found.rows} decisions in {found.chains} chains, {found.anchors} anchors"
    yield from (str(one) for one in found.bad)
