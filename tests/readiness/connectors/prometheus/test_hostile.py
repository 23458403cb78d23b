"""Hostile answers all the way through a pull: sound runs or a ConnectorError, whatever any of its requests is answered with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from readiness.connectors.contract import Run
from readiness.connectors.http import Http
from readiness.connectors.live import Span
from readiness.connectors.prometheus.connector import CONNECTOR
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.prometheus.api import ADDRESS, query

FIXTURES = Path(__file__).parent / "fixtures"
END = 1_770_000_000  # of the samples in the fixtures
SHARE = query("x{$matchers}", metric="kv_cache_use", unit="ratio")
BYTES = query("y", metric="accelerator_memory", unit="MiB", statistic="max")
TTFT = query("z_bucket", metric="ttft", unit="s", statistic="percentile", percentile=0.95)
UP = query("up", metric="availability", unit="ratio", statistic="mean", window_s=900, coverage="c")
EDGES = b'{"status":"success","data":["0.1","0.5","1.0","+Inf"]}'


def reading(*queries: dict[str, Any], since: int | None, spoil: str = "") -> Callable[[bytes], list[Run]]:
    """Pulls from a server that answers with one body; those for another path than `spoil` are sound."""

    def read(body: bytes) -> list[Run]:
        def answer(request: httpx.Request) -> httpx.Response:
            is_edges = request.url.path.endswith("/values")
            return httpx.Response(
                200, content=EDGES if is_edges and spoil != "edges" else ONE if spoil == "edges" and not is_edges else body
            )

        begun = None if since is None else datetime.fromtimestamp(since, tz=UTC)
        span = Span(begun, datetime.fromtimestamp(END + 180, tz=UTC))
        ask = {"queries": list(queries), "step_s": 60, "delay_s": 0, "first_days": 0}
        http = Http(httpx.Client(transport=httpx.MockTransport(answer)))
        return [run for batch in CONNECTOR.pull({"address": ADDRESS}, ask, http, span) for run in batch.runs]

    return read


ONE = (FIXTURES / "one.json").read_bytes().replace(b"1770000000", b"1770000180")


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("instant", reading(SHARE, since=END + 120)),
        ("range", reading(SHARE, BYTES, since=END - 600)),
        ("percentile", reading(TTFT, since=END - 60)),
        ("availability", reading(UP, since=END - 60)),
    ],
)
def test_hostile_answers_end_in_sound_runs_or_an_error(sample_data: Path, name: str, read: Callable[[bytes], list[Run]]) -> None:
    samples = [one.read_bytes() for one in sorted(FIXTURES.iterdir())]
    samples += [sample.replace(b"1770000000", b"1770000180") for sample in samples]
    folder = sample_data / "prometheus" / "api_responses"
    samples += [
        (folder / f"{name}.json").read_bytes() for name in ("instant_vector", "range_matrix", "instant_scalar", "bad_data_400")
    ]
    hostile(read, samples, f"prometheus-pull-{name}")


def test_hostile_edges_end_in_sound_runs_or_an_error() -> None:
    samples = [
        EDGES,
        b'{"status":"success","data":[]}',
        b'{"status":"success","warnings":["x"],"data":["0.5","NaN","-1","1e400"]}',
    ]
    hostile(reading(TTFT, since=END + 120, spoil="edges"), samples, "prometheus-edges")
