"""The allocation API, which OpenCost and Kubecost have at different paths and ask in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from readiness.connectors.http import Http
from readiness.connectors.opencost.parse import answered

PATHS = {"opencost": "/allocation", "kubecost": "/model/allocation"}
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Question:
    """Of whom: `aggregate` is what costs are put together by, `search` their filter."""

    path: str
    step: timedelta
    aggregate: str
    search: str = ""
    idle: bool = False


def ask(http: Http, question: Question, window: str) -> bytes:
    """One map of allocations for each step of the window. Raises ConnectorError."""
    params = {
        "window": window,
        "step": f"{question.step // timedelta(hours=1)}h",
        "aggregate": question.aggregate,
        "accumulate": "false",
        "includeIdle": "true" if question.idle else "false",
    }
    if question.search:
        params["filter"] = question.search
    return http.get(question.path, params=params, explain=answered)


def end_of_step(moment: datetime, step: timedelta) -> datetime:
    """The last end of a step at or before `moment`, in UTC."""
    return _EPOCH + (moment - _EPOCH) // step * step


def chunks(start: datetime, end: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        yield start, min(start + length, end)
        start += length


def between(start: datetime, end: datetime) -> str:
    """The window, as they write it."""
    return ",".join(f"{one.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for one in (start, end))
