"""GenAI-Perf by its documentation: hand-written files alone, each run says that it is unproven."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.genai_perf.parse import IMPORTER
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.soundness import assert_sound, read_as

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> Run:
    (run,) = read_as(IMPORTER, name)((FIXTURES / name).read_bytes())
    assert_sound(run)
    assert run.unproven
    return run


def test_a_summary_is_read_in_canonical_units() -> None:
    run = fixture("one.json")
    assert run.valid
    found = {(one.metric, one.statistic, one.percentile, one.labels.get("accelerator")): one.value for one in run.readings}
    assert found["latency", Statistic.PERCENTILE, 0.99, None] == pytest.approx(0.9)
    assert found["tpot", Statistic.PERCENTILE, 0.95, None] == pytest.approx(0.006)
    assert found["token_throughput", Statistic.MEAN, None, None] == 404
    assert found["power", Statistic.MEAN, None, "gpu1"] == 290
    assert found["accelerator_use", Statistic.MEAN, None, "gpu0"] == pytest.approx(0.85)
    assert run.load.concurrency == 2
    assert run.load.failed is None  # the tool does not say
    assert not [one for one in run.readings if one.metric == "error_ratio"]


def test_nothing_completed_is_a_flaw() -> None:
    assert Flaw.ALL_FAILED in {flaw for flaw, _ in fixture("empty.json").flaws}


def test_a_rate_that_was_not_reached_is_a_saturated_client() -> None:
    run = fixture("many.json")
    assert [flaw for flaw, _ in run.flaws] == [Flaw.GENERATOR_SATURATED]
    assert run.unread["sessions"]["two"]["request_latency"]["avg"] == 550.0


def test_units_that_are_uncertain_are_refused() -> None:
    run = fixture("hostile.json")
    assert {flaw for flaw, _ in run.flaws} == {Flaw.UNIT_UNCERTAIN, Flaw.INCOMPLETE}
    assert not {one.metric for one in run.readings} & {"throughput", "latency", "accelerator_use"}


def test_a_file_of_aiperf_is_none_of_this_tool() -> None:
    own = (FIXTURES.parent.parent / "aiperf" / "fixtures" / "one.json").read_bytes()
    assert not read_as(IMPORTER)(own)


def test_hostile_payloads_end_in_sound_runs_or_an_error() -> None:
    hostile(read_as(IMPORTER), [one.read_bytes() for one in sorted(FIXTURES.iterdir())], "genai_perf")
