"""Which rows are worth comparing: those of one block that share words which are not everywhere. Scored, the best few kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portfolio.formats.registers.likeness import Comparer, Entry, Likeness

LEAST = 0.3  # below it a pair is no candidate
KEPT = 3  # candidates of a row
_LOOKED_AT = 12  # of a row, by shared words
_TOO_MANY = 400  # a word that so many rows of a block have leads nowhere
_ROWS = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """`best`: the row's best and the initiative's best, with nothing as good beside it on either side."""

    row: str
    known: str
    likeness: Likeness
    best: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a file and rows of the register under one top unit."""

    rows: Sequence[Entry]
    known: Sequence[Entry]


def blocks_of(rows: Sequence[Entry], known: Sequence[Entry]) -> list[Block]:
    """Blocks in which there is something on both sides, in order of their names."""
    mine, theirs = _by_block(rows), _by_block(known)
    return [Block(mine[name], theirs[name]) for name in sorted(mine.keys() & theirs.keys())]


def _by_block(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.block].append(entry)
    return found


def candidates(block: Block, compare: Comparer, *, least: float = LEAST) -> Iterator[list[Candidate] | int]:
    """How many rows were looked at, every few rows; at last the block's candidates, best first."""
    index = _index(block.known)
    scored: list[tuple[str, str, Likeness]] = []
    for number, row in enumerate(block.rows, start=1):
        found = [(row.key, known.key, compare(row, known)) for known in _near(row, block.known, index)]
        scored += [each for each in found if each[2].score >= least]
        if number % _ROWS == 0:
            yield _ROWS
    yield len(block.rows) % _ROWS
    yield _kept(scored)


def _index(known: Sequence[Entry]) -> dict[str, list[int]]:
    """Word of a name or text -> places of the rows that have it, without words that too many have."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(known):
        for word in entry.name_words | entry.text.keys():
            places[word].append(place)
    return {word: found for word, found in places.items() if len(found) <= _TOO_MANY}


def _near(row: Entry, known: Sequence[Entry], index: dict[str, list[int]]) -> list[Entry]:
    """The rows that share most, a word counting less the more rows have it, and more if it stands in the name."""
    shared: Counter[int] = Counter()
    for word in row.name_words | row.text.keys():
        places = index.get(word, ())
        worth = (3.0 if word in row.name_words else 1.0) / (len(places) or 1)
        for place in places:
            shared[place] += worth  # type: ignore[assignment]
    return [known[place] for place, _worth in shared.most_common(_LOOKED_AT)]


def _kept(scored: list[tuple[str, str, Likeness]]) -> list[Candidate]:
    """The best few of each row. Of equals none is the best: a person looks."""
    scored.sort(key=lambda each: (-each[2].score, each[0], each[1]))
    rows: dict[str, list[float]] = defaultdict(list)
    known: dict[str, list[float]] = defaultdict(list)
    for row, other, likeness in scored:
        rows[row].append(likeness.score)
        known[other].append(likeness.score)
    seen: Counter[str] = Counter()
    found = []
    for row, other, likeness in scored:
        seen[row] += 1
        if seen[row] <= KEPT:
            best = _alone(rows[row], likeness.score) and _alone(known[other], likeness.score)
            found.append(Candidate(row, other, likeness, best))
    return found


def _alone(scores: list[float], score: float) -> bool:
    return score == scores[0] and scores.count(score) == 1
