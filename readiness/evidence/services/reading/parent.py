"""The runs of a stored file, read by a child process that is bounded in memory and time: a hostile file kills nobody else."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings

from readiness.connectors.contract import Run
from readiness.connectors.errors import ConnectorError, Fatal, Retryable, SkipRecord
from readiness.evidence.services.reading.wire import unpacked

_CHILD = Path(__file__).with_name("child.py")
_KINDS: dict[str, type[ConnectorError]] = {"Retryable": Retryable, "SkipRecord": SkipRecord}


class TookTooLong(Fatal):
    """The budget of time is used up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the child; `seconds` are of its processor, and half as much again by the clock."""

    memory_bytes: int = 2 * 2**30
    seconds: int = 360
    members: int = 10_000
    unpacked_bytes: int = 2 * 2**30
    runs: int = 100_000


def limits() -> Limits:
    """As the operator set them."""
    return Limits(members=settings.EVIDENCE_ARCHIVE_MEMBERS, unpacked_bytes=settings.EVIDENCE_ARCHIVE_BYTES)


def read_file(path: Path, name: str, bounds: Limits) -> Iterator[Run]:
    """The runs of a file in their order, one at a time. Raises ConnectorError alone; nothing counts until the end is reached."""
    order = orjson.dumps({**asdict(bounds), "root": str(settings.BASE_DIR), "path": str(path), "name": name}).decode()
    with tempfile.TemporaryFile("w+b") as complaints, _child(order, complaints) as (child, late):
        end = yield from _runs(child)
        code = child.wait()
        if end is None:
            _refuse_crash(code, complaints, late=late.is_set(), bounds=bounds)


@contextmanager
def _child(order: str, complaints: IO[bytes]) -> Iterator[tuple[subprocess.Popen[bytes], threading.Event]]:
    """The running child and whether it was ended for being late; it never outlives the block."""
    late = threading.Event()
    seconds = orjson.loads(order)["seconds"] * 1.5
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), order],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env={},
        cwd="/",
        close_fds=True,
    )

    def end() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield child, late
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _runs(child: subprocess.Popen[bytes]) -> Generator[Run, None, dict[str, Any] | None]:
    """Yields runs; the answer is the last line, None if the child ended without one."""
    for line in child.stdout or ():
        said = _told(line)
        if said is None:
            return None
        if "run" in said:
            yield unpacked(said["run"])
        elif "error" in said:
            raise _KINDS.get(str(said["error"]), Fatal)(str(said["text"]))
        else:
            return said
    return None


def _told(line: bytes) -> dict[str, Any] | None:
    try:
        said: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:  # cut off
        return None
    return said


def _refuse_crash(code: int, complaints: IO[bytes], *, late: bool, bounds: Limits) -> None:
    if late or -code == signal.SIGXCPU:
        raise TookTooLong(f"reading it took longer than {bounds.seconds} s")
    complaints.seek(0, 2)
    complaints.seek(max(0, complaints.tell() - 300))
    said = complaints.read().decode("utf-8", "replace")
    if "MemoryError" in said:
        raise Fatal(f"reading it needs more than {bounds.memory_bytes // 2**20} MiB of memory")
    end = f"signal {-code}" if code < 0 else f"exit code {code}"
    raise Fatal(f"the reader crashed over it ({end}); nothing of it was taken")
