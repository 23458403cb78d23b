"""An export of decisions, and eight ways of tampering with it as the owner of the database could, each at a known place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from readiness.gates.rules.record.chain import Head, append, link_hash, sha256
from tests.readiness.gates.facts_world import NOW, days

Row = dict[str, Any]
Anchor = dict[str, Any]
OUTCOMES = ("hold", "recycle", "go", "conditional_go")


@dataclass
class Export:
    """Rows in the order in which they are exported, and all the heads that were ever anchored."""

    rows: list[Row]
    anchors: list[Anchor]

    def of(self, chain: str) -> list[Row]:
        return [row for row in self.rows if row["chain"] == chain]

    def place(self, row: Row) -> int:
        """Its position in the export, from 1."""
        return next(number for number, one in enumerate(self.rows, start=1) if one is row)


@dataclass(frozen=True)
class Done:
    """What was done, and what a verifier must find: kind, sequence, position (None: of no row)."""

    kind: str
    chain: str
    sequence: int
    position: int | None

    def plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "chain": self.chain, "sequence": self.sequence, "position": self.position}


def content(id_: int, chain: str, review: int, round_: int, turn: int, supersedes: int | None, outcome: str) -> Row:
    decision = {
        "id": id_, "review": review, "round": round_, "turn": turn, "supersedes": supersedes, "outcome": outcome, "by": 5,
        "at": (NOW + days(id_)).isoformat(), "reason": "Wörter, \U0001f600 und \\ \"", "share": id_ / 7,
    }  # fmt: skip
    return {"form": 1, "chain": chain, "decision": decision, "sealed": sha256(f"amounts of {id_}"), "criteria": []}


def export(random: Random, chains: int = 4) -> Export:
    """Gates that went several rounds, some with corrections; every head was anchored when it was new."""
    made = Export([], [])
    id_ = 0
    for number in range(chains):
        chain, review, head = f"AI-{number:04d}/pilot", 100 + number, None
        for round_ in range(1, random.randint(3, 5) + 1):
            supersedes = None
            for turn in range(1, random.choice((1, 1, 2, 3)) + 1):
                id_ += 1
                said = content(id_, chain, review, round_, turn, supersedes, random.choice(OUTCOMES))
                link = append(said, chain, head)
                columns = {name: said["decision"][name] for name in ("id", "review", "round", "turn", "supersedes", "outcome")}
                made.rows.append(link.exported(columns, f"amounts of {id_}" if random.random() < 0.5 else None))
                made.anchors.append(link.head.anchor(NOW + days(id_)))
                head, supersedes = link.head, id_
    return made


def rehash(rows: list[Row], start: int) -> None:
    """Number and chain the rows anew from a place on, as somebody who knows the scheme would."""
    for place in range(start, len(rows)):
        row = rows[place]
        row["sequence"] = place + 1
        row["previous"] = rows[place - 1]["hash"] if place else "0" * 64
        row["hash"] = link_hash(row["chain"], row["sequence"], row["previous"], row["digest"])


def rewrite(row: Row, **changes: Any) -> None:
    """Other words in the content, with its digest and columns, and not the hash."""
    said = json.loads(row["content"])
    said["decision"] |= changes
    row["content"] = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row["digest"] = sha256(row["content"])
    row["columns"] |= {name: value for name, value in changes.items() if name in row["columns"]}


def _chain(export_: Export, random: Random) -> tuple[str, list[Row]]:
    chain = random.choice(sorted({row["chain"] for row in export_.rows}))
    return chain, export_.of(chain)


def changed(export_: Export, random: Random) -> Done:
    """One row, in one of five ways: a letter, an outcome with a new digest, its head alone, a column alone, an amount."""
    chain, rows = _chain(export_, random)
    row = random.choice(rows)
    way = random.randrange(5)
    if way == 0:
        row["content"] = row["content"].replace("Wörter", "Worte", 1)
    elif way == 1:
        rewrite(row, outcome="kill")
    elif way == 2:
        row["hash"] = sha256(row["hash"])
    elif way == 3:
        row["columns"]["outcome"] = "kill"
    else:
        row["sealed"] = "other amounts"
    return Done("changed", chain, row["sequence"], export_.place(row))


def changed_with_its_hash(export_: Export, random: Random) -> Done:
    """One row with a hash of its own that fits; the row after it gives it away, or the anchor of the last one."""
    chain, rows = _chain(export_, random)
    row = random.choice(rows)
    rewrite(row, outcome="kill")
    row["hash"] = link_hash(chain, row["sequence"], row["previous"], row["digest"])
    kind = "changed" if row is not rows[-1] else "rolled_back"
    return Done(kind, chain, row["sequence"], export_.place(row))


def deleted(export_: Export, random: Random) -> Done:
    """Not the last one; half of the times the rows after it are numbered anew."""
    chain, rows = _chain(export_, random)
    gone = random.choice(rows[:-1])
    after = rows[gone["sequence"]]
    export_.rows = [row for row in export_.rows if row is not gone]
    if random.random() < 0.5:
        for row in rows[gone["sequence"] :]:
            row["sequence"] -= 1
    return Done("deleted", chain, gone["sequence"], export_.place(after))


def inserted(export_: Export, random: Random) -> Done:
    """A forged decision that fits the one before it; those after it are numbered anew, half of the times with new hashes."""
    chain, rows = _chain(export_, random)
    before = rows[random.randrange(len(rows) - 1)]
    said = content(9_000, chain, 100, 1, 1, None, "go")
    forged = append(said, chain, Head(chain, before["sequence"], before["hash"])).exported({"outcome": "go"})
    for row in rows[before["sequence"] :]:
        row["sequence"] += 1
    if random.random() < 0.5:
        after = rows[before["sequence"]]
        after["hash"] = link_hash(chain, after["sequence"], after["previous"], after["digest"])
    export_.rows.insert(export_.place(before), forged)
    return Done("inserted", chain, forged["sequence"], export_.place(forged))


def reordered(export_: Export, random: Random) -> Done:
    """Two decisions change places; half of the times with their numbers."""
    chain, rows = _chain(export_, random)
    one, other = sorted(random.sample(range(len(rows)), 2))
    at, to = export_.place(rows[one]) - 1, export_.place(rows[other]) - 1
    export_.rows[at], export_.rows[to] = export_.rows[to], export_.rows[at]
    if random.random() < 0.5:
        rows[one]["sequence"], rows[other]["sequence"] = rows[other]["sequence"], rows[one]["sequence"]
    return Done("reordered", chain, one + 1, at + 1)


def truncated(export_: Export, random: Random) -> Done:
    """The last decisions of a chain are gone, up to all of them."""
    chain, rows = _chain(export_, random)
    left = random.randrange(len(rows))
    gone = {id(row) for row in rows[left:]}
    export_.rows = [row for row in export_.rows if id(row) not in gone]
    return Done("truncated", chain, left + 1, None)


def rolled_back(export_: Export, random: Random) -> Done:
    """An old backup was restored and other decisions were taken since, soundly chained; as many as there were, or fewer."""
    chain, rows = _chain(export_, random)
    left = random.randrange(len(rows) - 1)
    fewer = random.randint(left + 1, len(rows))
    gone = {id(row) for row in rows[fewer:]}
    export_.rows = [row for row in export_.rows if id(row) not in gone]
    for row in rows[left:fewer]:
        rewrite(row, outcome="kill")
    rehash(rows[:fewer], left)
    return Done("rolled_back", chain, left + 1, export_.place(rows[left]))


def duplicated(export_: Export, random: Random) -> Done:
    """A second decision with the number of one that is there, sound in itself, put after it."""
    chain, rows = _chain(export_, random)
    row = random.choice(rows)
    forged = copy.deepcopy(row)
    if random.random() < 0.5:
        rewrite(forged, outcome="kill", id=9_001)
        forged["hash"] = link_hash(chain, row["sequence"], row["previous"], forged["digest"])
    export_.rows.insert(export_.place(row), forged)
    return Done("duplicated", chain, row["sequence"], export_.place(forged))


def broken_supersession(export_: Export, random: Random) -> Done:
    """A decision replaces another than the one before it, chained soundly to the end by somebody who reached every anchor."""
    chain, rows = _chain(export_, random)
    row = random.choice(rows)
    said = json.loads(row["content"])["decision"]
    rewrite(row, supersedes=said["id"] + 7_000 if said["supersedes"] is None else None)
    start = row["sequence"] - 1
    rehash(rows, start)
    _anchor_anew(export_, rows[start:])
    return Done("broken_supersession", chain, row["sequence"], export_.place(row))


def _anchor_anew(export_: Export, rows: list[Row]) -> None:
    now = {(row["chain"], row["sequence"]): row["hash"] for row in rows}
    for anchor in export_.anchors:
        anchor["hash"] = now.get((anchor["chain"], anchor["sequence"]), anchor["hash"])


TAMPERINGS: dict[str, Callable[[Export, Random], Done]] = {
    "changed": changed,
    "deleted": deleted,
    "inserted": inserted,
    "reordered": reordered,
    "truncated": truncated,
    "rolled back": rolled_back,
    "duplicated": duplicated,
    "broken supersession": broken_supersession,
}
