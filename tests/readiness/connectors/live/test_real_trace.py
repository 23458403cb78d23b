"""24 hours of a real service, backfilled into real servers and read through the door: the figures that others found in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.readiness.connectors.live.asking import one, pulled, runs, values
from tests.readiness.connectors.live.servers import DUTY, MEMORY, TRACE_END, Server, real_trace, victoria_metrics

pytestmark = pytest.mark.usefixtures("opened")

HOURS_22 = 22 * 3600
FIGURES: dict[str, Any] = {
    "fleet": {
        "query": f"avg_over_time(avg({DUTY}{{$matchers}})[$window:1m])", "metric": "accelerator_use", "unit": "%",
        "statistic": "mean", "window_s": HOURS_22,
    },
    "idle": {
        "query": f"count(max_over_time({DUTY}{{$matchers}}[$window]) < 1)", "metric": "accelerator_count",
        "unit": "accelerators", "labels": {"quantity": "idle"}, "window_s": HOURS_22,
    },
    "series": {
        "query": f"count(count_over_time({DUTY}{{$matchers}}[$window]))", "metric": "accelerator_count",
        "unit": "accelerators", "labels": {"quantity": "seen"}, "window_s": HOURS_22,
    },
    "memory": {
        "query": f"sum(avg_over_time({MEMORY}{{$matchers}}[$window]))", "metric": "accelerator_memory", "unit": "bytes",
        "statistic": "mean", "window_s": HOURS_22,
    },
}  # fmt: skip


def ask(*names: str, **rest: Any) -> dict[str, Any]:
    queries = [{"name": name, **FIGURES[name]} for name in names or FIGURES]
    return {"queries": queries, "step_s": 86400, "first_days": 0, **rest}


@pytest.fixture(scope="module")
def victoria(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with victoria_metrics(tmp_path_factory.mktemp("victoria"), real_trace(sample_data)) as server:
        yield server


def test_the_published_figures_come_out_of_a_real_prometheus(trace_server: Server) -> None:
    found = pulled({"address": trace_server.address}, ask(), until=TRACE_END + 120)
    told = values(found)
    assert told["fleet"] == pytest.approx(0.07117, abs=5e-6)
    assert told["idle"] == 8
    assert told["series"] == 143
    assert told["memory"] / 2**30 == pytest.approx(3117.1, abs=0.05)
    assert all(run.valid and run.duration_s == HOURS_22 for run in runs(found))
    assert {one(run).at for run in runs(found)} == {datetime.fromtimestamp(TRACE_END, tz=UTC)}
    assert found[-1].read_to == datetime.fromtimestamp(TRACE_END, tz=UTC)


def test_victoria_metrics_tells_the_same_of_the_same_samples(victoria: Server, trace_server: Server) -> None:
    config = {"address": victoria.address, "server": "victoriametrics"}
    told = values(pulled(config, ask(), until=TRACE_END + 120))
    expected = values(pulled({"address": trace_server.address}, ask(), until=TRACE_END + 120))
    assert (told["idle"], told["series"]) == (8, 143)
    assert told["memory"] == pytest.approx(expected["memory"], rel=1e-9)
    assert told["fleet"] == pytest.approx(expected["fleet"], rel=0.01)  # it looks back by the scrape interval, not five minutes
