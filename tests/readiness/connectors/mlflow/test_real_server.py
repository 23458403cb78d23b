"""A real MLflow server with 500 runs over several pages: read whole, or not at all and whole the next time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.fixtures import Settings

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.errors import BadConfig, Retryable
from readiness.connectors.live import Batch, Span
from readiness.connectors.mlflow import client
from readiness.connectors.mlflow.connector import CONNECTOR
from tests.readiness.connectors.mlflow import seed
from tests.readiness.connectors.mlflow.real import RUNS, Mlflow
from tests.readiness.connectors.scripted import DROPPED, Asked, Told, open_loopback, serving, through_the_door
from tests.readiness.connectors.soundness import assert_sound
from tests.sampling import FULL

NOW = datetime.fromtimestamp(seed.EPOCH_MS / 1000, tz=UTC) + timedelta(hours=1)
ASK: dict[str, Any] = {
    "experiments": seed.EXPERIMENT,
    "metrics": [
        {"name": "ttft_p95_ms", "metric": "ttft", "unit": "ms", "statistic": "percentile", "percentile": 0.95},
        {"name": "tokens_per_s", "metric": "token_throughput", "unit": "tokens/s"},
        {"name": "latency_s", "metric": "latency", "unit": "s"},
    ],
    "about": {
        "accelerator": "params.gpu",
        "concurrency": "params.max_concurrency",
        "failed": "metrics.failed",
        "completed": "metrics.completed",
    },
}
ENDED = [number for number in range(RUNS) if seed.state(number) != "RUNNING"]
PAGES = math.ceil(len(ENDED) / client.PAGE)


@pytest.fixture(autouse=True)
def opened(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "mlflow")


def pulled(address: str, *, ask: dict[str, Any] = ASK, since: datetime | None = None, until: datetime = NOW) -> list[Batch]:
    config = {"address": address}
    CONNECTOR.check(config)
    CONNECTOR.check_ask(ask)
    with through_the_door("mlflow") as http:
        return list(CONNECTOR.pull(config, ask, http, Span(since, until)))


def runs(batches: list[Batch]) -> dict[int, Run]:
    """By number. Each run once, and sound."""
    found: dict[int, Run] = {}
    for run in (one for batch in batches for one in batch.runs):
        assert_sound(run)
        number = int(run.name.removeprefix("run "))
        assert number not in found
        found[number] = run
    return found


@contextmanager
def before(server: Mlflow, change: Callable[[int, Asked, Told], Told]) -> Iterator[str]:
    """The address of something between us and the server; `change` gets each page of runs by its number."""
    pages = iter(range(10_000))

    def script(asked: Asked) -> Told:
        answer = httpx.request(
            asked.method, server.address + asked.target, content=asked.body, headers=_passed(asked), timeout=30
        )
        told = Told(answer.content, answer.status_code)
        return change(next(pages), asked, told) if asked.path.endswith("runs/search") else told

    with serving(script) as between:
        yield between.address


def _passed(asked: Asked) -> dict[str, str]:
    return {"content-type": asked.headers.get("content-type", "application/json")}


def test_every_run_that_ended_is_read_once_with_its_own_figures(server: Mlflow) -> None:
    batches = pulled(server.address)
    found = runs(batches)
    assert sorted(found) == ENDED
    assert len(batches) == PAGES
    assert batches[-1].read_to == NOW
    for number, run in found.items():
        values = {(one.metric, one.statistic): one.value for one in run.readings}
        assert values["ttft", Statistic.PERCENTILE] == pytest.approx((100 + number) / 1000)
        assert (("token_throughput", Statistic.MEAN) in values) == (number % 5 != 0)  # NaN is no value
        assert (("latency", Statistic.MEAN) in values) == (number % 5 != 1)  # nor is infinity
        assert (run.environment.accelerator, run.load.concurrency, run.load.completed) == ("H100", 64, 950)
        assert run.ended_at == datetime.fromtimestamp(seed.ended_ms(number) / 1000, tz=UTC)


def test_what_is_no_result_is_kept_with_its_reason(server: Mlflow) -> None:
    reasons = {"FINISHED": set[Flaw](), "FAILED": {Flaw.INCOMPLETE}, "KILLED": {Flaw.INCOMPLETE}, "DELETED": {Flaw.NOT_A_RESULT}}
    for number, run in runs(pulled(server.address)).items():
        flawed = {Flaw.ERROR_RATIO} if number % 19 == 0 else set()
        assert {flaw for flaw, _ in run.flaws} == reasons[seed.state(number)] | flawed, number


def test_a_filter_narrows_and_a_wrong_one_is_refused(server: Mlflow) -> None:
    found = runs(pulled(server.address, ask=ASK | {"filter": "tags.suite = 'serving' and metrics.ttft_p95_ms < 300"}))
    assert sorted(found) == [number for number in ENDED if number % 2 and number < 200]
    with pytest.raises(BadConfig) as refused:
        pulled(server.address, ask=ASK | {"filter": "metrics.bad <"})
    assert refused.value.field == "filter"


def test_a_second_pull_reads_what_ended_since_and_its_overlap(server: Mlflow) -> None:
    since = datetime.fromtimestamp(seed.ended_ms(400) / 1000, tz=UTC)
    found = runs(pulled(server.address, ask=ASK | {"overlap_hours": 10 / 3600}, since=since))
    assert sorted(found) == [number for number in ENDED if seed.ended_ms(number) >= seed.ended_ms(400) - 10_000]


def test_a_source_says_what_it_has_to_choose_from(server: Mlflow) -> None:
    with through_the_door("mlflow") as http:
        told = CONNECTOR.test({"address": server.address}, http)
    assert told.version.startswith("3.")
    assert told.facts == ("2 experiments",)
    with through_the_door("mlflow") as http:
        names = [value for value, _ in CONNECTOR.discover["experiments"]({"address": server.address}, http)]
        metrics = [value for value, _ in CONNECTOR.discover["metrics"]({"address": server.address}, http)]
        places = dict(CONNECTOR.discover["about"]({"address": server.address}, http))
    assert names == ["Default", seed.EXPERIMENT]
    assert {"ttft_p95_ms", "tokens_per_s", "failed"} <= set(metrics)
    assert places["params.gpu"] == "params.gpu (such as H100)"
    assert "hf_abcdefghijklmnop" not in str(places)


def nothing(told: Told) -> Told:
    return Told()


WAYS: dict[str, Callable[[Told], Told]] = {
    "no answer": lambda told: DROPPED,
    "cut off": lambda told: replace(told, cut=len(told.body) // 2 if isinstance(told.body, bytes) else 0),
    "an error": lambda told: Told(b'{"error_code": "INTERNAL_ERROR"}', 500),
    "an empty page": nothing,
}
SOME = {"no answer": range(PAGES), "an empty page": range(1, PAGES)}  # an empty first page says that there are no runs
EACH = [(way, page) for way in WAYS for page in (SOME.get(way, range(PAGES)) if FULL or way in SOME else (PAGES // 2,))]


@pytest.mark.parametrize(("way", "page"), EACH)
def test_a_page_that_is_lost_on_the_way_makes_the_pull_count_for_nothing(server: Mlflow, way: str, page: int) -> None:
    with (
        before(server, lambda at, asked, told: WAYS[way](told) if at == page else told) as address,
        pytest.raises(Retryable),
    ):
        pulled(address)


def test_an_empty_first_page_moves_no_watermark(server: Mlflow) -> None:
    with before(server, lambda at, asked, told: nothing(told)) as address:
        assert pulled(address) == []


def test_what_was_interrupted_is_whole_the_next_time(server: Mlflow) -> None:
    lost = {3}

    def change(at: int, asked: Asked, told: Told) -> Told:
        return DROPPED if at in lost else told

    with before(server, change) as address:
        with pytest.raises(Retryable):
            pulled(address)
        lost.clear()
        assert sorted(runs(pulled(address))) == ENDED


def test_a_run_that_still_runs_comes_when_it_ends_however_late(own_server: Mlflow) -> None:
    running = next(number for number in range(RUNS) if seed.state(number) == "RUNNING")
    assert running not in runs(pulled(own_server.address))
    later = NOW + timedelta(days=30)
    ended = int(later.timestamp() * 1000)
    own_server.post("runs/update", run_id=own_server.run_id(running), status="FINISHED", end_time=ended)
    found = runs(pulled(own_server.address, since=NOW, until=later + timedelta(minutes=1)))
    assert found[running].valid
    assert found[running].ended_at == later


def test_a_list_that_shrinks_while_it_is_read_loses_no_other_run(own_server: Mlflow) -> None:
    """What left the list shifts MLflow's own pages by one, and whoever follows its tokens misses a run."""
    gone = iter(ENDED[:3])

    def change(at: int, asked: Asked, told: Told) -> Told:
        if at < 3:
            own_server.erase(next(gone))
        return told

    with before(own_server, change) as address:
        assert sorted(runs(pulled(address))) == ENDED
    assert ENDED[:3] != sorted(runs(pulled(own_server.address)))[:3]


def test_a_list_that_grows_or_turns_over_while_it_is_read_loses_no_run(own_server: Mlflow) -> None:
    again, early = ENDED[1], NOW - timedelta(minutes=1)
    experiment = own_server.post("experiments/search", max_results=10)["experiments"][0]["experiment_id"]

    def change(at: int, asked: Asked, told: Told) -> Told:
        if at == 0:  # one begins again and ends last, one is entered as ended before all others
            own_server.post("runs/update", run_id=own_server.run_id(again), status="FINISHED", end_time=_ms(early))
            made = own_server.post("runs/create", experiment_id=experiment, start_time=1, run_name="run 9999")["run"]["info"]
            own_server.post("runs/update", run_id=made["run_id"], status="FINISHED", end_time=2)
        return told

    with before(own_server, change) as address:
        assert sorted(runs(pulled(address))) == ENDED
    assert 9999 in runs(pulled(own_server.address))


def test_a_last_run_that_left_between_two_pages_is_noticed(own_server: Mlflow) -> None:
    def change(at: int, asked: Asked, told: Told) -> Told:
        if at == 1:
            own_server.erase(int(told_last(told).removeprefix("run ")))
        return told

    with before(own_server, change) as address, pytest.raises(Retryable, match="changed while"):
        pulled(address)


def told_last(told: Told) -> str:
    import orjson

    assert isinstance(told.body, bytes)
    return str(orjson.loads(told.body)["runs"][-1]["info"]["run_name"])


def test_a_server_that_dies_in_the_middle_is_asked_again_from_the_start(own_server: Mlflow) -> None:
    def change(at: int, asked: Asked, told: Told) -> Told:
        if at == 2:
            own_server.kill()
            raise ConnectionAbortedError
        return told

    with before(own_server, change) as address, pytest.raises(Retryable):
        pulled(address)
    with pytest.raises(Retryable):
        pulled(own_server.address)
    own_server.start()
    assert sorted(runs(pulled(own_server.address))) == ENDED


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
