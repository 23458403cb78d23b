"""JSON registers: a list of objects, an object with one list of objects inside, or one object per line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from portfolio.formats.errors import EmptyFile, TooLarge, UnreadableFile
from portfolio.formats.registers.encoding import find_encoding
from portfolio.formats.registers.json_stream import JsonStream, NumberText, json_text
from portfolio.formats.registers.tables import FileKind, Limits, ReadOptions, Row, Table, name_headers

T = TypeVar("T")
_SHAPES = "A register in JSON is a list of objects, an object with one such list, or one object per line."


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: FileKind
    list_name: str | None  # None: the outermost value is the list


def open_objects(path: Path, options: ReadOptions) -> Table:
    """A table over a JSON file: two passes, one for the union of the keys (in order of appearance), one for the rows.

    A missing key and null are blank cells; a nested value stays as JSON text; numbers stay as written.
    """
    encoding = find_encoding(path, max_bytes=options.limits.max_bytes, declared=options.encoding)
    shape, keys, count = _survey(path, encoding, options)
    if not count:
        raise EmptyFile("the file has no objects", advice=_SHAPES)
    headers = name_headers(keys, options.limits)
    stream = JsonStream(path, encoding)
    table = Table(shape.kind, headers, iter(()), encoding=encoding, source=stream)
    table.rows = _rows(table, stream, shape, tuple(keys), options.limits)
    return table


def _survey(path: Path, encoding: str, options: ReadOptions) -> tuple[_Shape, dict[str, None], int]:
    stream = JsonStream(path, encoding)
    try:
        start = stream.peek()
        if start == "[":
            keys, count = _keys(stream.items(), options.limits)
            _refuse_rest(stream)
            return _Shape("json", None), keys, count
        if start == "{":
            return _survey_object(path, encoding, options)
        if not start:
            raise EmptyFile("the file has no content", advice=_SHAPES)
        raise stream.broken("neither [ nor { at the start")
    finally:
        stream.close()


def _survey_object(path: Path, encoding: str, options: ReadOptions) -> tuple[_Shape, dict[str, None], int]:
    if _is_one_per_line(path, encoding):
        return _with_stream(path, encoding, lambda s: (_Shape("jsonl", None), *_keys(_each(s), options.limits)))
    found = _with_stream(path, encoding, lambda s: _lists(s, options.limits))
    if options.json_list is not None:
        found = {name: keys for name, keys in found.items() if name == options.json_list}
    if len(found) == 1:
        name, (keys, count) = next(iter(found.items()))
        return _Shape("json", name), keys, count
    if not found:
        raise UnreadableFile("the object holds no list of objects", where="Line 1", advice=_SHAPES)
    names = ", ".join(f'"{name}"' for name in found)
    raise UnreadableFile(f"the object holds several lists: {names}", where="Line 1", advice="Choose one of them.")


def _with_stream(path: Path, encoding: str, work: Callable[[JsonStream], T]) -> T:
    stream = JsonStream(path, encoding)
    try:
        return work(stream)
    finally:
        stream.close()


def _is_one_per_line(path: Path, encoding: str) -> bool:
    """True if something follows the first object, or if the only object holds no list of objects."""

    def look(stream: JsonStream) -> bool:
        try:
            first = stream.value()
        except TooLarge:
            return False
        if stream.peek():
            return True
        return isinstance(first, dict) and not any(_is_list_of_objects(value) for value in first.values())

    return _with_stream(path, encoding, look)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _lists(stream: JsonStream, limits: Limits) -> dict[str, tuple[dict[str, None], int]]:
    found: dict[str, tuple[dict[str, None], int]] = {}
    for name in _members(stream):
        if not _enters_list(stream):
            stream.value()
            continue
        if stream.peek() == "{":
            found[name] = _keys(_rest_of_list(stream), limits)
        else:
            for _ in _rest_of_list(stream):
                pass
    _refuse_rest(stream)
    return found


def _members(stream: JsonStream) -> Iterator[str]:
    """The keys of the object that comes next; the caller reads each value before it asks for the next key."""
    stream.expect("{")
    if stream.take("}"):
        return
    while True:
        if stream.peek() != '"':
            raise stream.broken("expected a key in quotation marks")
        yield str(stream.value())
        if stream.take("}"):
            return
        stream.expect(",")


def _enters_list(stream: JsonStream) -> bool:
    stream.expect(":")
    return stream.take("[")


def _rest_of_list(stream: JsonStream) -> Iterator[tuple[int, object]]:
    if stream.take("]"):
        return
    while True:
        stream.peek()
        line = stream.line
        yield line, stream.value()
        if stream.take("]"):
            return
        stream.expect(",")


def _each(stream: JsonStream) -> Iterator[tuple[int, object]]:
    while stream.peek():
        line = stream.line
        yield line, stream.value()


def _keys(items: Iterator[tuple[int, object]], limits: Limits) -> tuple[dict[str, None], int]:
    keys: dict[str, None] = {}
    count = 0
    for line, item in items:
        if not isinstance(item, dict):
            raise UnreadableFile("an element is not an object", where=f"Line {line}", advice=_SHAPES)
        count += 1
        if count > limits.max_rows:
            raise TooLarge(f"more than {limits.max_rows:,} objects", where=f"Line {line}", advice="Split the file.")
        keys.update(dict.fromkeys(item))
        if len(keys) > limits.max_columns:
            raise TooLarge(f"more than {limits.max_columns} different keys", where=f"Line {line}", advice="Leave keys out.")
    return keys, count


def _refuse_rest(stream: JsonStream) -> None:
    if stream.peek():
        raise stream.broken("something follows the end of the value")


def _items(stream: JsonStream, shape: _Shape) -> Iterator[tuple[int, object]]:
    if shape.kind == "jsonl":
        return _each(stream)
    if shape.list_name is None:
        return stream.items()
    for name in _members(stream):
        if name == shape.list_name and _enters_list(stream):
            return _rest_of_list(stream)
        if name != shape.list_name:
            stream.expect(":")
            stream.value()
    return iter(())


def _rows(table: Table, stream: JsonStream, shape: _Shape, keys: tuple[str, ...], limits: Limits) -> Iterator[Row]:
    for line, item in _items(stream, shape):
        if not isinstance(item, dict):  # the survey has refused such files; this one changed in between
            raise UnreadableFile("an element is not an object", where=f"Line {line}", advice=_SHAPES)
        cells = [_cell(item.get(key)) for key in keys]
        if not any(cells):
            table.blank_rows += 1
            continue
        if max(map(len, cells)) > limits.max_cell_chars:
            raise TooLarge(
                f"a value longer than {limits.max_cell_chars:,} characters", where=f"Line {line}", advice="Shorten it."
            )
        yield line, cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    if type(value) is str:
        return value
    if isinstance(value, NumberText):
        return str(value)
    return json_text(value)
