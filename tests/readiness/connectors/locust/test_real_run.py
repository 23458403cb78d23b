"""Locust itself against a server of ours, which counts what it was asked."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.detect import read
from tests.readiness.connectors.scripted import Asked, Told, serving
from tests.readiness.connectors.soundness import assert_sound
from tests.readiness.connectors.tools import tool

USER = """
import time
import locust.stats
from locust import HttpUser, task

locust.stats.CSV_STATS_INTERVAL_SEC, locust.stats.CSV_STATS_FLUSH_INTERVAL_SEC = 0.2, 0.5

class Caller(HttpUser):
    @task
    def fine(self):
        self.client.get("/fine")
        total = self.environment.runner.stats.total.num_requests
        if total % 3 == 0:
            self.client.get("/broken")
        if total >= 60:
            time.sleep(2)  # so that the table is written once more
            self.environment.runner.quit()
"""
SETTINGS = ["--headless", "--users", "2", "--spawn-rate", "2", "--stop-timeout", "5", "--run-time", "60s", "--only-summary"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The folder of its files, and how often each path was asked for: sixty requests, however long they take."""
    folder, counts = tmp_path_factory.mktemp("locust"), dict[str, int]()

    def answering(asked: Asked) -> Told:
        counts[asked.path] = counts.get(asked.path, 0) + 1
        return Told(b"{}", 500 if asked.path == "/broken" else 200)

    (folder / "user.py").write_text(USER)
    with serving(answering) as server:
        command = [str(tool("locust")), "-f", "user.py", "--host", server.address, *SETTINGS, "--csv", "run", "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr[-2000:]  # 1: there were failures, as there must be
    (folder / "run.json").write_bytes(done.stdout)
    return folder, counts


def runs(path: Path) -> dict[str, Run]:
    found = {run.name: run for run in read(path.name, path)}
    for run in found.values():
        assert_sound(run)
    return found


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {(one.metric, one.statistic, one.percentile): one.value for one in run.readings}


def test_its_csv_and_json_agree_with_what_the_server_was_asked(measured: tuple[Path, dict[str, int]]) -> None:
    folder, counts = measured
    table, record = runs(folder / "run_stats.csv"), runs(folder / "run.json")
    for name in ("GET /fine", "GET /broken"):
        asked = counts[name.removeprefix("GET ")]
        assert record[name].load.started == pytest.approx(asked, abs=2)  # the last ones may not have ended
        assert table[name].load.started == pytest.approx(asked, abs=3)
    late, early = record["GET /fine"], table["GET /fine"]
    place = ("latency", Statistic.MEAN, None)
    tolerance = 1e-6 if late.load.started == early.load.started else 0.5
    assert values(late)[place] == pytest.approx(values(early)[place], rel=tolerance)


def test_the_path_that_fails_is_flawed_and_the_other_is_not(measured: tuple[Path, dict[str, int]]) -> None:
    for name in ("run_stats.csv", "run.json"):
        found = runs(measured[0] / name)
        assert found["GET /fine"].valid, found["GET /fine"].flaws
        assert Flaw.ALL_FAILED in {flaw for flaw, _ in found["GET /broken"].flaws}
