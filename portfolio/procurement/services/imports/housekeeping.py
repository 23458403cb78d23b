"""Forgetting imports of lists that nobody took further, and read rows that have nothing more to say."""

from __future__ import annotations

from datetime import datetime, timedelta

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.procurement.choices import ImportState, Outcome
from portfolio.procurement.models import RegisterImport, RegisterImportRow
from portfolio.procurement.services.imports.runs import OPEN

KEEP = timedelta(days=30)


def clean_up(*, by: Actor, now: datetime) -> int:
    """Cancel runs that nobody took further for KEEP, drop their rows and files; the answer is how many runs were touched.

    Of published runs the rejected and the remarked rows stay: what they say is nowhere else. The rest stands in the register.
    """
    before = now - KEEP
    with acting(by):
        old = RegisterImport.objects.select_for_update(of=("self",)).filter(created_at__lt=before)
        abandoned = list(old.filter(state__in=OPEN))
        for run in abandoned:
            run.state, run.finished_at = ImportState.CANCELLED, now
            run.save(update_fields=["state", "finished_at"])
        given_up = list(old.filter(state=ImportState.CANCELLED).exclude(file=""))
        for run in given_up:
            run.file.delete(save=False)
            run.save(update_fields=["file"])
        touched = {run.pk for run in (*abandoned, *given_up)}
        RegisterImportRow.objects.filter(run__in=touched)._raw_delete("default")
        published = RegisterImport.objects.filter(state=ImportState.PUBLISHED, finished_at__lt=before)
        landed = RegisterImportRow.objects.filter(run__in=published, issues=[]).exclude(outcome=Outcome.REJECTED)
        landed._raw_delete("default")
    return len(touched)
