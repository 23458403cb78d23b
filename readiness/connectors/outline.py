"""The keys at the top of a JSON text, read from its beginning alone: a cut-off text is the normal case."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*)"|[{}\[\]:,]')
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Outline:
    """`keys` are dotted paths from the first object, entries of a list not counted ("benchmarks.type_"). `array`: the text
    is a list; `lines`: further objects follow the first one."""

    keys: frozenset[str] = frozenset()
    array: bool = False
    lines: bool = False

    def has(self, *keys: str) -> bool:
        return self.keys.issuperset(keys)


def outline(head: bytes) -> Outline:
    """Paths of at most four keys. Nothing of a text that does not begin like JSON."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] not in (b"{", b"["):
        return Outline()
    found: set[str] = set()
    stack: list[tuple[bytes, str]] = []  # (bracket, the path inside it)
    word, key, ended = None, "", 0
    for token in _TOKEN.finditer(text):
        mark = token.group(0)
        if token.group(1) is not None:
            word = token.group(1)
        elif mark == b":" and word is not None and stack and stack[-1][0] == b"{":
            key = _inside(stack[-1][1], word)
            if key.count(".") < _DEEPEST:
                found.add(key)
        elif mark in (b"{", b"["):
            stack.append((mark, key if stack else ""))
        elif mark in (b"}", b"]"):
            if not stack:
                break
            closed = stack.pop()
            key = closed[1]
            ended += not stack
        elif mark == b"," and stack:
            key = stack[-1][1]
    return Outline(frozenset(found), text[:1] == b"[", ended > 1)


def _inside(path: str, word: bytes) -> str:
    """A path that is too deep to be told stays as it is: a text of nothing but brackets would take the square of its length."""
    if path.count(".") >= _DEEPEST:
        return path
    return f"{path}.{word.decode('utf-8', 'replace')}" if path else word.decode("utf-8", "replace")
