"""Forgetting imports of lists that nobody took further, and read rows that have nothing more to say."""

from __future__ import annotations

from datetime import datetime

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.kit.forgetting import KEEP, give_up
from portfolio.procurement.choices import ImportState, Outcome
from portfolio.procurement.models import RegisterImport, RegisterImportRow
from portfolio.procurement.services.imports.runs import OPEN


def clean_up(*, by: Actor, now: datetime) -> int:
    """Cancel runs that nobody took further for KEEP, drop their rows and files; the answer is how many runs were touched.

    Of published runs the rejected and the remarked rows stay: what they say is nowhere else. The rest stands in the register.
    """
    with acting(by):
        touched = give_up(RegisterImport.objects.all(), waiting=OPEN, given_up=ImportState.CANCELLED, now=now)
        RegisterImportRow.objects.filter(run__in=touched)._raw_delete("default")
        published = RegisterImport.objects.filter(state=ImportState.PUBLISHED, finished_at__lt=now - KEEP)
        landed = RegisterImportRow.objects.filter(run__in=published, issues=[]).exclude(outcome=Outcome.REJECTED)
        landed._raw_delete("default")
    return len(touched)
