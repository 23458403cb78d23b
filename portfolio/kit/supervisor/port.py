"""The address that the web server listens on: whether it is free before, and answers after."""

import errno
import http.client
import socket


class PortTaken(Exception):
    """Another program listens there, or the address is not ours: choose another."""


def require_free(host: str, port: int) -> None:
    """Raises PortTaken with what to do."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise PortTaken(_explain(error, host, port)) from None


def _explain(error: OSError | OverflowError, host: str, port: int) -> str:
    other = f"choose another with `make up PORT={port + 1}` or PILOTAGE_PORT={port + 1}"
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program: {other}."
    if number == errno.EACCES:
        return f"Port {port} needs rights that this user does not have: {other}."
    return f"Cannot listen on {host}, port {port} ({error}): correct PILOTAGE_HOST or PILOTAGE_PORT."


def reachable(host: str) -> str:
    """The host name under which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - a comparison


def answers(host: str, port: int) -> bool:
    """Whether /healthz is answered; a redirect to https counts."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
