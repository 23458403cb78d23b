"""Who may be named where: people of a unit, the demo's and the real ones."""

from __future__ import annotations

import pytest

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment, User
from portfolio.accounts.queries import people_who_see
from tests.people import Organisation

pytestmark = pytest.mark.django_db


def test_who_tries_the_demo_may_be_named_in_it_and_nobody_of_the_demo_in_what_is_real(organisation: Organisation) -> None:
    unit, paula = organisation.units["Retail"], organisation.people["Paula"]
    invented = User.objects.create(email="dana@demo.invalid", name="Dana Demo", demo=True)
    RoleAssignment.objects.create(user=invented, role=Role.PROGRAM_MANAGER, unit=unit)
    assert set(people_who_see(unit, demo=True)) == {invented}
    assert {invented, paula} <= set(people_who_see(unit, demo=True, real_too=True))
    assert invented not in people_who_see(unit, demo=False, real_too=True)
