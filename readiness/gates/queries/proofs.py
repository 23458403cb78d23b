"""What a condition may be proven by, and who may own one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from portfolio.accounts.models import User
from portfolio.accounts.queries import people_who_see
from portfolio.initiatives.models import Initiative
from readiness.workloads.models import Requirement

MOST_PEOPLE, MOST_REQUIREMENTS = 500, 200


def proof_rows(initiative_pk: int) -> list[dict[str, Any]]:
    """Requirements in use of workloads in use: id, metric, workload, target; one statement."""
    rows = Requirement.objects.filter(initiative=initiative_pk, retired_at=None, workload__retired_at=None)
    plain: QuerySet[Any, Any] = rows.order_by("workload", "id").values("id", "metric", "percentile", "workload__name")
    return list(plain[:MOST_REQUIREMENTS])


def who_may_own(initiative: Initiative) -> list[tuple[str, str]]:
    """Everybody with a role that reaches the initiative's unit, its owner and sponsor first; one statement."""
    named = [pk for pk in (initiative.owner_id, initiative.sponsor_id) if pk is not None]
    rows = people_who_see(initiative.unit, demo=initiative.demo) | User.objects.filter(pk__in=named, is_active=True)
    rows = rows.order_by("name", "id").only("name", "email")
    found = [(str(user.pk), str(user)) for user in rows[:MOST_PEOPLE]]
    return sorted(found, key=lambda one: int(one[0]) not in named)
