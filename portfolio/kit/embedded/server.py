"""One server process: started with what it needs to die with us, watched, started again, stopped."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from portfolio.kit.embedded.errors import EmbeddedError, diagnose
from portfolio.kit.embedded.unprivileged import popen_as_server_user

_PR_SET_PDEATHSIG = 1
_LOG_BYTES = 10_000_000


class Server:
    """`answers` is called until it returns True, `stop_with` is the signal for a quick and clean end."""

    def __init__(self, *, name: str, command: list[str], log: Path, answers: Callable[[], bool], stop_with: int) -> None:
        self.name, self.log, self._command = name, log, command
        self._answers, self._stop_with = answers, stop_with
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, timeout_s: float = 60) -> None:
        """Start and wait until it answers; recovery after a crash takes its time. Raises EmbeddedError."""
        _shorten(self.log)
        with self.log.open("a") as log:
            said = log.tell()
            try:
                process = self._popen(log.fileno())
            except OSError as error:
                raise diagnose(server=self.name, output=str(error), log=str(self.log)) from None
        self._process = process
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise diagnose(server=self.name, output=_tail(self.log, said), log=str(self.log))
            time.sleep(0.02)

    def ended(self) -> int | None:
        """The exit code if the process has ended, else None."""
        return self._process.poll() if self._process else None

    def stop(self, *, grace_s: float = 30) -> None:
        """End it cleanly, by force after `grace_s`."""
        if self._process is None or self._process.poll() is not None:
            return
        for sign in (self._stop_with, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(sign)
            try:
                self._process.wait(grace_s)
                return
            except subprocess.TimeoutExpired:
                grace_s = 5

    def _popen(self, log: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            preexec_fn=dies_with_parent(self._stop_with),  # noqa: PLW1509 - the keeper has one thread
            **popen_as_server_user(),
        )


def dies_with_parent(sign: int) -> Callable[[], None]:
    """What a child runs before its program, so that Linux sends it `sign` when its parent is gone; elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, sign)


def end_leftovers(*, program: str, mark: str, grace_s: float = 30) -> None:
    """End processes called `program` with `mark` in their command line: those of a keeper that was killed."""
    left = [p for p in psutil.process_iter(["name", "cmdline"]) if _is_ours(p, program, mark)]
    for process in left:
        process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(left, timeout=grace_s)
    if alive:
        raise EmbeddedError(f"{program} of an earlier start still runs as process {alive[0].pid}: end it, then try again.")


def _is_ours(process: psutil.Process, program: str, mark: str) -> bool:
    line = process.info["cmdline"] or []
    return process.info["name"] == program and any(mark in word for word in line)


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode(errors="replace")


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.write_bytes(log.read_bytes()[-_LOG_BYTES // 10 :])
