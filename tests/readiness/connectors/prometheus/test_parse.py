"""From an answer to readings in canonical units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from readiness.connectors.contract import Bound, Flaw, Kind, Run, Statistic
from readiness.connectors.errors import BadConfig
from readiness.connectors.prometheus.answers import answer
from readiness.connectors.prometheus.parse import Question, run
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.soundness import assert_sound

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
KV_CACHE = Question("kv_cache_use", "max by (pod) (vllm:kv_cache_usage_perc)", "ratio")
MEMORY = Question("accelerator_memory", "DCGM_FI_DEV_FB_USED", "MiB")
TTFT = Question("ttft", "histogram_quantile(0.95, ...)", "s", Statistic.PERCENTILE, 0.95, edges=((10.0, 20.0, 40.0),))


def told(body: bytes, question: Question) -> Run:
    found = run(answer(body), question, source="test", started_at=NOW - timedelta(hours=1), ended_at=NOW)
    assert_sound(found)
    return found


def fixture(name: str, question: Question) -> Run:
    return told((FIXTURES / name).read_bytes(), question)


def vector(value: str) -> bytes:
    return (
        b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1770000000,"%s"]}]}}' % value.encode()
    )


def test_a_vector_is_one_reading_per_series_with_its_labels_and_time() -> None:
    found = fixture("one.json", KV_CACHE)
    assert found.valid
    assert found.kind is Kind.TELEMETRY
    (reading,) = found.readings
    assert (reading.value, dict(reading.labels), reading.statistic) == (0.452, {"pod": "a"}, Statistic.POINT)
    assert reading.at == datetime.fromtimestamp(1770000000, tz=UTC)
    assert found.duration_s == 3600


def test_units_are_those_of_the_question() -> None:
    found = fixture("many.json", MEMORY)
    assert [one.value for one in found.readings] == [70000 * 2**20, 70001 * 2**20]
    assert found.valid  # two usable samples; what was left out is kept beside
    assert found.unread["left out"]["not supported by the device"] == 2
    assert found.unread["infos"]


@pytest.mark.parametrize("name", ["empty.json", "warned.json", "partial.json"])
def test_no_data_warnings_and_partial_answers_are_never_values(name: str) -> None:
    found = fixture(name, KV_CACHE)
    assert not found.readings
    assert [flaw for flaw, _ in found.flaws] == [Flaw.INCOMPLETE]


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "9223372036854775794", "-0.5"])
def test_what_is_no_measurement_is_no_reading(value: str) -> None:
    found = told(vector(value), KV_CACHE)
    assert not found.readings
    assert found.flaws


def test_a_share_beyond_one_makes_the_unit_uncertain() -> None:
    found = told(vector("45.2"), KV_CACHE)
    assert not found.readings
    assert Flaw.UNIT_UNCERTAIN in {flaw for flaw, _ in found.flaws}
    assert told(vector("45.2"), Question("accelerator_use", "q", "%")).readings[0].value == pytest.approx(0.452)


def test_an_aggregate_with_an_unsupported_device_in_it_is_impossible() -> None:
    assert not told(vector("1152921504606846974"), MEMORY).readings  # the mean of eight devices, one of them without support


def test_a_percentile_at_a_bucket_edge_is_a_bound() -> None:
    assert [(one.value, one.bound) for one in told(vector("39"), TTFT).readings] == [(40.0, Bound.AT_MOST)]
    assert [(one.value, one.bound) for one in told(vector("40"), TTFT).readings] == [(40.0, Bound.AT_LEAST)]
    assert [(one.value, one.bound) for one in told(vector("23.5"), TTFT).readings] == [(23.5, Bound.EXACT)]
    assert told(vector("39"), TTFT).readings[0].raw_value == "39.0"


def test_a_time_to_first_token_of_zero_was_not_measured() -> None:
    assert not told(vector("0"), TTFT).readings


def test_a_text_is_no_value_and_a_scalar_is_one() -> None:
    scalar = b'{"status":"success","data":{"resultType":"scalar","result":[1770000000,"1"]}}'
    assert [one.value for one in told(scalar, Question("availability", "scalar(up)", "ratio")).readings] == [1.0]
    assert not told(scalar.replace(b"scalar", b"string"), KV_CACHE).readings


@pytest.mark.parametrize(
    "question",
    [
        Question("no_such_metric", "q", "s"),
        Question("ttft", "q", "furlongs"),
        Question("ttft", "q", "MiB"),
        Question("ttft", "q", "s", Statistic.PERCENTILE),
        Question("ttft", "q", "s", Statistic.MEAN, 0.95),
        Question("power", "q", "W", Statistic.PERCENTILE, 0.95),
    ],
)
def test_a_question_without_a_certain_unit_is_refused_before_it_is_asked(question: Question) -> None:
    with pytest.raises(BadConfig):
        question.check()


def test_the_key_is_that_of_question_window_server_and_values() -> None:
    body = (FIXTURES / "one.json").read_bytes()
    keys = {told(body, KV_CACHE).key, told(body, KV_CACHE).key}
    assert len(keys) == 1
    other = run(answer(body), KV_CACHE, source="other", started_at=NOW - timedelta(hours=1), ended_at=NOW)
    later = run(answer(body), KV_CACHE, source="test", started_at=NOW, ended_at=NOW + timedelta(hours=1))
    assert len(keys | {other.key, later.key}) == 3


@pytest.mark.parametrize("question", [KV_CACHE, MEMORY, TTFT], ids=lambda one: one.metric)
def test_hostile_payloads_end_in_sound_runs_or_an_error(sample_data: Path, question: Question) -> None:
    samples = [one.read_bytes() for one in sorted(FIXTURES.iterdir())]
    folder = sample_data / "prometheus" / "api_responses"
    samples += [(folder / name).read_bytes() for name in ("instant_vector.json", "range_matrix.json", "instant_scalar.json")]
    hostile(lambda body: [told(body, question)], samples, f"prometheus-{question.metric}")
