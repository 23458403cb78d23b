"""Two years of one small register whose ids do not agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from portfolio.initiatives.models import ImportRun, LinkProposal
from portfolio.initiatives.queries.links import proposals_of
from tests.portfolio.initiatives.importing import BY, publish, row, run_jobs, stage, write_csv

SHELF = {"Name": "Shelf camera for empty places", "Purpose": "Cameras count what is missing on the shelves of stores"}
CALLS = {"Name": "Forecast of calls in the service centre", "Purpose": "Staffing of the telephone desk by the hour"}
FRAUD = {"Name": "Refund fraud scoring", "Purpose": "Scores refunds so that clerks look at the odd ones first"}


def first_year(tmp_path: Path, **options: Any) -> ImportRun:
    return publish(
        write_csv(tmp_path / "2023.csv", [row(1, **SHELF), row(2, **CALLS, Stage="Pilot"), row(3, **FRAUD)]), **options
    )


def second_year(tmp_path: Path, *, name: str = "2024.csv", **options: Any) -> ImportRun:
    """Other ids: the shelf camera is live, the calls have stopped, the refunds are gone, something new is there."""
    rows = [
        row(101, **SHELF | {"Name": "Shelf camera for empty places (all stores)"}, Stage="Live", Live="2024-03-01"),
        row(102, **CALLS, Stage="Stopped", Ended="2024-05-06"),
        row(103, Name="Translation of product texts", Purpose="Catalogue texts in five languages"),
    ]
    run = stage(write_csv(tmp_path / name, rows), **options)
    run_jobs()
    run.refresh_from_db()
    return run


def proposed(run: ImportRun) -> dict[tuple[str, str], LinkProposal]:
    found = proposals_of(BY, run)
    return {(one.key, one.initiative.external_ids.get().value): one for one in found}


def counts(run: ImportRun) -> tuple[int, ...]:
    run.refresh_from_db()
    return tuple(run.counts[name] for name in ("created", "updated", "missing", "linked"))
