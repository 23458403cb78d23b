"""Answers of MLflow: the real ones of a 3.17 server and hand-written ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.mlflow.parse import Mapped, check, experiments, history, page
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_canonical, assert_sound, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
TTFT = Mapped("ttft", "ms", Statistic.PERCENTILE, 0.95)
MAPPING = {
    "ttft_p95_ms": TTFT,
    "output_tokens_per_second": Mapped("token_throughput", "tokens/s"),
    "tokens_per_s": Mapped("token_throughput", "tokens/s"),
    "x_inf": Mapped("latency", "s"),
    "gpu_util": Mapped("accelerator_use", "ratio"),
}


def read(body: bytes) -> list[Run]:
    return list(page(body, MAPPING, source="test").runs)


def fixture(name: str) -> list[Run]:
    runs = read((FIXTURES / name).read_bytes())
    for run in runs:
        assert_sound(run)
    return runs


@pytest.fixture(scope="module")
def real(sample_data: Path) -> Path:
    return sample_data / "mlflow"


def test_the_real_pages_yield_the_golden_table(real: Path) -> None:
    found = {path.name: golden.table(read(path.read_bytes())) for path in sorted(real.glob("runs_search_*.json"))}
    golden.compare(found, HERE / "golden.json")


def test_pages_follow_each_other_until_there_is_no_token(real: Path) -> None:
    first = page((real / "runs_search_page1.json").read_bytes(), MAPPING)
    last = page((real / "runs_search_page2.json").read_bytes(), MAPPING)
    assert (bool(first.next_page_token), last.next_page_token) == (True, "")
    assert [run.name for run in (*first.runs, *last.runs)] == ["vllm-h100-2", "vllm-h100-1"]


def test_a_real_failed_run_is_flawed_and_its_finished_sister_is_not(real: Path) -> None:
    (failed,) = read((real / "runs_search_page1.json").read_bytes())
    (finished,) = read((real / "runs_search_page2.json").read_bytes())
    assert [flaw for flaw, _ in failed.flaws] == [Flaw.INCOMPLETE]
    assert finished.valid
    (reading,) = finished.readings
    assert (reading.metric, round(reading.value, 9)) == ("ttft", 0.3995)
    assert set(finished.unread["refused"]) == {"output_tokens_per_second", "x_inf"}  # NaN, and infinity as the largest float


def test_nothing_found_is_an_empty_object(real: Path) -> None:
    assert page((real / "runs_search_empty.json").read_bytes(), MAPPING) == page(b"{}", {})


def test_the_latest_value_is_the_last_of_the_history(real: Path) -> None:
    readings = history((real / "metrics_get_history.json").read_bytes(), TTFT)
    assert [one.value for one in readings] == [pytest.approx(0.4125), pytest.approx(0.3995)]
    assert readings[0].at is not None
    assert readings[1].at is not None
    assert readings[0].at < readings[1].at
    for one in readings:
        assert_canonical(one)


def test_experiments_are_listed_by_id(real: Path) -> None:
    assert experiments((real / "experiments_search.json").read_bytes()) == ({"1": "llm-serving-bench", "0": "Default"}, "")


def test_a_refused_filter_is_a_wrong_setting(real: Path) -> None:
    with pytest.raises(BadConfig) as refused:
        read((real / "error_bad_filter.json").read_bytes())
    assert refused.value.field == "filter"


def test_times_are_milliseconds_and_settings_are_kept_without_secrets() -> None:
    (run,) = fixture("one.json")
    assert run.valid
    assert run.started_at == datetime(2026, 2, 2, 2, 40, tzinfo=UTC)
    assert run.duration_s == 60.5
    assert run.environment.extra["params"]["tensor_parallel_size"] == "4"
    assert run.unread["not mapped"] == {"loss": 0.25}


def test_runs_that_are_no_result_say_why() -> None:
    running, deleted, empty, other = fixture("many.json")
    assert [flaw for flaw, _ in running.flaws] == [Flaw.INCOMPLETE]
    assert [flaw for flaw, _ in deleted.flaws] == [Flaw.NOT_A_RESULT]
    assert not empty.readings
    assert [why for _, why in other.flaws] == ["none of its metrics is mapped"]


def test_a_share_of_85_is_refused() -> None:
    run = fixture("hostile.json")[2]
    assert Flaw.UNIT_UNCERTAIN in {flaw for flaw, _ in run.flaws}
    assert not run.readings


@pytest.mark.parametrize(
    "mapped",
    [
        Mapped("no_such_metric", "s"),
        Mapped("ttft", ""),
        Mapped("ttft", "tokens/s"),
        Mapped("ttft", "s", Statistic.PERCENTILE),
        Mapped("power", "W", Statistic.PERCENTILE, 0.95),
    ],
)
def test_a_mapping_without_a_certain_unit_is_refused_at_once(mapped: Mapped) -> None:
    with pytest.raises(BadConfig) as refused:
        check({"theirs": mapped})
    assert refused.value.field == "theirs"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"error_code": "TEMPORARILY_UNAVAILABLE"}', Retryable),
        (b'{"error_code": "INTERNAL_ERROR", "message": "x"}', Retryable),
        (b'{"error_code": "PERMISSION_DENIED"}', BadConfig),
        (b'{"error_code": "RESOURCE_DOES_NOT_EXIST"}', BadConfig),
        (b'{"error_code": "ENDPOINT_NOT_FOUND"}', Fatal),
        (b"<html>", Fatal),
        (b"[]", Fatal),
        (b"", Fatal),
    ],
)
def test_an_error_is_named_by_what_to_do_next(body: bytes, error: type[ConnectorError]) -> None:
    with pytest.raises(error):
        read(body)


def test_the_key_changes_with_the_state_of_a_run_and_with_nothing_else() -> None:
    body = (FIXTURES / "one.json").read_bytes()
    keys = [read(one)[0].key for one in (body, body, body.replace(b"399.5", b"401.5"), body.replace(b"git_sha", b"sha"))]
    assert keys[0] == keys[1] == keys[3] != keys[2]
    assert page(body, MAPPING, source="other").runs[0].key != keys[0]


def test_hostile_payloads_end_in_sound_runs_or_an_error(real: Path) -> None:
    samples = [one.read_bytes() for one in sorted(FIXTURES.iterdir()) if one.stem != "empty"]
    hostile(read, [*samples, *(one.read_bytes() for one in sorted(real.glob("runs_search_p*.json")))], "mlflow")


def test_no_single_spoiled_place_makes_a_failed_run_valid(real: Path) -> None:
    for place, payload in each_spoiled((real / "runs_search_page1.json").read_bytes()):
        assert not any(run.valid for run in survived(read, payload)), place
