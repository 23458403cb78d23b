"""Times in the shapes that bills use, one distinct text at a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from portfolio.formats.errors import FormatError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1990, 2200)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
DAY_S = 86_400


@lru_cache(maxsize=65_536)
def seconds(text: str) -> int | None:
    """Seconds since 1970, UTC; a time without a zone counts as UTC; None if it is no time.

    ISO 8601 (blank or T, any fraction, Z or an offset), 20240930, and month/day/year as the exporting tools write it. Raises
    FormatError for day/month/year: the same file's 5/4 would be read as May 4.
    """
    text = text.strip()
    if match := _SLASHED.fullmatch(text):
        return _slashed(match)
    if match := _COMPACT.fullmatch(text):
        text = "-".join(match.groups())
    text = re.sub(r"\s*(UTC|GMT)$", "Z", text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _since(found if found.tzinfo else found.replace(tzinfo=UTC))


def _slashed(match: re.Match[str]) -> int | None:
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups())
    if month > 12 and day <= 12:
        raise FormatError(
            f'dates are written day/month/year ("{match[0]}")', where="Dates",
            advice="Export them as year-month-day: 5/4 may be the 4th of May and the 5th of April",
        )  # fmt: skip
    try:
        return _since(datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None


def _since(found: datetime) -> int | None:
    try:
        return (found - _EPOCH) // timedelta(seconds=1) if found.year in _YEARS else None
    except OverflowError:
        return None
