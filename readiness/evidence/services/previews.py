"""What a small file would bring, counted before anything is kept: read where it can hurt nobody, and forgotten."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import File

from readiness.connectors.errors import ConnectorError
from readiness.evidence.services.reading.parent import Limits, read_file
from readiness.evidence.services.uploads import plain_name

MOST_BYTES = 2**20
_BOUNDS = Limits(memory_bytes=2**30, seconds=5, members=200, unpacked_bytes=64 * 2**20, runs=2_000)


@dataclass(frozen=True, slots=True)
class Preview:
    """`flaws` are the reasons of those that would never decide, each once. `error`: why nothing would come of it."""

    runs: int = 0
    flawed: int = 0
    readings: int = 0
    flaws: tuple[str, ...] = ()
    error: str = ""


def preview(file: File[Any]) -> Preview | None:
    """None for a file that is too large to be read for this."""
    if not 0 < (file.size or 0) <= MOST_BYTES:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(file.read())
        file.seek(0)
        return _read(path, plain_name(file.name))


def _read(path: Path, name: str) -> Preview:
    runs = flawed = readings = 0
    flaws: dict[str, None] = {}
    try:
        with read_file(path, name, _BOUNDS) as found:
            for run in found:
                runs += 1
                readings += len(run.readings)
                flawed += not run.valid
                flaws.update(dict.fromkeys(text for _code, text in run.flaws))
    except ConnectorError as refused:
        return Preview(error=refused.text)
    return Preview(runs, flawed, readings, tuple(flaws)[:5])
