"""Errors named by what to do next."""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of the four; `text` is safe to show: no secret, no body of the answer."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Retryable(ConnectorError):
    """Try again, not before `retry_after_s` if the other side named a time."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class Fatal(ConnectorError):
    """Trying again will not help; somebody must look."""


class SkipRecord(ConnectorError):
    """This record cannot be used; `place` says which, the rest goes on."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(text)
        self.place = place


class BadConfig(ConnectorError):
    """The source is set up wrongly; `field` is the one to mend."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field
