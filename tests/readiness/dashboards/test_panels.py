"""Panels of the Portfolio page: fragment and page, what they say, who sees what, and a constant number of statements."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment
from portfolio.finance.models import BudgetLine, Commitment, FinanceSettings
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Closure, Initiative, Lifecycle, Milestone, StageEntry
from portfolio.initiatives.services.demo import remove_demo
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from readiness.dashboards.services.demo import load_everything
from tests.people import Organisation
from tests.readiness.dashboards.conftest import SYSTEM, TODAY

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
HX = {"HX-Request": "true"}
FREE = ("help", "movers", "risk", "risk-movers", "unknowns", "silos")
OF_MONEY = ("spend", "costs", "infrastructure", "commitments")
PANELS = (*FREE, *OF_MONEY)
SignIn = Callable[[str], Client]


def fragment(client: Client, name: str, query: str = "") -> str:
    answer = client.get(f"/portfolio/{name}/{query}", headers=HX)
    assert answer.status_code == 200, name
    return answer.content.decode()


@pytest.fixture
def house(organisation: Organisation) -> Organisation:
    """Retail runs a camera and a till that was stopped, Stores a shelf; Logistics has a canary."""
    template = Lifecycle.objects.get(key="standard")
    common: dict[str, Any] = {"by": SYSTEM, "lifecycle": template}
    create_initiative(unit=organisation.units["Stores"], name="Shelf camera", owner=organisation.people["Otto"], **common)
    create_initiative(unit=organisation.units["Retail"], name="Price advisor", owner=organisation.people["Paula"], **common)
    till = create_initiative(unit=organisation.units["Retail"], name="Till forecast", **common)
    close_initiative(by=SYSTEM, initiative=till, kind=ClosureKind.STOPPED, lesson="Nobody used it.", closed_on=clock.today())
    create_initiative(unit=organisation.units["Logistics"], name="Canary of Logistics", **common)
    return organisation


def one(name: str) -> Initiative:
    return Initiative.objects.get(name=name)


def spend(name: str, planned: int, actual: int | None, category: str = "compute", currency: str = "USD") -> BudgetLine:
    year = clock.today().year
    return BudgetLine.objects.create(
        initiative=one(name), category=category, period_start=date(year, 1, 1), period_end=date(year, 12, 31), planned=planned,
        actual=actual, currency=currency,
    )  # fmt: skip


def test_each_panel_needs_as_many_statements_at_ten_as_at_many(as_demo_person: SignIn) -> None:
    for count in (10, 120):
        if count > 10:
            remove_demo(by=SYSTEM)
        load_everything(by=SYSTEM, count=count, seed=1, today=TODAY)
        client, found = as_demo_person("Marit Sandvik"), {}
        for name in PANELS:
            with CaptureQueriesContext(connection) as statements:
                fragment(client, name)
            found[f"/portfolio/{name}/"] = len(statements)
        assert found == {url: COUNTS[url] for url in found}, count
        assert max(found.values()) <= 8


def test_each_panel_is_a_fragment_and_without_scripts_a_page_that_leads_back(house: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    for name in PANELS:
        text = fragment(client, name, "?status=active")
        assert "<html" not in text and (f'id="{name}"' in text or "</section>" in text), name
        page = client.get(f"/portfolio/{name}/?status=active").content.decode()
        assert "<html" in page and 'href="/portfolio/?status=active"' in page, name


def test_the_page_leads_to_every_panel_under_its_filter(house: Organisation, signed_in: SignIn) -> None:
    text = signed_in("Ada").get("/portfolio/?status=active").content.decode()
    for name in PANELS:
        assert f'href="/portfolio/{name}/?status=active"' in text, name
    assert "/initiatives/export/csv/?status=active" in text and "page=portfolio&amp;query=status%3Dactive" in text


def test_who_sees_no_amounts_has_no_panel_of_money(house: Organisation, signed_in: SignIn) -> None:
    for name in ("Vera", "Iris", "Otto"):
        client = signed_in(name)
        page = client.get("/portfolio/").content.decode()
        for panel in OF_MONEY:
            assert f"/portfolio/{panel}/" not in page
            assert client.get(f"/portfolio/{panel}/", headers=HX).status_code == 403
            assert client.get(f"/portfolio/{panel}/").status_code == 403
        assert "Stage unknown" in page  # the fifth figure of those who see no amounts


def test_no_panel_tells_of_another_department(house: Organisation, signed_in: SignIn) -> None:
    Initiative.objects.filter(name="Canary of Logistics").update(rag="red", status_note="Canary note")
    spend("Canary of Logistics", 900_000, 777_000)
    client = signed_in("Paula")
    for panel in PANELS:
        for query in ("", "?q=canary", f"?unit={house.units['Logistics'].pk}"):
            text = client.get(f"/portfolio/{panel}/{query}", headers=HX).content.decode()
            assert "Canary" not in text and "777" not in text and "900" not in text, (panel, query)
    assert "Canary note" in fragment(signed_in("Lars"), "help")


def test_who_has_most_kinds_of_trouble_stands_first_and_is_named(house: Organisation, signed_in: SignIn) -> None:
    Initiative.objects.filter(name="Shelf camera").update(rag="red", status_note="No capacity")
    Milestone.objects.create(initiative=one("Shelf camera"), name="Data frozen", due=clock.today() - timedelta(days=3))
    Milestone.objects.create(initiative=one("Price advisor"), name="Sponsor signed", due=clock.today() - timedelta(days=30))
    text = fragment(signed_in("Paula"), "help")
    assert "2 of 2 running initiatives have troubles on record; first of all Shelf camera and Price advisor." in text
    assert text.index("Shelf camera</a>") < text.index("Price advisor</a>")
    assert "Red: No capacity" in text and "Milestone: overdue since" in text and "Sponsor signed" in text
    assert "Till forecast" not in text  # what is closed needs no help


def test_nobody_in_trouble_is_said_so(house: Organisation, signed_in: SignIn) -> None:
    assert "Of 2 running initiatives none has a trouble on record." in fragment(signed_in("Paula"), "help")


def test_movers_are_told_with_their_reason_and_only_of_this_week(house: Organisation, signed_in: SignIn) -> None:
    camera, poc = one("Shelf camera"), one("Shelf camera").lifecycle.stages.get(key="poc")
    StageEntry.objects.filter(initiative=camera).update(current=False)
    StageEntry.objects.create(initiative=camera, stage=poc, entered_on=clock.today() - timedelta(days=2))
    text = fragment(signed_in("Paula"), "movers")
    assert "1 stage change, 1 closure." in text
    assert "Stopped by decision" in text and "Nobody used it." in text and "→ PoC" in text
    StageEntry.objects.filter(stage=poc).update(entered_on=clock.today() - timedelta(days=8))
    Closure.objects.update(closed_on=None)
    assert "Nothing moved" in fragment(signed_in("Paula"), "movers")


def test_spend_and_what_is_sunk_are_told_with_their_base(house: Organisation, signed_in: SignIn) -> None:
    Initiative.objects.filter(name="Price advisor").update(stage=one("Price advisor").lifecycle.stages.get(key="poc"))
    spend("Price advisor", 500_000, 400_000)
    spend("Till forecast", 300_000, 120_000)
    text = fragment(signed_in("Finn"), "costs")
    assert "400" in text and "sunk in 1 abandoned: 120" in text
    assert "No Kill was decided" in text


def test_an_amount_without_a_rate_is_unknown_and_no_zero(house: Organisation, signed_in: SignIn) -> None:
    spend("Till forecast", 300_000, 120_000, currency="CHF")
    text = fragment(signed_in("Finn"), "costs")
    assert "sunk in 1 abandoned: unknown" in text and "120" not in text


def test_the_share_is_told_with_the_gap_in_money_and_the_published_average(house: Organisation, signed_in: SignIn) -> None:
    spend("Shelf camera", 100_000, 50_000)
    spend("Shelf camera", 300_000, 50_000, "people")
    text = fragment(signed_in("Finn"), "infrastructure")
    assert "Infrastructure is 25\u202f% of what is planned" in text
    assert "60\u202fk USD short of the band" in text  # 40 % of 400,000 less 100,000
    assert "Published average: 1.5\u202fM USD a year" in text and "not checked at its primary source" in text


def test_other_currencies_are_not_compared_without_a_rate(house: Organisation, signed_in: SignIn) -> None:
    FinanceSettings.objects.update(reporting_currency="CHF")
    spend("Shelf camera", 100_000, 50_000, currency="CHF")
    text = fragment(signed_in("Finn"), "infrastructure")
    assert "Not comparable with the published 1.5\u202fM USD" in text and "published average" not in text


def test_one_amount_beside_hidden_ones_is_no_total(house: Organisation, signed_in: SignIn) -> None:
    """Vera looks at all of Retail and keeps the books of Stores alone: a sum of one amount would tell it."""
    RoleAssignment.objects.create(user=house.people["Vera"], role=Role.FINANCE, unit=house.units["Stores"])
    for name in ("Shelf camera", "Price advisor"):
        Initiative.objects.filter(name=name).update(stage=one(name).lifecycle.stages.get(key="poc"))
        spend(name, 640_000, 640_000)
    text = fragment(signed_in("Vera"), "costs")
    assert "640" not in text
    shares = fragment(signed_in("Vera"), "infrastructure")
    assert "amounts of 2 hidden" in shares


def test_commitments_lie_before_or_after_the_start_of_scaling_or_nobody_knows(house: Organisation, signed_in: SignIn) -> None:
    scale = one("Shelf camera").lifecycle.stages.get(key="scale-up")
    for name in ("Shelf camera", "Price advisor", "Till forecast"):
        StageEntry.objects.filter(initiative=one(name)).update(current=False)
        StageEntry.objects.create(initiative=one(name), stage=scale, entered_on=date(2026, 3, 1))
    common = {"label": "Accelerators", "category": "compute", "amount": Decimal(1), "currency": "USD"}
    Commitment.objects.create(initiative=one("Shelf camera"), starts_on=date(2026, 2, 1), **common)
    Commitment.objects.create(initiative=one("Price advisor"), starts_on=date(2026, 4, 1), **common)
    text = fragment(signed_in("Finn"), "commitments")
    assert "Of 3 that started scaling 1 had committed before and 1 after; of 1 nobody can tell." in text
    assert "No commitment on record" in text


def test_silo_findings_are_narrowed_by_the_unit_alone_and_the_page_says_so(house: Organisation, signed_in: SignIn) -> None:
    text = fragment(signed_in("Paula"), "silos", "?status=active")
    assert "Nobody has looked for silos yet." in text
    assert "/silos/" in text


def test_what_nobody_asked_is_no_zero(house: Organisation, signed_in: SignIn) -> None:
    assert "100\u202f%" not in fragment(signed_in("Paula"), "unknowns", "?q=nothing")
