"""Reading catalogue files, and what a model keeps per token: against the vectors' figures, from the shipped facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.core.sizing.memory import bytes_per_sequence
from readiness.workloads.rules import catalogue
from readiness.workloads.tables.catalogue import csv_export, json_export, yaml_export

PACKS = Path(catalogue.__file__).parent.parent / "packs"


def pack(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((PACKS / f"{name}.yaml").read_text())
    return rows


MODELS = {row["key"]: row for row in pack("models")}


@pytest.mark.parametrize(
    ("key", "precision", "expected"),
    [
        ("llama-3-8b", "bf16", 131_072),
        ("llama-3-70b", "bf16", 327_680),
        ("llama-3-70b", "fp8", 163_840),
        ("llama-2-7b", "bf16", 524_288),
        ("deepseek-v3", "bf16", 70_272),
    ],
)
def test_shipped_models_keep_per_token_what_the_vectors_say(key: str, precision: str, expected: int) -> None:
    assert catalogue.kv_bytes_per_token(MODELS[key]["layers"], precision) == expected


def test_a_sliding_window_bounds_what_half_of_the_layers_of_gemma_keep() -> None:
    groups = catalogue.layers_of(MODELS["gemma-2-27b"]["layers"])
    whole = catalogue.kv_bytes_per_token(MODELS["gemma-2-27b"]["layers"])
    assert whole == 2 * 46 * 16 * 128 * 2
    assert bytes_per_sequence(groups, 2.0, 8192) == pytest.approx(whole * 8192 * 0.75)


def test_unknown_layers_give_no_figure_and_an_encoder_keeps_nothing() -> None:
    assert catalogue.kv_bytes_per_token([]) is None
    assert catalogue.kv_bytes_per_token(MODELS["bge-m3"]["layers"]) == 0


@pytest.mark.parametrize("name", ["accelerators", "models"])
@pytest.mark.parametrize("form", ["yaml", "json", "csv"])
def test_an_export_reads_back_as_it_was(name: str, form: str) -> None:
    fields = catalogue.ACCELERATOR if name == "accelerators" else catalogue.MODEL
    empty = {field: reader("") for field, reader in fields.items() if field not in ("key", "offered_as")}
    rows = [empty | {field: fields[field](value) for field, value in row.items()} for row in pack(name)]
    write = {"yaml": yaml_export, "json": json_export, "csv": csv_export}[form]
    text = "".join(write(rows, list(fields)))
    parsed = catalogue.parse(text, form, fields)
    assert parsed.errors == []
    assert [empty | row for _line, row in parsed.rows] == rows


def test_every_objection_names_its_line() -> None:
    text = "- key: one\n  memory_bytes: much\n- key: two\n  weight: 3\n- name: nobody\n- key: one\n- just text\n"
    errors = catalogue.parse(text, "yaml", catalogue.ACCELERATOR).errors
    assert [line for line, _text in errors] == [1, 3, 5, 6, 7]
    assert "want a number" in errors[0][1]
    assert "no field 'weight'" in errors[1][1]
    assert "needs its key" in errors[2][1]
    assert "stands on line 1" in errors[3][1]


def test_a_csv_line_with_too_many_cells_is_refused_and_named() -> None:
    errors = catalogue.parse("key,name\nx,X\ny,Y,more\n", "csv", catalogue.ACCELERATOR).errors
    assert errors == [(0, "line 3 has more cells than the head")]


@pytest.mark.parametrize(
    "text",
    ["key: one", "- [", "- &a {key: x}\n- *a", "- !!python/object/apply:os.system [ls]", "- key: {a: b}", "[" * 3000],
)
def test_a_hostile_or_broken_file_is_an_objection_and_nothing_else(text: str) -> None:
    assert catalogue.parse(text, "yaml", catalogue.ACCELERATOR).errors


@pytest.mark.parametrize(
    "layers",
    [
        '{"count": 1}',
        '[{"count": 0, "kv_heads": 1, "head_dim": 1}]',
        '[{"count": 3}]',
        '[{"count": 3, "heads": 2}]',
        "[3]",
        "[",
        '[{"count": 1.5, "latent_dim": 3}]',
    ],
)
def test_layers_that_say_nothing_are_refused(layers: str) -> None:
    with pytest.raises(catalogue.Unreadable):
        catalogue.read_layers(layers)


def test_layers_may_be_text_or_a_list() -> None:
    group = {"count": 2, "kv_heads": 8, "head_dim": 64, "window_tokens": 128}
    assert catalogue.read_layers(json.dumps([group])) == catalogue.read_layers([group]) == [group]
