"""Decisions for spreadsheets and other readers: with the panel, what each said, and the conditions, as they were then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from portfolio.kit.cells import csv_lines
from readiness.gates.choices import OUTCOME_LABELS, Outcome

Row = Mapping[str, Any]
COLUMNS = (
    "id", "initiative_key", "initiative_name", "unit_name", "gate", "gate_name", "round", "turn", "outcome", "recommended",
    "mode", "at", "by_name", "reason", "reason_code", "lesson", "reviewers", "conditions", "supersedes_id", "superseded_by_id",
    "review_id", "chain", "sequence", "previous", "digest", "hash",
)  # fmt: skip


def reviewers(content: Row) -> list[dict[str, Any]]:
    """Each seat with who filled it and the vote in effect; a seat without a vote stands there too."""
    names, replaced = content["people"], {one["supersedes"] for one in content["votes"]}
    votes = {one["seat"]: one for one in content["votes"] if one["id"] not in replaced}
    return [_reviewer(seat, votes.get(seat["holder"]), names) for seat in content["seats"]]


def _reviewer(seat: Row, vote: Row | None, names: Row) -> dict[str, Any]:
    stood_in = vote is not None and vote["by"] != vote["seat"]
    return {
        "name": names.get(str(seat["holder"]), ""), "functions": seat["functions"], "standing": seat["standing"],
        "ballot": vote["ballot"] if vote else "", "cast_by": names.get(str(vote["by"]), "") if vote and stood_in else "",
        "rationale": vote["rationale"] if vote else "", "at": vote["at"] if vote else "",
    }  # fmt: skip


def whole(row: Row) -> dict[str, Any]:
    """A row of queries.listed.exported_decisions with its content read."""
    told = {name: value for name, value in row.items() if name != "content"}
    return told | {"reviewers": reviewers(json.loads(row["content"]))}


def csv(rows: Iterable[Row]) -> Iterator[str]:
    """Marked as UTF-8, which spreadsheets take for something else otherwise."""
    yield "\ufeff"
    yield from csv_lines(COLUMNS, (_cells(whole(row)) for row in rows))


def _cells(row: Row) -> list[Any]:
    said = dict(row) | {
        "at": row["at"].isoformat(), "outcome": OUTCOME_LABELS[Outcome(row["outcome"])],
        "recommended": OUTCOME_LABELS[Outcome(row["recommended"])],
        "reviewers": "; ".join(_said(one) for one in row["reviewers"]),
        "conditions": "; ".join(f"{one['text']} ({one['owner']}, {one['due']})" for one in row["conditions"]),
    }  # fmt: skip
    return ["" if said[name] is None else said[name] for name in COLUMNS]


def _said(one: Row) -> str:
    """`Ida (business): go` with the delegate and the words where there are any."""
    stands_for = ", ".join(name.replace("_", " ") for name in one["functions"])
    word = one["ballot"] or one["standing"].replace("_", " ")
    by = f" by {one['cast_by']}" if one["cast_by"] else ""
    return f"{one['name']} ({stands_for}): {word}{by}" + (f", {one['rationale']}" if one["rationale"] else "")


def as_json(rows: Iterable[Row]) -> Iterator[bytes]:
    """One array, row by row."""
    yield b"["
    for place, row in enumerate(rows):
        yield (b",\n" if place else b"\n") + orjson.dumps(whole(row))
    yield b"\n]\n"


EXPORTS: dict[str, tuple[Callable[[Iterable[Row]], Iterator[Any]], str]] = {
    "csv": (csv, "text/csv"),
    "json": (as_json, "application/json"),
}
