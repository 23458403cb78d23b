"""Venue options of one initiative side by side, the verdicts on their comparison, and the dates of the sequence rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Venue
from portfolio.initiatives.models import Initiative, InitiativeDate
from readiness.workloads.choices import Function, OptionState
from readiness.workloads.models import VenueComparison, VenueOption
from readiness.workloads.rules.sequence import KINDS, Dated, Sequence, sequences
from readiness.workloads.rules.venues import Compared, comparison


@dataclass(frozen=True, slots=True)
class FunctionView:
    """One function: its options, what was said of the comparison, the verdict, and both venues.

    `declared` is the initiative's own field, `chosen` what follows from the options (None: nothing is chosen yet).
    """

    function: Function
    options: list[VenueOption]
    reason: str
    decided_on: date | None
    not_applicable: bool
    compared: Compared
    declared: Venue
    chosen: Venue | None

    @property
    def differs(self) -> bool:
        """Both are known and say something else."""
        return self.chosen is not None and self.declared != Venue.UNKNOWN and self.declared != self.chosen


def options_of(actor: Actor, initiative_pk: int) -> QuerySet[Any]:
    """Visible options of one initiative in the order in which they were added. Amounts are for those who see its money."""
    rows = VenueOption.objects.visible_to(actor).filter(initiative=initiative_pk)
    return rows.select_related("accelerator").order_by("function", "id")


def one_option(actor: Actor, initiative_pk: int, pk: int) -> VenueOption | None:
    rows = VenueOption.objects.visible_to(actor).select_related("accelerator", "initiative__unit")
    found: VenueOption | None = rows.filter(initiative=initiative_pk, pk=pk).first()
    return found


def functions_of(actor: Actor, initiative: Initiative) -> list[FunctionView]:
    """Storage, training and inference of a visible initiative, whether or not anything was said of them. Two statements."""
    options: dict[str, list[VenueOption]] = {}
    for row in options_of(actor, initiative.pk):
        options.setdefault(row.function, []).append(row)
    said = {row.function: row for row in VenueComparison.objects.visible_to(actor).filter(initiative=initiative)}
    return [_view(initiative, function, options.get(function, []), said.get(function)) for function in Function]


def dates_of(initiative_pk: int) -> dict[str, Dated]:
    """`{DateKind: Dated}` of the four dates that the sequence rules compare; absent is unknown."""
    rows = InitiativeDate.objects.filter(initiative=initiative_pk, kind__in=KINDS)
    return {row.kind: Dated(row.value, row.precision) for row in rows}


def sequences_of(initiative_pk: int) -> list[Sequence]:
    """Both sequence verdicts of one initiative; the caller has checked that it may be seen."""
    return sequences(dates_of(initiative_pk))


def _view(
    initiative: Initiative, function: Function, options: list[VenueOption], said: VenueComparison | None
) -> FunctionView:  # fmt: skip
    chosen = next((Venue(row.venue) for row in options if row.state == OptionState.CHOSEN), None)
    reason, not_applicable = (said.reason, said.not_applicable) if said else ("", False)
    compared = comparison([(row.venue, row.state) for row in options], reason=reason, not_applicable=not_applicable)
    declared = Venue(getattr(initiative, f"venue_{function.value}"))
    decided_on = said.decided_on if said else None
    return FunctionView(function, options, reason, decided_on, not_applicable, compared, declared, chosen)
