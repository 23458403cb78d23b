"""A pushed body of observations: JSON with an envelope, or a line for each row. Read strictly: what is ambiguous is no evidence.

A name that stands twice in an object, NaN, an encoding that is not UTF-8 or a body of more than it may be is refused as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from readiness.connectors.contract import Kind
from readiness.evidence.rules.normal import MOST_ROWS, Problem

MEMBERS = frozenset({"workload", "pool", "unit", "environment", "kind", "note", "observations"})
ABOUT = ("workload", "pool", "unit")
MOST_NOTE = 2000
# So much structure has a body of MOST_ROWS rows with all members and many labels; more would only fill the memory.
_MOST_OBJECTS, _MOST_COMMAS = 4 * MOST_ROWS, 40 * MOST_ROWS


class BadBody(Exception):
    """Nothing of the body is taken; `problems` say what and where."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].text if problems else "")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Envelope:
    """`about` is what the observations are evidence of, as the sender writes it; `kind` None: each metric's own."""

    rows: list[dict[str, Any]]
    about: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind | None = None
    note: str = ""


def envelope(body: bytes) -> Envelope:
    """Of `{workload | pool | unit, environment, kind, note, observations: [...]}`. Raises BadBody."""
    said = _parsed(_text(body), "")
    if not isinstance(said, dict):
        raise _bad("", "An object is expected: {workload, environment, observations}.")
    for name in said:
        if name not in MEMBERS:
            raise _bad("", f"There is no member {name[:60]!r}. Known: {', '.join(sorted(MEMBERS))}.")
    place = said.get("environment") or {}
    if not isinstance(place, dict):
        raise _bad("/environment", "An object is expected.")
    about = {name: said[name] for name in ABOUT if said.get(name) not in (None, "")}
    return Envelope(_rows(said.get("observations")), about, place, kind_of(said.get("kind")), note_of(said.get("note")))


def lines(body: bytes) -> list[dict[str, Any]]:
    """Of a row a line (NDJSON); blank lines count for nothing. Raises BadBody."""
    rows = []
    for number, line in enumerate(_text(body).splitlines(), start=1):
        if line.strip():
            rows.append(_parsed(line, f" in line {number}"))
    return _rows(rows)


def kind_of(raw: object) -> Kind | None:
    if raw is None or raw == "":
        return None
    if raw not in set(Kind):
        raise _bad("/kind", f"One of {', '.join(Kind)}.")
    return Kind(str(raw))


def note_of(raw: object) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str) or len(raw) > MOST_NOTE or not all(one.isprintable() or one in "\n\t" for one in raw):
        raise _bad("/note", f"A printable text of at most {MOST_NOTE} characters is expected.")
    return raw.strip()


def _text(body: bytes) -> str:
    if body.count(b"{") + body.count(b"[") > _MOST_OBJECTS or body.count(b",") > _MOST_COMMAS:
        raise _bad("/observations", f"At most {MOST_ROWS} observations at a time.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise _bad("", f"This is no UTF-8: byte {wrong.start} cannot be read.") from None


def _rows(said: object) -> list[dict[str, Any]]:
    """Non-objects among them stay, for the words to be checked row by row."""
    if not isinstance(said, list) or not said:
        raise _bad("/observations", "A list of at least one observation is expected.")
    if len(said) > MOST_ROWS:
        raise _bad("/observations", f"At most {MOST_ROWS} observations at a time; these are {len(said)}.")
    return said


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except _Refused as refused:
        raise _bad("", f"{refused}{where}.") from None
    except json.JSONDecodeError as wrong:
        raise _bad("", f"This is no JSON: {wrong.msg} at character {wrong.pos}{where}.") from None
    except RecursionError:
        raise _bad("", f"This JSON is nested too deeply{where}.") from None
    except ValueError:  # a whole number of thousands of digits
        raise _bad("", f"This JSON has a number of too many digits{where}.") from None


class _Refused(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"The name {twice[:60]!r} stands twice in one object")
    return made


def _no_number(word: str) -> NoReturn:
    raise _Refused(f"{word} is no number: leave out what was not measured")


def _bad(pointer: str, text: str) -> BadBody:
    return BadBody(Problem(pointer, text))
