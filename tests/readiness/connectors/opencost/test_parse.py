"""Allocations: the real example of OpenCost and hand-written ones."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from readiness.connectors.contract import Flaw, Kind, Run
from readiness.connectors.errors import BadConfig, ConnectorError, Fatal, Retryable
from readiness.connectors.opencost.parse import NOBODYS, allocations
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.soundness import assert_sound

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"


def read(body: bytes, currency: str = "EUR") -> list[Run]:
    return list(allocations(body, currency=currency, source="test"))


def fixture(name: str, currency: str = "EUR") -> dict[str, Run]:
    runs = read((FIXTURES / name).read_bytes(), currency)
    for run in runs:
        assert_sound(run)
        assert run.kind is Kind.COST
    return {run.name if run.place.startswith("data[0]") else run.place: run for run in runs}


def values(run: Run) -> dict[tuple[str, str | None], float]:
    return {(one.metric, one.labels.get("component")): one.value for one in run.readings}


@pytest.fixture(scope="module")
def real(sample_data: Path) -> bytes:
    return (sample_data / "opencost" / "allocation-example-output.json").read_bytes()


def test_the_real_example_yields_the_golden_table(real: bytes) -> None:
    golden.compare({"allocation-example-output.json": golden.table(read(real))}, HERE / "golden.json")


def test_the_total_of_the_real_example_is_the_sum_of_its_parts(real: bytes) -> None:
    parts = ("cpuCost", "gpuCost", "ramCost", "pvCost", "networkCost", "loadBalancerCost", "sharedCost", "externalCost")
    written = orjson.loads(real)["data"][0]
    for run in read(real):
        assert run.valid
        assert values(run)["cost_total", None] == pytest.approx(sum(written[run.name][part] for part in parts), abs=2e-5)
        assert values(run)["cost_per_hour", None] == pytest.approx(written[run.name]["totalCost"] / (10079.22199 / 60))
        assert ("cost_total", "accelerators") not in values(run)  # no accelerator was held: no price of it


def test_costs_have_a_currency_a_basis_and_the_accelerators_part() -> None:
    run = fixture("one.json")["inference"]
    assert run.valid
    assert values(run)["cost_total", None] == 224
    assert values(run)["cost_total", "accelerators"] == 200  # with its adjustment
    assert values(run)["cost_per_hour", None] == pytest.approx(224 / 24)
    assert values(run)["accelerator_count", None] == 4
    money = [one.labels for one in run.readings if one.metric.startswith("cost")]
    assert {(one["currency"], one["basis"]) for one in money} == {("EUR", "allocation")}
    assert (run.environment.venue, run.duration_s) == ("prod-a", 86_400)


def test_without_a_currency_there_is_no_money() -> None:
    run = fixture("one.json", "")["inference"]
    assert {one.metric for one in run.readings} == {"accelerator_count"}
    assert [flaw for flaw, _ in run.flaws] == [Flaw.UNIT_UNCERTAIN]
    with pytest.raises(BadConfig):
        fixture("one.json", "euros")


def test_what_nobody_asked_for_bears_its_own_name_and_empty_steps_are_none() -> None:
    runs = fixture("many.json")
    assert list(runs) == ["__idle__", "batch", "data[2].batch"]
    assert runs["__idle__"].name in NOBODYS
    assert values(runs["__idle__"])["accelerator_count", None] == 3
    assert values(runs["batch"])["cost_per_hour", None] == pytest.approx(5 / (30.5 / 60))
    assert len({run.key for run in runs.values()}) == 3
    assert fixture("empty.json") == {}


def test_a_negative_or_contradicted_total_is_flawed() -> None:
    runs = fixture("hostile.json")
    assert not any(run.valid for run in runs.values())
    assert not runs["credit"].readings
    assert "the parts give" in runs["sum"].flaws[0][1]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"code": 400, "data": null, "message": "invalid window"}', BadConfig),
        (b'{"code": 403, "message": "no"}', BadConfig),
        (b'{"code": 500, "message": "boom"}', Retryable),
        (b'{"code": 200, "data": {"a": 1}}', Fatal),
        (b"<html>", Fatal),
        (b"", Fatal),
    ],
)
def test_an_error_is_named_by_what_to_do_next(body: bytes, error: type[ConnectorError]) -> None:
    with pytest.raises(error):
        read(body)


def test_hostile_payloads_end_in_sound_runs_or_an_error(real: bytes) -> None:
    hostile(read, [*((FIXTURES / name).read_bytes() for name in ("one.json", "many.json", "hostile.json")), real], "opencost")
