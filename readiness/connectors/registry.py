"""Every importer there is, in the order in which they are asked, and every live connector. Lists that one can read, never a
folder scan."""

from __future__ import annotations

from readiness.connectors.aiperf import parse as aiperf
from readiness.connectors.fio import parse as fio
from readiness.connectors.folder import connector as folder
from readiness.connectors.genai_perf import parse as genai_perf
from readiness.connectors.guidellm import parse as guidellm
from readiness.connectors.http_file import connector as http_file
from readiness.connectors.importer import Importer
from readiness.connectors.inference_perf import parse as inference_perf
from readiness.connectors.iperf3 import parse as iperf3
from readiness.connectors.k6 import parse as k6
from readiness.connectors.kubernetes import connector as kubernetes_api
from readiness.connectors.kubernetes import parse as kubernetes
from readiness.connectors.live import Connector
from readiness.connectors.llmperf import parse as llmperf
from readiness.connectors.locust import parse as locust
from readiness.connectors.mlflow import connector as mlflow
from readiness.connectors.mlperf import parse as mlperf
from readiness.connectors.nccl_tests import parse as nccl_tests
from readiness.connectors.opencost import connector as opencost
from readiness.connectors.prometheus import connector as prometheus
from readiness.connectors.sglang_bench import parse as sglang_bench
from readiness.connectors.vllm_bench import parse as vllm_bench

IMPORTERS: tuple[Importer, ...] = (
    sglang_bench.IMPORTER,
    vllm_bench.IMPORTER,
    llmperf.IMPORTER,
    guidellm.IMPORTER,
    inference_perf.IMPORTER,
    mlperf.IMPORTER,
    aiperf.IMPORTER,
    genai_perf.IMPORTER,
    k6.IMPORTER,
    locust.IMPORTER,
    fio.IMPORTER,
    iperf3.IMPORTER,
    nccl_tests.IMPORTER,
    kubernetes.IMPORTER,
)

CONNECTORS: tuple[Connector, ...] = (
    prometheus.CONNECTOR,
    mlflow.CONNECTOR,
    opencost.CONNECTOR,
    kubernetes_api.CONNECTOR,
    http_file.CONNECTOR,
    folder.CONNECTOR,
)
