"""What nobody here understands is kept, but never a secret, and never without bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[removed]"
_SECRET_NAME = re.compile(
    r"(api|access|private|secret|signing|service|account|license)[_\-\s]?key|secret|passw|passphrase|credential|authori[sz]ation"
    r"|bearer|cookie|^auth$|^token$|(^|[_\-\s.])(auth|api|hf|access|refresh|id|session|sas|bot)[_\-\s]?token$|jwt"
    r"|connection[_\-\s]?string",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"(?i:bearer|basic)\s+[A-Za-z0-9._~+/\-]{8,}=*"
    r"|\b(?:sk|pk|rk|hf|ghp|gho|ghs|glpat|xox[abprs]|nvapi|gsk|r8|key)[-_][A-Za-z0-9_\-]{8,}"
    r"|\bAKIA[0-9A-Z]{12,}|\bAIza[0-9A-Za-z_\-]{20,}|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]*)?"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=api-key[ =])|(?<=api_key[ =])|(?<=apikey[ =])|(?<=password[ =])|(?<=secret[ =])|(?<=token[ =]))\S+"
)
_NAMED = re.compile(
    r"""(?P<name>["']?[A-Za-z0-9_\-. ]{2,60}["']?\s{0,4}[:=]\s{0,4})"""
    r"""(?P<value>"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)|[^\s"',;}\]&\[{]+)""",
    re.MULTILINE,
)
_HEADER = re.compile(
    r"""(\b[\w-]{0,40}(?:authori[sz]ation|cookie|password|passphrase)\s{0,4}[:=]\s{0,4})(?=[^\s"'{\[])[^\n]*""", re.IGNORECASE
)
_DEEPEST, _LONGEST, _WIDEST, _MOST = 8, 500, 60, 1500


def clean(written: str) -> str:
    """Text without what looks like a secret, shortened and printable."""
    short = written[: _LONGEST + 1]
    if not short.isprintable():
        short = "".join(one if one.isprintable() or one in "\n\t" else " " for one in short)
    return _SECRET_TEXT.sub(REDACTED, short)[:_LONGEST]


def scrubbed(written: str) -> str:
    """Text of any length without what looks like a secret, by its shape or by the name before it (JSON, YAML, headers)."""
    by_shape = _HEADER.sub(lambda found: found[1] + REDACTED, _SECRET_TEXT.sub(REDACTED, written))
    return _NAMED.sub(_without_value, by_shape)


def _without_value(found: re.Match[str]) -> str:
    name, value = found["name"], found["value"]
    if not _SECRET_NAME.search(name.strip(" \t\n:='\"")) or value in ("null", "true", "false"):
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{name}{quote}{REDACTED}{quote}"


def tidy(content: Mapping[str, Any], skip: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A JSON-able copy without the keys `skip`, without secrets, bounded in depth, width and number of values."""
    budget = [_MOST]
    kept: dict[str, Any] = {}
    for key, value in list(content.items())[:_MOST]:
        if str(key) not in skip:
            kept[clean(str(key))] = _tidy(str(key), value, 1, budget)
    return kept


def _tidy(name: str, value: Any, depth: int, budget: list[int]) -> Any:
    budget[0] -= 1
    if value is None or isinstance(value, bool):
        return value
    if _SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, int | float):
        return _plain(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping | list | tuple):
        return _nested(name, value, depth, budget)
    return clean(str(value))


def _plain(value: float) -> float | int | str:
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value) if abs(value) < 10**40 else "a very large number"
    return value if math.isfinite(value) else str(value)


def _nested(name: str, value: Any, depth: int, budget: list[int]) -> Any:
    if depth >= _DEEPEST or budget[0] <= 0:
        return f"{len(value)} entries"
    if isinstance(value, Mapping):
        pairs = list(value.items())[:_WIDEST]
        return {clean(str(key)): _tidy(str(key), one, depth + 1, budget) for key, one in pairs}
    if len(value) > _WIDEST:
        return f"{len(value)} entries"
    return [_tidy(name, one, depth + 1, budget) for one in value]
