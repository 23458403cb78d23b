"""A real Prometheus with the real trace, asked by a real worker process over the real broker; then everything that goes wrong."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from portfolio.kit import clock
from readiness.evidence.choices import DeliveryState, Failure
from readiness.evidence.models import Delivery, Feed, Latest, Observation, Run, Source
from readiness.evidence.services.sources import change_source, create_feed, create_source, pull_now
from tests.people import SYSTEM, make_organisation
from tests.portfolio.kit.rogue import Authority
from tests.readiness.connectors.live.servers import TRACE_END, Server, openmetrics, prometheus, real_trace
from tests.readiness.connectors.live.servers import Series as Samples
from tests.readiness.connectors.live.test_real_trace import ask
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.pulling.processes import THREADS, Process, eventually, running
from tests.readiness.evidence.pulling.world import health_of, open_loopback

DAY_S = 86_400
FIGURES = {"fleet": 0.07117, "idle": 8.0, "series": 143.0, "memory": 3117.1 * 2**30}


def shifted(series: list[Samples], by_s: int) -> list[Samples]:
    """The same trace, ended another day: a worker reads what is new, not what was so four years ago."""
    return [replace(one, samples=[(at + by_s, value) for at, value in one.samples]) for one in series]


@pytest.fixture(scope="module")
def trace(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    today = int(clock.now().timestamp() - 130) // DAY_S * DAY_S
    lines = openmetrics(shifted(real_trace(sample_data), today - TRACE_END))
    with prometheus(tmp_path_factory.mktemp("prometheus"), lines) as server:
        yield server


@pytest.fixture
def world(committed_db: str, settings: Settings, tmp_path: Path) -> Iterator[Process]:
    """A worker on a fresh database."""
    open_loopback(settings, tmp_path)
    with running(*THREADS, "--concurrency", "4", folder=tmp_path) as worker:
        yield worker


def make_source(address: str, **more: Any) -> Source:
    organisation = make_organisation()
    source = create_source(
        by=SYSTEM, unit=organisation.units["Retail"], name="Trace", kind="prometheus", config={"address": address, **more},  # type: ignore[arg-type]
        deadline_s=8,
    )  # fmt: skip
    create_feed(by=SYSTEM, source=source, name="fleet", ask=ask(), workload=make_chat(organisation))
    return source


def pulled(source: Source, within_s: float = 40) -> Delivery:
    """Asked now, by the worker."""
    delivery = pull_now(by=SYSTEM, source=source, now=clock.now())
    eventually(lambda: Delivery.objects.get(pk=delivery.pk).ended_at is not None, within_s, f"delivery {delivery.pk} ends")
    return Delivery.objects.get(pk=delivery.pk)


def stored() -> dict[str, float]:
    """Name of the query -> its value, from the database."""
    rows = Observation.objects.exclude(series__metric="coverage").values_list("run__name", "value")
    return dict(rows)


def state() -> tuple[int, int, list[tuple[int, float, datetime]]]:
    """All that a verdict could stand on."""
    latest = Latest.objects.order_by("series_id").values_list("series_id", "high", "observed_at")
    return Run.objects.count(), Observation.objects.count(), list(latest)


def test_the_published_figures_of_the_real_trace_come_through_a_worker(world: Process, trace: Server) -> None:
    source = make_source(trace.address)
    delivery = pulled(source)
    assert (delivery.state, delivery.error, delivery.observations) == (DeliveryState.DONE, "", 4)
    told = stored()
    assert told["fleet"] == pytest.approx(FIGURES["fleet"], abs=5e-6)
    assert (told["idle"], told["series"]) == (FIGURES["idle"], FIGURES["series"])
    assert told["memory"] / 2**30 == pytest.approx(3117.1, abs=0.05)
    assert all(value == pytest.approx(FIGURES[name], rel=1e-4) for name, value in told.items())
    assert not Run.objects.filter(flawed=True).exists()
    feed = Feed.objects.get()
    assert feed.read_to == datetime.fromtimestamp(int(clock.now().timestamp() - 130) // DAY_S * DAY_S, UTC)
    again = pulled(source)
    assert (again.state, again.runs, again.observations, again.repeated) == (DeliveryState.DONE, 0, 0, 0)


def test_whatever_the_other_side_does_nothing_turns_green_and_the_worker_lives(
    world: Process, trace: Server, tmp_path: Path
) -> None:
    source = make_source(trace.address)
    assert pulled(source).state == DeliveryState.DONE
    before, pid = state(), world.pid
    Feed.objects.update(read_to=None)  # so that every pull below asks for everything again

    trace.stop()
    delivery = pulled(source)
    assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, Failure.RETRY)
    trace.start()
    assert pulled(source).state == DeliveryState.DONE
    assert state() == before
    Feed.objects.update(read_to=None)

    trace.stop()
    authority = Authority(tmp_path)
    for name, expected, texts in (
        ("garbage", Failure.LOOK, ("no JSON", "not JSON", "cut off")),
        ("web page", Failure.LOOK, ("web page",)),
        ("drip", Failure.TOO_LONG, ("did not answer completely within 8 s",)),
        ("silence", Failure.TOO_LONG, ("did not answer completely within 8 s",)),
        ("redirect", Failure.LOOK, ("Bad answer", "another address")),
        ("endless", Failure.LOOK, ("Bad answer",)),
    ):
        with rogue(trace.port, name):
            delivery = pulled(source)
        assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, expected), (name, delivery.error)
        assert any(text in delivery.error for text in texts), (name, delivery.error)
        assert state() == before, name
        assert Feed.objects.get().read_to is None
        assert (world.alive(), world.pid) == (True, pid), name
    with rogue(trace.port, "garbage", tls=authority.context("another.test")):
        change_source(by=SYSTEM, source=source, changes={"config": {"address": f"https://127.0.0.1:{trace.port}"}})
        delivery = pulled(source)
    assert (delivery.state, delivery.failure) == (DeliveryState.FAILED, Failure.MEND)
    assert "Not trusted" in delivery.error
    assert state() == before
    assert health_of(source).failures == 1

    trace.start()
    change_source(by=SYSTEM, source=source, changes={"config": {"address": trace.address}})
    delivery = pulled(source)
    assert (delivery.state, delivery.observations) == (DeliveryState.DONE, 0)
    assert delivery.repeated == 4
    assert state() == before
    assert (health_of(source).failures, Feed.objects.get().read_to is not None) == (0, True)
    assert (world.alive(), world.pid, world.resident_mb() < 400) == (True, pid, True)


@contextmanager
def rogue(port: int, how: str, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """What stands in the place of the server now."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            BEHAVIOUR[how](self)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    class Listening(ThreadingHTTPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: Any, client_address: Any) -> None: ...

    with Listening(("127.0.0.1", port), Handler) as listening:
        if tls is not None:
            listening.socket = tls.wrap_socket(listening.socket, server_side=True)
        Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield
        listening.shutdown()


def _garbage(to: BaseHTTPRequestHandler) -> None:
    _head(to, {"Content-Type": "application/json", "Content-Length": "5"})
    to.wfile.write(b"\x00\xff{[}")


def _page(to: BaseHTTPRequestHandler) -> None:
    page = b"<html><body>Please sign in</body></html>"
    _head(to, {"Content-Type": "text/html", "Content-Length": str(len(page))})
    to.wfile.write(page)


def _drip(to: BaseHTTPRequestHandler) -> None:
    """A byte every half second: no read ever times out."""
    _head(to, {"Content-Type": "application/json"})
    for _ in range(120):
        to.wfile.write(b" ")
        to.wfile.flush()
        time.sleep(0.5)


def _silence(to: BaseHTTPRequestHandler) -> None:
    time.sleep(60)


def _redirect(to: BaseHTTPRequestHandler) -> None:
    to.send_response(302)
    to.send_header("Location", "http://169.254.169.254/latest/meta-data")
    to.send_header("Content-Length", "0")
    to.end_headers()


def _endless(to: BaseHTTPRequestHandler) -> None:
    _head(to, {"Content-Type": "application/json"})
    while True:
        to.wfile.write(b'{"status":"success","data":{"result":[' * 2000)


def _head(to: BaseHTTPRequestHandler, headers: Mapping[str, str]) -> None:
    to.send_response(200)
    for name, value in headers.items():
        to.send_header(name, value)
    to.end_headers()


BEHAVIOUR = {
    "garbage": _garbage, "web page": _page, "drip": _drip, "silence": _silence, "redirect": _redirect, "endless": _endless,
}  # fmt: skip
