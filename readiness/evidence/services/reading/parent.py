"""The runs of a stored file, read by a child process that is bounded in memory and time: a hostile file kills nobody else."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings

from readiness.connectors.contract import Run
from readiness.connectors.errors import ConnectorError, Fatal, Retryable, SkipRecord
from readiness.evidence.services.reading.wire import unpacked

PATIENCE = 1.5  # by the clock, of the seconds that the processor is given

_CHILD = Path(__file__).with_name("child.py")
_TAIL = 4_096
_KINDS: dict[str, type[ConnectorError]] = {"Retryable": Retryable, "SkipRecord": SkipRecord}


class TookTooLong(Fatal):
    """The budget of time is used up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the child; `seconds` are of its processor, by the clock it has PATIENCE times as many."""

    memory_bytes: int = 2 * 2**30
    seconds: int = 300
    output_bytes: int = 2 * 2**30
    members: int = 10_000
    unpacked_bytes: int = 2 * 2**30
    runs: int = 100_000


def limits() -> Limits:
    """As the operator set them."""
    return Limits(members=settings.EVIDENCE_ARCHIVE_MEMBERS, unpacked_bytes=settings.EVIDENCE_ARCHIVE_BYTES)


@contextmanager
def read_file(path: Path, name: str, bounds: Limits) -> Iterator[Iterator[Run]]:
    """The runs of a file in their order, one at a time. Raises ConnectorError before the first one: the child has ended well.

    What it wrote lies in a temporary file, so that nobody waits in a transaction for it and memory holds one run.
    """
    with tempfile.TemporaryFile("w+b") as output:
        _read(path, name, bounds, output)
        output.seek(0)
        yield (unpacked(said["run"]) for said in map(orjson.loads, output) if "run" in said)


def _read(path: Path, name: str, bounds: Limits, output: IO[bytes]) -> None:
    order = orjson.dumps({**asdict(bounds), "root": str(settings.BASE_DIR), "path": str(path), "name": name}).decode()
    with tempfile.TemporaryFile("w+b") as complaints:
        child = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), order],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=complaints,
            env={},
            cwd="/",
            close_fds=True,
        )
        try:
            code = child.wait(timeout=bounds.seconds * PATIENCE)
        except subprocess.TimeoutExpired as late:
            raise _too_long(bounds) from late
        finally:
            child.kill()
            child.wait()
        _refuse_failure(code, output, complaints, bounds)


def _refuse_failure(code: int, output: IO[bytes], complaints: IO[bytes], bounds: Limits) -> None:
    last = _last_line(output)
    if "done" in last:
        return
    if "error" in last:
        raise _KINDS.get(str(last["error"]), Fatal)(str(last["text"]))
    if -code == signal.SIGXCPU:
        raise _too_long(bounds)
    if -code == signal.SIGXFSZ:
        raise Fatal("what it says is longer than can be kept")
    if b"MemoryError" in _tail(complaints):
        raise Fatal(f"reading it needs more than {bounds.memory_bytes // 2**20} MiB of memory")
    end = f"signal {-code}" if code < 0 else f"exit code {code}"
    raise Fatal(f"the reader crashed over it ({end}); nothing of it was taken")


def _last_line(output: IO[bytes]) -> dict[str, Any]:
    lines = _tail(output).splitlines()
    try:
        said = orjson.loads(lines[-1]) if lines else {}
    except orjson.JSONDecodeError:  # cut off
        return {}
    return said if isinstance(said, dict) else {}


def _tail(file: IO[bytes]) -> bytes:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL))
    return file.read()


def _too_long(bounds: Limits) -> TookTooLong:
    return TookTooLong(f"reading it took longer than {bounds.seconds} s")
