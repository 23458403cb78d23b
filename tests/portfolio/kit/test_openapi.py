"""The API's own description: valid, and no name in it means two things."""

from __future__ import annotations

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


def test_the_description_is_valid_and_every_component_means_one_thing() -> None:
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    validate_schema(schema)  # type: ignore[no-untyped-call]
    assert len(schema["paths"]) > 60
    twice = [text for text in GENERATOR_STATS._warn_cache if "identical names" in text]
    assert twice == []
    assert GENERATOR_STATS._error_cache == {}
