"""The net under the door, in a process of its own, because a hook stays for good: what a worker can connect to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.portfolio.kit.rogue import ok, saying, serving

# Argument: the port of a server on this machine. Prints what each way of connecting came to.
WORKER = """
import http.client, json, os, socket, sys, urllib.request
import django
django.setup()
import httpx, redis
from celery.signals import worker_init
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry
from portfolio.kit.egress import door

port, url = int(sys.argv[1]), f"http://127.0.0.1:{sys.argv[1]}/"
if sys.argv[2] == "worker":
    worker_init.send(None)

def through_the_door():
    with door("probe") as client:
        return client.get(url).text

def by_socket(family, host):
    with socket.socket(family) as s:
        return s.connect((host, port))

def by_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        return s.sendto(b"x", ("127.0.0.1", port))

def by_pair():
    one, other = socket.socketpair()
    return one.send(b"x") + len(other.recv(1))

def after_the_door():
    through_the_door()
    return by_socket(socket.AF_INET, "127.0.0.1")

def own_database():
    with connection.cursor() as cursor:
        return cursor.execute("SELECT 1").fetchone()[0]

WAYS = {
    "door": through_the_door,
    "after the door": after_the_door,
    "urllib": lambda: urllib.request.urlopen(url, timeout=2).read().decode(),
    "http.client": lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect(),
    "httpx": lambda: httpx.get(url, trust_env=False).text,
    "socket": lambda: by_socket(socket.AF_INET, "127.0.0.1"),
    "socket by name": lambda: by_socket(socket.AF_INET, "localhost"),
    "mapped": lambda: by_socket(socket.AF_INET6, "::ffff:127.0.0.1"),
    "connect_ex": lambda: socket.socket().connect_ex(("127.0.0.1", port)),
    "datagram": by_datagram,
    "redis": lambda: redis.Redis(host="127.0.0.1", port=port, socket_timeout=0.5, retry=Retry(NoBackoff(), 0)).ping(),
    "pair": by_pair,
    "database": own_database,
}
told = {}
for name, way in WAYS.items():
    try:
        told[name] = way()
    except (OSError, http.client.HTTPException, httpx.HTTPError, redis.RedisError, urllib.error.URLError) as error:
        told[name] = f"{type(error).__name__}: {error}"
print(json.dumps(told))
"""


def _told(port: int, folder: Path, *, who: str = "worker", **environment: str) -> dict[str, Any]:
    file = folder / "egress.yaml"
    file.write_text(f"probe:\n  - {{scheme: http, to: [127.0.0.1], ports: [{port}]}}\n")
    run = subprocess.run(
        [sys.executable, "-c", WORKER, str(port), who],
        env=os.environ
        | {"PILOTAGE_EGRESS_FILE": str(file), "PILOTAGE_EGRESS_LOOPBACK": "1", "ALLOWED_HOSTS": "pilotage.example"}
        | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert isinstance(told, dict)
    return told


OURS = {"door": "fine", "pair": 2, "database": 1}
PAST = (
    "after the door",
    "urllib",
    "http.client",
    "httpx",
    "socket",
    "socket by name",
    "mapped",
    "connect_ex",
    "datagram",
    "redis",
)


def test_a_worker_connects_through_the_door_or_to_our_own_servers_alone(tmp_path: Path) -> None:
    with serving(saying(ok())) as rogue:
        told = _told(rogue.port, tmp_path)
        assert rogue.hits == 2  # the two visits through the door
    assert {name: told[name] for name in OURS} == OURS
    for name in PAST:
        assert "outside the egress door" in str(told[name]) or told[name].startswith("ConnectionError"), (name, told[name])


def test_without_the_net_the_same_code_would_connect(tmp_path: Path) -> None:
    with serving(saying(ok())) as rogue:
        told = _told(rogue.port, tmp_path, who="another process")
    assert told["urllib"] == told["httpx"] == "fine"
    assert told["socket"] is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_broker_reached_over_a_network_stays_open(tmp_path: Path, host: str) -> None:
    with serving(saying(b"+PONG\r\n")) as rogue:
        told = _told(rogue.port, tmp_path, REDIS_URL=f"redis://{host}:{rogue.port}/0")
    assert told["socket"] is None
    assert told["door"].startswith("NotAllowed")
