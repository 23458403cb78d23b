"""Imports and their read rows, for those who may import; the rows hold amounts as the file writes them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from portfolio.procurement.choices import Outcome
from portfolio.procurement.models import RegisterImport, RegisterImportRow


def visible_imports(actor: Actor) -> QuerySet[RegisterImport]:
    """Imports into units where the actor buys and sees amounts, the newest first."""
    rows: QuerySet[RegisterImport] = RegisterImport.objects.visible_to(actor)
    allowed = within("unit__path", actor.paths(Action.PURCHASE)) & within("unit__path", actor.paths(Action.MONEY))
    return rows.filter(allowed).select_related("unit").order_by("-id")


def rows_to_show(run: RegisterImport, which: str) -> QuerySet[RegisterImportRow]:
    """`reported` are rows with something to say, `changes` those that write something, an outcome its own, else all; by line."""
    rows: QuerySet[RegisterImportRow] = RegisterImportRow.objects.filter(run=run).order_by("line")
    if which == "reported":
        return rows.exclude(issues=[])
    if which in set(Outcome):
        return rows.filter(outcome=which)
    writes = Q(outcome__in=(Outcome.CREATED, Outcome.UPDATED))
    return rows.filter(writes) if which == "changes" else rows
