"""A document as it is printed: parts of sections with tables and charts. All numbers are texts by now; only charts hold numbers.

The same document gives the same plain data, and the same plain data the same PDF, byte by byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from readiness.meetings.rules.packs.texts import printable

FORM = 1  # of the plain data; a reader of frozen ones looks at it first


@dataclass(frozen=True, slots=True)
class Badge:
    """A word with its sign. `tone` is a verdict's key, `outcome` or `quiet`; print it in grey, and the sign still tells it."""

    word: str
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: a badge, a text, what is said below it more quietly, and points below that.

    `code`: letters that somebody compares one by one (a digest); nothing is put between them.
    """

    text: str = ""
    below: str = ""
    badge: Badge | None = None
    points: tuple[str, ...] = ()
    strong: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """`share` of the width; `right` for numbers."""

    title: str
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """A line across a table that names the rows below it."""

    title: str
    below: str = ""


Row = Band | tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind` names how it is drawn (services.packs.drawing), `data` what; `says` is read out instead of it."""

    kind: str
    says: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """`unknown`: nobody knows; the value then says so in words."""

    label: str
    value: str
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`lead` is the sentence that matters. A section without anything else says with it that there is nothing."""

    title: str
    lead: str = ""
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    notes: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The box at the head of a part: what is recommended or was decided, and why."""

    label: str
    badge: Badge
    lead: str
    points: tuple[str, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Begins on a new page. `mark` is what a reader calls it by (`AI-0042`), `title` its name, `lead` its purpose."""

    mark: str
    title: str
    kicker: str = ""
    lead: str = ""
    facts: tuple[Fact, ...] = ()
    headline: Headline | None = None
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`made_at` is a time in ISO 8601, the only one that the file itself carries. `running` stands at the head of each page."""

    kind: str  # pack or minutes
    title: str
    kicker: str
    lead: str = ""
    running: str
    foot: str
    made_at: str
    facts: tuple[Fact, ...] = ()
    notices: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    parts: tuple[Part, ...] = ()
    closing: tuple[Section, ...] = ()


@dataclass(slots=True)
class Charts:
    """Collects the charts of a document in the order in which they are met; a place in it is a chart's name."""

    found: list[dict[str, Any]] = field(default_factory=list)

    def name(self, chart: Chart) -> str:
        self.found.append({"kind": chart.kind, "data": _plain(chart.data, self)})
        return f"chart-{len(self.found):03d}.svg"


def plain(document: Document) -> dict[str, Any]:
    """{form, made_at, document, charts}: what is frozen with a pack and handed to the process that prints it."""
    charts = Charts()
    printed = _plain(document, charts)
    return {"form": FORM, "made_at": document.made_at, "document": printed, "charts": charts.found}


def _plain(value: object, charts: Charts) -> Any:
    if isinstance(value, Chart):
        return {"file": charts.name(value), "says": printable(value.says)}
    if isinstance(value, Cell) and value.code:
        return _members(value, charts) | {"text": value.text}
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value, charts)
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(one, charts) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one, charts) for one in value]
    return value


def _members(value: Any, charts: Charts) -> dict[str, Any]:
    """With the name of its class where a list may hold several (`band` among the rows of a table)."""
    kind = {"is": "band"} if isinstance(value, Band) else {}
    return kind | {one.name: _plain(getattr(value, one.name), charts) for one in fields(value)}
