"""Addresses of the rows behind a figure: the page's own filters, narrowed further."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

Values = str | tuple[str, ...]


class Links:
    """`kept` is the page's query string as pairs; a further filter replaces one of the same name."""

    def __init__(self, kept: list[tuple[str, str]]) -> None:
        self.kept = kept
        self.list_url = reverse("initiatives:list")
        self.page_url = reverse("portfolio")

    def rows(self, **filters: Values) -> str:
        """The list of initiatives with `filters` on top of what is in force."""
        return f"{self.list_url}?{self._query(filters)}".rstrip("?")

    def initiative(self, pk: int) -> str:
        return reverse("initiatives:detail", args=[pk])

    def page(self, **filters: Values) -> str:
        """This page, narrowed."""
        return f"{self.page_url}?{self._query(filters)}".rstrip("?")

    def _query(self, filters: dict[str, Values]) -> str:
        pairs = [(name, value) for name, value in self.kept if name not in filters]
        for name, value in filters.items():
            pairs += [(name, item) for item in ((value,) if isinstance(value, str) else value)]
        return urlencode(pairs)


OPEN = ("active", "on_hold")
ABANDONED = ("stopped_by_decision", "drifted", "abandoned_unknown")
