"""What changed between two answer sets, and between two versions of a bank; questions are told apart by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from readiness.assessments.choices import Reply
from readiness.assessments.rules.packs import PackQuestion
from readiness.assessments.rules.scores import VALUES


class Direction(StrEnum):
    """How an answer moved. Learning is apart from improving: an unknown that turns out a no is progress too."""

    BETTER = "better"
    WORSE = "worse"
    LEARNT = "learnt"
    LOST = "lost"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose reply differs; None where the bank of that side does not ask it."""

    key: str
    before: Reply | None
    after: Reply | None
    direction: Direction


def changes(before: Mapping[str, Reply], after: Mapping[str, Reply], asked: Iterable[str]) -> list[Change]:
    """The questions among `asked` (keys in order) whose replies differ; a key that a side lacks was not asked there."""
    found = []
    for key in asked:
        old, new = before.get(key), after.get(key)
        if old is not new:
            found.append(Change(key, old, new, _direction(old, new)))
    return found


def _direction(old: Reply | None, new: Reply | None) -> Direction:
    if old is None or new is None:
        return Direction.OTHER
    if old is Reply.UNKNOWN:
        return Direction.LEARNT
    if new is Reply.UNKNOWN:
        return Direction.LOST
    if old in VALUES and new in VALUES:
        return Direction.BETTER if VALUES[new] > VALUES[old] else Direction.WORSE
    return Direction.OTHER


@dataclass(frozen=True, slots=True)
class PackChange:
    """A question of a bank that is new, gone or worded otherwise; `fields` names what differs."""

    key: str
    kind: str
    fields: tuple[str, ...] = ()


def pack_changes(old: Iterable[PackQuestion], new: Iterable[PackQuestion]) -> list[PackChange]:
    """What a new version of a bank does to its questions, in the new order, those taken out last."""
    before, after = {one.key: one for one in old}, {one.key: one for one in new}
    found = []
    for key, question in after.items():
        if key not in before:
            found.append(PackChange(key, "added"))
        elif fields := tuple(name for name in PackQuestion.compared() if getattr(before[key], name) != getattr(question, name)):
            found.append(PackChange(key, "changed", fields))
    return found + [PackChange(key, "removed") for key in before if key not in after]
