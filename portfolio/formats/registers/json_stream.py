"""A JSON text read value by value, so that a list of 100,000 objects never stands in memory as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from portfolio.formats.errors import TooLarge, UnreadableFile

_CHUNK = 1 << 19
_MAX_VALUE_CHARS = 16_000_000
_SPACE = " \t\r\n"


class NumberText(str):
    """A number exactly as the file writes it."""

    __slots__ = ()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A repeated key keeps all of its values: `key`, `key [2]`, as repeated headers do."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for key, value in pairs:
        name, count = key, 1
        while name in result:
            count += 1
            name = f"{key} [{count}]"
        result[name] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=NumberText, parse_int=NumberText, parse_constant=_no_constant)


def json_text(value: object) -> str:
    """A value as JSON text, numbers verbatim. Depth is bounded by the decoder's own bound."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {json_text(item)}" for key, item in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(json_text(item) for item in value) + "]"
    if isinstance(value, NumberText):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


class JsonStream:
    """A cursor over a JSON text file. `line` is the line of the last value read or of the next sign looked at."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._file = path.open(encoding=encoding, newline="")
        self._buffer = ""
        self._at = 0
        self._ended = False
        self._counted = 0
        self.line = 1

    def close(self) -> None:
        self._file.close()

    def peek(self) -> str:
        """The next sign that is not white space, "" at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._buffer):
                self._count_lines()
                return self._buffer[self._at]
            if self._ended:
                return ""
            self._more(_CHUNK)

    def take(self, sign: str) -> bool:
        """Step over `sign` if it comes next."""
        if self.peek() != sign:
            return False
        self._at += 1
        return True

    def value(self) -> object:
        """The next whole value."""
        if not self.peek():
            raise self.broken("the file ends where a value should come")
        want = _CHUNK
        while True:
            try:
                found, end = _DECODER.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise self.broken(error.msg, error.pos) from error
            except RecursionError as error:
                raise self.broken("values are nested too deep to be a register") from error
            except ValueError as error:
                raise self.broken(str(error)) from error
            else:
                if end < len(self._buffer) or self._ended:
                    self._at = end
                    return found
            want = self._longer(want)

    def items(self) -> Iterator[tuple[int, object]]:
        """Line and value of each element of the list that comes next."""
        self.expect("[")
        if self.take("]"):
            return
        while True:
            self.peek()
            line = self.line
            yield line, self.value()
            if self.take("]"):
                return
            self.expect(",")

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise self.broken(f"expected {sign}")

    def broken(self, what: str, position: int | None = None) -> UnreadableFile:
        line = self.line
        if position is not None:
            line += self._buffer.count("\n", self._counted, position)
        return UnreadableFile(
            f"this is not valid JSON ({what})", where=f"Line {line}", advice="Export the file again, or use CSV."
        )

    def _longer(self, want: int) -> int:
        if len(self._buffer) - self._at > _MAX_VALUE_CHARS:
            raise TooLarge(
                f"one value is longer than {_MAX_VALUE_CHARS:,} characters, or its quotation mark is never closed",
                where=f"Line {self.line}",
                advice="One object per initiative is expected.",
            )
        self._more(want)
        return want * 2

    def _more(self, want: int) -> None:
        text = self._file.read(want)
        self._ended = not text
        self._count_lines()
        self._buffer = self._buffer[self._at :] + text
        self._at = self._counted = 0

    def _count_lines(self) -> None:
        self.line += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
