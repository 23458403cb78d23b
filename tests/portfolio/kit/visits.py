"""A door that leads to servers of this machine under any name, for trials of what misbehaves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

from portfolio.kit.egress import Door, door, resolve
from portfolio.kit.egress.place import Address

DEADLINE_S = 1.0
# What the machine may need on top: two cores, shared with a test suite.
SLACK_S = 2.0
MAX_BYTES = 2**20
HEAD = b"HTTP/1.1 200 OK\r\n"


def to_this_machine(host: str, port: int, timeout_s: float) -> list[Address]:
    return [ip_address("127.0.0.1")]


@contextmanager
def visiting(
    *, deadline_s: float = DEADLINE_S, ca: str | None = None, redirects: int = 0, resolver: resolve.Resolver = to_this_machine
) -> Iterator[Door]:
    """A door of short patience, which must also be kept."""
    begun = time.monotonic()
    with door("probe", deadline_s=deadline_s, max_bytes=MAX_BYTES, ca=ca, redirects=redirects, resolver=resolver) as client:
        yield client
    assert time.monotonic() - begun < deadline_s + SLACK_S
