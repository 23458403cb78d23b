"""A process that is asked by many probes at once: `python -m tests.readiness.evidence.pulling.far_side BEGAN PODS MS`.

Every second since the second BEGAN there are PODS values, the same for whoever asks and whenever (`value`). It prints its port
and listens on every address of this machine, so that each source can have a server of its own. It answers after MS milliseconds;
under /drip nothing ever ends.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from tests.conftest import ROOT

MOST_SECONDS = 600  # in one answer


def value(name: str, pod: int, second: int) -> float:
    """What was so, in all eternity."""
    return float((second * 31 + pod * 7 + sum(name.encode())) % 1000)


def points(name: str, pods: int, began: int, since: int, until: int) -> dict[str, object]:
    """[second, value, pod] of the seconds after `since` up to `until`, the first of them if there are many."""
    first = max(since, began) + 1
    last = min(until, first + MOST_SECONDS - 1)
    found = [[second, value(name, pod, second), pod] for second in range(first, last + 1) for pod in range(pods)]
    return {"points": found, "read_to": max(last, since)}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, began: int, pods: int, after_s: float) -> None:
    try:
        while line := await reader.readline():
            while (await reader.readline()).strip():
                pass
            parts = urlsplit(line.split()[1].decode())
            if parts.path.startswith("/drip"):
                await _drip(writer)
            await asyncio.sleep(after_s)
            asked = {name: int(given[0]) for name, given in parse_qs(parts.query).items()}
            found = points(parts.path.rsplit("/", 1)[-1], pods, began, asked.get("since", 0), asked.get("until", 0))
            body = json.dumps(found).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    """A byte a second, so that no read ever times out."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def serve(began: int, pods: int, after_s: float) -> None:
    server = await asyncio.start_server(lambda r, w: _answer(r, w, began, pods, after_s), "0.0.0.0", 0, backlog=1000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


@contextmanager
def far_side(began: int, pods: int = 1, *, after_ms: int = 20) -> Iterator[int]:
    """Its port."""
    command = [sys.executable, "-m", __name__, str(began), str(pods), str(after_ms)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000))
