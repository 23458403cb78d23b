"""Logs and archives of MLPerf with things spoiled."""

from __future__ import annotations

import tarfile
from pathlib import Path

from readiness.connectors.mlperf.parse import IMPORTER
from tests.readiness.connectors.mutation import hostile
from tests.readiness.connectors.soundness import read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"


def test_hostile_payloads_end_in_sound_runs_or_an_error(sample_data: Path) -> None:
    samples = [path.read_bytes() for path in sorted(FIXTURES.iterdir())]
    archive = sample_data / "mlperf" / "mlperf_inference_v4.1_power_sample_H200_MaxQ_gptj.tar.xz"
    with tarfile.open(archive) as members:
        for member in members:
            if member.name.endswith(("mlperf_log_detail.txt", "mlperf_log_summary.txt")):
                stream = members.extractfile(member)
                assert stream is not None
                content = stream.read()
                samples.append(b"\n".join(line for line in content.split(b"\n") if len(line) < 1000))
    hostile(read_as(IMPORTER), samples, "mlperf")


def test_no_single_spoiled_line_makes_an_invalid_run_valid() -> None:
    content = (FIXTURES / "one.txt").read_text()
    lines = content.replace('"result_validity", "value": "VALID"', '"result_validity", "value": "INVALID"').splitlines()
    for at_line in range(len(lines)):
        for instead in ("", "garbage", lines[at_line][:60], lines[at_line].replace('"value"', '"valeu"')):
            payload = "\n".join([*lines[:at_line], instead, *lines[at_line + 1 :]]).encode()
            assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), at_line
