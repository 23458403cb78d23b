"""Every importer there is, in the order in which they are asked. A list that one can read, never a folder scan."""

from __future__ import annotations

from readiness.connectors.guidellm import parse as guidellm
from readiness.connectors.importer import Importer
from readiness.connectors.inference_perf import parse as inference_perf
from readiness.connectors.llmperf import parse as llmperf
from readiness.connectors.mlperf import parse as mlperf
from readiness.connectors.sglang_bench import parse as sglang_bench
from readiness.connectors.vllm_bench import parse as vllm_bench

IMPORTERS: tuple[Importer, ...] = (
    sglang_bench.IMPORTER,
    vllm_bench.IMPORTER,
    llmperf.IMPORTER,
    guidellm.IMPORTER,
    inference_perf.IMPORTER,
    mlperf.IMPORTER,
)
