"""Who may be named to find something out: people who hold a role for the unit, as with the values of a workload."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.queries import people_who_see
from portfolio.initiatives.models import Initiative


def stranger_problems(initiative: Initiative, owners: Mapping[str, User | None]) -> dict[str, str]:
    """A message under `place.owner` for everybody named who holds no role there; one statement if anybody is named."""
    named = {person.pk for person in owners.values() if person is not None}
    if not named:
        return {}
    seeing = people_who_see(initiative.unit, demo=initiative.demo, real_too=True).filter(pk__in=named)
    known = set(seeing.values_list("pk", flat=True))
    return {
        f"{place}.owner": _("%s holds no role in this unit.") % person
        for place, person in owners.items()
        if person is not None and person.pk not in known
    }
