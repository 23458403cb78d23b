"""What a file is, told from its beginning before anything is stored; and its runs, read by the importer that knows it.

An archive is either a submission that its importer reads whole (MLPerf) or a bundle of files that are read one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from readiness.connectors.archives import members
from readiness.connectors.contract import Flaw, Kind, Run
from readiness.connectors.document import Document
from readiness.connectors.errors import ConnectorError, Fatal, SkipRecord
from readiness.connectors.identity import run_key
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
    """Members that somebody knows; what nobody knows is passed over, and an archive of nothing else is Fatal."""
    known = False
    for member in members(document):
        content = member.read(partial(_wanted, member.name))
        if not content:
            continue
        known = True
        yield from _of_member(Document(member.name, data=content))
    if not known:
        raise Fatal(f"{document.base}: nothing in this archive is of a known format. Looked for {looked_for()}")


def _wanted(name: str, head: bytes) -> bool:
    seen = sight(name, head)
    return not seen.archive and bool(_recognised(seen))


def _of_member(document: Document) -> Iterator[Run]:
    """Its runs; where it is refused, an empty run that says why, for nothing known may vanish in an archive."""
    importer, form = _recognised(sight(document.name, document.head()))[0]
    try:
        for run in importer.read(document, form):
            yield replace(run, place=f"{document.name}!{run.place}" if run.place else document.name)
    except ConnectorError as refused:
        kind = Flaw.NOT_A_RESULT if isinstance(refused, SkipRecord) else Flaw.INCOMPLETE
        key = run_key(importer.tool, "refused", document.name, refused.text)
        yield Run(Kind.BENCHMARK, importer.tool, form, document.name, key, (), flaws=((kind, refused.text),))
