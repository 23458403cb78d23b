"""What another version of a template changes, and what a running review keeps when it is moved to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from readiness.gates.rules.templates.template import Criterion, Gate, Template

# A judgement or waiver was given on these: where one of them differs, it was given on something else.
MEANING = ("text", "kind", "rule", "evidence")


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """`criterion` "" is the gate itself; `fields` names what differs. `keeps`: judgements and waivers of it go along."""

    gate: str
    criterion: str
    kind: Kind
    fields: tuple[str, ...] = ()
    keeps: bool = False


def template_changes(old: Template, new: Template) -> list[Change]:
    """Gate by gate in the order of the new one, those taken out last; [] where both ask the same in the same way."""
    before, after = {one.key: one for one in old.gates}, {one.key: one for one in new.gates}
    found: list[Change] = []
    for key, gate in after.items():
        if key not in before:
            found.append(Change(key, "", Kind.ADDED))
            continue
        if differing := _rules_of_gate(old, before[key], new, gate):
            found.append(Change(key, "", Kind.CHANGED, differing, keeps=True))
        found += _criteria(key, before[key].criteria, gate.criteria)
    return found + [Change(key, "", Kind.REMOVED) for key in before if key not in after]


def kept(old: Gate, new: Gate) -> frozenset[str]:
    """Keys of the criteria that mean the same in both, so that judgements and waivers stay theirs."""
    before = {one.key: one for one in old.criteria}
    return frozenset(one.key for one in new.criteria if one.key in before and _means_the_same(before[one.key], one))


def _criteria(gate: str, old: Iterable[Criterion], new: Iterable[Criterion]) -> Iterator[Change]:
    before, after = {one.key: one for one in old}, {one.key: one for one in new}
    for key, one in after.items():
        if key not in before:
            yield Change(gate, key, Kind.ADDED)
        elif differing := tuple(each.name for each in fields(one) if getattr(before[key], each.name) != getattr(one, each.name)):
            yield Change(gate, key, Kind.CHANGED, differing, keeps=_means_the_same(before[key], one))
    for key in before:
        if key not in after:
            yield Change(gate, key, Kind.REMOVED)


def _rules_of_gate(old: Template, before: Gate, new: Template, after: Gate) -> tuple[str, ...]:
    """What differs around the criteria; thresholds and voting as they hold, wherever they are written."""
    named = ("name", "from_stage", "to_stage", "last_before_production", "note")
    found = [name for name in named if getattr(before, name) != getattr(after, name)]
    if old.thresholds_of(before) != new.thresholds_of(after):
        found.append("thresholds")
    if old.voting_of(before) != new.voting_of(after):
        found.append("voting")
    return tuple(found)


def _means_the_same(old: Criterion, new: Criterion) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in MEANING)
