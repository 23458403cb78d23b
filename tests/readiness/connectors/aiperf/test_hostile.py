"""AIPerf files with things spoiled."""

from __future__ import annotations

from pathlib import Path

from readiness.connectors.aiperf.parse import IMPORTER
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"
READ = read_as(IMPORTER)


def test_hostile_payloads_end_in_sound_runs_or_an_error(sample_data: Path) -> None:
    samples = [one.read_bytes() for one in sorted(FIXTURES.iterdir())]
    samples += [one.read_bytes()[:40_000] for one in sorted((sample_data / "aiperf").iterdir())]
    hostile(READ, samples, "aiperf")


def test_no_single_spoiled_place_makes_a_failed_run_valid() -> None:
    content = (FIXTURES / "empty.json").read_bytes()
    for place, payload in each_spoiled(content):
        assert not any(run.valid for run in survived(READ, payload)), place
