"""What the demo talks about: hand-written initiatives first, combinations of words after those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACKS = Path(__file__).resolve().parents[2] / "packs"


@dataclass(frozen=True)
class Theme:
    """What one initiative is about; `value_keur` is EUR 1,000 a year, None where nobody said."""

    unit: str
    name: str
    topic: str
    purpose: str
    approach: str
    value_keur: int | None
    programme: str


@dataclass(frozen=True)
class RequestTheme:
    unit: str
    title: str
    purpose: str
    data: str
    load: str
    value_keur: int | None


@dataclass(frozen=True)
class Words:
    """The two packs, parsed."""

    units: Mapping[str, tuple[str, str | None]]
    people: Sequence[tuple[str, Mapping[str, str]]]
    themes: Sequence[Theme]
    requests: Sequence[RequestTheme]
    lists: Mapping[str, Any]

    @property
    def leaves(self) -> list[str]:
        """Codes of the units that have no sub-units, in the order of the file."""
        parents = {parent for _name, parent in self.units.values()}
        return [code for code in self.units if code not in parents]


@cache
def words() -> Words:
    """The demo's vocabulary, read once."""
    lists = yaml.safe_load((PACKS / "demo_words.yaml").read_text())
    lines = yaml.safe_load((PACKS / "demo_initiatives.yaml").read_text())
    return Words(
        units={code: (name, parent) for code, (name, parent) in lists["units"].items()},
        people=[(name, roles) for name, roles in lists["people"]],
        themes=[_theme(*(part.strip() for part in line.split("|"))) for line in lines],
        requests=[_request(*(part.strip() for part in line.split("|"))) for line in lists["requests"]],
        lists=lists,
    )


@dataclass(frozen=True)
class Nearby:
    """Who may plausibly own and sponsor what a unit does: positions in the list of people."""

    owners: tuple[int, ...]
    sponsors: tuple[int, ...]


@cache
def nearby(unit: str) -> Nearby:
    """People whose role reaches the unit; those closer to it stand in the list more often."""
    vocabulary, above = words(), [unit]
    while parent := vocabulary.units[above[-1]][1]:
        above.append(parent)
    reach = [
        (number, role, above.index(code))
        for number, (_name, roles) in enumerate(vocabulary.people)
        for role, code in roles.items()
        if code in above
    ]
    top = len(above) - 1
    may_own = ("program_manager", "infrastructure_architect", "sponsor")
    owners = [n for n, role, far in reach if role in may_own for _ in range(1 + 2 * (top - far))]
    sponsors = [number for number, role, _ in reach if role == "sponsor"]
    return Nearby(tuple(owners), tuple(sponsors or owners))


def theme(index: int) -> Theme:
    """The initiative of this running number: names are distinct up to 144,060."""
    vocabulary = words()
    if index < len(vocabulary.themes):
        return vocabulary.themes[index]
    parts = vocabulary.lists["combinations"]
    kinds, objects, sites, qualifiers = (parts[name] for name in ("capabilities", "objects", "sites", "qualifiers"))
    total = len(kinds) * len(objects) * len(sites) * len(qualifiers)
    # A stride without a common factor walks through every combination once, in an order that looks drawn.
    number = (index - len(vocabulary.themes)) * 61_403 % total
    number, kind = divmod(number, len(kinds))
    number, thing = divmod(number, len(objects))
    qualifier, site = divmod(number, len(sites))
    (capability, topic), what, where = kinds[kind], objects[thing], sites[site]
    addition = f" ({qualifiers[qualifier]})" if qualifiers[qualifier] else ""
    return Theme(
        unit=vocabulary.leaves[(kind * 7 + thing * 3 + site) % len(vocabulary.leaves)],
        name=f"{capability} for {what}, {where}{addition}",
        topic=topic,
        purpose=f"{capability} for {what} at {where}: less rework, fewer surprises, one answer for all shifts.",
        approach="",
        value_keur=40 + (index * 37) % 900 if index % 6 else None,
        programme="",
    )


def _theme(unit: str, name: str, topic: str, purpose: str, approach: str, value: str, programme: str) -> Theme:
    return Theme(unit, name, topic, purpose, approach, int(value) or None, programme)


def _request(unit: str, title: str, purpose: str, data: str, load: str, value: str) -> RequestTheme:
    return RequestTheme(unit, title, purpose, data, load, int(value) or None)
