"""Frozen dataclasses from plain YAML data and back, by their annotations; every fault with its place and line.

Understands str, bool, int, float, StrEnum, dataclasses, `X | None` and `tuple[X, ...]` of them. Scalars arrive as texts.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

KEY = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
_YES, _NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off"})
Path = tuple[str | int, ...]
Say = Callable[[Path, str], None]
Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a member takes beyond its type; `name` is its key in YAML where Python has that word for itself."""

    name: str = ""
    least: float = -1e12
    most: float = 1e12
    longest: int = 1_000
    key: bool = False
    some: bool = False  # a list that is written down is not empty


def limited(default: Any = MISSING, **limits: Any) -> Any:
    """A dataclass field with Limits."""
    return field(default=default, metadata={"limits": Limits(**limits)})


class Problem(NamedTuple):
    """`place` is a dotted path with the keys of what it passes; `line` counts from 1, None: of no line in particular."""

    place: str
    line: int | None
    what: str

    def __str__(self) -> str:
        line = f"line {self.line}, " if self.line else ""
        return f"{line}{self.place}: {self.what}"


def name_of(one: Field[Any]) -> str:
    return limits_of(one).name or one.name


def limits_of(one: Field[Any]) -> Limits:
    found = one.metadata.get("limits")
    return found if isinstance(found, Limits) else Limits()


@cache
def members(cls: type) -> Mapping[str, tuple[Field[Any], Any]]:
    """{key in YAML: (field, annotation)} in the order of the class."""
    hints = get_type_hints(cls)
    return {name_of(one): (one, hints[one.name]) for one in fields(cls)}


class Reader:
    """Collects problems while it reads, so that one round tells all of them. `lines` are by path.

    `pick` chooses the class for a block that may be of several, given the class that is asked for, or says what is wrong;
    `check` says what contradicts itself in a block that has the right shape.
    """

    def __init__(
        self,
        lines: Mapping[Path, int],
        pick: Callable[[type, Mapping[str, object]], type | str],
        check: Callable[[object, Path, Say], None],
    ) -> None:
        self.problems: list[Problem] = []
        self._lines, self._pick, self._check = lines, pick, check
        self._names: dict[Path, str] = {}

    def say(self, path: Path, what: str) -> None:
        line = next((self._lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._lines), None)
        self.problems.append(Problem(self.place(path), line, what))

    def place(self, path: Path) -> str:
        """`gates[2] (pilot).criteria[1] (load-known).weight`; numbers count from 1."""
        text = ""
        for end, step in enumerate(path, start=1):
            if isinstance(step, int):
                name = self._names.get(path[:end], "")
                text += f"[{step + 1}]" + (f" ({name})" if name else "")
            else:
                text += f".{step}" if text else step
        return text or "file"

    def block(self, cls: type[Shape], data: object, path: Path) -> Shape | None:
        """One dataclass; None with a problem said where the block cannot be one."""
        asked: type = cls
        if not isinstance(data, dict):
            self.say(path, f"is a block with {', '.join(members(asked)) or 'kind'}.")
            return None
        given = {str(name): value for name, value in data.items()}
        if isinstance(given.get("key"), str):
            self._names[path] = str(given["key"])[:60]
        picked = self._pick(cls, given)
        if isinstance(picked, str):
            self.say((*path, "kind") if "kind" in given else path, picked)
            return None
        known = members(picked)
        self._foreign(given, (*known, "kind") if picked is not cls else tuple(known), path)
        values = {one.name: self._member(one, hint, given, (*path, name)) for name, (one, hint) in known.items()}
        if any(value is _BAD for value in values.values()):
            return None
        made: Shape = picked(**values)
        self._check(made, path, self.say)
        return made

    def _member(self, one: Field[Any], hint: Any, given: Mapping[str, object], path: Path) -> Any:
        name = path[-1]
        if name in given and not (given[str(name)] in ("", None) and _has_default(one)):
            return self._value(hint, given[str(name)], path, limits_of(one))
        if one.default is not MISSING:
            return one.default
        self.say(path, "is missing. Write it down.")
        return _BAD

    def _value(self, hint: Any, data: object, path: Path, limits: Limits) -> Any:
        if get_origin(hint) in (Union, types.UnionType):
            hint = next(one for one in get_args(hint) if one is not type(None))
        if get_origin(hint) is tuple:
            return self._many(get_args(hint)[0], data, path, limits)
        if is_dataclass(hint):
            found = self.block(hint, data, path)  # type: ignore[arg-type]
            return _BAD if found is None else found
        if not isinstance(data, str):
            self.say(path, "is one value, not a list or block.")
            return _BAD
        return self._scalar(hint, data, path, limits)

    def _many(self, hint: Any, data: object, path: Path, limits: Limits) -> Any:
        if not isinstance(data, list):
            self.say(path, "is a list.")
            return _BAD
        if limits.some and not data:
            self.say(path, "is empty. Name at least one, or leave it out.")
            return _BAD
        found = [self._value(hint, one, (*path, number), limits) for number, one in enumerate(data)]
        plain = [one for one in found if isinstance(one, str)]
        for repeated in sorted({one for one in plain if plain.count(one) > 1}):
            self.say(path, f'"{repeated}" stands twice. Name it once.')
        return _BAD if any(one is _BAD for one in found) else tuple(found)

    def _scalar(self, hint: Any, data: str, path: Path, limits: Limits) -> Any:
        if hint is bool:
            return self._flag(data, path)
        if hint in (int, float):
            return self._number(hint, data, path, limits)
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return self._word(hint, data, path)
        return self._text(data, path, limits)

    def _flag(self, data: str, path: Path) -> Any:
        word = data.strip().lower()
        if word in _YES | _NO:
            return word in _YES
        self.say(path, f'"{data}" is neither yes nor no.')
        return _BAD

    def _number(self, hint: type, data: str, path: Path, limits: Limits) -> Any:
        try:
            value = hint(data)
        except ValueError:
            value = None
        if value is None or not isfinite(value) or not limits.least <= value <= limits.most:
            kind = "whole number" if hint is int else "number"
            bounds = f"from {limits.least:g} to {limits.most:g}" if limits.least > -1e12 else f"up to {limits.most:g}"
            self.say(path, f'"{data}" is no {kind} {bounds}.')
            return _BAD
        return value

    def _word(self, words: type[StrEnum], data: str, path: Path) -> Any:
        word = data.strip().lower()
        for spelled in (word, word.replace("-", "_"), word.replace(" ", "_")):
            if spelled in list(words):
                return words(spelled)
        self.say(path, f'"{data}" is none of {", ".join(words)}.{_near(word, words)}')
        return _BAD

    def _text(self, data: str, path: Path, limits: Limits) -> Any:
        text = " ".join(data.split())
        if not text:
            self.say(path, "is empty. Write it down.")
            return _BAD
        if len(text) > limits.longest:
            self.say(path, f"has {len(text)} characters, at most {limits.longest} are taken. Shorten it.")
            return _BAD
        if limits.key and not KEY.match(text):
            self.say(path, f'"{text}" is no key. Use small letters, digits and single hyphens.')
            return _BAD
        return text

    def _foreign(self, given: Iterable[str], known: tuple[str, ...], path: Path) -> None:
        for name in given:
            if name not in known:
                self.say((*path, name), f"is no key here.{_near(name, known) or ' Known are ' + ', '.join(known) + '.'}")


def written(value: object) -> Any:
    """Plain data of a dataclass that Reader.block reads back as an equal one; what is as by default is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = getattr(type(value), "kind", None)
        block: dict[str, Any] = {"kind": str(kind)} if kind is not None else {}
        for name, (one, _) in members(type(value)).items():
            if not _as_by_default(one, found := getattr(value, one.name)):
                block[name] = written(found)
        return block
    if isinstance(value, tuple):
        return [written(one) for one in value]
    if isinstance(value, float) and value == int(value):
        return int(value)
    return str(value) if isinstance(value, str) else value


def _as_by_default(one: Field[Any], value: object) -> bool:
    return one.default is not MISSING and value == one.default and type(value) is type(one.default)


def _has_default(one: Field[Any]) -> bool:
    return one.default is not MISSING


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""


class _Bad:
    """Stands for a value with a problem."""


_BAD = _Bad()
