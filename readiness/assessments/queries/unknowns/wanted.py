"""Which unknowns are asked for, and the initiatives that they may belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative, Stage
from portfolio.initiatives.queries.initiatives import with_money
from readiness.assessments.choices import UnknownKind
from readiness.assessments.rules.phases import Next, Step, next_of

# The columns of the scope, in the order of SCOPE_COLUMNS of statement.py.
SCOPE = ("id", "key", "name", "unit_id", "unit_name", "stage_id", "owner_id", "value", "currency")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters, as page, export and API offer them. `owner` finds it out; `nobody` asks for those without one.

    `among`: initiatives that another filter left, of which only those that the actor may see count.
    """

    unit: int | None = None
    kind: UnknownKind | None = None
    key: str = ""
    owner: int | None = None
    nobody: bool = False
    overdue: bool = False
    initiative: int | None = None
    among: QuerySet[Initiative] | None = None


def scope(actor: Actor, wanted: Wanted) -> QuerySet[Initiative, Any]:
    """Running initiatives that the actor may see, as tuples of SCOPE; amounts only where the actor may see them."""
    rows = Initiative.objects.visible_to(actor).exclude(status=Status.CLOSED).order_by()
    if wanted.unit is not None:
        path = BusinessUnit.objects.filter(pk=wanted.unit).values("path")[:1]
        rows = rows.filter(unit__in=BusinessUnit.objects.filter(path__startswith=path))
    if wanted.initiative is not None:
        rows = rows.filter(pk=wanted.initiative)
    if wanted.among is not None:
        rows = rows.filter(pk__in=wanted.among.order_by().values("pk"))
    return with_money(rows, actor).annotate(unit_name=F("unit__name")).values_list(*SCOPE)


def stages_ahead() -> dict[int, Next]:
    """What every stage of every template is going for next, one statement."""
    steps: dict[int, list[Step]] = {}
    stages: list[tuple[int, int, str]] = []
    for pk, lifecycle, key, name, kind, position in Stage.objects.values_list(
        "id", "lifecycle_id", "key", "name", "kind", "position"
    ):
        steps.setdefault(lifecycle, []).append(Step(key, name, kind, position))
        stages.append((pk, lifecycle, key))
    return {pk: next_of(steps[lifecycle], key) for pk, lifecycle, key in stages}
