"""What changed between two results of one option: which inputs moved, and what the answer did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One value of `part` (demand, candidate, answer) before and after, as stored; None where it was not there."""

    part: str
    name: str
    before: Any
    after: Any


_ANSWER = ("replicas", "accelerators", "grade", "constraint", "unsafe")


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Between two rows with `inputs` and `answer`; nested members by their last name (`model.weight_bytes`)."""
    found = [
        Change(part, name, before, after)
        for part in ("demand", "candidate")
        for name, before, after in _members(old["inputs"].get(part, {}), new["inputs"].get(part, {}))
    ]
    for name in _ANSWER:
        before, after = old["answer"].get(name), new["answer"].get(name)
        if before != after:
            found.append(Change("answer", name, before, after))
    return found


def _members(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if _nested(before) and _nested(after):
            assert before is not None
            assert after is not None
            yield from _members(before, after, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", before, after


def _nested(value: Any) -> bool:
    """A dict of members, but not a quantity, which is one value."""
    return isinstance(value, Mapping) and "likely" not in value
