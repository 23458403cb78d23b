"""What an importer is: how it knows its files at first sight, and how it reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from readiness.connectors.archives import is_archive, names_in
from readiness.connectors.contract import Run
from readiness.connectors.document import HEAD, Document, unpacked_head
from readiness.connectors.outline import Outline, outline


@dataclass(frozen=True, slots=True)
class Sight:
    """The beginning of a file. `head` is unpacked; `members` are the names seen so far if it is an archive."""

    name: str
    head: bytes
    outline: Outline
    archive: bool = False
    members: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        return self.name.replace("\\", "/").rsplit("/", 1)[-1].lower()


def sight(name: str, head: bytes) -> Sight:
    """`head`: the first bytes as stored, perhaps packed."""
    if is_archive(head):
        return Sight(name, b"", Outline(), archive=True, members=tuple(names_in(head)))
    plain = unpacked_head(head, HEAD)
    return Sight(name, plain, outline(plain))


@dataclass(frozen=True, slots=True)
class Importer:
    """One tool's reader.

    `recognise` answers the name of the format it sees, or "". `read` yields the runs of a document in that format and raises
    nothing but ConnectorError. `looks_for` tells a person what such a file contains. `unproven`: written from documentation.
    """

    tool: str
    label: str
    looks_for: str
    recognise: Callable[[Sight], str]
    read: Callable[[Document, str], Iterator[Run]]
    unproven: bool = False
