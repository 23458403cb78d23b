"""The manual says what the connector knows: every field, key, placeholder, template and bound of it."""

from __future__ import annotations

import re

from readiness.connectors.prometheus import promql, pulling, questions, windows
from readiness.connectors.prometheus.connector import CONNECTOR
from readiness.connectors.prometheus.templates import packs
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "evidence-prometheus.md").read_text()
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))


def test_every_field_and_key_is_explained_and_no_other() -> None:
    fields = {one.name for one in (*CONNECTOR.fields, *CONNECTOR.ask_fields)}
    assert fields | questions.KEYS <= CODE
    rows = re.findall(r"^\| ((?:`[a-z_0-9]+`(?:, )?)+) \|", TEXT, re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`(.+?)`", row)}
    assert explained <= fields | questions.KEYS | {pack.key for pack in packs()}


def test_every_placeholder_is_explained() -> None:
    assert {f"${name}" for name in promql.PLACEHOLDERS} == {one for one in CODE if one.startswith("$")}


def test_every_template_is_listed_under_its_name() -> None:
    assert re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", TEXT, re.MULTILINE)[-len(packs()) :] == [
        (pack.key, pack.name) for pack in packs()
    ]


def test_bounds_are_those_of_the_code() -> None:
    days, moments = windows.MOST_BACK_S // 86_400, windows.MOST_MOMENTS
    assert f"at most {days} days back and {moments:,} moments" in TEXT
    assert "after a third of its time or half a million samples" in TEXT
    assert (pulling.SAMPLES_A_PULL, pulling.HOLD_S, pulling.HOLD_STEPS) == (500_000, 86_400, 1_000)
    assert f"1 to {questions.MOST_QUERIES}" in TEXT
