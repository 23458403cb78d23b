"""Locks on folders: the kernel drops them when their holder dies, however it dies, and no lock file is left behind."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class FolderLock:
    """One flock on one folder. Not inherited by programs that we start, unless its `fileno` is passed on."""

    def __init__(self, folder: Path) -> None:
        self._fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def fileno(self) -> int:
        return self._fd

    def share(self) -> None:
        """Wait until nobody holds it alone, then hold it together with others."""
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def take(self) -> None:
        """Wait until nobody holds it, then hold it alone."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Hold it alone if nobody else holds it; else False at once."""
        return self._try(fcntl.LOCK_EX)

    def try_share(self) -> bool:
        """Hold it together with others if nobody holds it alone; else False at once."""
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Let go; the lock itself ends when the last process that shares this descriptor lets go."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._fd, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
