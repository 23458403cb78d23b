"""A configuration and an ask for each kind of source, which its connector must take; tests of all kinds spoil them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ADDRESS = "https://source.example:8443/base"
EXAMPLES: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "prometheus": (
        {"address": ADDRESS, "server": "mimir", "tenant": "a"},
        {
            "queries": [
                {"query": "x{$matchers}", "metric": "kv_cache_use", "unit": "ratio"},
                {
                    "query": "max(up{$targets})", "metric": "availability", "unit": "ratio", "statistic": "mean",
                    "coverage": "count(up{$targets})", "window_s": 900,
                },
            ],
            "matchers": {"model_name": "llama"},
            "targets": {"job": "vllm"},
            "step_s": 15,
            "first_days": 0,
        },
    ),
    "mlflow": (
        {"address": ADDRESS},
        {"experiments": "serving", "metrics": [{"name": "ttft_p95_ms", "metric": "ttft", "unit": "ms", "statistic": "mean"}]},
    ),
    "folder": ({"folder": "results", "min_age_s": 10}, {"below": "nightly", "pattern": "*.json"}),
    "http_file": ({"address": ADDRESS, "region": "eu-central-1"}, {"path": "/results/latest.json", "query": {"job": "bench"}}),
    "kubernetes": ({"address": ADDRESS, "cluster": "prod-a"}, {"read": "allocation", "node_selector": "pool=inference"}),
    "opencost": ({"address": ADDRESS, "currency": "EUR"}, {"aggregate": "namespace"}),
}  # fmt: skip
