"""Cohorts and the reference class as pages, file and API: what they say, to whom, and in how many statements."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.demo import load_demo
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from portfolio.procurement.models import Purchase, PurchaseShare
from readiness.risk.models import ReferenceStatistic
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PAGE, API, CSV = "/risk/cohorts/", "/api/v1/risk/cohorts/", "/risk/cohorts/export/csv/"
SignIn = Callable[[str], Client]
Api = Callable[..., Client]


def ended(organisation: Organisation, unit: str, number: int, kind: ClosureKind | None, **values: object) -> Initiative:
    began = clock.today() - timedelta(days=900)
    made = create_initiative(
        by=SYSTEM, unit=organisation.units[unit], name=f"{unit} {number}", entered_on=began,
        **values,  # type: ignore[arg-type]
    )  # fmt: skip
    if kind is not None:
        close_initiative(
            by=SYSTEM, initiative=made, kind=kind, reason=ReasonCode.COST, lesson="Ask earlier.",
            closed_on=began + timedelta(days=100 + 10 * number % 600),
        )  # fmt: skip
    return made


@pytest.fixture
def portfolio(organisation: Organisation) -> Organisation:
    """Retail: twelve bought separately (eight stopped, one drifted) and three in the plan; Logistics: four that drifted."""
    for number in range(12):
        kind = ClosureKind.STOPPED if number < 8 else ClosureKind.DRIFTED if number == 8 else None
        ended(organisation, "Retail", number, kind, procurement_route="separate")
    for number in range(12, 15):
        ended(organisation, "Retail", number, None, procurement_route="in_plan")
    for number in range(4):
        ended(organisation, "Logistics", number, ClosureKind.DRIFTED)
    return organisation


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        answer = client.get(url)
        assert answer.status_code == 200, url
        _body = answer.getvalue()
    return len(found)


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_page_says_what_became_of_them_and_keeps_the_kinds_apart(portfolio: Organisation, signed_in: SignIn) -> None:
    page = text(signed_in("Paula"), PAGE)
    assert "Of 15 initiatives, by the age of 24 months 0" in page
    for said in (
        "Stopped by decision",
        "Drifted",
        "Idea → PoC",
        "Aalen-Johansen",
        "Reasons of abandonment",
        "Association, not cause",
    ):
        assert said in page, said
    assert "too few to say: 3 of 10" in page
    assert "at least 16.5" in page and "1,001 initiatives before operation" in page and "13 months" in page


def test_another_department_is_in_no_figure(portfolio: Organisation, signed_in: SignIn, api: Api) -> None:
    assert "Of 4 initiatives" in text(signed_in("Lars"), PAGE)
    assert "Of 19 initiatives" in text(signed_in("Ada"), PAGE)
    mine = api(Scope.INITIATIVES_READ, unit="Retail").get(API).json()
    assert (mine["initiatives"], mine["reasons"]) == (
        15, [{"reason": "cost", "counts": {"stopped": 8, "drifted": 1}, "total": 9}],
    )  # fmt: skip
    reasons = [line for line in signed_in("Lars").get(CSV).getvalue().decode().splitlines() if line.startswith('"reason"')]
    assert [line.split(",")[1:5] for line in reasons] == [['"cost"', '"drifted"', '""', "4"]]


def test_one_initiative_has_no_curve_and_nobody_learns_its_end(portfolio: Organisation, signed_in: SignIn, api: Api) -> None:
    one = Initiative.objects.filter(name="Retail 3").get()
    page = text(signed_in("Paula"), f"{PAGE}?q={one.key}")
    assert "Fewer than two initiatives match" in page
    assert "data-chart=" not in page
    answer = api(Scope.INITIATIVES_READ).get(f"{API}?q={one.key}").json()
    assert (answer["initiatives"], answer["life"], answer["gates"], answer["reasons"]) == (1, None, [], [])
    assert "Too few to tell" in text(signed_in("Nora"), PAGE)


def test_filters_stay_in_the_address_of_links_and_of_the_file(portfolio: Organisation, signed_in: SignIn) -> None:
    unit = portfolio.units["Retail"].pk
    page = text(signed_in("Ada"), f"{PAGE}?unit={unit}&procurement_route=separate")
    assert "Of 12 initiatives" in page
    assert f"/risk/cohorts/export/csv/?unit={unit}&amp;procurement_route=separate" in page
    assert f"/initiatives/?unit={unit}&amp;procurement_route=separate&amp;stage=idea" in page.replace("\\u0026", "&amp;")


def test_a_purchase_of_another_department_tells_nothing_of_the_plan(portfolio: Organisation, signed_in: SignIn, api: Api) -> None:
    ours, theirs = (Initiative.objects.get(name=f"Retail {number}") for number in (1, 2))
    for initiative, unit, in_plan in ((ours, "Retail", "yes"), (theirs, "Logistics", "no")):
        purchase = Purchase.objects.create(unit=portfolio.units[unit], title="Compute", kind="contract", in_plan=in_plan)
        PurchaseShare.objects.create(purchase=purchase, initiative=initiative, share=Decimal(1))
    read = (Scope.INITIATIVES_READ, Scope.PURCHASES_READ)
    mine = {one["key"]: one["n"] for one in api(*read, unit="Retail").get(API).json()["plan"]}
    assert mine == {"yes": 1, "none": 14}
    everything = {one["key"]: one["n"] for one in api(*read).get(API).json()["plan"]}
    assert everything == {"yes": 1, "no": 1, "none": 17}
    assert api(Scope.INITIATIVES_READ).get(API).json()["plan"] is None
    assert "A purchase out of the plan" not in text(signed_in("Paula"), PAGE)


def test_the_api_gives_the_figures_with_bases_and_refuses_what_it_does_not_know(portfolio: Organisation, api: Api) -> None:
    client = api(Scope.INITIATIVES_READ, unit="Retail")
    answer = client.get(API).json()
    gate = answer["gates"][0]
    separate = next(one for one in answer["route"] if one["key"] == "separate")
    assert (gate["key"], gate["entered"], gate["stopped"], gate["drifted"], gate["here"]) == ("idea", 15, 8, 1, 6)
    assert (separate["followed"], separate["stopped"], separate["drifted"], separate["too_few"]) == (12, 8, 1, False)
    assert separate["value"] == pytest.approx(9 / 12)
    assert separate["low"] < separate["value"] < separate["high"]
    assert answer["life"]["events"] == {"went_on": 0, "stopped": 8, "drifted": 1, "abandoned_unknown": 0}
    assert client.get(f"{API}?stagee=poc").status_code == 400
    assert client.get(f"{API}?status=sleeping").status_code == 400
    assert api(Scope.REQUESTS_READ).get(API).status_code == 403


def test_the_file_has_every_table_and_no_other_format(portfolio: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    lines = client.get(CSV).getvalue().decode().splitlines()
    assert lines[0].startswith('"table","row","outcome"')
    assert {line.split(",")[0] for line in lines[1:]} >= {'"life"', '"time in stage"', '"reason"', '"procurement route"'}
    assert client.get("/risk/cohorts/export/xlsx/").status_code == 404
    assert signed_in("").get(PAGE).status_code == 302


def test_demo_and_real_portfolio_are_two_cohorts(portfolio: Organisation, signed_in: SignIn) -> None:
    load_demo(by=SYSTEM, count=60, seed=3, today=clock.today())
    assert "Of 19 initiatives" in text(signed_in("Ada"), PAGE)
    Initiative.objects.filter(demo=False).update(demo=True)  # as if no real portfolio existed
    assert "Of 79 initiatives" in text(signed_in("Ada"), PAGE)


def test_the_reference_class_prints_definition_denominator_and_horizon(organisation: Organisation, signed_in: SignIn) -> None:
    page = text(signed_in("Vera"), "/risk/reference-class/")
    for said in ("at least 16.5", "at most 40.7", "neither abandoned nor alive", "1,001 initiatives", "13 months", "36 months",
                 "Horizon:", "A forecast, not a measurement"):  # fmt: skip
        assert said in page, said
    rates = ReferenceStatistic.objects.filter(kind="register", unit="ratio")
    assert rates.count() >= 12
    assert not rates.filter(definition="").exists() and not rates.filter(denominator="").exists()


def test_a_bound_stays_a_bound_on_the_page_of_all_statistics(organisation: Organisation, signed_in: SignIn) -> None:
    page = text(signed_in("Gita"), "/reference-statistics/")
    assert "at most 40.7" in page and "70\u201380" in page and "37.7\u201343.7" in page


def test_statements_do_not_grow_with_the_rows(portfolio: Organisation, signed_in: SignIn, api: Api) -> None:
    person, token = signed_in("Ada"), api(Scope.INITIATIVES_READ, Scope.PURCHASES_READ)
    token.get(API)  # the token's stamp of last use is written once a minute
    for more in (0, 30):
        for number in range(more):
            ended(portfolio, "Retail", 100 + number, ClosureKind.STOPPED)
        found = {url: statements(token if url == API else person, url) for url in COUNTS}
        assert found == COUNTS, more
