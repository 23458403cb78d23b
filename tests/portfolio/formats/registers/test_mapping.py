"""Mappings are data: checked with the place of each fault, and the same after a round trip."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portfolio.formats.errors import BadMapping
from portfolio.formats.registers.mapping_data import mapping_from_data, mapping_from_text
from portfolio.formats.registers.mapping_export import mapping_to_data
from portfolio.formats.registers.profiles import PROFILES, load_profile

GOOD: dict[str, Any] = {"register": "ours", "key": "unit_name_ordinal", "fields": {"name": "Title"}}


def with_field(target: str, spec: object) -> dict[str, Any]:
    return {**GOOD, "fields": {**GOOD["fields"], target: spec}}


def with_closure(**closure: object) -> dict[str, Any]:
    mapping = with_field("retired_on", "Closed")
    return {**mapping, "closure": {"column": "Stage", "values": ["Retired"], "kind": "retired", **closure}}


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_survives_the_way_through_json(name: str) -> None:
    mapping = load_profile(name).mapping
    assert mapping_from_data(json.loads(json.dumps(mapping_to_data(mapping)))) == mapping


@pytest.mark.parametrize("name", PROFILES)
def test_the_profiles_bring_the_same_four_stages(name: str) -> None:
    stages = load_profile(name).lifecycle.stages
    assert [stage.key for stage in stages] == [
        "initiated",
        "acquisition_development",
        "implementation_assessment",
        "operation",
    ]
    assert [stage.kind for stage in stages] == ["before_production"] * 3 + ["production"]


def test_an_unknown_profile_is_a_named_error() -> None:
    with pytest.raises(BadMapping, match="us-federal-2024"):
        load_profile("../../etc/passwd")


def test_yaml_words_stay_words() -> None:
    mapping = mapping_from_text(
        "register: 2024\nfields:\n  name: No\n  answers.ato: {column: Yes, values: {No: no, Yes: yes, 1: partly}}\n"
    )
    assert mapping.register == "2024"
    assert mapping.fields[0].columns == ("No",)
    assert mapping.fields[1].values == (("No", "no"), ("Yes", "yes"), ("1", "partly"))


@pytest.mark.parametrize(
    ("data", "place", "says"),
    [
        ([], "mapping", "block"),
        ({**GOOD, "fileds": {}}, "mapping.fileds", "did you mean fields"),
        ({**GOOD, "register": " "}, "register", "missing"),
        ({**GOOD, "fields": {}}, "fields", "at least one field"),
        ({**GOOD, "fields": {"purpose": "x"}}, "fields", "name is missing"),
        ({**GOOD, "key": "external_id"}, "key", "neither external_id"),
        ({**GOOD, "key": "name"}, "key", "none of"),
        (with_field("stag", "x"), "fields.stag", "did you mean stage"),
        (with_field("stage", {"colunm": "x"}), "fields.stage.colunm", "did you mean column"),
        (with_field("stage", {}), "fields.stage.columns", "at least one column"),
        (with_field("stage", {"column": "x", "columns": ["y"]}), "fields.stage", "both"),
        (with_field("stage", {"column": "x", "kind": "date"}), "fields.stage.kind", "does not fit"),
        (with_field("stage", {"column": "x", "otherwise": "guess"}), "fields.stage.otherwise", "none of"),
        (with_field("stage", {"column": "x", "values": ["a"]}), "fields.stage.values", "block"),
        (with_field("stage", {"column": "x", "values": {"a": True}}), "fields.stage.values.a", "quotation marks"),
        (
            with_field("developed_by", {"column": "x", "values": {"a": "us"}}),
            "fields.developed_by.values.a",
            "in_house",
        ),
        (with_field("status", {"column": "x", "default": "fine"}), "fields.status.default", "none of"),
        (
            with_field("initiated_on", {"column": "x", "dates": {"order": "us"}}),
            "fields.initiated_on.dates.order",
            "mdy",
        ),
        (
            with_field("initiated_on", {"column": "x", "dates": {"fiscal_year_start_month": 13}}),
            "fields.initiated_on.dates.fiscal_year_start_month",
            "1 to 12",
        ),
        (with_field("expected_value", {"column": "x", "scale": "-1"}), "fields.expected_value.scale", "above zero"),
        (with_field("expected_value", {"column": "x", "scale": "NaN"}), "fields.expected_value.scale", "above zero"),
        (with_field("purpose", {"column": "x", "required": "maybe"}), "fields.purpose.required", "true or false"),
        (with_closure(values=[]), "closure.values", "lists the texts"),
        (with_closure(closed_on="implemented_on"), "closure.closed_on", "not a mapped field"),
        (with_closure(kind="gone"), "closure.kind", "retired"),
        (
            with_closure(kind={"when_dated": "name", "then": "retired", "otherwise": "drifted"}),
            "closure.kind.when_dated",
            "date",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(data: object, place: str, says: str) -> None:
    with pytest.raises(BadMapping) as caught:
        mapping_from_data(data)
    assert caught.value.place == place
    assert says in caught.value.what


@pytest.mark.parametrize(
    "text",
    [
        "register: [",
        "a: &x 1\nb: *x",
        "register: x\nregister: y",
        "!!python/object/apply:os.system ['true']",
        "[" * 5_000,
        "x" * 400_000,
    ],
)
def test_a_text_that_is_no_mapping_is_a_named_error(text: str) -> None:
    with pytest.raises(BadMapping):
        mapping_from_text(text)
