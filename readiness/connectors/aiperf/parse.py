"""AIPerf's profile export of every schema: the summary as JSON and as CSV, and the records per request as JSON lines.

The three are views of one run and bear one key. Times carry no zone. Latencies are milliseconds, shares per cent;
`inter_token_latency` is per request (a TPOT), `inter_chunk_latency` per gap. Error-adjusted figures are not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from readiness.connectors.aiperf import csv_tables, records, summary
from readiness.connectors.contract import Run
from readiness.connectors.document import Document
from readiness.connectors.importer import Importer, Sight

SUMMARY, TABLES, RECORDS = "summary", "csv", "records"
_TAGS = ("request_latency", "request_count", "request_throughput", "error_request_count", "benchmark_duration")
_OWN = ("aiperf_version", "schema_version", "was_cancelled", "error_summary")  # no such key in GenAI-Perf


def recognise(sight: Sight) -> str:
    seen = sight.outline
    if seen.has("metadata.benchmark_phase", "metadata.request_start_ns") or seen.has("metadata.x_request_id", "metrics"):
        return RECORDS
    if any(f"{tag}.unit" in seen.keys for tag in _TAGS) and any(key in seen.keys for key in _OWN):
        return SUMMARY
    return TABLES if csv_tables.looks_like(sight.head) else ""


def read(document: Document, form: str) -> Iterator[Run]:
    if form == RECORDS:
        yield records.read(document.read())
    elif form == TABLES:
        yield csv_tables.read(document.read())
    else:
        yield summary.read(document.read())


IMPORTER = Importer(
    tool=summary.TOOL,
    label="AIPerf",
    looks_for="profile_export_aiperf.json or .csv, or profile_export.jsonl with one record per request",
    recognise=recognise,
    read=read,
)
