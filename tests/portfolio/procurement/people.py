"""A procurement officer, a vendor and purchases for tests of this slice."""

from __future__ import annotations

from typing import Any

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment, User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor
from portfolio.procurement.choices import Kind
from portfolio.procurement.models import Purchase, Vendor
from portfolio.procurement.services.purchases import create_purchase
from portfolio.procurement.services.vendors import create_vendor
from tests.people import SYSTEM, Organisation


def officer(organisation: Organisation, name: str = "Petra", unit: str | None = "Retail") -> Actor:
    """Buys for `unit` and those below it, and sees their amounts."""
    person = User.objects.create_user(f"{name.lower()}@example.org", None, name=f"{name} Test")
    organisation.people[name] = person
    RoleAssignment.objects.create(user=person, role=Role.PROCUREMENT, unit=organisation.units[unit] if unit else None)
    return actor_for(person)


def sell(name: str = "Nimbus") -> Vendor:
    return create_vendor(by=SYSTEM, name=name)


def buy(organisation: Organisation, unit: str = "Retail", **values: Any) -> Purchase:
    """A purchase of the unit, by the product itself."""
    given: dict[str, Any] = {"kind": Kind.ORDER, "title": "GPU order"} | values
    return create_purchase(by=SYSTEM, unit=organisation.units[unit], **given)
