"""The official MLPerf v4.1 table's pairs, where the sample data are on this machine."""

from __future__ import annotations

import json
from functools import cache

from readiness.core.sizing.derates import Pair, paired
from tests.portfolio.formats.samples import sample


@cache
def official_pairs() -> tuple[Pair, ...]:
    return paired(json.loads(sample("mlperf/mlperf_inference_v4.1_official_summary_results.json").read_bytes()))
