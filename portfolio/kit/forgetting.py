"""One way to forget uploads that nobody took further: the run is given up, its file is deleted."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

KEEP = timedelta(days=30)


def give_up(
    runs: QuerySet[Any], *, waiting: Collection[str], given_up: str, now: datetime,
    also: Callable[[Any], Collection[str]] | None = None,
) -> set[int]:  # fmt: skip
    """Of `runs` older than KEEP those in a state of `waiting` become `given_up`, and whatever is given up loses its file; the
    answer is their ids, for their rows to go. `runs` have state, created_at, finished_at and file; to be called in a
    transaction. `also` changes a run that loses its file and names the fields that it changed.
    """
    old = runs.select_for_update(of=("self",)).filter(created_at__lt=now - KEEP)
    abandoned = list(old.filter(state__in=waiting))
    for run in abandoned:
        run.state, run.finished_at = given_up, now
        run.save(update_fields=["state", "finished_at"])
    without = list(old.filter(state=given_up).exclude(file=""))
    for run in without:
        run.file.delete(save=False)
        run.save(update_fields=["file", *(also(run) if also else ())])
    return {run.pk for run in (*abandoned, *without)}
