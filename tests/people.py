"""People with names and roles, in an organisation of two departments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Role, Scope, Through
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor, system
from portfolio.accounts.services import (
    assign_role,
    create_token,
    create_unit,
    create_user,
)

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
    """Also for tests that commit (they call it with `committed_db` instead of `db`)."""
    group = create_unit(by=SYSTEM, name="Group")
    retail = create_unit(by=SYSTEM, name="Retail", parent=group)
    units = {
        "Group": group,
        "Retail": retail,
        "Stores": create_unit(by=SYSTEM, name="Stores", parent=retail),
        "Logistics": create_unit(by=SYSTEM, name="Logistics", parent=group),
    }
    people = {}
    for name, roles in PEOPLE:
        people[name] = create_user(
            by=SYSTEM,
            email=f"{name.lower()}@example.org",
            name=f"{name} Test",
            password=PASSWORD,
        )
        for role, unit in roles:
            assign_role(
                by=SYSTEM,
                user=people[name],
                role=role,
                unit=units[unit] if unit else None,
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
