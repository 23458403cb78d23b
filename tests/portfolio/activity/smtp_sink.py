"""A mail server of a few lines for tests: it keeps what it took, and can refuse, or hold its answer until told."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message

BACKLOG = 16
LAST_LINE = b"\r\n.\r\n"


class Sink:
    """Listens on a free port of this machine. `refusals`: what it says to that many recipients before it takes any.

    While `go` is not set, an accepted message (it is in `taken` already) waits for its 250; `waiting` counts them.
    """

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refusals: list[str] = []
        self.waiting = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def copies(self) -> Counter[str]:
        """How many times each message came, by its Message-ID."""
        return Counter(str(message["Message-ID"]) for message in list(self.taken))

    def close(self) -> None:
        self.go.set()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[client], daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            try:
                self._conversation(client, lines)
            except OSError:  # the sender is gone
                return

    def _conversation(self, client: socket.socket, lines: Iterator[bytes]) -> None:
        say(client, "220 sink")
        for line in lines:
            verb = line.strip().upper().split(b" ")[0].split(b":")[0]
            if verb == b"QUIT":
                say(client, "221 bye")
                return
            if verb == b"RCPT" and self.refusals:
                say(client, self.refusals.pop(0))
            elif verb == b"DATA":
                say(client, "354 go on")
                self._take(lines)
                say(client, "250 taken")
            else:
                say(client, "250 ok")

    def _take(self, lines: Iterator[bytes]) -> None:
        body = b""
        for line in lines:
            body += line
            if body.endswith(LAST_LINE):
                break
        else:
            raise ConnectionError("the sender left in the middle")
        self.taken.append(message_from_bytes(body.removesuffix(LAST_LINE[2:])))
        if not self.go.is_set():
            self.waiting.release()
            self.go.wait()


def say(client: socket.socket, text: str) -> None:
    client.sendall(text.encode() + b"\r\n")


@contextmanager
def sink() -> Iterator[Sink]:
    made = Sink()
    try:
        yield made
    finally:
        made.close()
