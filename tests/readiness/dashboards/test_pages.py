"""Portfolio and Today as pages: what they say, who sees what, and a constant number of statements."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Initiative, Lifecycle, Milestone
from portfolio.initiatives.services.demo import load_demo, remove_demo
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from readiness.workloads.choices import Knowledge, PoolKind
from readiness.workloads.services.capacity import create_pool, request_capacity
from readiness.workloads.services.profiles import ValueInput, create_workload, set_values
from tests.people import Organisation
from tests.readiness.dashboards.conftest import SYSTEM, TODAY

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
SignIn = Callable[[str], Client]
Api = Callable[..., Client]


@pytest.fixture
def two_departments(organisation: Organisation) -> Organisation:
    """Retail has a running and a stopped initiative, Logistics a canary that nobody of Retail may learn of."""
    template = Lifecycle.objects.get(key="standard")
    common: dict[str, Any] = {"by": SYSTEM, "lifecycle": template}
    create_initiative(unit=organisation.units["Stores"], name="Shelf camera", owner=organisation.people["Otto"], **common)
    stopped = create_initiative(unit=organisation.units["Retail"], name="Till forecast", **common)
    close_initiative(by=SYSTEM, initiative=stopped, kind=ClosureKind.STOPPED, lesson="Nobody used it.")
    canary = create_initiative(unit=organisation.units["Logistics"], name="Canary of Logistics", **common)
    Initiative.objects.filter(pk=canary.pk).update(rag="red", status_note="Canary note")
    Milestone.objects.create(initiative=canary, name="Canary milestone", due="2020-01-01")
    return organisation


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_pages_need_as_many_statements_at_ten_as_at_a_thousand(as_demo_person: SignIn) -> None:
    urls = ("/portfolio/", "/today/")
    for count in (10, 50, 1000):
        if count > 10:
            remove_demo(by=SYSTEM)
        load_demo(by=SYSTEM, count=count, seed=1, today=TODAY)
        client = as_demo_person("Marit Sandvik")
        assert {url: statements(client, url) for url in urls} == {url: COUNTS[url] for url in urls}, count


def test_the_api_needs_as_many_statements_whatever_the_filter(two_departments: Organisation, api: Api) -> None:
    client = api(Scope.INITIATIVES_READ)
    client.get("/api/v1/portfolio/")  # the token's stamp of last use is written once a minute
    url = "/api/v1/portfolio/"
    assert [statements(client, url), statements(client, f"{url}?status=active")] == [COUNTS[url]] * 2


def test_the_portfolio_page_says_its_sentence_and_figures(two_departments: Organisation, signed_in: SignIn) -> None:
    text = signed_in("Ada").get("/portfolio/").content.decode()
    assert "Of 3 initiatives, 0 reached production, 1 were abandoned and 2 are in flight" in text
    assert "451 Alliance" in text
    panel = signed_in("Ada").get("/portfolio/risk/", headers={"HX-Request": "true"}).content.decode()
    assert "Reference class only; your 1 closed initiative is not yet used." in panel


def test_nobody_learns_of_another_department(two_departments: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    for url in ("/portfolio/", "/today/", "/portfolio/?q=canary", "/portfolio/?status=active"):
        assert "Canary" not in client.get(url).content.decode()
    assert "Of 2 initiatives" in client.get("/portfolio/").content.decode()
    assert "Canary milestone" in signed_in("Lars").get("/today/").content.decode()


def test_a_person_without_a_role_sees_an_empty_portfolio(two_departments: Organisation, signed_in: SignIn) -> None:
    text = signed_in("Nora").get("/portfolio/").content.decode()
    assert "No initiatives yet" in text
    assert "Shelf camera" not in text


def test_demo_and_real_portfolios_are_never_summed(two_departments: Organisation, signed_in: SignIn, demo: None) -> None:
    client = signed_in("Ada")
    assert "Of 3 initiatives" in client.get("/portfolio/").content.decode()
    Initiative.objects.filter(demo=False).update(demo=True)  # as if no real portfolio existed
    text = client.get("/portfolio/").content.decode()
    assert "Of 103 initiatives" in text
    assert "Demo data" in text


def test_the_filter_stays_in_the_address_of_every_link(two_departments: Organisation, signed_in: SignIn) -> None:
    unit = two_departments.units["Retail"].pk
    text = signed_in("Ada").get(f"/portfolio/?unit={unit}&status=active").content.decode()
    assert f"/initiatives/?unit={unit}&amp;stage_kind=before_production" in text
    assert "Of 1 initiative," in text


def test_the_api_gives_the_figures_of_the_page(two_departments: Organisation, api: Api) -> None:
    answer = api(Scope.INITIATIVES_READ).get("/api/v1/portfolio/").json()
    assert answer["counts"] | {"total": 3, "stopped": 1, "in_flight": 2, "abandoned": 1} == answer["counts"]
    assert answer["risk"]["label"] == "reference class only; your 1 closed initiatives are not yet used"
    narrowed = api(Scope.INITIATIVES_READ, unit="Logistics").get("/api/v1/portfolio/").json()
    assert narrowed["counts"]["total"] == 1


def test_the_api_refuses_a_filter_that_does_not_exist(two_departments: Organisation, api: Api) -> None:
    client = api(Scope.INITIATIVES_READ)
    assert client.get("/api/v1/portfolio/?stagee=poc").status_code == 400
    assert client.get("/api/v1/portfolio/?status=sleeping").status_code == 400
    assert api(Scope.REQUESTS_READ).get("/api/v1/portfolio/").status_code == 403


def test_today_shows_what_is_mine_and_what_is_late(two_departments: Organisation, signed_in: SignIn) -> None:
    shelf = Initiative.objects.get(name="Shelf camera")
    Milestone.objects.create(initiative=shelf, name="Pilot review", due=clock.today().replace(year=2020))
    text = signed_in("Otto").get("/today/").content.decode()
    assert "1 milestone is overdue and 1 of your initiatives has unknowns." in text
    assert "you own it" in text
    assert "Requests to triage" not in text  # a sponsor does not triage


def test_today_says_so_when_nothing_waits(organisation: Organisation, signed_in: SignIn) -> None:
    assert "Nothing waits for you today." in signed_in("Vera").get("/today/").content.decode()


def test_the_front_door_leads_to_today(organisation: Organisation, signed_in: SignIn) -> None:
    assert signed_in("Paula").get("/").url == "/today/"  # type: ignore[attr-defined]
    assert "/login" in signed_in("").get("/portfolio/").url  # type: ignore[attr-defined]


def test_today_names_what_a_person_promised_to_find_out_and_what_is_asked_of_her_pools(
    two_departments: Organisation, signed_in: SignIn
) -> None:
    camera = Initiative.objects.get(name="Shelf camera")
    otto, iris = two_departments.people["Otto"], two_departments.people["Iris"]
    workload = create_workload(by=SYSTEM, initiative=camera, name="Shelf watch", template="streaming-classification")
    promised = ValueInput(Knowledge.UNKNOWN, owner=otto, due=date(2026, 1, 2))
    set_values(by=SYSTEM, workload=workload, values={"peak_factor": promised})
    pool = create_pool(by=SYSTEM, unit=two_departments.units["Retail"], name="Edge boxes", kind=PoolKind.ACCELERATORS, size=4)
    request_capacity(by=SYSTEM, pool=pool, workload=workload, quantity=3, starts_on=date(2027, 1, 4))
    ottos = signed_in("Otto").get("/today/").content.decode()
    assert "Busiest minutes over the mean" in ottos and "1 answer that you promised is overdue" in ottos
    assert "Asked of my pools" not in ottos
    architects = signed_in("Iris").get("/today/").content.decode()
    assert "Edge boxes" in architects and "1 ask for capacity waits for you" in architects
    assert iris.pk != otto.pk and "Busiest minutes over the mean" not in architects
    strangers = signed_in("Lars").get("/today/").content.decode()
    assert "Edge boxes" not in strangers and "Busiest minutes" not in strangers
