"""Forgetting what no import needs any more: staged rows that were published or given up, and files of old runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import RowOutcome, RunState
from portfolio.initiatives.models import ImportRow, ImportRun
from portfolio.initiatives.services.imports.staging import drop_rows
from portfolio.kit.acting import acting

KEEP = timedelta(days=30)
ABANDONED = (RunState.UPLOADED, RunState.STAGING, RunState.PREVIEW, RunState.FAILED)


def clean_up(*, by: Actor, now: datetime) -> int:
    """Cancel runs that nobody took further for KEEP, drop their rows and files; the answer is how many runs were touched.

    Of published runs the rejected rows stay: they are nowhere else. Everything that landed stands in the register.
    """
    before = now - KEEP
    with acting(by):
        old = ImportRun.objects.select_for_update().filter(created_at__lt=before)
        abandoned = list(old.filter(state__in=ABANDONED))
        for run in abandoned:
            run.state, run.finished_at = RunState.CANCELLED, now
            run.save(update_fields=["state", "finished_at"])
        given_up = list(old.filter(state=RunState.CANCELLED).exclude(file=""))
        for run in given_up:
            run.file.delete(save=False)
            run.save(update_fields=["file"])
        drop_rows(ImportRow.objects.filter(run__in=[*abandoned, *given_up]))
        published = ImportRun.objects.filter(state=RunState.PUBLISHED, finished_at__lt=before)
        drop_rows(ImportRow.objects.filter(run__in=published).exclude(outcome=RowOutcome.REJECTED))
    return len({run.pk for run in (*abandoned, *given_up)})
