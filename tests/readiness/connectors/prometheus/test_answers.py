"""Answers of the Prometheus API: the real ones of a 2.42 server and hand-written ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.prometheus.answers import answer, label_values, version
from tests.readiness.connectors import golden

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"


def outcome(body: bytes) -> Any:
    """What an answer says, or which error it is."""
    try:
        told = answer(body)
    except ConnectorError as error:
        return f"{type(error).__name__}: {error.text[:80]}"
    values = [[one.labels, [value for _, value in one.samples], dict(one.left_out)] for one in told.series]
    return {"shape": told.shape, "series": values, "warnings": list(told.warnings), "partial": told.partial}


def test_the_real_answers_yield_the_golden_table(sample_data: Path) -> None:
    files = sorted((sample_data / "prometheus" / "api_responses").iterdir())
    golden.compare({path.name: outcome(path.read_bytes()) for path in files}, HERE / "golden.json")


@pytest.mark.parametrize("name", ["instant_nan", "instant_posinf", "instant_neginf", "histogram_quantile_no_traffic_nan"])
def test_what_is_no_number_never_becomes_a_value(sample_data: Path, name: str) -> None:
    told = answer((sample_data / "prometheus" / "api_responses" / f"{name}.json").read_bytes())
    assert [one.samples for one in told.series] == [()]
    assert sum(told.left_out.values()) == 1


def test_the_values_of_a_device_without_support_are_left_out() -> None:
    told = answer((FIXTURES / "many.json").read_bytes())
    assert [[value for _, value in one.samples] for one in told.series] == [[70000, 70001], []]
    assert told.left_out == {"NaN": 1, "infinite": 1, "not supported by the device": 2}
    assert told.infos
    assert not told.warnings


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"status":"error","errorType":"timeout","error":"query timed out"}', Retryable),
        (b'{"status":"error","errorType":"unavailable","error":"starting"}', Retryable),
        (b'{"status":"error","errorType":"bad_data","error":"parse error"}', BadConfig),
        (b'{"status":"error","errorType":"execution","error":"many-to-many"}', BadConfig),
        (b'{"status":"error","errorType":"not_found","error":"?"}', Fatal),
        (b"<html><body>502 Bad Gateway</body></html>", Fatal),
        (b'{"status":"success","data":{"resultType":"streams","result":[]}}', Fatal),
        (b'{"message":"ok"}', Fatal),
        (b"", Fatal),
        (b'{"status":"success","data":{"resultType":"vector","resu', Fatal),
    ],
)
def test_an_error_is_named_by_what_to_do_next(body: bytes, error: type[ConnectorError]) -> None:
    with pytest.raises(error):
        answer(body)


def test_a_server_says_its_version_and_its_labels(sample_data: Path) -> None:
    folder = sample_data / "prometheus" / "api_responses"
    assert version((folder / "buildinfo.json").read_bytes()) == "2.42.0+ds"
    assert label_values((folder / "label_values.json").read_bytes()) == ("m",)
    with pytest.raises(Fatal):
        label_values((folder / "buildinfo.json").read_bytes())


def test_too_many_series_are_refused() -> None:
    body = b'{"status":"success","data":{"resultType":"vector","result":[' + b",".join([b"{}"] * 10_001) + b"]}}"
    with pytest.raises(Fatal, match="aggregate"):
        answer(body)
