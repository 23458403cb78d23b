"""When the weekly letter is due: on its day, from the morning on, once."""

from __future__ import annotations

from datetime import date, datetime, time

MORNING = time(7)


def due(there: datetime, weekday: str, written_on: date | None) -> bool:
    """`there` is now in the person's own time; `weekday` is `date.weekday()` as text."""
    return str(there.weekday()) == weekday and there.time() >= MORNING and written_on != there.date()
