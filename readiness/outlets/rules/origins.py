"""Whose pages may frame a panel: origins as the Content Security Policy names them, with nothing that it could take for more."""

from __future__ import annotations

import re

MOST = 10
_ORIGIN = re.compile(
    r"(https?)://([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?::([1-9][0-9]{0,4}))?/?"
)


def origins(text: str) -> list[str]:
    """One a line or between commas, in their order, each once. Raises ValueError that names the first that is none."""
    found = dict.fromkeys(origin(part) for part in re.split(r"[\s,;]+", text.strip().lower()) if part)
    if len(found) > MOST:
        raise ValueError(f"at most {MOST}")
    return list(found)


def origin(text: str) -> str:
    """`https://wiki.example.org`: scheme, host, port; no path, no placeholder. Raises ValueError."""
    found = _ORIGIN.fullmatch(text)
    if found is None or len(text) > 300 or int(found[3] or 0) > 65_535:
        raise ValueError(text)
    return text.rstrip("/")
