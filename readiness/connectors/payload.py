"""Bytes to plain values: JSON with what Python writes into it, JSON lines, YAML, CSV. Hostile input ends in Fatal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
import yaml

from readiness.connectors.errors import Fatal

_SAFE_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST_YAML = 64 * 1024 * 1024
MOST_ALIASES = 1000
MOST_LINES = 100_000
_NO_YAML = (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError)
_LONGEST_FIELD = 16 * 1024 * 1024


def decoded(content: bytes) -> str:
    """UTF-8 (a BOM is dropped), UTF-16 with a BOM, else single bytes as cp1252 has them."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def parse_json(content: bytes) -> Any:
    """JSON; NaN and Infinity as Python's writer leaves them become floats that no reading takes."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(decoded(content))
    except (ValueError, RecursionError) as wrong:
        raise Fatal("this is no JSON: it is cut off, damaged or too deeply nested") from wrong


def json_records(content: bytes) -> Iterator[tuple[int, Any]]:
    """(position from 0, value) of one JSON value, of an array's entries, or of JSON lines.

    A line that is no JSON (cut off by a kill) comes as None: the other lines count all the same.
    """
    whole = _whole(content)
    if whole is not None:
        yield from enumerate(whole if isinstance(whole, list) else [whole])
        return
    lines = [line for line in content.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Fatal(f"more than {MOST_LINES} lines")
    parsed = [_whole(line) for line in lines]
    if not any(isinstance(one, dict) for one in parsed):
        raise Fatal("this is no JSON: it is cut off, damaged or too deeply nested")
    yield from enumerate(parsed)


def _whole(content: bytes) -> Any:
    try:
        return parse_json(content)
    except Fatal:
        return None


def parse_yaml(content: bytes) -> Any:
    """One YAML document. Aliases are counted first: nested ones grow without bound when walked."""
    _check_yaml(content)
    try:
        return yaml.load(decoded(content), Loader=_SAFE_YAML)  # noqa: S506 - a safe loader, in C where there is one
    except _NO_YAML as wrong:
        raise Fatal("this is no YAML: it is cut off or damaged") from wrong


def parse_yaml_documents(content: bytes) -> list[Any]:
    """All documents of a YAML stream ("---" between them)."""
    _check_yaml(content)
    try:
        return list(yaml.load_all(decoded(content), Loader=_SAFE_YAML))
    except _NO_YAML as wrong:
        raise Fatal("this is no YAML: it is cut off or damaged") from wrong


def _check_yaml(content: bytes) -> None:
    if len(content) > LARGEST_YAML:
        raise Fatal(f"a YAML file of more than {LARGEST_YAML // 2**20} MiB")
    if len(re.findall(rb"[\s\[{,]\*[A-Za-z0-9]", content)) > MOST_ALIASES:
        raise Fatal("too many YAML aliases")


def parse_csv(content: bytes) -> list[list[str]]:
    """All rows of a CSV file."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        return list(csv.reader(io.StringIO(decoded(content), newline="")))
    except csv.Error as wrong:
        raise Fatal("this is no CSV: it is damaged") from wrong
    finally:
        csv.field_size_limit(before)
