"""Result files that were found somewhere: which of them to take, how their versions are named, and the batch that each becomes.

A file that nobody here can read is not passed over in silence, for it was asked for: it comes as a run without readings that says
why. A pull takes so many files and bytes and leaves the rest to the next one, so that a large store is read in the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from readiness.connectors.contract import Flaw, Kind, Run
from readiness.connectors.errors import BadConfig, ConnectorError, Retryable
from readiness.connectors.identity import run_key
from readiness.connectors.live import Batch, ConfigField, Payload
from readiness.connectors.redaction import clean

LARGEST = 2 * 2**30
FILES_AT_A_TIME, BYTES_AT_A_TIME = 200, 64 * 2**20
LONGEST_NAME = 300
TOOL = "file"
PATTERN = ConfigField(
    "pattern",
    "Which files",
    help="Names or paths with * and ?, separated by commas, such as *.json, nightly/*. Empty: all of them.",
)
# Written by programs that are not done with them, or that keep what nobody asked for.
_UNFINISHED = ("*.tmp", "*.temp", "*.part", "*.partial", "*.crdownload", "*.filepart", "*.swp", "*~", ".*", "*/.*")


@dataclass(frozen=True, slots=True)
class Found:
    """`path` is relative to what is watched, `key` what its place calls it; `came` is when it came to be as it is, by the clock
    of where it lies; `marks` tell its versions apart."""

    path: str
    key: str
    size: int
    came: datetime
    marks: tuple[str, ...]

    @property
    def name(self) -> str:
        return version_name(self.path, self.key, *self.marks)


def version_name(path: str, *marks: object) -> str:
    """Of a payload: the path, shortened, and what tells this version of it from every other one."""
    told = "\x1f".join([path, *map(str, marks)])
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    shown = clean(path)
    return f"{shown if len(shown) <= LONGEST_NAME else '…' + shown[-LONGEST_NAME:]} [{digest}]"


def check_pattern(pattern: str) -> None:
    if len(pattern) > 1000 or not pattern.isprintable():
        raise BadConfig("patterns such as *.json are expected", "pattern")


def is_wanted(path: str, pattern: str) -> bool:
    """Whether a complete file of this relative path is one of those asked for, by its path or by its last part."""
    base = path.rpartition("/")[2]
    if any(fnmatchcase(path, one) or fnmatchcase(base, one) for one in _UNFINISHED):
        return False
    patterns = [one.strip() for one in pattern.split(",") if one.strip()]
    return not patterns or any(fnmatchcase(path, one) or fnmatchcase(base, one) for one in patterns)


def at_a_time(found: Iterable[Found], seen: Callable[[str], bool]) -> Sequence[Found]:
    """Those that came first and not before; the others are for the next pull. `seen` is asked about no more than it must be."""
    taken: list[Found] = []
    size = 0
    for one in sorted(found, key=lambda one: (one.came, one.path)):
        if seen(one.name):
            continue
        if taken and (len(taken) == FILES_AT_A_TIME or size + one.size > BYTES_AT_A_TIME):
            break
        taken.append(one)
        size += one.size
    return taken


def batch(path: str, content: Path, payload_name: str, media_type: str = "", read_to: datetime | None = None) -> Batch:
    """The runs of a file that lies at `content`. Raises Retryable alone."""
    return Batch(tuple(_runs(path, content)), Payload(payload_name, media_type=media_type, path=content), read_to)


def runs(path: str, content: Path) -> tuple[Run, ...]:
    """Of one file that was asked for by its name. Raises ConnectorError."""
    from readiness.connectors.detect import read  # the registry, which detect asks, lists the connectors too

    return tuple(read(path, content))


def _runs(path: str, content: Path) -> Iterator[Run]:
    try:
        yield from runs(path, content)
    except Retryable:
        raise
    except ConnectorError as refused:
        yield unread(path, refused.text)


def unread(path: str, why: str) -> Run:
    """What there is of a file that could not be read."""
    place = clean(path)[-LONGEST_NAME:]
    return Run(
        Kind.BENCHMARK, TOOL, "", place, run_key(TOOL, "refused", path, why), (), name=place, flaws=((Flaw.NOT_A_RESULT, why),)
    )
