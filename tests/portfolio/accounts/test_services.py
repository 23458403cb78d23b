"""Rights over people, units, roles and tokens, and the one administrator who cannot be lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections

from portfolio.accounts import services
from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import RoleAssignment, User
from tests.people import SYSTEM, Organisation, make_organisation


def test_the_last_administrator_keeps_role_and_access(organisation: Organisation) -> None:
    last = RoleAssignment.objects.get(role=Role.ADMINISTRATOR)
    with pytest.raises(ValidationError, match="last administrator"):
        services.remove_role(by=SYSTEM, assignment=last)
    with pytest.raises(ValidationError, match="last administrator"):
        services.set_active(by=SYSTEM, user=last.user, active=False)
    services.assign_role(by=SYSTEM, user=organisation.people["Gita"], role=Role.ADMINISTRATOR, unit=None)
    services.remove_role(by=SYSTEM, assignment=last)
    assert RoleAssignment.objects.get(role=Role.ADMINISTRATOR).user == organisation.people["Gita"]


def remove(assignment: RoleAssignment) -> None:
    services.remove_role(by=SYSTEM, assignment=assignment)


def lock_out(assignment: RoleAssignment) -> None:
    services.set_active(by=SYSTEM, user=assignment.user, active=False)


@pytest.mark.parametrize("verbs", [(remove, remove), (lock_out, lock_out), (remove, lock_out)])
def test_two_administrators_cannot_remove_each_other_at_once(
    committed_db: str, django_db_blocker: pytest.FixtureRequest, verbs: tuple[Callable[[RoleAssignment], None], ...]
) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        people = make_organisation().people
        services.assign_role(by=SYSTEM, user=people["Gita"], role=Role.ADMINISTRATOR, unit=None)
        assignments = list(RoleAssignment.objects.filter(role=Role.ADMINISTRATOR).select_related("user"))
        start = Barrier(2)

        def go(verb: Callable[[RoleAssignment], None], assignment: RoleAssignment) -> bool:
            start.wait()
            try:
                verb(assignment)
            except ValidationError:
                return False
            finally:
                connections.close_all()
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(go, verbs, assignments)) == [False, True]
        assert RoleAssignment.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).count() == 1


def test_an_administrator_of_one_unit_gives_roles_there_and_nowhere_else(organisation: Organisation) -> None:
    people, units = organisation.people, organisation.units
    services.assign_role(by=SYSTEM, user=people["Nora"], role=Role.ADMINISTRATOR, unit=units["Retail"])
    nora = organisation.actor("Nora")
    services.assign_role(by=nora, user=people["Vera"], role=Role.FINANCE, unit=units["Stores"])
    for unit in (units["Logistics"], units["Group"], None):
        with pytest.raises(PermissionDenied):
            services.assign_role(by=nora, user=people["Vera"], role=Role.FINANCE, unit=unit)
    with pytest.raises(PermissionDenied):
        services.set_active(by=nora, user=people["Vera"], active=False)
    with pytest.raises(PermissionDenied):
        services.revive_job(by=nora, job_id=1)


def test_nobody_but_an_administrator_makes_a_token_in_somebody_elses_name(organisation: Organisation) -> None:
    order = {"user": organisation.people["Ada"], "name": "x", "scopes": [Scope.INITIATIVES_READ], "days": 5}
    with pytest.raises(PermissionDenied):
        services.create_token(by=organisation.actor("Paula"), unit=organisation.units["Retail"], **order)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", [Scope.MONEY, Scope.AUDIT_READ])
def test_a_token_gets_no_scope_that_its_maker_lacks(organisation: Organisation, scope: Scope) -> None:
    iris = organisation.people["Iris"]
    with pytest.raises(PermissionDenied):
        services.create_token(
            by=organisation.actor("Iris"), user=iris, name="x", scopes=[scope], unit=organisation.units["Retail"], days=5
        )


def test_a_person_changes_their_own_profile_and_nobody_elses(organisation: Organisation) -> None:
    paula = organisation.actor("Paula")
    services.change_profile(by=paula, user=organisation.people["Paula"], name="Paula P.", time_zone="Europe/Berlin")
    assert User.objects.get(email="paula@example.org").time_zone == "Europe/Berlin"
    with pytest.raises(PermissionDenied):
        services.change_profile(by=paula, user=organisation.people["Vera"], name="x", time_zone="")


def test_units_of_one_name_are_refused_under_one_parent_in_any_case(organisation: Organisation) -> None:
    with pytest.raises(ValidationError, match="already"):
        services.create_unit(by=SYSTEM, name="retail", parent=organisation.units["Group"])
    with pytest.raises(ValidationError):
        services.rename_unit(by=SYSTEM, unit=organisation.units["Logistics"], name="RETAIL", code="")
