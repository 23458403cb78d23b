"""What the person who typed `make up` reads."""

import sys
from pathlib import Path


def say(line: str) -> None:
    """Print at once; a terminal that was closed meanwhile is no reason to leave children running."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = None  # print() does nothing from here on


class Follower:
    """The lines that others add to a log from now on."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._at = log.stat().st_size if log.exists() else 0

    def new_lines(self) -> list[str]:
        if not self._log.exists() or self._log.stat().st_size <= self._at:
            return []
        with self._log.open("rb") as file:
            file.seek(self._at)
            text = file.read()
        self._at += len(text)
        return text.decode(errors="replace").splitlines()
