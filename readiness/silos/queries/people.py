"""People whom a finding concerns."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import ALLOWED, Action
from portfolio.accounts.models import RoleAssignment, User
from readiness.silos.models import Finding


def owners_of(finding: Finding) -> QuerySet[User]:
    """Active people who see all of a finding: those who hold a role for its ancestor unit or one above it."""
    holders = RoleAssignment.objects.filter(_at_or_above(finding.ancestor_path))
    people = User.objects.filter(is_active=True, pk__in=holders.values("user_id"))
    return people if finding.demo else people.filter(demo=False)


def judges(*, demo: bool) -> list[tuple[int, str]]:
    """`(person, path of the unit)` of every active person who judges silos; a path of "/" is the whole organisation."""
    roles = [role.value for role in ALLOWED[Action.SILO]]
    held = RoleAssignment.objects.filter(role__in=roles, user__is_active=True)
    held = held if demo else held.filter(user__demo=False)
    return [(person, path or "/") for person, path in held.order_by("user", "id").values_list("user_id", "unit__path")]


def _at_or_above(path: str) -> Q:
    numbers = [int(part) for part in path.strip("/").split("/") if part]
    return Q(unit=None) | Q(unit__in=numbers)
