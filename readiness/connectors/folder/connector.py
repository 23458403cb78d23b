"""A folder that is watched: below one that the operator listed, read and never changed.

A file is taken once nobody has written to it for `min_age_s`, and only if it is the same before and after it was copied; programs
that move a finished file into place need no such patience. Links are not followed, whatever they lead to, and names that begin
with a dot or end like those of unfinished downloads are passed over.

Watermark: the time at which the newest file that was read came to be as it is (its change time, which unlike the time of writing
is set by moving a file in, and by nobody at will), but never past a file that was too young to be read. What is not older than
that is looked at again; of it, what came before with the same size and time of writing is not read again.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from readiness.connectors import fetched
from readiness.connectors.access import check_values, number_of, text_of
from readiness.connectors.errors import BadConfig
from readiness.connectors.fetched import PATTERN, Found
from readiness.connectors.folder import looking
from readiness.connectors.http import Http
from readiness.connectors.live import ROOTS, Ask, Batch, Config, ConfigField, Connector, FieldKind, Payload, Span, Tested

MIN_AGE_S, LONGEST_AGE_S = 30.0, 86_400.0

FIELDS = (
    ConfigField(
        "folder", "Folder", help="One that the operator listed under PILOTAGE_EVIDENCE_FOLDERS, by its name.", required=True
    ),
    ConfigField(
        "min_age_s",
        "Complete after (s)",
        FieldKind.NUMBER,
        help="A file is read when nobody has written to it for so long.",
        default=MIN_AGE_S,
    ),
)
ASK_FIELDS = (
    ConfigField("below", "Folder below it", help="Such as nightly/gpu. Empty: the whole folder."),
    PATTERN,
)


def check(config: Config) -> None:
    check_values(FIELDS, {name: value for name, value in config.items() if name != ROOTS})
    if not 0 <= number_of(config, "min_age_s", MIN_AGE_S) <= LONGEST_AGE_S:
        raise BadConfig("from 0 seconds to a day", "min_age_s")
    if ROOTS in config:
        _root(config)


def check_ask(ask: Ask) -> None:
    check_values(ASK_FIELDS, ask)
    looking.steps(text_of(ask, "below"))
    fetched.check_pattern(text_of(ask, "pattern"))


def test(config: Config, http: Http) -> Tested:
    check(config)
    with looking.opened(_root(config), ()) as folder:
        count = sum(1 for _ in looking.files(folder))
    return Tested(facts=(f"{count} files",), remarks=() if count else ("the folder is empty",))


def test_ask(config: Config, ask: Ask, http: Http, now: datetime) -> Tested:
    check(config)
    check_ask(ask)
    with looking.opened(_root(config), looking.steps(text_of(ask, "below"))) as folder:
        found = list(_wanted(folder, ask, Span(None, now)))
    size = sum(one.size for one in found) / 2**20
    return Tested(facts=(f"{len(found)} files of {size:.1f} MiB",), remarks=() if found else ("no file matches",))


def pull(config: Config, ask: Ask, http: Http, span: Span) -> Iterator[Batch]:
    """`http` is not used: nothing is connected to."""
    check(config)
    check_ask(ask)
    finished = span.until - timedelta(seconds=number_of(config, "min_age_s", MIN_AGE_S))
    with looking.opened(_root(config), looking.steps(text_of(ask, "below"))) as folder:
        found = list(_wanted(folder, ask, span))
        young = [one.came for one in found if one.came > finished]
        ready = fetched.at_a_time((one for one in found if one.came <= finished), span.seen)
        with tempfile.TemporaryDirectory(prefix="pilotage-folder-") as place:
            yield from _read(folder, ready, Path(place), min(young, default=span.until), span.patience_s)


def _read(folder: int, taken: Sequence[Found], place: Path, not_past: datetime, patience_s: float) -> Iterator[Batch]:
    begun = time.monotonic()
    for number, one in enumerate(taken):
        read_to = min(one.came, not_past)
        if one.size > fetched.LARGEST:
            yield Batch((fetched.unread(one.path, "larger than 2048 MiB"),), Payload(one.name), read_to)
            continue
        content = place / str(number)
        if not looking.copied(folder, one, content):
            return  # it is being written after all: it and what came after it are for the next pull
        yield fetched.batch(one.path, content, one.name, "", read_to)
        content.unlink()
        if time.monotonic() - begun > patience_s:
            return


def _wanted(folder: int, ask: Ask, span: Span) -> Iterator[Found]:
    pattern = text_of(ask, "pattern")
    for one in looking.files(folder):
        if (span.since is None or one.came >= span.since) and fetched.is_wanted(one.path, pattern):
            yield one


def _root(config: Config) -> Path:
    roots: Mapping[str, str] = config.get(ROOTS) or {}
    name = text_of(config, "folder")
    if name not in roots:
        listed = ", ".join(sorted(roots)) or "none"
        raise BadConfig(f"the operator has not listed such a folder. Listed: {listed}", "folder")
    path = Path(roots[name])
    if not path.is_absolute():
        raise BadConfig("the operator listed it without its whole path", "folder")
    return path


CONNECTOR = Connector(
    kind="folder",
    label="Watched folder",
    about="Result files that others put into a folder of this machine; of any format that an upload may have.",
    fields=FIELDS,
    ask_fields=ASK_FIELDS,
    check=check,
    check_ask=check_ask,
    test=test,
    test_ask=test_ask,
    pull=pull,
    addressed=False,
)
