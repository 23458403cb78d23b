"""A Redis of a test's own, to be killed, emptied and listened to without hurting anybody else's."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from portfolio.kit.embedded.broker import binary
from portfolio.outbox import services

READY_WITHIN_S = 10.0


@dataclass
class Broker:
    socket: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=None)

    def start(self) -> None:
        settings = {"port": "0", "unixsocket": str(self.socket), "appendonly": "no", "save": "", "dir": str(self.socket.parent)}
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([str(binary()), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            assert time.monotonic() < deadline, "the broker did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def broker() -> Iterator[Broker]:
    """Its socket lies where the path is short enough for one."""
    with tempfile.TemporaryDirectory(prefix="broker-") as folder:
        one = Broker(Path(folder) / "redis.sock")
        one.start()
        try:
            yield one
        finally:
            one.kill()


@contextmanager
def rung(through: Broker) -> Iterator[None]:
    """What this process writes is told to the workers of that broker."""
    bell = Celery(broker=through.url, set_as_current=False)
    before = services.ring  # type: ignore[attr-defined]

    def ring(job_id: int, *, queue: str, time_limit_s: int = 90) -> bool:
        try:
            bell.send_task("outbox.run", args=[job_id], queue=queue, time_limit=time_limit_s, retry=False)
        except OperationalError:
            return False
        return True

    services.ring = ring  # type: ignore[attr-defined]
    try:
        yield
    finally:
        services.ring = before  # type: ignore[attr-defined]
        bell.close()


@contextmanager
def listened(to: Broker) -> Iterator[list[str]]:
    """Every command that goes through it, while the block lasts."""
    heard: list[str] = []
    over = threading.Event()

    def listen() -> None:
        client: Any = to.client
        with client.monitor() as monitor:
            for command in monitor.listen():
                heard.append(str(command))
                if over.is_set():
                    return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    while not heard:
        to.client.ping()
        time.sleep(0.02)
    yield heard
    over.set()
    to.client.ping()
    thread.join(5)
