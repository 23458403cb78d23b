"""Forgetting imports of amounts that nobody took further: their staged rows and their files."""

from __future__ import annotations

from datetime import datetime

from portfolio.accounts.rules import Actor
from portfolio.finance.choices import ImportState
from portfolio.finance.models import FinanceImport, FinanceImportRow
from portfolio.finance.services.imports.runs import OPEN
from portfolio.kit.acting import acting
from portfolio.kit.forgetting import give_up


def clean_up(*, by: Actor, now: datetime) -> int:
    """Give up runs that nobody took further for KEEP, drop their rows and files; the answer is how many runs were touched.

    A published run keeps its file and its rejected rows, which are nowhere else: what landed left the staging table at once.
    """
    with acting(by):
        touched = give_up(FinanceImport.objects.all(), waiting=OPEN, given_up=ImportState.DISCARDED, now=now, also=_without_rows)
        FinanceImportRow.objects.filter(run__in=touched)._raw_delete("default")
    return len(touched)


def _without_rows(run: FinanceImport) -> tuple[str, ...]:
    """The first rows of the file go with it."""
    run.sheet = {name: said for name, said in run.sheet.items() if name != "rows"}
    return ("sheet",)
