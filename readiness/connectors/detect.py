"""What a file is, told from its beginning before anything is stored; and its runs, read by the importer that knows it.

An archive is either a submission that its importer reads whole (MLPerf) or a bundle of files that are read one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from readiness.connectors.archives import members
from readiness.connectors.contract import Run
from readiness.connectors.document import Document
from readiness.connectors.errors import ConnectorError, Fatal
from readiness.connectors.importer import Importer, Sight, sight
from readiness.connectors.registry import IMPORTERS
from readiness.connectors.validity import duplicate, flaws

BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a file: the tool, what to call it for people, and which of its formats."""

    tool: str
    label: str
    format: str
    unproven: bool = False


def detect(name: str, head: bytes) -> tuple[Candidate, ...]:
    """All importers that recognise a file by its first bytes (document.HEAD of them are enough), the surest first."""
    seen = sight(name, head)
    found = tuple(Candidate(one.tool, one.label, form, one.unproven) for one, form in _recognised(seen))
    return found or ((Candidate(BUNDLE, "Archive of result files", BUNDLE),) if seen.archive else ())


def read(name: str, content: bytes | Path) -> Iterator[Run]:
    """The runs of a file, in its order. Raises nothing but ConnectorError; a format that nobody knows is Fatal."""
    document = Document(name, path=content) if isinstance(content, Path) else Document(name, data=content)
    runs = 0
    for run in _read(document):
        runs += 1
        yield run
    if not runs:
        raise Fatal(f"{document.base}: of a known format, but nothing was measured in it")


def _read(document: Document) -> Iterator[Run]:
    with document.raw() as stream:
        seen = sight(document.name, stream.read(SIGHT))
    found = _recognised(seen)
    if found:
        importer, form = found[0]
        yield from once(importer.read(document, form))
    elif seen.archive:
        yield from once(_bundle(document))
    else:
        raise Fatal(f"{document.base}: no known format. Looked for {looked_for()}")


SIGHT = 1024 * 1024  # a little more than a drop zone looks at


def looked_for() -> str:
    """What the importers look for, for a person."""
    return "; ".join(f"{one.label}: {one.looks_for}" for one in IMPORTERS)


def once(runs: Iterator[Run]) -> Iterator[Run]:
    """The runs, those that repeat the key of an earlier valid one marked. The copy is kept and shown; it must not count twice."""
    places: dict[str, str] = {}
    for run in runs:
        first = places.get(run.key)
        if first is not None:
            yield replace(run, flaws=flaws(*run.flaws, duplicate(first)))
            continue
        if run.valid:
            places[run.key] = run.place
        yield run


def _recognised(seen: Sight) -> list[tuple[Importer, str]]:
    asked = [(one, one.recognise(seen)) for one in IMPORTERS]
    return [(one, form) for one, form in asked if form]


def _bundle(document: Document) -> Iterator[Run]:
    """Members that somebody knows; the others of the archive are passed over, all of them unknown is Fatal."""
    known, last = 0, ""
    for member in members(document):
        inner = Document(member.name, data=member.read())
        seen = sight(member.name, inner.head())
        found = [] if seen.archive else _recognised(seen)
        if not found:
            continue
        try:
            for run in _placed(member.name, found[0][0].read, inner, found[0][1]):
                known += 1
                yield run
        except ConnectorError as refused:
            last = f"{member.name}: {refused.text}"
    if not known:
        raise Fatal(last or f"{document.base}: nothing in this archive is of a known format. Looked for {looked_for()}")


def _placed(name: str, reader: Callable[[Document, str], Iterator[Run]], document: Document, form: str) -> Iterator[Run]:
    for run in reader(document, form):
        yield replace(run, place=f"{name}!{run.place}" if run.place else name)
