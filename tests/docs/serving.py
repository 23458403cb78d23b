"""The product as it is served, for documents whose commands a shell runs."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portfolio.kit.serving import web_command
from tests.conftest import ROOT


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Its address, on the database of this test (DATABASE_URL)."""
    port = free_port()
    log = (folder / "server.log").open("wb")
    environment = os.environ | {"PILOTAGE_MEDIA": str(folder / "media")}
    process = subprocess.Popen(
        web_command(host="127.0.0.1", port=port, workers=1), cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/healthz", folder / "server.log")
        yield url
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait(url: str, log: Path) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(log.read_text()[-2000:])
