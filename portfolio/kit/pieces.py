"""Small templates that tables show again and again, rendered once for each set of what they show."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

SPRITE = "vendor/icons.svg"


def piece(template: str, **values: Hashable) -> SafeString:
    """The template with these variables and nothing else. It may show them, words of the language, dates beside today, and
    icons: all of that is the key under which it is remembered, so what is shown is never old. No moments, which have a zone.

    Equal values that are written otherwise (1.5 and 1.50) are not taken for each other, nor safe texts for others.
    """
    written = tuple(map(str, values.values()))
    return _rendered(template, written, get_language(), timezone.localdate(), sprite(), **values)


@lru_cache(maxsize=16_384, typed=True)
def _rendered(
    template: str, _written: tuple[str, ...], _language: str | None, _today: date, _sprite: str, **values: Any
) -> SafeString:  # fmt: skip
    return render_to_string(template, values)


def sprite() -> str:
    """The address of the icons, which a storage works out once."""
    return _sprite(staticfiles_storage.url)


@lru_cache(maxsize=2)
def _sprite(url: Callable[[str], str]) -> str:
    """`url` is that of a storage: another storage has another one."""
    return url(SPRITE)
