#!/usr/bin/env python3
"""Check an export of gate decisions by itself: python3 verify_decisions.py decisions.jsonl [anchors.jsonl ...] [--json]

It needs Python 3.9 or later and nothing else; read it before you trust it. Every line of decisions.jsonl is one decision:

  chain      which gate of which initiative; each has a chain of its own
  sequence   1, 2, 3, ... within the chain
  content    what was decided and on what ground, as the text that was hashed
  digest     SHA-256 of content
  previous   hash of the decision before it in the chain; 64 zeros for the first
  hash       SHA-256 of ["pilotage-decision-1", chain, sequence, previous, digest] as JSON without spaces
  columns    what the product shows of it; must say what content says
  sealed     (optional) amounts of money; its SHA-256 stands in content as "sealed"

Every line of an anchors file is {"chain": ..., "sequence": ..., "hash": ...}: what was printed on a pack or mailed at that time.
Only with anchors from outside can it be seen that a chain was cut off at its end, or rewritten from some decision to its end.

Answers, for each chain the first thing that is wrong: changed, deleted, inserted, reordered, duplicated, broken_supersession (a
decision replaces another than the one before it), truncated (an anchor knows more), rolled_back (an anchor knows another hash),
malformed (no line of such an export). Exit code 0: whole, 1: something is wrong, 2: a file cannot be read.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from typing import Any, Optional

FORM = "pilotage-decision-1"
ZERO = "0" * 64
HEX = re.compile("[0-9a-f]{64}")
Row = dict[str, Any]
Anchors = dict[int, set[str]]
Found = Optional[tuple[str, int, Optional[int]]]  # noqa: UP045 (Python 3.9 knows no other way)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(row: Row, sequence: int) -> str:
    link = [FORM, row["chain"], sequence, row["previous"], row["digest"]]
    return sha256(json.dumps(link, ensure_ascii=False, separators=(",", ":")))


def is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def decision_in(text: str) -> tuple[Any, Any]:
    """(all that the content says, its decision), or (None, None) where it is no content of a decision."""
    try:
        said = json.loads(text, object_pairs_hook=no_repeats)
        decision = said["decision"]
        numbers = [decision[name] for name in ("id", "review", "round", "turn")]
        supersedes = decision.get("supersedes")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, None
    fits = all(is_number(one) for one in numbers) and (supersedes is None or isinstance(supersedes, int))
    return (said, decision) if isinstance(said, dict) and isinstance(decision, dict) and fits else (None, None)


def read(raw: object, position: int) -> Row:
    """A row with its position, and `fault` where it cannot be looked at further."""
    row = dict(raw) if isinstance(raw, dict) else {}
    chain, sequence = row.get("chain"), row.get("sequence")
    row["position"], row["fault"] = position, None
    row["sequence"] = sequence if isinstance(sequence, int) and is_number(sequence) and sequence > 0 else 0
    texts = [row.get(name) for name in ("previous", "digest", "hash")]
    shaped = isinstance(chain, str) and isinstance(row.get("content"), str) and all(isinstance(one, str) for one in texts)
    if not isinstance(chain, str):
        row["chain"] = ""
    if not shaped or not row["sequence"] or not all(HEX.fullmatch(str(one)) for one in texts):
        row["fault"] = "malformed"
        return row
    row["said"], row["decision"] = decision_in(row["content"])
    columns, sealed = row.setdefault("columns", {}), row.setdefault("sealed", None)
    if row["said"] is None and sha256(row["content"]) != row["digest"]:
        row["fault"] = "changed"
    elif row["said"] is None or not isinstance(columns, dict) or not (sealed is None or isinstance(sealed, str)):
        row["fault"] = "malformed"
    return row


def check_numbers(rows: list[Row], at: int, anchors: Anchors) -> Found:
    row, expected = rows[at], at + 1
    if row["sequence"] > expected:
        comes_later = expected in [one["sequence"] for one in rows]
        return ("reordered" if comes_later else "deleted"), expected, row["position"]
    if row["sequence"] < expected:
        other = rows[row["sequence"] - 1]
        forged = other if vouched(row, rows, anchors) and not vouched(other, rows, anchors) else row
        return "duplicated", forged["sequence"], forged["position"]
    return None


def check_itself(rows: list[Row], at: int) -> Found:
    row = rows[at]
    changed = ("changed", row["sequence"], row["position"])
    if sha256(row["content"]) != row["digest"]:
        return changed
    if hash_of(row, row["sequence"]) != row["hash"]:
        return renumbered(rows, at) or changed
    if row["said"].get("chain") != row["chain"]:
        return changed
    if any(row["decision"].get(name) != value for name, value in row["columns"].items()):
        return changed
    if row["sealed"] is not None and sha256(row["sealed"]) != row["said"].get("sealed"):
        return changed
    return None


def renumbered(rows: list[Row], at: int) -> Found:
    """The row's hash fits another number than it has: it was moved, or one before it was put in or taken out."""
    row = rows[at]
    fits = [number for number in range(1, 2 * len(rows) + 2) if hash_of(row, number) == row["hash"]]
    if not fits:
        return None
    if skips(rows, at):
        return "inserted", rows[at - 1]["sequence"], rows[at - 1]["position"]
    if any(hash_of(one, row["sequence"]) == one["hash"] for one in rows):
        return "reordered", row["sequence"], row["position"]
    return ("deleted", row["sequence"], row["position"]) if fits[0] > row["sequence"] else None


def check_link(rows: list[Row], at: int, anchors: Anchors) -> Found:
    row = rows[at]
    if row["previous"] == hash_before(rows, at):
        return None
    before = rows[at - 1] if at else None
    if before and skips(rows, at):
        return "inserted", before["sequence"], before["position"]
    suspect = row  # the one of the two that nothing vouches for; the first of them where that decides nothing
    if before and not anchored(before, anchors) and (at == len(rows) - 1 or vouched(row, rows, anchors)):
        suspect = before
    return "changed", suspect["sequence"], suspect["position"]


def check_anchor(rows: list[Row], at: int, anchors: Anchors, last_anchored: int) -> Found:
    row = rows[at]
    known = anchors.get(row["sequence"])
    if known is None or known == {row["hash"]}:
        return None
    if row["sequence"] in [one["sequence"] for one in rows[at + 1 :]]:
        return "duplicated", row["sequence"], row["position"]
    if skips(rows, at + 1):
        return "inserted", row["sequence"], row["position"]
    if at + 1 < len(rows) and rows[at + 1]["previous"] in known - {row["hash"]}:
        return "changed", row["sequence"], row["position"]
    return "rolled_back", rows[last_anchored]["sequence"], rows[last_anchored]["position"]


def check_supersession(rows: list[Row], at: int) -> Found:
    """A decision opens a round, or replaces the last one of its round; a round is opened once, and an id is given once."""
    now = rows[at]["decision"]
    earlier = [one["decision"] for one in rows[:at]]
    opens = now.get("supersedes") is None and now["turn"] == 1
    if now["id"] in [one["id"] for one in earlier]:
        right = False
    elif not earlier or earlier[-1]["review"] != now["review"]:
        right = opens and now["review"] not in [one["review"] for one in earlier]
    elif earlier[-1]["round"] == now["round"]:
        right = now.get("supersedes") == earlier[-1]["id"] and now["turn"] == earlier[-1]["turn"] + 1
    else:
        right = opens and now["round"] > earlier[-1]["round"]
    if right:
        return None
    return ("inserted" if skips(rows, at + 1) else "broken_supersession"), rows[at]["sequence"], rows[at]["position"]


def skips(rows: list[Row], at: int) -> bool:
    """The row follows on the one before the one before it: so that one came between them later."""
    return 0 < at < len(rows) and bool(rows[at]["previous"] == hash_before(rows, at - 1))


def hash_before(rows: list[Row], at: int) -> str:
    return str(rows[at - 1]["hash"]) if at > 0 else ZERO


def anchored(row: Row, anchors: Anchors) -> bool:
    return row["hash"] in anchors.get(row["sequence"], set())


def vouched(row: Row, rows: list[Row], anchors: Anchors) -> bool:
    """An anchor has its hash, or another row names it as the one before."""
    return anchored(row, anchors) or any(one["previous"] == row["hash"] for one in rows)


def check_chain(rows: list[Row], anchors: Anchors) -> Found:
    """(kind, sequence, position) of the first thing that is wrong with one chain, or None."""
    sound = [row for row in rows if not row["fault"]]
    unread = next((row for row in rows if row["fault"]), None)
    last_anchored = 0
    for at, row in enumerate(sound):
        if unread and unread["position"] < row["position"]:
            break
        found = (
            check_numbers(sound, at, anchors)
            or check_itself(sound, at)
            or check_link(sound, at, anchors)
            or check_anchor(sound, at, anchors, last_anchored)
            or check_supersession(sound, at)
        )
        if found:
            return found
        if row["sequence"] in anchors:
            last_anchored = row["sequence"]
    if unread:
        return unread["fault"], unread["sequence"], unread["position"]
    if any(sequence > len(sound) for sequence in anchors):
        return "truncated", len(sound) + 1, None
    return None


def verify(raw_rows: list[Any], raw_anchors: list[Any]) -> dict[str, Any]:
    """{"rows", "chains", "anchors", "bad": [{"kind", "chain", "sequence", "position"}]}; whole where "bad" is empty."""
    chains: dict[str, list[Row]] = {}
    anchors: dict[str, Anchors] = {}
    for one in raw_anchors:
        anchors.setdefault(one["chain"], {}).setdefault(one["sequence"], set()).add(one["hash"])
    for position, raw in enumerate(raw_rows, start=1):
        row = read(raw, position)
        chains.setdefault(row["chain"], []).append(row)
    bad = []
    for chain in dict.fromkeys([*chains, *anchors]):
        found = check_chain(chains.get(chain, []), anchors.get(chain, {}))
        if found:
            bad.append({"kind": found[0], "chain": chain, "sequence": found[1], "position": found[2]})
    bad.sort(key=lambda one: (one["position"] is None, one["position"] or 0, one["chain"]))
    readable = [rows for rows in chains.values() if any(not row["fault"] for row in rows)]
    return {"rows": len(raw_rows), "chains": len(readable), "anchors": len(raw_anchors), "bad": bad}


def lines_of(path: str) -> list[Any]:
    """The JSON of each line; None for a line that is no JSON."""
    found = []
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        for line in file:
            if line.strip():
                try:
                    found.append(json.loads(line, object_pairs_hook=no_repeats))
                except (ValueError, RecursionError):
                    found.append(None)
    return found


def main(arguments: list[str]) -> int:
    paths = [one for one in arguments if not one.startswith("--")]
    if not paths:
        sys.stderr.write((__doc__ or "").split("\n", 2)[0] + "\n")
        return 2
    try:
        rows = lines_of(paths[0])
        anchors = [one for path in paths[1:] for one in lines_of(path)]
        result = verify(rows, anchors)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (KeyError, TypeError):
        sys.stderr.write("An anchors file has a line without chain, sequence or hash. Correct it and run again.\n")
        return 2
    if "--json" in arguments:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        sys.stdout.write(f"{result['rows']} decisions in {result['chains']} chains, {result['anchors']} anchors\n")
        for one in result["bad"]:
            place = f"line {one['position']}" if one["position"] else "after the last line of its chain"
            sys.stdout.write(f"{one['kind']}: chain {one['chain']}, decision {one['sequence']}, {place}\n")
        sys.stdout.write("SOMETHING IS WRONG\n" if result["bad"] else "whole\n")
    return 1 if result["bad"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
