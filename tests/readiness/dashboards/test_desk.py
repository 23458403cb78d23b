"""What Today adds by role: the desk of those who buy, keep the books, audit or administer, and the next gate meetings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment
from portfolio.finance.models import BudgetLine
from portfolio.initiatives.models import Initiative, Lifecycle
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from portfolio.procurement.models import Purchase, PurchaseRequest
from readiness.meetings.models import Meeting
from tests.people import Organisation
from tests.readiness.dashboards.conftest import SYSTEM

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
SignIn = Callable[[str], Client]


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    """Vera buys for Retail; both departments have an initiative, a request and a purchase that ends soon."""
    RoleAssignment.objects.create(user=organisation.people["Vera"], role=Role.PROCUREMENT, unit=organisation.units["Retail"])
    template, soon = Lifecycle.objects.get(key="standard"), clock.today() + timedelta(days=20)
    for unit in ("Retail", "Logistics"):
        where = organisation.units[unit]
        create_initiative(by=SYSTEM, unit=where, name=f"Forecast of {unit}", lifecycle=template)
        PurchaseRequest.objects.create(unit=where, title=f"Accelerators for {unit}", needed_on=soon)
        Purchase.objects.create(unit=where, title=f"Platform of {unit}", ends_on=soon, state="active")
        Meeting.objects.create(unit=where, title=f"Gates of {unit}", starts_at=clock.now() + timedelta(days=3), state="open")
    return organisation


def fragment(client: Client, name: str) -> str:
    answer = client.get(f"/today/{name}/", headers=HX)
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_who_buys_sees_what_waits_and_what_ends_in_their_units_alone(house: Organisation, signed_in: SignIn) -> None:
    text = fragment(signed_in("Vera"), "desk")
    assert "1 purchase request waits" in text and "1 purchase renews or ends within 60 days" in text
    assert "running initiatives" not in text  # the books are not hers


def test_who_keeps_the_books_sees_what_nobody_budgeted(house: Organisation, signed_in: SignIn) -> None:
    assert "1 of 1 running initiatives has no budget line this year" in fragment(signed_in("Finn"), "desk")
    one, today = Initiative.objects.get(name="Forecast of Retail"), clock.today()
    BudgetLine.objects.create(initiative=one, period_start=today, period_end=today, planned=1, currency="USD")
    assert "0 of 1 running initiatives have no budget line this year" in fragment(signed_in("Finn"), "desk")


def test_who_audits_and_who_administers_have_lines_of_their_own(house: Organisation, signed_in: SignIn) -> None:
    auditor, administrator = fragment(signed_in("Gita"), "desk"), fragment(signed_in("Ada"), "desk")
    assert "0 decisions at gates in a week" in auditor and "never left this place" in auditor
    assert "jobs were given up" not in auditor
    assert "0 jobs were given up" in administrator and "1 person can sign in and holds no role" in administrator  # Nora


def test_who_has_no_such_role_has_no_desk(house: Organisation, signed_in: SignIn) -> None:
    for name in ("Otto", "Iris"):
        client = signed_in(name)
        assert client.get("/today/desk/").status_code == 403
        assert "/today/desk/" not in client.get("/today/").content.decode()


def test_the_next_gate_meetings_are_those_that_one_may_see(house: Organisation, signed_in: SignIn) -> None:
    text = fragment(signed_in("Otto"), "meetings") + fragment(signed_in("Paula"), "meetings")
    assert "Gates of Retail" in text and "Gates of Logistics" not in text
    assert "No gate meeting is planned" in fragment(signed_in("Nora"), "meetings")
    assert signed_in("Paula").get("/today/meetings/").status_code == 302


def test_today_leads_to_them_and_is_no_empty_page_for_anybody(house: Organisation, signed_in: SignIn) -> None:
    for name in ("Ada", "Paula", "Vera", "Otto", "Iris", "Finn", "Gita"):
        text = signed_in(name).get("/today/").content.decode()
        assert 'href="/today/meetings/"' in text and 'href="/portfolio/movers/"' in text, name
    assert "On your desk" in signed_in("Finn").get("/today/desk/").content.decode()


def test_the_desk_asks_as_often_for_many_as_for_few(house: Organisation, signed_in: SignIn) -> None:
    def asked(name: str, panel: str) -> int:
        client = signed_in(name)
        with CaptureQueriesContext(connection) as statements:
            fragment(client, panel)
        return len(statements)

    few: dict[Any, int] = {(who, panel): asked(who, panel) for who in ("Ada", "Vera") for panel in ("desk", "meetings")}
    for number in range(12):
        unit = house.units["Retail"]
        PurchaseRequest.objects.create(unit=unit, title=f"Request {number}")
        Meeting.objects.create(unit=unit, title=f"Gates {number}", starts_at=clock.now() + timedelta(days=number), state="open")
    assert {key: asked(*key) for key in few} == few
    assert few == {("Ada", "desk"): 10, ("Ada", "meetings"): 4, ("Vera", "desk"): 6, ("Vera", "meetings"): 4}
