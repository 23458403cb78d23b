"""What a live connector is: a kind of source that is asked over HTTP (or looked into), and what it answers.

A connector never opens a connection by itself: it is handed an `Http` (http.py) that the caller made with the egress door. It
keeps no state: what it read last is the caller's `Span.since`, and a pull that fails half way has yielded nothing that counts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from readiness.connectors.contract import Run

if TYPE_CHECKING:
    from readiness.connectors.http import Http

Config = Mapping[str, Any]  # values of Connector.fields by name, the secrets among them in plain text
Ask = Mapping[str, Any]  # values of Connector.ask_fields by name
ROOTS = (
    "roots"  # of the config of a connector that is not addressed: name -> folder that the operator listed, put in by the caller
)
ANSWER_BYTES = 20 * 2**20


class FieldKind(StrEnum):
    """How a value is entered. `MAPPING` is an object of texts, `QUERIES` a list of objects, both kept as JSON."""

    TEXT = "text"
    URL = "url"
    SECRET = "secret"  # noqa: S105
    PEM = "pem"
    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    MAPPING = "mapping"
    QUERIES = "queries"


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One value that a person or tool gives. `choices` of a CHOICE are (value, label)."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    help: str = ""
    required: bool = False
    default: Any = ""
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def secret(self) -> bool:
        return self.kind is FieldKind.SECRET


def _nothing(name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Span:
    """`since`: up to where the feed was read completely, None at first. `until`: the caller's now.

    `seen` tells whether a payload of that name came with a complete pull of this feed before, so that a file need not be fetched
    again; a caller that does not know says no to all of them, and gets some twice. After `patience_s` a connector that has read a
    part of a long time ends there, so that the next pull gets further; it is well below the time that the caller allows.
    """

    since: datetime | None
    until: datetime
    seen: Callable[[str], bool] = _nothing
    patience_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Payload:
    """One answer or file as it came. `name` tells it apart without secrets (a path, a query), never a full URL; of a file it
    has the version in it. A large one lies in `path` until the next batch is asked for, and `body` is empty.
    """

    name: str
    body: bytes = b""
    media_type: str = "application/json"
    path: Path | None = None

    @property
    def size(self) -> int:
        return len(self.body) if self.path is None else self.path.stat().st_size

    def opened(self) -> BinaryIO:
        """The content from its start; to be closed."""
        return io.BytesIO(self.body) if self.path is None else self.path.open("rb")


@dataclass(frozen=True, slots=True)
class Batch:
    """The runs of one payload. `read_to` moves the watermark once the whole pull has succeeded; None leaves it."""

    runs: tuple[Run, ...]
    payload: Payload
    read_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """What "test" found: the other side's version, and facts for a person ("143 series match")."""

    version: str = ""
    facts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()  # what would keep a pull from being useful
    runs: tuple[Run, ...] = ()  # what a pull would bring now, where little is asked


@dataclass(frozen=True, slots=True)
class Connector:
    """One kind of source.

    `check` and `check_ask` raise BadConfig naming the field, and connect to nothing. `test` asks as little as it can. `pull`
    yields batches. `ask_fields` describe a feed: what is asked of the source. `discover` lists what a person can choose from for
    an ask field: (value, label) pairs. `test_ask` tells what a feed would find at the time that it is given, before anything is
    kept; None where only a pull can. None of these raises anything but ConnectorError. `answer_bytes` is the most that one of its
    answers may have, for the door to allow.
    """

    kind: str
    label: str
    about: str
    fields: tuple[ConfigField, ...]
    ask_fields: tuple[ConfigField, ...]
    check: Callable[[Config], None]
    check_ask: Callable[[Ask], None]
    test: Callable[[Config, Http], Tested]
    pull: Callable[[Config, Ask, Http, Span], Iterator[Batch]]
    discover: Mapping[str, Callable[[Config, Http], tuple[tuple[str, str], ...]]] = field(default_factory=dict)
    addressed: bool = True  # False: nothing is connected to (a watched folder), and ROOTS is in the config
    answer_bytes: int = ANSWER_BYTES
    unproven: bool = False
    test_ask: Callable[[Config, Ask, Http, datetime], Tested] | None = None
