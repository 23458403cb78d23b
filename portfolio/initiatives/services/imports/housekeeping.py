"""Forgetting what no import needs any more: staged rows that were published or given up, and files of old runs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import RowOutcome, RunState
from portfolio.initiatives.models import ImportRow, ImportRun, LinkProposal
from portfolio.initiatives.services.imports.staging import drop_rows
from portfolio.kit.acting import acting
from portfolio.kit.forgetting import KEEP, give_up

ABANDONED = (RunState.UPLOADED, RunState.STAGING, RunState.PREVIEW, RunState.FAILED)


def clean_up(*, by: Actor, now: datetime) -> int:
    """Cancel runs that nobody took further for KEEP, drop their rows and files; the answer is how many runs were touched.

    Of published runs the rejected rows stay: they are nowhere else. Everything that landed stands in the register. What
    people decided on links stays: a refused pair is not proposed again.
    """
    with acting(by):
        touched = give_up(ImportRun.objects.all(), waiting=ABANDONED, given_up=RunState.CANCELLED, now=now)
        drop_rows(ImportRow.objects.filter(run__in=touched))
        published = ImportRun.objects.filter(state=RunState.PUBLISHED, finished_at__lt=now - KEEP)
        drop_rows(ImportRow.objects.filter(run__in=published).exclude(outcome=RowOutcome.REJECTED))
        LinkProposal.objects.filter(Q(run__in=touched) | Q(run__in=published)).delete()
    return len(touched)
