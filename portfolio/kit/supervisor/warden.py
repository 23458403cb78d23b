"""Ends the supervised processes when the supervisor itself was killed and could not.

A pipe from the supervisor names the running process groups (`+pid`, `-pid`); the pipe closes when the supervisor is gone,
however it went. Whatever is still named then gets SIGTERM, and SIGKILL after a grace. It inherits the locks that must
outlast the supervisor until that is done. Works without Linux's parent-death signal and reaches children of children.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_GRACE_S = 8.0
_REPOSITORY = Path(__file__).resolve().parents[3]


class Warden:
    """The supervisor's end of the pipe. `locks` are descriptors that stay held until the last child is gone."""

    def __init__(self, locks: list[int]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "portfolio.kit.supervisor.warden"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_REPOSITORY,
            pass_fds=locks,
            start_new_session=True,
        )

    def add(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Dismiss it and wait until it, too, is gone."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # somebody ended it; the supervisor still stops its children itself


def watch() -> None:
    """The warden's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    end(groups, grace_s=_GRACE_S)


def end(groups: set[int], *, grace_s: float) -> None:
    """SIGTERM to the first process of each group, SIGKILL to what is left of the group after the grace."""
    for group in groups:
        send(os.kill, group, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while any(send(os.kill, group, 0) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        send(os.killpg, group, signal.SIGKILL)


def send(how: Callable[[int, int], None], group: int, sign: int) -> bool:
    """Whether there was anybody to receive it."""
    try:
        how(group, sign)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    watch()
