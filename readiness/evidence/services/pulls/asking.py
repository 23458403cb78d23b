"""One feed asked through the door: everything that it answers, or one error, and nothing in between."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from portfolio.kit.egress import Door, door
from portfolio.kit.egress.errors import EgressError, Recovery
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.http import Http, of_transport
from readiness.connectors.live import Ask, Config, Connector, Payload, Span
from readiness.evidence.choices import Failure
from readiness.evidence.services.ingest import Arrived

MOST_READINGS = 1_000_000  # of one feed and pull: they are held in memory until all of it has come
IN_MEMORY = 4 * 2**20  # of raw answers; more lies in files meanwhile


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A raw answer in a file that goes with its spool."""

    name: str
    media_type: str
    path: Path

    def opened(self) -> BinaryIO:
        return self.path.open("rb")


@dataclass(slots=True)
class Spool:
    """Keeps raw answers until they are written down: little of them in memory, the rest in files of its own."""

    _held: int = 0
    _files: int = 0
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def keep(self, payload: Payload) -> Payload | OnDisk:
        if payload.path is None and self._held + len(payload.body) <= IN_MEMORY:
            self._held += len(payload.body)
            return payload
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="pilotage-pull-")
        self._files += 1
        path = Path(self._folder.name) / str(self._files)
        if payload.path is None:
            path.write_bytes(payload.body)
        else:
            _linked(payload.path, path)
        return OnDisk(payload.name, payload.media_type, path)

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()


@dataclass(slots=True)
class Answered:
    """All that a feed answered. `read_to` is None where the watermark stays."""

    arrived: list[Arrived] = field(default_factory=list)
    read_to: datetime | None = None


@contextmanager
def spooled() -> Iterator[Spool]:
    spool = Spool()
    try:
        yield spool
    finally:
        spool.close()


@contextmanager
def opened_door(connector: Connector, config: Config, deadline_s: float, left_bytes: int) -> Iterator[Door]:
    """The door for one feed or try, for so many seconds and bytes in all. Raises BadConfig for a CA that is none."""
    ca = str(config.get("ca") or "") or None
    try:
        client = door(
            connector.kind,
            deadline_s=deadline_s,
            max_bytes=min(connector.answer_bytes, left_bytes),
            visit_bytes=left_bytes,
            ca=ca,
        )
    except EgressError as error:
        raise of_transport(error) from error
    with client:
        yield client


def ask(connector: Connector, config: Config, wanted: Ask, span: Span, *, client: Door, spool: Spool, ends: float) -> Answered:
    """Everything that came. `ends` is the monotonic time after which nothing counts any more. Raises ConnectorError."""
    answered, readings = Answered(), 0
    for batch in connector.pull(config, wanted, Http(client), span):
        if time.monotonic() > ends:
            raise Retryable(_("It did not answer completely in time."))
        readings += sum(len(run.readings) for run in batch.runs)
        if readings > MOST_READINGS:
            raise Fatal(_("It answered more than %d values at once: ask for less, or more often.") % MOST_READINGS)
        answered.arrived.append(Arrived(batch.runs, spool.keep(batch.payload)))
        if batch.read_to is not None:
            answered.read_to = max(batch.read_to, answered.read_to or batch.read_to)
    return answered


def why(error: ConnectorError, *, late: bool) -> Failure:
    """What to do next: wait, mend the source, or look at the other side; or give it more time."""
    if isinstance(error, BadConfig):
        return Failure.MEND
    if late:
        return Failure.TOO_LONG
    return Failure.RETRY if isinstance(error, Retryable) else Failure.LOOK


def is_silent(error: ConnectorError) -> bool:
    """Nothing came of the connection itself, so that the other feeds of the source need not wait for the same."""
    cause = error.__cause__
    return isinstance(cause, EgressError) and cause.recovery is Recovery.RETRY


def _linked(there: Path, here: Path) -> None:
    try:
        os.link(there, here)
    except OSError:  # on another file system
        shutil.copyfile(there, here)
