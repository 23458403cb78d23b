"""The CSV summary: two or three tables below each other, with columns of their own, two decimals, CRLF."""

from __future__ import annotations

import re

from readiness.connectors.aiperf import summary
from readiness.connectors.contract import Environment, Run
from readiness.connectors.payload import decoded, parse_csv
from readiness.connectors.statblock import Block
from readiness.connectors.values import text

_TAGS = {
    "Request Latency": "request_latency",
    "Time to First Token": "time_to_first_token",
    "Inter Token Latency": "inter_token_latency",
    "Inter Chunk Latency": "inter_chunk_latency",
    "Request Throughput": "request_throughput",
    "Output Token Throughput": "output_token_throughput",
    "Total Token Throughput": "total_token_throughput",
    "Input Token Throughput": "input_token_throughput",
    "Effective Concurrency": "effective_concurrency",
    "Credit-to-Start Latency": "credit_to_start_latency",
    "Input Sequence Length": "input_sequence_length",
    "Output Sequence Length": "output_sequence_length",
    "Request Count": "request_count",
    "Error Request Count": "error_request_count",
    "Completed Requests (Success + Error)": "completed_request_count",
    "Request Error Rate": "request_error_rate",
    "Benchmark Duration": "benchmark_duration",
}
_COUNTED = {"request_count", "error_request_count", "completed_request_count", "effective_concurrency"}  # printed without a unit
_NAMED = re.compile(r"(?P<name>.*?)(?: \((?P<unit>[^()]*)\))?")
_HEAD = re.compile(r"Metric,(?:avg|Value)\b")


def looks_like(head: bytes) -> bool:
    text_head = decoded(head[:8192]).lstrip()
    return bool(_HEAD.match(text_head)) and any(
        word in text_head
        for word in ("(requests/sec)", "\nError Request Count", "\nRequest Count,", "\nBenchmark Duration (sec)")
    )


def read(content: bytes) -> Run:
    """A run of the tables; a GPU table names the accelerators, its figures are in the JSON as well and are not read twice."""
    found: dict[str, Block] = {}
    rest: dict[str, object] = {}
    gpus: set[str] = set()
    header: list[str] = []
    for row in parse_csv(content):
        if not any(cell.strip() for cell in row):
            header = []
        elif not header:
            header = [cell.strip() for cell in row]
        elif header[0] == "Endpoint":
            gpus.add(text(dict(zip(header, row, strict=False)).get("GPU_Name")))
        else:
            _keep(row, header, found, rest)
    names = sorted(gpus - {""})
    environment = Environment(accelerator=", ".join(names), users_real=False)
    return summary.run(found, summary.Told(form="csv", environment=environment, rest=rest))


def _keep(row: list[str], header: list[str], found: dict[str, Block], rest: dict[str, object]) -> None:
    name, unit = _split(row[0].strip())
    stats = {
        "avg" if key == "Value" else key: cell.strip() for key, cell in zip(header[1:], row[1:], strict=False) if cell.strip()
    }
    tag = _TAGS.get(name)
    if tag is None:
        rest[row[0].strip().replace(" ", "_")] = stats.get("avg", "")
    else:
        found.setdefault(tag, Block(unit or ("requests" if tag in _COUNTED else ""), stats))


def _split(written: str) -> tuple[str, str]:
    """("Request Latency (error-adjusted)", "ms"): the last brackets hold the unit, unless the name itself ends in brackets."""
    if written in _TAGS:
        return written, ""
    split = _NAMED.fullmatch(written)
    return (split["name"], split["unit"] or "") if split else (written, "")
