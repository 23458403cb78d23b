"""The text of nccl-tests by its documentation: each run says that it is unproven."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.nccl_tests.parse import IMPORTER
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.soundness import assert_sound, read_as

FIXTURES = Path(__file__).parent / "fixtures"
READ = read_as(IMPORTER)


def fixture(name: str) -> list[Run]:
    runs = READ((FIXTURES / name).read_bytes())
    for run in runs:
        assert_sound(run)
        assert run.unproven
    return runs


def test_bus_bandwidth_is_read_by_size_and_placement() -> None:
    (run,) = fixture("one.txt")
    assert run.valid
    found = {(one.statistic, one.labels.get("bytes"), one.labels.get("placement")): one for one in run.readings}
    assert len(found) == 7
    reading = found[Statistic.MEAN, "4194304", "in_place"]
    assert reading.value == pytest.approx(53.09e9)
    assert reading.labels["collective"] == "all_reduce"
    assert reading.samples == 20
    assert found[Statistic.MAX, None, None].value == pytest.approx(53.09e9)
    assert run.unread["average_over_all_sizes"] == "36.2033"


def test_devices_and_library_are_the_environment() -> None:
    environment = fixture("one.txt")[0].environment
    assert (environment.accelerator, environment.accelerators, environment.nodes) == ("NVIDIA H100 80GB HBM3", 2, 1)
    assert (environment.software, environment.software_version) == ("NCCL", "2.21.5")


def test_several_tests_of_one_log_are_several_runs() -> None:
    gathered, reduced, cut = fixture("many.txt")
    assert gathered.valid
    assert gathered.environment.nodes == 2
    assert [flaw for flaw, _ in reduced.flaws] == [Flaw.NOT_A_RESULT]
    assert {one.labels.get("placement") for one in reduced.readings if one.statistic is Statistic.MEAN} == {"in_place"}
    assert Flaw.INCOMPLETE in {flaw for flaw, _ in cut.flaws}


def test_a_table_without_rows_measured_nothing() -> None:
    assert [flaw for flaw, _ in fixture("empty.txt")[0].flaws] == [Flaw.ALL_FAILED]


def test_another_unit_is_refused() -> None:
    (run,) = fixture("hostile.txt")
    assert Flaw.UNIT_UNCERTAIN in {flaw for flaw, _ in run.flaws}
    assert not run.readings


def test_any_cut_of_a_log_is_no_complete_test() -> None:
    content = (FIXTURES / "one.txt").read_bytes()
    end = content.index(b"# Avg bus bandwidth    :")
    for length in range(0, end, 7):
        assert not any(run.valid for run in READ(content[:length]))


def test_hostile_payloads_end_in_sound_runs_or_an_error() -> None:
    hostile(READ, [one.read_bytes() for one in sorted(FIXTURES.iterdir())], "nccl_tests")
