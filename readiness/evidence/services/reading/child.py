"""Runs alone, in a process of bounded memory and time: reads one file and writes its runs as lines of JSON.

The order is the only argument, as JSON: {"root", "path", "name"} and the members of parent.Limits. Each line is {"run": ...}, the
last one {"done": count} or {"error": kind, "text": ...}. A last line that is missing means: it crashed.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any, NoReturn


def main(order: dict[str, Any]) -> None:
    _bound(order)
    sys.path.insert(0, order["root"])
    from readiness.connectors import archives
    from readiness.connectors.detect import read
    from readiness.connectors.errors import ConnectorError
    from readiness.evidence.services.reading.wire import packed

    archives.MOST_MEMBERS = order["members"]
    archives.LARGEST_TOTAL = order["unpacked_bytes"]
    count = 0
    try:
        for run in read(order["name"], Path(order["path"])):
            count += 1
            if count > order["runs"]:
                _fail("Fatal", f"more than {order['runs']} runs in one file")
            _say(packed(run))
    except ConnectorError as error:
        _fail(type(error).__name__, error.text)
    except MemoryError:
        _fail("Fatal", f"reading it needs more than {order['memory_bytes'] // 2**20} MiB of memory")
    except RecursionError:
        _fail("Fatal", "it is nested too deeply")
    _say(json.dumps({"done": count}).encode())
    sys.stdout.flush()


def _bound(order: dict[str, Any]) -> None:
    for what, amount in (
        (resource.RLIMIT_AS, order["memory_bytes"]),
        (resource.RLIMIT_FSIZE, order["output_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (amount, amount))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 5))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")


def _fail(kind: str, text: str) -> NoReturn:
    _say(json.dumps({"error": kind, "text": text}).encode())
    sys.stdout.flush()
    sys.exit(3)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
