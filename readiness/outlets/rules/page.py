"""One page as it is printed: plain data whose every text is printable and short enough for its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from readiness.meetings.rules.packs.texts import printable

FORM = 1  # of the plain data; a reader of frozen ones looks at it first


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` "" is unknown. `under`: its base, its interval, and what else belongs to it, a line each."""

    label: str
    value: str
    under: tuple[str, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`bar` is `here` as a share of the longest bar; `went_on` and `interval` are of the gate behind it, "" without one."""

    name: str
    here: str
    bar: float
    went_on: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Needy:
    name: str
    about: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a small table: its first cell reads from the left, the others are numbers."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A named part of the page. `empty` is said where there are no rows."""

    title: str
    lead: str = ""
    heads: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    facts: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    title: str
    kicker: str
    scope: str
    headline: str
    figures: tuple[Figure, ...]
    flow: Block
    stages: tuple[Stage, ...]
    help: Block
    needy: tuple[Needy, ...]
    outlook: Block
    silos: Block
    known: Block
    sources: tuple[str, ...]
    foot: str


def plain(page: Page, made_at: str) -> dict[str, Any]:
    """{form, made_at, document, charts}: what is frozen and handed to the process that prints it."""
    return {"form": FORM, "made_at": made_at, "document": _plain(page), "charts": []}


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(one) for name, one in asdict(value).items()}
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    return value
