"""MLflow as a source: settings, sign-in, paging against a scripted server, and answers that nobody should believe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from readiness.connectors.contract import Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.live import Batch, Span
from readiness.connectors.mlflow import client, connector
from readiness.connectors.mlflow.connector import CONNECTOR
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.scripted import DROPPED, Asked, Server, Told, open_loopback, serving, through_the_door, told
from tests.readiness.connectors.soundness import SECRET, assert_sound

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
METRICS = [{"name": "ttft_p95_ms", "metric": "ttft", "unit": "ms", "statistic": "percentile", "percentile": 0.95}]
ASK: dict[str, Any] = {"experiments": "serving", "metrics": METRICS}
Answer = Callable[[Asked], Told]


@pytest.fixture(autouse=True)
def opened(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "mlflow")


def ended(number: int, at_ms: int) -> dict[str, Any]:
    info = {"run_id": f"r{number}", "run_name": f"run {number}", "status": "FINISHED", "lifecycle_stage": "active"}
    metrics = [{"key": "ttft_p95_ms", "value": 100 + number, "timestamp": at_ms, "step": 0}]
    return {"info": info | {"start_time": at_ms - 1000, "end_time": at_ms}, "data": {"metrics": metrics}}


def tracking(listed: list[dict[str, Any]], *, search: Answer | None = None) -> Answer:
    """A server that pages as MLflow does: by offsets into the list as it is now."""

    def script(asked: Asked) -> Told:
        if asked.path == "/version":
            return Told(b"3.17.2", headers={"Content-Type": "text/plain"})
        if asked.path.endswith("experiments/search"):
            return told({"experiments": [{"experiment_id": "7", "name": "serving"}, {"experiment_id": "8", "name": "a, b"}]})
        if not asked.path.endswith("runs/search"):
            return told({"error_code": "ENDPOINT_NOT_FOUND"}, 404)
        if search is not None:
            return search(asked)
        return told(page_of(listed, asked.json))

    return script


def page_of(listed: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    found = re.fullmatch(r"attributes\.end_time >= (\d+)", asked["filter"])
    assert found
    assert asked["order_by"] == ["attributes.end_time ASC"]
    matching = sorted(
        (one for one in listed if one["info"]["end_time"] >= int(found[1])), key=lambda one: one["info"]["end_time"]
    )
    start = int(asked.get("page_token") or 0)
    end = start + asked["max_results"]
    page = {"runs": matching[start:end]} if matching[start:end] else {}
    return page | ({"next_page_token": str(end)} if end < len(matching) else {})


def pulled(server: Server, ask: dict[str, Any] = ASK, since: datetime | None = None, **config: Any) -> list[Batch]:
    with through_the_door("mlflow") as http:
        return list(CONNECTOR.pull({"address": server.address, **config}, ask, http, Span(since, NOW)))


def numbers(batches: list[Batch]) -> list[int]:
    return [int(run.name.removeprefix("run ")) for batch in batches for run in batch.runs]


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 250])
def test_pages_of_any_number_are_read_whole(size: int) -> None:
    with serving(tracking([ended(one, 10**12 + one) for one in range(size)])) as server:
        assert numbers(pulled(server)) == list(range(size))


@pytest.mark.parametrize("size", [150, 200, 201, 350])
def test_runs_that_ended_in_one_millisecond_are_read_by_tokens(size: int) -> None:
    listed = [ended(0, 10**12), *(ended(one, 10**12 + 5) for one in range(1, size)), ended(size, 10**12 + 6)]
    with serving(tracking(listed)) as server:
        assert numbers(pulled(server)) == list(range(size + 1))


def test_a_token_that_comes_again_does_not_go_on_for_ever() -> None:
    def circles(asked: Asked) -> Told:
        return told({"runs": [ended(one, 10**12) for one in range(client.PAGE)], "next_page_token": "again"})

    with serving(tracking([], search=circles)) as server, pytest.raises(Retryable, match="do not end"):
        pulled(server)
    assert len(server.asked) < 6


def test_ever_new_tokens_and_runs_end_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 5)
    turn = iter(range(10_000))

    def endless(asked: Asked) -> Told:
        at = next(turn)
        return told({"runs": [ended(at * 100 + one, 10**12) for one in range(100)], "next_page_token": str(at)})

    with serving(tracking([], search=endless)) as server, pytest.raises((Fatal, Retryable)):
        pulled(server)


def test_experiments_whose_pages_turn_in_circles_end_too() -> None:
    def script(asked: Asked) -> Told:
        return told({"experiments": [{"experiment_id": "7", "name": "serving"}], "next_page_token": "again"})

    with serving(script) as server, pytest.raises(Retryable, match="experiments"):
        pulled(server)


@pytest.mark.parametrize(
    "listed",
    [
        [ended(1, 10**12 + 2), ended(2, 10**12 + 1)],
        [ended(1, 10**12), {"info": {"run_id": "r2", "end_time": None}}],
        [ended(1, 10**12), ended(2, 10**18)],
    ],
)
def test_a_server_that_does_not_sort_by_the_end_is_not_believed(listed: list[dict[str, Any]]) -> None:
    with serving(tracking([], search=lambda asked: told({"runs": listed}))) as server, pytest.raises(Fatal, match="by their end"):
        pulled(server)


def test_a_server_that_does_not_select_by_the_end_is_not_believed() -> None:
    script = tracking([], search=lambda asked: told({"runs": [ended(1, 10**12)]}))
    with serving(script) as server, pytest.raises(Fatal, match="by their end"):
        pulled(server, since=NOW)


def test_a_first_pull_of_very_many_goes_on_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "RUNS_AT_A_TIME", 300)
    begun = int((NOW - timedelta(days=900)).timestamp() * 1000)
    read, since = list[int](), None
    with serving(tracking([ended(one, begun + one * 86_400_000) for one in range(800)])) as server:
        for _ in range(5):
            batches = pulled(server, since=since)
            read += numbers(batches)
            since = batches[-1].read_to if batches else since
    assert sorted(set(read)) == list(range(800))
    assert len(read) < 1100
    assert since == NOW


def test_nothing_new_moves_nothing() -> None:
    with serving(tracking([ended(1, 10**12)])) as server:
        assert pulled(server, since=NOW) == []


PROOFS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"auth": "basic", "username": "ci", "password": "correct horse"}, "Basic Y2k6Y29ycmVjdCBob3JzZQ=="),
    ({"auth": "bearer", "token": "dapi-0123456789"}, "Bearer dapi-0123456789"),
]


@pytest.mark.parametrize(("config", "sent"), PROOFS)
def test_who_asks_is_proven_as_the_settings_say(config: dict[str, Any], sent: str) -> None:
    with serving(tracking([ended(1, 10**12)])) as server:
        pulled(server, **config)
    assert {one.headers.get("authorization", "") for one in server.asked} == {sent}


REFUSALS: list[tuple[Told, type[ConnectorError], str]] = [
    (told({"error_code": "PERMISSION_DENIED"}, 403), BadConfig, "password"),
    (Told(b"nope", 401), BadConfig, "password"),
    (told({"error_code": "INVALID_PARAMETER_VALUE", "message": "bad"}, 400), BadConfig, "filter"),
    (told({"error_code": "RESOURCE_DOES_NOT_EXIST"}, 404), BadConfig, "experiments"),
    (Told(b"not here", 404), BadConfig, "address"),
    (Told(b"slow down", 429, {"Retry-After": "17"}), Retryable, ""),
    (told({"error_code": "TEMPORARILY_UNAVAILABLE"}, 503), Retryable, ""),
    (Told(b"<html>sign in</html>", headers={"Content-Type": "text/html"}), Fatal, ""),
    (Told(b"[1]"), Fatal, ""),
    (Told(b"{"), Fatal, ""),
    (Told(b"", 301, {"Location": "/elsewhere"}), ConnectorError, ""),
    (DROPPED, Retryable, ""),
    (Told(b"x" * 5000, cut=10), Retryable, ""),
    (Told(b" " * (21 * 2**20)), ConnectorError, ""),
]


@pytest.mark.parametrize(("answer", "error", "field"), REFUSALS)
def test_a_refusal_says_what_to_do_next(answer: Told, error: type[ConnectorError], field: str) -> None:
    script = tracking([], search=lambda asked: answer)
    with serving(script) as server, pytest.raises(error) as refused:
        pulled(server, auth="basic", username="ci", password="correct horse")
    assert getattr(refused.value, "field", "") == field
    assert "correct" not in refused.value.text
    if answer.status == 429:
        assert isinstance(refused.value, Retryable)
        assert refused.value.retry_after_s == 17


def test_a_password_that_the_other_side_echoes_is_not_kept() -> None:
    echoed = ended(1, 10**12) | {"tags": "correct horse"}
    with serving(tracking([], search=lambda asked: told({"runs": [echoed]}))) as server:
        (batch,) = pulled(server, auth="basic", username="ci", password="correct horse")
    assert b"correct horse" not in batch.payload.body


def test_an_experiment_is_named_or_given_by_its_id() -> None:
    with serving(tracking([ended(1, 10**12)])) as server:
        pulled(server, ASK | {"experiments": "serving\n8 , serving"})
        assert server.asked[-1].json["experiment_ids"] == ["7", "8"]
        with pytest.raises(BadConfig, match="no experiment 'a'") as refused:
            pulled(server, ASK | {"experiments": "a, b"})
        assert refused.value.field == "experiments"


def test_one_can_choose_from_what_the_newest_runs_have() -> None:
    seen: list[dict[str, Any]] = []

    def search(asked: Asked) -> Told:
        seen.append(asked.json)
        run = ended(3, 10**12)
        run["data"]["params"] = [{"key": "gpu", "value": "H100"}, {"key": "mlflow.x", "value": "y"}]
        return told({"runs": [run]})

    with serving(tracking([], search=search)) as server, through_the_door("mlflow") as http:
        config = {"address": server.address}
        assert CONNECTOR.test(config, http).version == "3.17.2"
        assert CONNECTOR.discover["experiments"](config, http) == (("8", "a, b (8)"), ("serving", "serving (7)"))
        assert CONNECTOR.discover["metrics"](config, http) == (("ttft_p95_ms", "ttft_p95_ms (such as 103)"),)
        assert CONNECTOR.discover["about"](config, http) == (("params.gpu", "params.gpu (such as H100)"),)
    assert seen[0]["experiment_ids"] == ["7", "8"]


def test_a_feed_is_told_what_it_would_find() -> None:
    searched: list[dict[str, Any]] = []

    def search(asked: Asked) -> Told:
        searched.append(asked.json)
        return told({"runs": [ended(1, 10**12), ended(2, 10**12)]} if len(searched) == 1 else {})

    ask = ASK | {"filter": "tags.suite = 'a'", "metrics": [*METRICS, {"name": "other", "metric": "latency", "unit": "s"}]}
    with serving(tracking([], search=search)) as server, through_the_door("mlflow") as http:
        assert CONNECTOR.test_ask
        tested = CONNECTOR.test_ask({"address": server.address}, ask, http, NOW)
        assert tested.facts == ("2 runs match", "ttft_p95_ms is ttft in ms")
        assert tested.remarks == ("none of them has other",)
        assert CONNECTOR.test_ask({"address": server.address}, ask, http, NOW).remarks == ("no run matches",)
    assert searched[0]["filter"] == "tags.suite = 'a'"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"experiments": ""}, "experiments"),
    ({"experiments": " , "}, "experiments"),
    ({"metrics": []}, "metrics"),
    ({"metrics": [{"metric": "ttft", "unit": "ms"}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": ""}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "tokens/s"}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "s", "statistic": "p95"}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "s", "statistic": "percentile"}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "s", "statistic": "percentile", "percentile": "95"}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "s", "statistic": "percentile", "percentile": 95}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "s", "surprise": 1}]}, "metrics"),
    ({"metrics": [{"name": "x", "metric": "ttft", "unit": "s", "labels": {"a": 1}}]}, "metrics"),
    ({"metrics": [*METRICS, *METRICS]}, "metrics"),
    ({"about": {"gpu": "params.gpu"}}, "about"),
    ({"about": {"accelerator": "gpu"}}, "about"),
    ({"about": {"accelerator": "params."}}, "about"),
    ({"overlap_hours": -1}, "overlap_hours"),
    ({"overlap_hours": "soon"}, "overlap_hours"),
    ({"else": 1}, "else"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_feed_that_cannot_be_read_is_refused_before_anything_is_asked(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check_ask(ASK | change)
    assert refused.value.field == field


def test_hostile_answers_end_in_sound_runs_or_an_error() -> None:
    """Through the connector and the door: one server answers with whatever is on the table."""
    table = {"answer": b""}

    def read(content: bytes) -> list[Run]:
        table["answer"] = content
        found = [run for batch in pulled(server) for run in batch.runs]
        for run in found:
            assert_sound(run)
        return found

    samples = [(FIXTURES / "one.json").read_bytes().replace(b"r1", b"r7"), json.dumps(page(3)).encode()]
    with serving(tracking([], search=lambda asked: Told(table["answer"]))) as server:
        hostile(read, samples, "mlflow connector")


def page(size: int) -> dict[str, Any]:
    runs = [ended(one, 10**12 + one) for one in range(size)]
    runs[0]["data"]["params"] = [{"key": "api_key", "value": SECRET}]
    return {"runs": runs}
