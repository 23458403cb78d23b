"""k6 itself against a server of ours, which counts what it was asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import orjson
import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.detect import read
from tests.readiness.connectors.scripted import Asked, Server, Told, serving
from tests.readiness.connectors.soundness import assert_sound
from tests.readiness.connectors.tools import tool

SCRIPT = """
import http from 'k6/http';
export const options = {
  vus: 2, iterations: 40,
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)'],
  thresholds: { http_req_duration: ['p(95)<60000', 'p(95)<0.000001'] },
};
export default function () { http.get(`${__ENV.ADDRESS}/${__ENV.WHAT}`); }
export function handleSummary(data) { return { 'handled.json': JSON.stringify(data) }; }
"""


def answering(asked: Asked) -> Told:
    return Told(b"{}", 500 if asked.path == "/broken" else 200)


def measured(folder: Path, server: Server, what: str) -> None:
    (folder / "script.js").write_text(SCRIPT)
    command = [str(tool("k6")), "run", "--quiet", "--no-usage-report", "--summary-export", "exported.json"]
    settings = ["-e", f"ADDRESS={server.address}", "-e", f"WHAT={what}", "script.js"]
    done = subprocess.run([*command, *settings], cwd=folder, capture_output=True, check=False, timeout=60)
    assert done.returncode in (0, 99), done.stderr[-2000:]  # 99: a threshold was crossed, as one must be


def only(path: Path) -> Run:
    (run,) = read(path.name, path)
    assert_sound(run)
    return run


def test_both_shapes_of_a_real_run_say_what_k6_measured(tmp_path: Path) -> None:
    with serving(answering) as server:
        measured(tmp_path, server, "fine")
    runs = [only(tmp_path / name) for name in ("exported.json", "handled.json")]
    times = orjson.loads((tmp_path / "handled.json").read_bytes())["metrics"]["http_req_duration"]["values"]
    assert len(server.asked) == 40
    for run in runs:
        assert run.valid, run.flaws
        assert (run.load.completed, run.load.failed) == (40, 0)
        values = {(one.metric, one.statistic, one.percentile): one.value for one in run.readings if not one.labels}
        for share, name in ((0.5, "med"), (0.9, "p(90)"), (0.95, "p(95)"), (0.99, "p(99)")):
            assert values["latency", Statistic.PERCENTILE, share] == pytest.approx(times[name] / 1000, rel=1e-5)
        assert values["latency", Statistic.MEAN, None] == pytest.approx(times["avg"] / 1000, rel=1e-5)
        thresholds = run.environment.extra["thresholds"]
        assert thresholds["http_req_duration p(95)<60000"] == "passed"
        assert thresholds["http_req_duration p(95)<0.000001"] == "failed"
    assert runs[0].key == runs[1].key


def test_a_real_run_whose_requests_all_fail_has_no_latency(tmp_path: Path) -> None:
    with serving(answering) as server:
        measured(tmp_path, server, "broken")
    for name in ("exported.json", "handled.json"):
        run = only(tmp_path / name)
        assert Flaw.ALL_FAILED in {flaw for flaw, _ in run.flaws}
        assert not [one for one in run.readings if one.metric == "latency" and not one.labels]
