"""OpenCost and Kubecost as a source: whole windows, asked once; scripted servers that answer as theirs do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from readiness.connectors.contract import Flaw, Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.live import Batch, Span
from readiness.connectors.opencost.connector import CONNECTOR
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.scripted import DROPPED, Asked, Server, Told, open_loopback, serving, through_the_door, told
from tests.readiness.connectors.soundness import assert_sound

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 6, 10, 15, 30, tzinfo=UTC)
CONFIG = {"currency": "EUR", "cluster": "prod-a"}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def opened(settings: Settings, tmp_path: Path) -> None:
    open_loopback(settings, tmp_path, "opencost")


def pulled(server: Server, ask: dict[str, Any], since: datetime | None = None, **config: Any) -> list[Batch]:
    config = {"address": server.address, **CONFIG, **config}
    CONNECTOR.check(config)
    CONNECTOR.check_ask(ask)
    with through_the_door("opencost") as http:
        return list(CONNECTOR.pull(config, ask, http, Span(since, NOW)))


def runs(batches: list[Batch]) -> list[Run]:
    found = [run for batch in batches for run in batch.runs]
    for run in found:
        assert_sound(run)
    return found


def costing(names: dict[str, float], *, since: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> Callable[[Asked], Told]:
    """A server that allocates each name its money per hour, from `since` on."""

    def script(asked: Asked) -> Told:
        start, end = map(datetime.fromisoformat, asked.query["window"].split(","))
        step = timedelta(hours=int(re.fullmatch(r"(\d+)h", asked.query["step"])[1]))  # type: ignore[index]
        steps = [start + at * step for at in range((end - start) // step)]
        data = [{name: entry(name, at, step, rate) for name, rate in names.items()} if at >= since else None for at in steps]
        return told({"code": 200, "data": data})

    return script


def entry(name: str, start: datetime, step: timedelta, rate: float) -> dict[str, Any]:
    hours = step / timedelta(hours=1)
    window = {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "end": f"{start + step:%Y-%m-%dT%H:%M:%SZ}"}
    return {"name": name, "window": window, "minutes": hours * 60, "totalCost": rate * hours, "gpuHours": hours, "gpuCost": 1}


def test_whole_days_are_read_once_and_the_watermark_is_their_end() -> None:
    with serving(costing({"inference": 4.0, "batch": 1.0})) as server:
        first = pulled(server, {"first_days": 10})
        midnight = datetime(2026, 6, 10, tzinfo=UTC)
        assert [batch.read_to for batch in first] == [datetime(2026, 6, 7, tzinfo=UTC), midnight]
        assert len(runs(first)) == 20
        assert {run.ended_at for run in runs(first)} == {midnight - at * DAY for at in range(10)}
        assert len({run.key for run in runs(first)}) == 20
        assert pulled(server, {}, since=midnight) == []
        assert len(runs(pulled(server, {}, since=midnight - DAY))) == 2
    assert {one.path for one in server.asked} == {"/allocation"}
    assert server.asked[0].query == {
        "window": "2026-05-31T00:00:00Z,2026-06-07T00:00:00Z",
        "step": "24h",
        "aggregate": "namespace",
        "accumulate": "false",
        "includeIdle": "false",
    }


def test_amounts_keep_currency_basis_and_what_they_were_allocated_to() -> None:
    with serving(costing({"inference": 4.0})) as server:
        found = runs(pulled(server, {"first_days": 1, "step": "hour"}, basis="reconciled"))
    assert len(found) == 24
    for run in found:
        (hourly,) = [one for one in run.readings if one.metric == "cost_per_hour"]
        assert hourly.value == pytest.approx(4.0)
        assert dict(hourly.labels) == {"allocation": "inference", "basis": "reconciled", "currency": "EUR"}


def test_kubecost_answers_at_its_own_path_with_filter_and_idle() -> None:
    with serving(costing({"__idle__": 2.0, "inference": 1.0})) as server:
        ask = {"filter": 'namespace:"inference"', "idle": True, "aggregate": "label:app,namespace", "allocations": "inference"}
        found = runs(pulled(server, ask, product="kubecost", auth="header", auth_header="X-Api-Key", token="k-12345678"))
    asked = server.asked[0]
    assert asked.path == "/model/allocation"
    assert (asked.query["filter"], asked.query["includeIdle"]) == ('namespace:"inference"', "true")
    assert asked.headers["x-api-key"] == "k-12345678"
    assert {run.name for run in found} == {"inference"}


def test_a_window_that_is_not_over_or_not_final_is_not_asked_for() -> None:
    with serving(costing({"a": 1.0})) as server:
        (batch,) = pulled(server, {"first_days": 2, "settle_hours": 48})
        assert batch.read_to == datetime(2026, 6, 8, tzinfo=UTC)
        assert pulled(server, {"step": "hour", "settle_hours": 48}, since=datetime(2026, 6, 8, 15, tzinfo=UTC)) == []


def test_a_feed_of_another_step_goes_on_at_a_whole_one() -> None:
    with serving(costing({"a": 1.0})) as server:
        found = runs(pulled(server, {"step": "day"}, since=datetime(2026, 6, 8, 13, tzinfo=UTC)))
    assert sorted(run.started_at.day for run in found if run.started_at) == [8, 9]


def test_a_feed_that_is_far_behind_reads_a_part_and_goes_on() -> None:
    since, read = datetime(2026, 2, 1, tzinfo=UTC), 0
    with serving(costing({"a": 1.0})) as server:
        for _ in range(10):
            batches = pulled(server, {}, since=since)
            if not batches:
                break
            read += len(runs(batches))
            assert batches[-1].read_to
            since = batches[-1].read_to
    assert read == (datetime(2026, 6, 10, tzinfo=UTC) - datetime(2026, 2, 1, tzinfo=UTC)).days


def test_nothing_yet_is_asked_again_until_it_is_too_old_to_come() -> None:
    with serving(costing({"a": 1.0}, since=NOW)) as server:
        batches = pulled(server, {"first_days": 10})
    assert [(batch.runs, batch.read_to) for batch in batches] == [((), datetime(2026, 6, 7, tzinfo=UTC))]


def test_a_warning_of_the_server_makes_its_answer_incomplete() -> None:
    def script(asked: Asked) -> Told:
        record = json.loads(costing({"a": 1.0})(asked).body)  # type: ignore[arg-type]
        return told(record | {"warning": "cluster b did not answer"})

    with serving(script) as server:
        found = runs(pulled(server, {"first_days": 1}))
    assert [flaw for flaw, _ in found[0].flaws] == [Flaw.INCOMPLETE]


@pytest.mark.parametrize("lost", range(5))
def test_an_answer_that_is_lost_on_the_way_makes_the_pull_count_for_nothing(lost: int) -> None:
    turn = iter(range(100))

    def script(asked: Asked) -> Told:
        return DROPPED if next(turn) == lost else costing({"a": 1.0})(asked)

    with serving(script) as server:
        with pytest.raises(Retryable):
            pulled(server, {"first_days": 31})
        assert len(runs(pulled(server, {"first_days": 31}))) == 31


REFUSALS: list[tuple[Told, type[ConnectorError], str]] = [
    (told({"code": 400, "data": None, "message": "invalid filter"}, 400), BadConfig, "filter"),
    (told({"code": 500, "message": "no data from Prometheus"}, 500), Retryable, ""),
    (told({"code": 500, "message": "boom"}), Retryable, ""),
    (Told(b"no", 403), BadConfig, "token"),
    (Told(b"not here", 404), BadConfig, "address"),
    (Told(b"<html>", headers={"Content-Type": "text/html"}), Fatal, ""),
    (told({"code": 200, "data": None}), Fatal, ""),
    (told({"code": 200, "data": [{"a": {"totalCost": 1}}]}, 302), Fatal, ""),
    (Told(b'{"code": 200, "data": [', cut=5), Retryable, ""),
]


@pytest.mark.parametrize(("answer", "error", "field"), REFUSALS)
def test_a_refusal_says_what_to_do_next(answer: Told, error: type[ConnectorError], field: str) -> None:
    with serving(lambda asked: answer) as server, pytest.raises(error) as refused:
        pulled(server, {"first_days": 1}, auth="bearer", token="t-0123456789")
    assert getattr(refused.value, "field", "") == field


def test_a_source_says_which_namespaces_it_has() -> None:
    def script(asked: Asked) -> Told:
        assert (asked.query["window"], asked.query["aggregate"]) == ("1d", "namespace")
        return told({"code": 200, "data": [{"b": {}, "a": {}}, None, {"a": {}}]})

    with serving(script) as server, through_the_door("opencost") as http:
        config = {"address": server.address, **CONFIG}
        assert CONNECTOR.test(config, http).facts == ("2 namespaces in the last day",)
        assert CONNECTOR.discover["allocations"](config, http) == (("a", "a"), ("b", "b"))


def test_a_feed_is_told_what_it_would_find() -> None:
    with serving(costing({"inference": 4.0, "batch": 1.0})) as server, through_the_door("opencost") as http:
        config = {"address": server.address, **CONFIG}
        assert CONNECTOR.test_ask
        assert CONNECTOR.test_ask(config, {}, http, NOW).facts == ("2 allocations on 2026-06-09",)
        (remark,) = CONNECTOR.test_ask(config, {"allocations": "chat"}, http, NOW).remarks
        assert remark == "none of the names is there; there are: batch, inference"
    with serving(costing({})) as server, through_the_door("opencost") as http:
        assert CONNECTOR.test_ask({"address": server.address, **CONFIG}, {}, http, NOW).remarks == ("nothing was allocated then",)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"aggregate": "namespace&window=all"}, "aggregate"),
    ({"step": "week"}, "step"),
    ({"first_days": 0}, "first_days"),
    ({"first_days": 400}, "first_days"),
    ({"settle_hours": -1}, "settle_hours"),
    ({"idle": "yes"}, "idle"),
]


@pytest.mark.parametrize(("ask", "field"), WRONG)
def test_a_feed_that_cannot_be_read_is_refused_before_anything_is_asked(ask: dict[str, Any], field: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check_ask(ask)
    assert refused.value.field == field


@pytest.mark.parametrize("currency", ["", "euros", "€", "eur", "EURO"])
def test_there_is_no_money_without_a_currency(currency: str) -> None:
    with pytest.raises(BadConfig) as refused:
        CONNECTOR.check({"address": "https://opencost.example", "currency": currency})
    assert refused.value.field == "currency"


def test_the_real_answer_is_read_through_the_connector(sample_data: Path) -> None:
    body = (sample_data / "opencost" / "allocation-example-output.json").read_bytes()
    with serving(lambda asked: Told(body)) as server:
        (batch,) = pulled(server, {"first_days": 1})
    total = sum(one.value for run in runs([batch]) for one in run.readings if one.metric == "cost_total")
    assert total == pytest.approx(sum(one["totalCost"] for one in json.loads(body)["data"][0].values()))
    assert batch.payload.body == body


def test_hostile_answers_end_in_sound_runs_or_an_error(sample_data: Path) -> None:
    """Through the connector and the door: one server answers with whatever is on the table."""
    table = {"answer": b""}

    def read(content: bytes) -> list[Run]:
        table["answer"] = content
        return runs(pulled(server, {"first_days": 1}))

    samples = [(FIXTURES / name).read_bytes() for name in ("one.json", "many.json", "hostile.json")]
    samples.append((sample_data / "opencost" / "allocation-example-output.json").read_bytes())
    with serving(lambda asked: Told(table["answer"])) as server:
        hostile(read, samples, "opencost connector")
