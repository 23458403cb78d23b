"""One question to the resolver, with a deadline, which getaddrinfo has not."""

import queue
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address

from portfolio.kit.egress.errors import NoAnswer
from portfolio.kit.egress.place import Address

# (host, port, seconds) -> every address, in the resolver's order. Raises NoAnswer.
Resolver = Callable[[str, int, float], list[Address]]


def system(host: str, port: int, timeout_s: float) -> list[Address]:
    """What this machine's resolver says. A question that hangs is left to its thread, which ends when the resolver gives up."""
    answer: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put([ip_address(entry[4][0]) for entry in entries])
        except (OSError, ValueError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answer.get(timeout=timeout_s)
    except queue.Empty:
        raise NoAnswer("the resolver is silent") from None
    if isinstance(found, Exception):
        raise NoAnswer(f"cannot be resolved: {found}") from found
    return list(dict.fromkeys(found))
