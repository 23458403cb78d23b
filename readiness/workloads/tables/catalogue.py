"""How a catalogue is shown and written to a file: units that people read, and files that come back in as they went out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import yaml

from portfolio.kit.cells import csv_lines
from readiness.workloads.queries.catalogue import with_kv

Row = dict[str, Any]
GIB, GIGA, TERA, KIB = 2**30, 1e9, 1e12, 1024


def accelerator_row(row: Row) -> Row:
    """A row with memory in GiB, bandwidth in GB/s and speeds in TFLOPS; None where not known."""
    return row | {
        "memory_gib": _in(row["memory_bytes"], GIB),
        "bandwidth_gb": _in(row["bandwidth"], GIGA),
        "tflops_bf16": _in(row["flops_bf16"], TERA),
        "tflops_fp8": _in(row["flops_fp8"], TERA),
    }


def model_row(row: Row) -> Row:
    """A row with parameters in billions, KV cache per token in KiB, and its kinds of layers in words."""
    made = with_kv(row)
    return made | {
        "parameters_b": _in(row["parameters"], GIGA),
        "active_b": _in(row["active_parameters"], GIGA),
        "sparse": bool(row["active_parameters"] and row["active_parameters"] != row["parameters"]),
        "kv_kib": _in(made["kv_bytes_per_token"], KIB),
        "layer_words": [layer_words(group) for group in row["layers"]],
    }


def layer_words(group: Row) -> str:
    """`21 x 8 x 256, window 4,096`: layers, KV heads, head dimension; `61 x latent 576`."""
    if group.get("latent_dim") is not None:
        return f"{group['count']} x latent {group['latent_dim']}"
    if not group["kv_heads"]:
        return f"{group['count']} x none"
    window = group.get("window_tokens")
    return f"{group['count']} x {group['kv_heads']} x {group['head_dim']}" + (f", window {window:,}" if window else "")


def yaml_export(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """A list of rows as packs/ ships them; what is not known is left out."""
    for row in rows:
        said = {name: row[name] for name in columns if row[name] not in (None, "", [])}
        yield yaml.safe_dump([said], sort_keys=False, allow_unicode=True, width=10_000)


def json_export(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """One array, an object a row; null is not known."""
    separator = "["
    for row in rows:
        yield separator + json.dumps({name: row[name] for name in columns}, default=_plain, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def csv_export(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """A line a row; layers as JSON, other names joined by semicolons."""
    yield "\ufeff"
    yield from csv_lines(columns, ([_cell(row[name]) for name in columns] for row in rows))


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value) if value and isinstance(value[0], dict) else "; ".join(value)
    return "" if value is None else value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _in(value: float | None, unit: float) -> float | None:
    return None if value is None else value / unit
