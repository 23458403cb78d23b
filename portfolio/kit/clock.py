"""One place to ask for the time, so that services take `now` as an argument and tests pass their own."""

from datetime import UTC, date, datetime

from django.utils import timezone


def now() -> datetime:
    """The current instant, aware, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The current date in the installation's time zone."""
    return timezone.localdate()
