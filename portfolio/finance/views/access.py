"""The one door of the pages of this slice: who asks, and the scoped getters (what is not theirs to see does not exist)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import Actor, may_see_money
from portfolio.finance.models import BudgetLine, Commitment, FinanceImport, Rate
from portfolio.finance.queries.lists import visible_rates
from portfolio.finance.services.access import require_configure, require_edit
from portfolio.finance.services.imports.runs import may_import
from portfolio.initiatives.models import Initiative


class PageRequest(HttpRequest):
    """A signed-in person's request as the middleware leaves it."""

    actor: Actor
    htmx: HtmxDetails


def require_money(request: PageRequest) -> None:
    """Pages over many budgets are for those who hold money for a unit."""
    if not request.actor.may_somewhere(Action.MONEY):
        raise PermissionDenied(_("Your roles do not see amounts."))


def get_unit(request: PageRequest, pk: int) -> BusinessUnit:
    """A unit whose amounts the reader sees; 404 for anything else."""
    unit: BusinessUnit = get_object_or_404(units_where(request.actor, Action.MONEY), pk=pk)
    return unit


def get_initiative(request: PageRequest, pk: int) -> Initiative:
    """A visible initiative, 404 for anything else; 403 if its amounts are not this reader's to see."""
    rows = Initiative.objects.visible_to(request.actor).select_related("unit", "stage")
    row: Any = get_object_or_404(rows, pk=pk)
    if not may_see_money(request.actor, unit_path=row.unit.path, owner_id=row.owner_id, sponsor_id=row.sponsor_id):
        raise PermissionDenied(_("Your roles do not see amounts of this initiative."))
    return row  # type: ignore[no-any-return]


def get_holder(request: PageRequest, of: str, pk: int) -> dict[str, Any]:
    """{"initiative": ...} or {"unit": ...} whose budget this person may change; 403 if it is visible but not theirs."""
    if of == "units":
        unit = get_unit(request, pk)
        require_edit(request.actor, unit.path)
        return {"unit": unit}
    initiative = get_initiative(request, pk)
    require_edit(request.actor, initiative.unit.path)
    return {"initiative": initiative}


def get_line(request: PageRequest, pk: int) -> BudgetLine:
    """A visible line that this person may change."""
    row = BudgetLine.objects.visible_to(request.actor).select_related("unit", "initiative__unit").filter(pk=pk).first()
    return _editable(request, row)  # type: ignore[no-any-return]


def get_commitment(request: PageRequest, pk: int) -> Commitment:
    """A visible commitment that this person may change."""
    row = Commitment.objects.visible_to(request.actor).select_related("unit", "initiative__unit").filter(pk=pk).first()
    return _editable(request, row)  # type: ignore[no-any-return]


def get_rate(request: PageRequest, pk: int) -> Rate:
    """A rate that this person may change."""
    require_configure(request.actor)
    rate: Rate = get_object_or_404(visible_rates(request.actor), pk=pk)
    return rate


def get_import(request: PageRequest, pk: int, *, write: bool = False) -> FinanceImport:
    """An import whose unit's amounts the reader sees; with `write` 403 if it is not theirs to take further."""
    run: FinanceImport = get_object_or_404(FinanceImport.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    if write and not may_import(request.actor, run.kind, run.unit):
        raise PermissionDenied(_("You may not import amounts here."))
    return run


def _editable(request: PageRequest, row: Any) -> Any:
    if row is None:
        raise Http404
    require_edit(request.actor, (row.unit or row.initiative.unit).path)
    return row
