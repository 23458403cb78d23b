"""Fills a database of MLflow with runs, by MLflow's own code in its own Python: seed.py sqlite:///... first count

Run n tells 100 + n ms as its ttft_p95_ms and ends with three others in one millisecond, so that a test can compute what must be
read, and pages end between runs that ended at once.
"""

from __future__ import annotations

import sys
from typing import Any

EXPERIMENT = "serving H100"
EPOCH_MS = 1_760_000_000_000
STATES = {13: "RUNNING", 17: "DELETED", 7: "FAILED", 11: "KILLED"}  # every n-th


def state(number: int) -> str:
    return next((name for every, name in STATES.items() if number % every == every - 1), "FINISHED")


def ended_ms(number: int) -> int:
    return EPOCH_MS + (number - number % 4) * 1000


def main(uri: str, first: int, count: int) -> None:
    from mlflow.entities import Metric, Param, RunTag  # type: ignore[import-not-found]
    from mlflow.tracking import MlflowClient  # type: ignore[import-not-found]

    client: Any = MlflowClient(tracking_uri=uri)
    found = client.get_experiment_by_name(EXPERIMENT)
    experiment = found.experiment_id if found else client.create_experiment(EXPERIMENT)
    for number in range(first, first + count):
        run = client.create_run(experiment, start_time=EPOCH_MS - 60_000 + number * 1000, run_name=f"run {number}").info.run_id
        told = {
            "ttft_p95_ms": 100.0 + number,
            "tokens_per_s": float("nan") if number % 5 == 0 else 1000.0 + number,
            "latency_s": float("inf") if number % 5 == 1 else 2.0,
            "failed": 50.0 if number % 19 == 0 else 0.0,
            "completed": 950.0,
        }
        params = {"gpu": "H100", "max_concurrency": "64", "hf_token": "hf_abcdefghijklmnop"}
        client.log_batch(
            run,
            [Metric(name, value, EPOCH_MS, 0) for name, value in told.items()],
            [Param(name, value) for name, value in params.items()],
            [RunTag("suite", "serving" if number % 2 else "smoke")],
        )
        if state(number) == "RUNNING":
            continue
        client.set_terminated(run, "FINISHED" if state(number) == "DELETED" else state(number), end_time=ended_ms(number))
        if state(number) == "DELETED":
            client.delete_run(run)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
