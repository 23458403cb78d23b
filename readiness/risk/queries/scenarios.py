"""Named what-ifs that a reader sees."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from portfolio.accounts.rules import Actor
from readiness.risk.models import Scenario

MOST_TOGETHER = 4


def visible_scenarios(actor: Actor) -> QuerySet[Scenario]:
    rows: QuerySet[Scenario] = Scenario.objects.visible_to(actor).select_related("created_by", "initiative__unit")
    return rows


def scenarios_of(actor: Actor, initiative_pk: int) -> list[Scenario]:
    """One statement."""
    return list(visible_scenarios(actor).filter(initiative=initiative_pk).order_by("name", "id"))


def one_scenario(actor: Actor, pk: int) -> Scenario | None:
    return visible_scenarios(actor).filter(pk=pk).first()


def picked(actor: Actor, initiative_pk: int, ids: Sequence[int]) -> list[Scenario]:
    """Those of the initiative that are named, in that order, at most MOST_TOGETHER; what is not seen is passed over."""
    found = {row.pk: row for row in visible_scenarios(actor).filter(initiative=initiative_pk, pk__in=ids)}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found][:MOST_TOGETHER]
