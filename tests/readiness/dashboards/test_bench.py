"""The bench in a process of its own, as `make bench` starts it, with few rows: that it measures, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from readiness.dashboards.management.bench.figures import Bar, Pair, Spread, paired
from readiness.dashboards.management.bench.register_file import HEADERS, write_register
from tests.sampling import some

REPOSITORY = Path(__file__).resolve().parents[3]
TINY = (
    "--initiatives", "30", "--rounds", "4", "--import-rows", "40", "--evidence-rows", "20000", "--purchases", "400",
    "--risk-rows", "3000", "--risk-organisations", "2",
)  # fmt: skip
WITHIN_S = 600  # of a machine that is busy with the rest of the suite
TRIES = 20  # of a timing that other processes may disturb; what is timed wrongly never comes out right
ASSETS = REPOSITORY / "node_modules" / ".stamp"
Bench = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def bench(template_database: str) -> Iterator[Bench]:
    """Starts a bench on copies of the suite's empty database; whatever still runs at the end is ended."""
    if not ASSETS.exists():
        pytest.skip("no browser assets: run `make setup`")
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        # Whoever starts the suite in the background may have it ignore interrupts, which children inherit.
        heard = ["env", "--default-signal=INT"]
        command = [*heard, sys.executable, "manage.py", "bench", "--template", template_database, *TINY, *arguments]
        started.append(subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _made_by(process: subprocess.Popen[str]) -> str:
    """The name that its databases begin with, once they are there."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "at the start" in line:
            return _mark("".join(said))
    raise AssertionError(f"it ended before it began: {said}")


def _mark(said: str) -> str:
    found = re.search(r"preparing the database (bench_[0-9a-f]{8})$", said, re.MULTILINE)
    assert found, said
    return found[1]


def _databases(mark: str) -> set[str]:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        return {name for (name,) in owner.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [mark])}


def _rows_of_the_product() -> int:
    """Of the database that the bench was told is the product's; it may not be migrated yet."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        if owner.execute("SELECT to_regclass('initiatives_initiative')").fetchone() == (None,):
            return 0
        (count,) = owner.execute("SELECT count(*) FROM initiatives_initiative").fetchone() or (0,)
        return int(count)


PAGES = {"list", "htmx", "detail", "api50", "api1000", "dashboard", "sizing"}
STATEMENTS = {f"statements {page}" for page in ("list", "htmx", "API", "detail", "dashboard")}
STORE = {f"ingest {way}" for way in ("latest", "usual", "late", "again", "growth")} | {"ingest", "latest"}
SILOS = {f"silos {what}" for what in ("detection", "purchases", "renewals", "map", "flow", "findings", "finding")}
RISK = {
    *(f"risk {what}" for what in ("kernel", "forecast", "draws", "draws memory", "curve")),
    *(f"risk {what}" for what in ("rescoring", "rescoring standing", "rescoring django")),
    *(f"risk truth {closed} {drivers}" for closed in (0, 10, 100, 1000) for drivers in ("with", "without")),
    *(f"risk {what}" for what in ("portfolio", "portfolio statements", "portfolio growth")),
}
IMPORT = {"import", "import memory", "import copy", "import again"}
# What --only is told, and the lines that come of it. The suite measures one of them a day.
PARTS: dict[str, set[str]] = {
    "list htmx detail api50 api1000 dashboard sizing clients16 sizing1000": PAGES | {"clients16", "sizing1000"},
    "silos": SILOS,
    "risk": RISK,
    "statements import evidence": STATEMENTS | STORE | IMPORT | {"bytes", "bytes upsert"},
}


@pytest.mark.parametrize("only", some(PARTS, suite=1))
def test_a_tiny_run_measures_every_line_and_leaves_no_database(bench: Bench, tmp_path: Path, only: str) -> None:
    before = _rows_of_the_product()
    process = bench("--json", str(tmp_path / "out.json"), "--only", *only.split())
    said, _ = process.communicate(timeout=WITHIN_S)
    assert process.returncode == 0, said
    told = json.loads((tmp_path / "out.json").read_text())
    lines = {line["name"]: line for line in told["lines"]}
    assert set(lines) == PARTS[only]
    for name in PAGES & set(lines):
        pair = lines[name]["data"]["pair"]
        assert pair["ours"]["n"] == 4
        assert lines[name]["value"] == pytest.approx(pair["ours"]["p50"] / pair["anchor"]["p50"])
        assert lines[name]["label"] in said
    for name in SILOS & set(lines):
        pair = lines[name]["data"]["pair"]
        assert pair["anchor"]["n"] == (3 if name == "silos detection" else 4)
        assert lines[name]["value"] == pytest.approx(pair["ours"]["p50"] / pair["anchor"]["p50"])
        assert lines["silos detection"]["data"]["findings"] > 0
    for name in STATEMENTS & set(lines):
        assert lines[name]["data"]["equal"], lines[name]
    if "sizing1000" in lines:
        assert len(lines["sizing1000"]["data"]["seconds"]) == 5
    if "import" in lines:
        _check_import(lines)
    if "risk kernel" in lines:
        _check_risk(lines)
    assert told["environment"]["postgresql"]
    assert _databases(_mark(said)) == set()
    assert _rows_of_the_product() == before


def _check_import(lines: dict[str, Any]) -> None:
    """Rate, memory and counts agree with what the processes said of themselves."""
    found = lines["import"]["data"]
    assert found["first"]["counts"]["created"] == 40
    assert lines["import again"]["data"]["again"]["counts"]["unchanged"] == 40
    assert found["audit_entries"] >= 40
    assert lines["import"]["value"] == pytest.approx(40 / found["first"]["seconds"] / 100)
    assert 20 < lines["import memory"]["value"] < 2_000


def _check_risk(lines: dict[str, Any]) -> None:
    """What is compared is what the lines say it is."""
    found = lines["risk rescoring"]["data"]
    assert lines["risk rescoring"]["value"] == pytest.approx(found["swap"]["p50"] / found["copy"]["p50"])
    assert lines["risk rescoring standing"]["value"] > lines["risk rescoring"]["value"]
    assert lines["risk portfolio growth"]["data"]["counted"] == [2_000, 20_000]
    assert lines["risk portfolio statements"]["value"] <= 10
    assert 0 < lines["risk draws memory"]["value"] < 64
    assert [lines[f"risk truth 0 {drivers}"]["value"] for drivers in ("with", "without")] == [0, 0]


def test_a_bench_that_was_killed_is_swept_up_and_one_that_was_stopped_leaves_nothing(bench: Bench) -> None:
    killed = bench("--only", "list", "--rounds", "100000")
    left = _made_by(killed)
    killed.kill()
    killed.wait()
    assert _databases(left)
    stopped = bench("--only", "list", "--rounds", "100000")
    mark = _made_by(stopped)
    assert _databases(left) == set()
    _interrupt(stopped)
    assert stopped.returncode == 130
    assert _databases(mark) == set()


def _interrupt(process: subprocess.Popen[str]) -> None:
    """As a person does: once more, if it goes on for minutes. Python drops an interrupt that comes within a destructor."""
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=WITHIN_S / 5)
            return


def test_a_bench_that_could_not_write_its_figures_does_not_begin(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("bench", json=tmp_path / "missing" / "out.json")


def test_ratios_come_from_the_two_things_timed() -> None:
    def work(size: int) -> Callable[[], object]:
        return lambda: sum(range(size))

    pair = paired(work(20_000), work(1_000), 15)
    assert pair.ours.n == pair.anchor.n == 15
    assert any(5 < paired(work(200_000), work(10_000), 15).ratio < 80 for _ in range(TRIES))
    assert any(0.3 < paired(work(50_000), work(50_000), 15).ratio < 3 for _ in range(TRIES))


def test_quantiles_are_those_of_the_values() -> None:
    spread = Spread.of([float(value) for value in range(100, -1, -1)])
    assert (spread.least, spread.p25, spread.p50, spread.p75, spread.p95, spread.most) == (0, 25, 50, 75, 95, 100)
    assert Pair(spread, spread, spread).ratio == 1


def test_a_bar_says_whether_a_figure_keeps_it() -> None:
    assert [Bar(20, 8).verdict(value) for value in (8, 8.1, 20, 20.1)] == ["REACH", "PASS", "PASS", "MISS"]
    assert [Bar(20, 50, at_least=True).verdict(value) for value in (50, 20, 19.9)] == ["REACH", "PASS", "MISS"]


def test_the_register_file_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_register(tmp_path / name, rows=50, seed=seed)
    first, again, other = ((tmp_path / name).read_text() for name in "abc")
    assert first == again != other
    assert len(HEADERS) == 15
    assert len(first.splitlines()) == 51
