"""Asking as a worker does: through the real egress door, with the connector of the registry."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from portfolio.kit.egress import Door, door
from portfolio.kit.egress.place import Address
from readiness.connectors.contract import Reading, Run
from readiness.connectors.http import Http
from readiness.connectors.live import Batch, Span
from readiness.connectors.prometheus.connector import CONNECTOR

DEADLINE_S = 20.0
SLACK_S = 2.0
MAX_BYTES = 20 * 2**20


def to_this_machine(host: str, port: int, timeout_s: float) -> list[Address]:
    return [ip_address("127.0.0.1")]


@contextmanager
def visiting(*, deadline_s: float = DEADLINE_S, ca: str | None = None, max_bytes: int = MAX_BYTES) -> Iterator[Door]:
    """A door whose deadline must also be kept."""
    begun = time.monotonic()
    with door("prometheus", deadline_s=deadline_s, max_bytes=max_bytes, ca=ca, resolver=to_this_machine) as client:
        yield client
    assert time.monotonic() - begun < deadline_s + SLACK_S


def pulled(
    config: Mapping[str, Any], ask: Mapping[str, Any], *, until: float, since: float | None = None, **door_: Any
) -> list[Batch]:
    """All batches of one pull that ended well."""
    begun = None if since is None else datetime.fromtimestamp(since, tz=UTC)
    with visiting(**door_) as client:
        return list(CONNECTOR.pull(config, ask, Http(client), Span(begun, datetime.fromtimestamp(until, tz=UTC))))


def runs(batches: Iterable[Batch]) -> list[Run]:
    return [run for batch in batches for run in batch.runs]


def values(batches: Iterable[Batch]) -> dict[str, float]:
    """Name of the query -> its one value."""
    return {run.name: one(run).value for run in runs(batches)}


def one(run: Run) -> Reading:
    """The reading of a run that has one, coverage apart."""
    (reading,) = [reading for reading in run.readings if reading.metric != "coverage"]
    return reading
