"""The processes of an installation that pulls need, as the supervisor starts them: the worker of threads, the clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.conftest import ROOT
from tests.readiness.evidence.pulling.world import egress_file

MODULE = "tests.readiness.evidence.pulling.worker"
THREADS = ("--pool", "threads", "-Q", "evidence,clock")
PROCESSES = ("--concurrency", "2", "-Q", "default,imports,clock")


@dataclass
class Process:
    """One that can be killed with all that it has started, and started again."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, *self.arguments],
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def resident_mb(self) -> float:
        return float(psutil.Process(self.pid).memory_info().rss / 2**20)

    def kill(self) -> None:
        """As the kernel does when memory runs out: no word, no tidying."""
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self, within_s: float = 30) -> None:
        """Asked politely. Raises TimeoutExpired where it does not end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(within_s)
        self._process = None

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def running(*arguments: str, folder: Path, **settings: str) -> Iterator[Process]:
    """A worker (THREADS or PROCESSES) or `beat`, with this machine opened to the connectors of the tests."""
    name = arguments[0].strip("-")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portfolio.settings",
        "PILOTAGE_EGRESS_FILE": str(egress_file(folder)),
        "PILOTAGE_EGRESS_LOOPBACK": "1",
        "ALLOWED_HOSTS": "pilotage.test",
        **settings,
    }
    process = Process(arguments, environment, Path(tempfile.mkstemp(suffix=f".{name}.log", dir=folder)[1]))
    process.start()
    try:
        yield process
    finally:
        process.kill()


@contextmanager
def clock(folder: Path, **settings: str) -> Iterator[Process]:
    with running("beat", "--pidfile=", "--schedule", str(folder / "schedule"), folder=folder, **settings) as process:
        yield process


def eventually(true: Callable[[], bool], within_s: float, what: str) -> float:
    """How long it took; fails if it does not come true in time."""
    begun = time.monotonic()
    while not true():
        took = time.monotonic() - begun
        assert took < within_s, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - begun
