"""Request bodies as JSON, of a depth that everything behind can walk."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_DEPTH = 64
_TOO_DEEP = f"JSON parse error - nested deeper than {MAX_DEPTH} levels"


class JsonParser(JSONParser):
    """`application/json`; what is nested deeper than MAX_DEPTH is refused like any other malformed body."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_TOO_DEEP) from None
        if _deep(data):
            raise ParseError(_TOO_DEEP)
        return data


def _deep(data: Any) -> bool:
    """Level by level, as recursion is what must not happen."""
    level = [data]
    for _depth in range(MAX_DEPTH + 1):
        held = [one for one in level if isinstance(one, dict | list)]
        level = [inner for one in held for inner in (one.values() if isinstance(one, dict) else one)]
    return bool(level)
