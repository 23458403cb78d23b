"""Which column of this file does a mapping mean? By header text, without case and double spaces, or `X [n]`."""

from __future__ import annotations

import difflib

from portfolio.formats.errors import MissingColumns
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.words import folded


def find_columns(mapping: Mapping, headers: tuple[str, ...]) -> dict[str, int]:
    """Position of each mapped column that the file has, by the mapping's name for it.

    Raises MissingColumns (with the headers there are and the closest ones) if a required one is absent.
    """
    positions: dict[str, int] = {}
    for position, header in enumerate(headers):
        positions.setdefault(folded(header), position)
    found: dict[str, int] = {}
    missing: dict[str, None] = {}
    for field in mapping.fields:
        for column in field.columns:
            place = positions.get(_first_of_repeated(folded(column)))
            if place is not None:
                found[column] = place
            elif field.required:
                missing[column] = None
    if mapping.closure is not None:
        closing = positions.get(_first_of_repeated(folded(mapping.closure.column)))
        if closing is None:
            missing[mapping.closure.column] = None
        else:
            found[mapping.closure.column] = closing
    if missing:
        raise MissingColumns(tuple(missing), headers, {name: closest_headers(name, headers) for name in missing})
    return found


def _first_of_repeated(name: str) -> str:
    return name.removesuffix(" [1]")


def closest_headers(name: str, headers: tuple[str, ...]) -> tuple[str, ...]:
    by_fold = {folded(header): header for header in headers}
    return tuple(by_fold[near] for near in difflib.get_close_matches(folded(name), list(by_fold), n=3, cutoff=0.5))
