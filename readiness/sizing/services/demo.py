"""The slice's part of the demo."""

from __future__ import annotations

from datetime import date

from portfolio.accounts.rules import Actor

COLUMNS: dict[str, str] = {}


def load_demo(*, by: Actor, seed: int, today: date) -> None:
    """Nothing yet."""
