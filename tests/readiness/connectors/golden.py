"""What each real file yields, as a table that is committed beside the tests: facts and figures, never the file.

PILOTAGE_WRITE_GOLDEN=1 writes the tables anew; look at the difference before committing it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from readiness.connectors.contract import Reading, Run
from readiness.connectors.detect import read
from readiness.connectors.errors import ConnectorError

SHOWN = {"": ("mean", "total", "point"), "p": (0.5, 0.9, 0.95, 0.99)}


def table(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """One entry a run: what decides, in full, and a digest over every reading."""
    return [entry(run) for run in runs]


def entry(run: Run) -> dict[str, Any]:
    load = run.load
    counts = {"started": load.started, "completed": load.completed, "failed": load.failed, "concurrency": load.concurrency}
    return {
        "place": run.place,
        "key": run.key[:16],
        "flaws": sorted({flaw.value for flaw, _ in run.flaws}),
        "load": {name: value for name, value in counts.items() if value is not None},
        "requested_per_s": load.requested_per_s,
        "values": {name(one): rounded(one.value) for one in run.readings if _shown(one)},
        "readings": len(run.readings),
        "digest": digest(run.readings),
    }


def name(reading: Reading) -> str:
    what = f"p{reading.percentile * 100:g}" if reading.percentile is not None else reading.statistic.value
    labels = "".join(f" {key}={value}" for key, value in sorted(reading.labels.items()))
    return f"{reading.metric} {what}{labels}"


def rounded(value: float) -> float:
    """Nine significant digits: the last bits of a mean may differ between machines."""
    return float(f"{value:.9g}")


def digest(readings: Iterable[Reading]) -> str:
    lines = sorted(f"{name(one)} {one.value:.7g} {one.raw_name} {one.samples}" for one in readings)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _shown(reading: Reading) -> bool:
    if reading.percentile is None:
        return reading.statistic.value in SHOWN[""]
    return any(math.isclose(reading.percentile, float(one)) for one in SHOWN["p"])


def read_all(folder: Path, paths: Iterable[Path]) -> dict[str, Any]:
    """File (relative to `folder`) -> its runs, or the text of the refusal."""
    found: dict[str, Any] = {}
    for path in sorted(paths):
        try:
            found[str(path.relative_to(folder))] = table(read(path.name, path))
        except ConnectorError as refused:
            why = refused.text.split(". ")[0][:120]
            found[str(path.relative_to(folder))] = f"{type(refused).__name__}: {why}"
    return found


def compare(found: Mapping[str, Any], beside: Path) -> None:
    """Against the committed table."""
    if os.environ.get("PILOTAGE_WRITE_GOLDEN"):
        beside.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    expected = json.loads(beside.read_text())
    assert found.keys() == expected.keys()
    for path, runs in expected.items():
        assert found[path] == runs, path
