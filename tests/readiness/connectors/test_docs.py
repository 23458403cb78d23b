"""The manual says what the connectors know: every field, every metric, and the figures of the code."""

from __future__ import annotations

import re

import pytest

from readiness.connectors import fetched
from readiness.connectors.http_file import connector as http_file
from readiness.connectors.live import Connector
from readiness.connectors.metrics import METRICS
from readiness.connectors.mlflow import about, parse
from readiness.connectors.mlflow import connector as mlflow
from readiness.connectors.opencost import client as opencost
from readiness.connectors.opencost import connector as opencost_connector
from readiness.connectors.registry import CONNECTORS
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "evidence-connectors.md").read_text()
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))
HERE = [one for one in CONNECTORS if one.kind != "prometheus"]


@pytest.mark.parametrize("connector", HERE, ids=lambda one: one.kind)
def test_every_field_and_choice_is_explained(connector: Connector) -> None:
    fields = (*connector.fields, *connector.ask_fields)
    assert {one.name for one in fields} <= CODE
    assert {value for one in fields for value, _ in one.choices} <= CODE
    assert connector.kind in TEXT


def test_no_field_is_explained_that_there_is_not() -> None:
    tables = TEXT.split("## The metrics")[0]
    rows = re.findall(r"^\| ((?:`[a-z_0-9]+`(?:, )?)+) \|", tables, re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`(.+?)`", row)}
    assert explained <= {one.name for connector in HERE for one in (*connector.fields, *connector.ask_fields)}


def test_the_catalogue_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (\w+) \| (\w+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
    assert rows == [(one.key, one.unit, one.better, one.nature, one.meaning) for one in METRICS.values()]


def test_examples_are_taken() -> None:
    (example,) = re.findall(r"`(\{\"accelerator.*?\})`", TEXT)
    import json

    about.check(json.loads(example))
    (keys,) = re.findall(r"a list of `\{(.*?)\}`", TEXT)
    assert set(re.findall(r'"(\w+)"', keys)) == mlflow.KEYS
    assert parse.TOOL in TEXT


def test_bounds_are_those_of_the_code() -> None:
    assert f"still be found, {mlflow.OVERLAP_H:.0f}" in TEXT
    assert set(opencost.PATHS.values()) <= CODE
    assert f"first pull reads, {opencost_connector.FIRST_DAYS:.0f} (1 to 31)" in TEXT
    assert f"{fetched.FILES_AT_A_TIME} objects or {fetched.BYTES_AT_A_TIME // 2**20} MiB" in TEXT
    assert f"not fetched, {fetched.LARGEST // 2**20}" in TEXT
    assert http_file.CONNECTOR.answer_bytes == fetched.LARGEST
