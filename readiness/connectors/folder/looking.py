"""Looking into a folder without leaving it: each step is taken from the folder before it and none through a link."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from readiness.connectors.errors import BadConfig, Fatal, Retryable
from readiness.connectors.fetched import Found

MOST_FILES, DEEPEST = 200_000, 30
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not make a pull wait


def steps(below: str) -> tuple[str, ...]:
    """The folders from the root to the one that is watched. Raises BadConfig for a way out of it."""
    parts = PurePosixPath(below.strip()).parts
    if any(part in ("..", "/") or "\x00" in part or "\\" in part for part in parts):
        raise BadConfig("a folder below the listed one is expected, such as nightly/gpu", "below")
    return tuple(part for part in parts if part != ".")


@contextmanager
def opened(root: Path, below: Sequence[str]) -> Iterator[int]:
    """A handle of the watched folder. Raises ConnectorError."""
    with ExitStack() as handles:
        try:
            handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # the operator may list a link
            handles.callback(os.close, handle)
            for part in below:
                handle = os.open(part, _FOLDER, dir_fd=handle)
                handles.callback(os.close, handle)
        except (FileNotFoundError, NotADirectoryError) as gone:
            raise BadConfig("there is no such folder; links are not followed", "below" if below else "folder") from gone
        except OSError as failed:
            raise Retryable("the folder cannot be opened") from failed
        yield handle


def files(folder: int) -> Iterator[Found]:
    """Regular files at any depth, as they are at this moment. Raises ConnectorError."""
    count = 0
    try:
        for where, folders, names, handle in os.fwalk(".", dir_fd=folder, follow_symlinks=False, onerror=_failed):
            depth = len(PurePosixPath(where).parts)
            folders[:] = sorted(one for one in folders if depth < DEEPEST and not one.startswith("."))
            for name in names:
                count += 1
                if count > MOST_FILES:
                    raise Fatal(f"more than {MOST_FILES} files: watch a folder further below")
                if found := _found(str(PurePosixPath(where, name)), name, handle):
                    yield found
    except OSError as failed:
        raise Retryable("the folder cannot be read") from failed


def copied(folder: int, one: Found, to: Path) -> bool:
    """The file, copied; False if it is no longer what was found, or changed meanwhile. Raises Retryable."""
    parts = PurePosixPath(one.path).parts
    with ExitStack() as handles:
        try:
            for part in parts[:-1]:
                folder = os.open(part, _FOLDER, dir_fd=folder)
                handles.callback(os.close, folder)
            handle = os.open(parts[-1], _FILE, dir_fd=folder)
        except OSError:
            return False  # gone, or a link by now
        with os.fdopen(handle, "rb") as content, to.open("wb") as into:
            before = os.fstat(content.fileno())
            if not stat.S_ISREG(before.st_mode) or _marks(before) != one.marks:
                return False
            try:
                shutil.copyfileobj(content, into, 2**20)
            except OSError as failed:
                raise Retryable("a file of the folder cannot be read") from failed
            return _marks(os.fstat(content.fileno())) == one.marks and into.tell() == one.size


def _found(path: str, name: str, folder: int) -> Found | None:
    """None for what is no regular file, has nothing in it, or left meanwhile."""
    try:
        seen = os.stat(name, dir_fd=folder, follow_symlinks=False)
        path.encode()
    except (OSError, UnicodeEncodeError):
        return None
    if not stat.S_ISREG(seen.st_mode) or not seen.st_size:
        return None
    return Found(path, path, seen.st_size, datetime.fromtimestamp(seen.st_ctime, tz=UTC), _marks(seen))


def _marks(seen: os.stat_result) -> tuple[str, ...]:
    """Size and time of the last writing; the time of the last change, which nobody can set, says when it came."""
    return str(seen.st_size), str(seen.st_mtime_ns)


def _failed(error: OSError) -> None:
    raise error
