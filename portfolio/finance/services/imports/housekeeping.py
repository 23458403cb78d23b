"""Forgetting imports of amounts that nobody took further: their staged rows and their files."""

from __future__ import annotations

from datetime import datetime, timedelta

from portfolio.accounts.rules import Actor
from portfolio.finance.choices import ImportState
from portfolio.finance.models import FinanceImport, FinanceImportRow
from portfolio.finance.services.imports.runs import OPEN
from portfolio.kit.acting import acting

KEEP = timedelta(days=30)


def clean_up(*, by: Actor, now: datetime) -> int:
    """Give up runs that nobody took further for KEEP, drop their rows and files; the answer is how many runs were touched.

    A published run keeps its file and its rejected rows, which are nowhere else: what landed left the staging table at once.
    """
    with acting(by):
        old = FinanceImport.objects.select_for_update(of=("self",)).filter(created_at__lt=now - KEEP)
        abandoned = list(old.filter(state__in=OPEN))
        for run in abandoned:
            run.state, run.finished_at = ImportState.DISCARDED, now
            run.save(update_fields=["state", "finished_at"])
        given_up = list(old.filter(state=ImportState.DISCARDED).exclude(file=""))
        for run in given_up:
            run.file.delete(save=False)
            run.sheet = {name: said for name, said in run.sheet.items() if name != "rows"}  # the file's first rows, too
            run.save(update_fields=["file", "sheet"])
        touched = {run.pk for run in (*abandoned, *given_up)}
        FinanceImportRow.objects.filter(run__in=touched)._raw_delete("default")
    return len(touched)
