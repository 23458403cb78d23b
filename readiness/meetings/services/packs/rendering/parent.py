"""A PDF of frozen pages, made by a child process that is bounded in memory and time and sees nothing but its own folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

PATIENCE = 1.5  # by the clock, of the seconds that the processor is given

_CHILD = Path(__file__).with_name("child.py")
_TAIL = 4_096


class NotPrinted(Exception):
    """It will not be printed as it is; the text says why. Trying again gives the same answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the child; `seconds` are of its processor, by the clock it has PATIENCE times as many."""

    memory_bytes: int = 3 * 2**30
    seconds: int = 60
    output_bytes: int = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Printed:
    content: bytes
    pages: int


_LIMITS = Limits()


def templates() -> Path:
    return settings.BASE_DIR / "templates" / "packs"


def printed(pages: Mapping[str, Any], *, limits: Limits = _LIMITS, main: str = "main.typ") -> Printed:
    """`pages` as rules.packs.page.plain gives them, or as the template `main` wants its document; the same pages give the same
    bytes. Raises NotPrinted."""
    with tempfile.TemporaryDirectory(prefix="pilotage-pack-") as name:
        folder = Path(name)
        for template in sorted(templates().glob("*.typ")):
            shutil.copyfile(template, folder / template.name)
        (folder / "pages.json").write_text(json.dumps(pages, ensure_ascii=True), encoding="ascii")
        count = _run(folder, limits, main)
        return Printed((folder / "out.pdf").read_bytes(), count)


def _run(folder: Path, limits: Limits, main: str) -> int:
    told = {"root": str(settings.BASE_DIR), "folder": str(folder), "main": main, "parent": os.getpid()}
    order = json.dumps({**asdict(limits), **told})
    with tempfile.TemporaryFile("w+b") as answer, tempfile.TemporaryFile("w+b") as complaints:
        child = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), order],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=complaints,
            env={"OPENBLAS_NUM_THREADS": "1", "TMPDIR": str(folder), "HOME": str(folder), "PATH": ""},
            cwd=folder,
            close_fds=True,
        )
        try:
            code = child.wait(timeout=limits.seconds * PATIENCE)
        except subprocess.TimeoutExpired as late:
            raise _too_long(limits) from late
        finally:
            child.kill()
            child.wait()
        return _answer(code, answer, complaints, limits)


def _answer(code: int, answer: IO[bytes], complaints: IO[bytes], limits: Limits) -> int:
    lines = _tail(answer).splitlines()
    said = json.loads(lines[-1]) if lines else {}
    if "pages" in said:
        return int(said["pages"])
    if "error" in said:
        raise NotPrinted(str(said["error"]))
    if -code == signal.SIGXCPU:
        raise _too_long(limits)
    end = f"signal {-code}" if code < 0 else f"exit code {code}"
    told = " ".join(_tail(complaints)[-300:].decode("utf-8", "replace").split())
    raise NotPrinted(f"the printer crashed over it ({end}): {told or 'no message'}")


def _tail(file: IO[bytes]) -> bytes:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _TAIL))
    return file.read()


def _too_long(limits: Limits) -> NotPrinted:
    return NotPrinted(f"printing it took longer than {limits.seconds} s")
