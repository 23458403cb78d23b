"""One supervised process in a group of its own, so that its own children end with it."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from portfolio.kit.supervisor.warden import Warden

PATIENCE_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_FAST_S = 10
_LOG_BYTES = 20_000_000


class Child:
    """`log` takes what it prints, or None to print where we do. A child that keeps crashing within 10 s is hopeless.

    `patience_s` are the pauses before it is started again, the last one for all further crashes.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path | None,
        warden: Warden,
        cwd: Path | None = None,
        patience_s: Sequence[float] = PATIENCE_S,
    ) -> None:
        self.name, self.log = name, log
        self._command, self._warden, self._cwd, self._patience_s = list(command), warden, cwd, patience_s
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self.fast_crashes = 0
        self.due: float | None = 0.0

    def start(self) -> None:
        self.shorten_log()
        target = None if self.log is None else os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=target,
                cwd=self._cwd,
                start_new_session=True,
            )
        finally:
            if target is not None:
                os.close(target)
        self._warden.add(self._process.pid)
        self._started, self.due = time.monotonic(), None

    def poll(self) -> int | None:
        """The exit code once it has ended and what it left in its group is gone; None while it runs or rests."""
        if self._process is None:
            return None
        code = self._process.poll()
        if code is None:
            return None
        self.kill()
        self._warden.remove(self._process.pid)
        self._process = None
        return code

    def rest_after_crash(self) -> float:
        """Plan the next start and return the seconds until then."""
        fast = time.monotonic() - self._started < _FAST_S
        self.fast_crashes = self.fast_crashes + 1 if fast else 0
        wait_s = self._patience_s[min(self.fast_crashes, len(self._patience_s) - 1)]
        self.due = time.monotonic() + wait_s
        return wait_s

    @property
    def runs(self) -> bool:
        return self._process is not None

    def terminate(self) -> None:
        """Ask it to end; it asks its own children."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End its whole group at once."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
                return

    def shorten_log(self) -> None:
        """Keep the last tenth of a log that grew too long; the child appends, so it goes on in the same file."""
        if self.log is not None and self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.write_bytes(self.log.read_bytes()[-_LOG_BYTES // 10 :])

    def last_words(self, lines: int = 12) -> str:
        if self.log is None or not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
