"""The net under the door: a worker's Python code connects to what the door checked, to our own servers, or not at all.

It stops a library that opens sockets by itself. C clients (libpq, curl) do not pass here; the door is the rule, this is for
the day somebody forgets it. A hook cannot be taken away again, and forked children have it too.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

from portfolio.kit.egress import own
from portfolio.kit.egress.denied import unmapped
from portfolio.kit.egress.place import Address

_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_open = threading.local()


class PastTheDoor(PermissionError):
    """Code tried to connect without the egress door."""


@contextmanager
def checked(address: Address, port: int) -> Iterator[None]:
    """While inside, this thread may connect to that address and port."""
    _open.now = (unmapped(address), port)
    try:
        yield
    finally:
        _open.now = None


def install() -> None:
    """For the rest of this process. Called by the worker before it forks."""
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event not in _EVENTS or args[0].family not in (socket.AF_INET, socket.AF_INET6) or args[1] is None:
        return
    host, port = args[1][:2]
    if not _may(str(host), int(port)):
        raise PastTheDoor(f"connection to port {port} outside the egress door")


def _may(host: str, port: int) -> bool:
    try:
        address = unmapped(ip_address(host))
    except ValueError:  # a name: whoever resolves inside connect() has checked nothing
        return own.Server(host, port) in own.backing()
    if getattr(_open, "now", None) == (address, port):
        return True
    return any(server.has(address, port) for server in own.backing())
