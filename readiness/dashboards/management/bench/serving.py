"""The product's own web server on a free port of this machine, and a signed-in person who asks it."""

from __future__ import annotations

import gzip
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from portfolio.accounts.choices import Role
from portfolio.accounts.models import User
from portfolio.accounts.rules import system
from portfolio.accounts.services import assign_role, create_user
from portfolio.kit.embedded.server import dies_with_parent
from portfolio.kit.serving import web_command
from portfolio.kit.supervisor.port import answers
from readiness.dashboards.management.bench.figures import NotMeasured

HOST = "127.0.0.1"
_READY_WITHIN_S = 60.0
_ENDS_WITHIN_S = 15.0
_ADDRESS = "bench@example.invalid"
FRAGMENT = {"HX-Request": "true", "HX-Target": "results"}


@dataclass(frozen=True)
class Page:
    """What a browser asks for; `told` names it in the report."""

    told: str
    path: str
    headers: Mapping[str, str]


class Browser:
    """One person's keep-alive connection. Every answer is read whole; anything but 200 stops the bench."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=60)
        self._cookie = cookie

    def get(self, page: Page) -> bytes:
        self._connection.request("GET", page.path, headers={"Cookie": self._cookie, **page.headers})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise NotMeasured(f"{page.path} answered {answer.status} {answer.reason}: see bench/web.log in PILOTAGE_VAR")
        if answer.will_close:
            raise NotMeasured(f"{page.path} closed the connection: what is measured is keep-alive")
        return body

    def close(self) -> None:
        self._connection.close()


def program_manager() -> User:
    """Somebody of the bench's database who sees the whole portfolio, amounts included."""
    known = User.objects.filter(email=_ADDRESS).first()
    if known is not None:
        return known
    by = system("bench")
    person = create_user(by=by, email=_ADDRESS, name="Bench", password=None)
    assign_role(by=by, user=person, role=Role.PROGRAM_MANAGER, unit=None)
    return person


def session_cookie(person: User) -> str:
    """The cookie of a session as signing in leaves it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@contextmanager
def web(workers: int, log: Path) -> Iterator[int]:
    """The server on the database in use; the port. Ends with the block, and with this process whatever ends that."""
    port = _free_port()
    process = _start(workers, port, log)
    try:
        _wait(process, port, log)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def sizes(body: bytes) -> str:
    return f"{len(body):,} bytes, {len(gzip.compress(body, 6)):,} gzipped"


def _start(workers: int, port: int, log: Path) -> subprocess.Popen[bytes]:
    # The product's environment, but for its address (https would redirect) and its broker: no worker hears of a bench.
    address = {"PILOTAGE_BASE_URL": f"http://{HOST}:{port}", "ALLOWED_HOSTS": HOST, "REDIS_URL": "memory://"}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            web_command(host=HOST, port=port, workers=workers),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=settings.BASE_DIR,
            env=os.environ | address,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - before any thread is started
        )


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while not answers(HOST, port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotMeasured(f"the web server did not start, see {log}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
