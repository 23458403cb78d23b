"""People with names and roles, in an organisation of two departments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from portfolio.accounts.choices import Role, Scope, Through
from portfolio.accounts.models import BusinessUnit, RoleAssignment, User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor, system
from portfolio.accounts.services import create_token, new_unit
from portfolio.kit.acting import acting

PASSWORD = "correct-horse-battery-staple"
SYSTEM = system("test suite")


@dataclass
class Organisation:
    """Group > Retail > Stores; Group > Logistics. Units by name, people by first name."""

    units: dict[str, BusinessUnit]
    people: dict[str, User]

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name])

    def token(self, *scopes: Scope, unit: str | None = None, maker: str = "Ada") -> str:
        """A bearer token made by `maker` with the given scopes."""
        by, user = SYSTEM, self.people[maker]
        _token, secret = create_token(
            by=by,
            user=user,
            name="ci",
            scopes=list(scopes),
            unit=self.units[unit] if unit else None,
            days=30,
        )
        return secret


PEOPLE: tuple[tuple[str, tuple[tuple[Role, str | None], ...]], ...] = (
    (
        "Ada",
        (
            (Role.ADMINISTRATOR, None),
            (Role.PROGRAM_MANAGER, None),
            (Role.AUDITOR, None),
        ),
    ),
    ("Paula", ((Role.PROGRAM_MANAGER, "Retail"),)),
    ("Lars", ((Role.PROGRAM_MANAGER, "Logistics"),)),
    ("Vera", ((Role.VIEWER, "Retail"),)),
    ("Otto", ((Role.SPONSOR, "Stores"),)),
    ("Iris", ((Role.ARCHITECT, "Retail"),)),
    ("Finn", ((Role.FINANCE, "Retail"),)),
    ("Gita", ((Role.AUDITOR, None),)),
    ("Nora", ()),
)


@pytest.fixture
def organisation(db: Any) -> Organisation:
    return make_organisation()


def make_organisation() -> Organisation:
    """Also for tests that commit (they call it with `committed_db` instead of `db`).

    In a few statements, for thousands of tests begin with it; what the services make one by one is tested with them.
    """
    with acting(SYSTEM):
        group = new_unit(name="Group", parent=None)
        retail = new_unit(name="Retail", parent=group)
        units = {
            "Group": group,
            "Retail": retail,
            "Stores": new_unit(name="Stores", parent=retail),
            "Logistics": new_unit(name="Logistics", parent=group),
        }
        digest = make_password(PASSWORD)
        made = User.objects.bulk_create(
            User(email=f"{name.lower()}@example.org", name=f"{name} Test", password=digest) for name, _roles in PEOPLE
        )
        people = {name: user for (name, _roles), user in zip(PEOPLE, made, strict=True)}
        RoleAssignment.objects.bulk_create(
            RoleAssignment(user=people[name], role=role, unit=units[unit] if unit else None)
            for name, roles in PEOPLE
            for role, unit in roles
        )
    return Organisation(units, people)


@pytest.fixture
def signed_in(organisation: Organisation) -> Callable[[str], Client]:
    """`signed_in("Paula")` is a browser session of hers; "" is a stranger's."""

    def start(name: str) -> Client:
        client = Client()
        if name:
            client.force_login(
                organisation.people[name],
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        return client

    return start


@pytest.fixture
def api(organisation: Organisation) -> Callable[..., Client]:
    """`api(Scope.INITIATIVES_READ, unit="Retail")` is a client that sends a bearer token with those scopes."""

    def start(*scopes: Scope, unit: str | None = None, maker: str = "Ada") -> Client:
        secret = organisation.token(*scopes, unit=unit, maker=maker)
        return Client(headers={"authorization": f"Bearer {secret}"})

    return start


__all__ = ["PASSWORD", "SYSTEM", "Organisation", "Through", "make_organisation"]
