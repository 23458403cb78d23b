"""Reads over registers and imports: the report of a run, its rows, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from portfolio.initiatives.choices import RowOutcome
from portfolio.initiatives.models import ImportRow, ImportRun, RegisterRow

COUNTED = ("created", "updated", "unchanged", "rejected")


def report(run: ImportRun) -> dict[str, Any]:
    """The whole account of a run as data: counts, what is missing, every rejected row and every unread cell.

    rows = created + updated + unchanged + rejected.
    """
    counts = run.counts
    rejected, unread, repeats = _issues(run)
    return {
        "file": run.file_name,
        "sha256": run.sha256,
        "register": run.plan.get("register", ""),
        "state": run.state,
        **{name: counts.get(name, 0) for name in ("rows", *COUNTED, "missing", "newly_missing", "returned")},
        "rejected_rows": rejected,
        "unread_cells": unread,
        "repeats": repeats,
        "notes": run.notes,
    }


def rows_of(run: ImportRun, outcome: str = "") -> QuerySet[ImportRow]:
    """Staged rows in file order; of one outcome, or with `issues` those that say something."""
    rows = ImportRow.objects.filter(run=run).order_by("line", "id")
    if outcome == "issues":
        return rows.exclude(issues=[])
    return rows.filter(outcome=outcome) if outcome else rows


def issue_lines(run: ImportRun) -> Iterator[dict[str, Any]]:
    """`{line, kind, field, column, value, reason}` of every issue of the run's file, in file order.

    After publishing, rows that the file left unchanged are gone from staging: what they say stands in the register.
    """
    for row in rows_of(run).exclude(issues=[]).values("line", "issues").iterator(chunk_size=2_000):
        for issue in row["issues"]:
            yield {
                "line": row["line"],
                "kind": issue["kind"],
                "field": issue["target"],
                "column": issue["column"],
                "value": issue["value"],
                "reason": issue["reason"],
            }


def _issues(run: ImportRun) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"rejected": [], "unread": [], "repeat": []}
    for issue in issue_lines(run):
        found[issue.pop("kind")].append(issue)
    return found["rejected"], found["unread"], found["repeat"]


def register_rows_of(initiative_id: int) -> QuerySet[RegisterRow]:
    """What registers say of an initiative: raw values beside their interpretation."""
    return RegisterRow.objects.filter(initiative_id=initiative_id).select_related("register", "run")


def first_rows(run: ImportRun, count: int = 20) -> list[ImportRow]:
    """The first staged rows that land, for raw beside interpreted."""
    return list(rows_of(run).exclude(outcome=RowOutcome.REJECTED)[:count])
