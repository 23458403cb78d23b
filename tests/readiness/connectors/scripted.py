"""Servers for connectors, scripted answer by answer, and the real egress door that leads to them and to nothing else."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pytest_django.fixtures import Settings

from portfolio.kit.egress import door
from readiness.connectors.http import Http
from readiness.connectors.live import ANSWER_BYTES

DEADLINE_S = 60.0


@dataclass(frozen=True)
class Asked:
    """A request as it came; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    target: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Told:
    """An answer; `cut` sends that many bytes of the body and breaks off."""

    body: bytes | Iterator[bytes] = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None


DROPPED = Told(status=0)  # the connection ends without an answer
Script = Callable[[Asked], Told]


@dataclass
class Server:
    address: str
    asked: list[Asked] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


def told(content: Any, status: int = 200) -> Told:
    return Told(json.dumps(content).encode(), status)


@contextmanager
def serving(script: Script, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """On a free port of this machine, until the end of the block; with `tls` as localhost."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", 2**16, True

        def _any(self) -> None:
            asked = _asked(self)
            server.asked.append(asked)
            answer = script(asked)
            with suppress(OSError):
                _tell(self, answer)

        do_GET = do_POST = do_HEAD = do_PUT = _any  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    class Listening(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None: ...

    with Listening(("127.0.0.1", 0), Handler) as listening:
        server = Server(f"http://127.0.0.1:{listening.server_address[1]}")
        if tls is not None:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
            server.address = f"https://localhost:{listening.server_address[1]}"
        threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        listening.shutdown()


def open_loopback(settings: Settings, folder: Path, kind: str) -> None:
    """This machine's ports, for connectors of `kind`."""
    entries = [{"scheme": scheme, "to": ["127.0.0.1", "localhost"], "ports": ["1024-65535"]} for scheme in ("http", "https")]
    path = folder / "egress.json"
    path.write_text(json.dumps({kind: entries}))
    settings.EGRESS_FILE, settings.EGRESS_LOOPBACK, settings.ALLOWED_HOSTS = str(path), True, []


@contextmanager
def through_the_door(
    kind: str, *, deadline_s: float = DEADLINE_S, max_bytes: int = ANSWER_BYTES, ca: str | None = None
) -> Iterator[Http]:
    """What a pull is handed: a client of the door for `kind`, and nothing more."""
    with door(kind, deadline_s=deadline_s, max_bytes=max_bytes, visit_bytes=max_bytes * 50, ca=ca) as client:
        yield Http(client)


def _asked(handler: BaseHTTPRequestHandler) -> Asked:
    parts = urlsplit(handler.path)
    return Asked(
        handler.command,
        parts.path,
        dict(parse_qsl(parts.query, keep_blank_values=True)),
        {name.lower(): value for name, value in handler.headers.items()},
        handler.rfile.read(int(handler.headers.get("content-length") or 0)),
        handler.path,
    )


def _tell(handler: BaseHTTPRequestHandler, answer: Told) -> None:
    if answer.status == 0:
        handler.close_connection = True
        handler.connection.close()
        return
    whole = isinstance(answer.body, bytes)
    headers = {"content-type": "application/json", **{name.lower(): value for name, value in answer.headers.items()}}
    if whole:
        headers.setdefault("content-length", str(len(answer.body)))  # type: ignore[arg-type]
    else:
        headers["connection"], handler.close_connection = "close", True
    (handler.send_response_only if "date" in headers else handler.send_response)(answer.status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    if handler.command == "HEAD":
        return
    for piece in [answer.body] if isinstance(answer.body, bytes) else answer.body:
        handler.wfile.write(piece if answer.cut is None else piece[: answer.cut])
    if answer.cut is not None:
        handler.close_connection = True
