"""The process that owns the embedded servers: it runs them while anybody uses them, starts a crashed one again, and stops
them when the last user has let go of the lock, however that one ended. Run as `python -m portfolio.kit.embedded.keeper VAR`;
its first and only line on standard output is a JSON object, empty or with `kind` and `message` of what went wrong.
"""

import json
import logging
import signal
import sys
import time
from pathlib import Path

from portfolio.kit.embedded import broker, postgres, unprivileged
from portfolio.kit.embedded.errors import EmbeddedError
from portfolio.kit.embedded.locks import FolderLock
from portfolio.kit.embedded.places import Places
from portfolio.kit.embedded.provision import provision
from portfolio.kit.embedded.server import Server

_LOOK_EVERY_S = 0.25
_PATIENCE_S = (0, 1, 2, 5, 10, 30)
logger = logging.getLogger("embedded")


class Terminated(Exception):
    """Somebody asked this process to end; the servers go first."""


def main(var: Path) -> int:
    """Serve until nobody holds the users' lock; the exit code is 1 where a server did not start."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    places = Places.of(var)
    keeper = FolderLock(places.lock("keeper"))  # never closed: whoever gets it knows that this process is gone
    keeper.take()
    servers: list[Server] = []
    try:
        with FolderLock(places.lock("users")) as users:
            _start(places, servers)
            _report({})
            _watch(servers, users)
            _stop(places, servers)
    except EmbeddedError as error:
        _report({"kind": type(error).__name__, "message": str(error)})
        return 1
    except Terminated:
        logger.info("asked to end")
    finally:
        _stop(places, servers)
    return 0


def _start(places: Places, servers: list[Server]) -> None:
    for prepare in (postgres.prepare, broker.prepare):
        server = prepare(places)
        servers.append(server)
        server.start()
    provision(places)


def _watch(servers: list[Server], users: FolderLock) -> None:
    failures = dict.fromkeys(servers, 0)
    due = dict.fromkeys(servers, 0.0)
    while not users.try_take():
        for server in servers:
            code = server.ended()
            if code is not None and time.monotonic() >= due[server]:
                failures[server] = 0 if _start_again(server, code) else failures[server] + 1
                due[server] = time.monotonic() + _PATIENCE_S[min(failures[server], len(_PATIENCE_S) - 1)]
        time.sleep(_LOOK_EVERY_S)


def _start_again(server: Server, code: int) -> bool:
    logger.warning("%s ended unexpectedly (code %s), starting it again", server.name, code)
    try:
        server.start()
    except EmbeddedError as error:
        logger.error("%s", error)
        return False
    logger.warning("%s is back", server.name)
    return True


def _stop(places: Places, servers: list[Server]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for server in reversed(servers):
        server.stop()
    if places.sockets.exists():
        for left in places.sockets.iterdir():
            left.unlink()
        places.sockets.rmdir()


def _report(answer: dict[str, str]) -> None:
    if not sys.stdout.closed:
        print(json.dumps(answer), flush=True)
        sys.stdout.close()


def _terminate(*_: object) -> None:
    raise Terminated


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S")
    target = Places.of(Path(sys.argv[1]))
    target.make(owner=unprivileged.server_user().pw_uid)
    unprivileged.open_to_server_user(target.sockets)
    raise SystemExit(main(target.var))
