"""The URLconf itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _names(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{namespace}{entry.name}", str(entry.pattern)


def test_a_name_leads_to_one_page() -> None:
    """With two routes of one name and as many arguments, links would silently lead to the later one."""
    found = Counter((name, pattern.count("<")) for name, pattern in _names(get_resolver()))
    assert len(found) > 40
    assert [name for (name, _), times in found.items() if times > 1] == []
