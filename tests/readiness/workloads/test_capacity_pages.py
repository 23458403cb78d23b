"""The capacity pages with people: what each sees, may do, and is told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.services.capacity import grant
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, same_text, text_of
from tests.readiness.workloads.pools import TODAY, ask, later, make_many, make_pool, make_workload
from tests.sampling import rows as sizes

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_capacity.json").read_text())
URL = "/capacity/"
HOSTILE = "<script>alert(1)</script>"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(organisation: Organisation) -> CapacityPool:
    """96 accelerators: 84 granted, 24 asked for."""
    pool = make_pool(organisation, size=96, cost_per_month=7_777, cost_currency="EUR", lead_time_days=60)
    grant(by=SYSTEM, allocation=ask(pool, make_workload(organisation, "Chat"), 84))
    ask(pool, make_workload(organisation, "Search"), 24, 30)
    return pool


def test_the_list_opens_with_what_is_free_and_who_waits(hall: CapacityPool, signed_in: SignIn) -> None:
    page = text_of(signed_in("Vera").get(URL))
    assert "Of 96 accelerators 12 are free; 1 workload queues for 24" in page
    assert "To order" in page and "/capacity/order-by/" in page
    assert "New pool" not in page and "Ask for capacity" not in page


def test_unknown_sizes_are_a_verdict_and_not_zero(organisation: Organisation, signed_in: SignIn) -> None:
    make_pool(organisation, "Nobody counted", size=None)
    page = text_of(signed_in("Iris").get(URL))
    assert "Nobody knows the size of the 1 pool" in page and "v-unknown" in page
    pool_page = text_of(signed_in("Iris").get(f"{URL}{CapacityPool.objects.get().pk}/"))
    assert "Nobody knows its size, so nothing of it can be granted yet." in pool_page


def test_an_empty_page_offers_the_first_step_to_those_who_may(organisation: Organisation, signed_in: SignIn) -> None:
    assert "Write down the first pool" in text_of(signed_in("Iris").get(URL))
    assert "Write down the first pool" not in text_of(signed_in("Vera").get(URL))


def test_filters_narrow_rows_figures_and_exports_alike(
    organisation: Organisation, hall: CapacityPool, signed_in: SignIn
) -> None:  # fmt: skip
    make_pool(organisation, "Discs", kind=PoolKind.STORAGE, size=500, venue="on_premises", unit="Stores")
    client = signed_in("Iris")
    for query in ("?kind=storage", "?venue=on_premises", f"?unit={organisation.units['Stores'].pk}", "?q=disc"):
        page = text_of(client.get(URL + query))
        assert "Discs" in page and ">Hall 2<" not in page and "Of 500 TB 500 are free" in page, query
        names = [row["name"] for row in json.loads(text_of(client.get(f"{URL}export/json/{query}")))]
        assert names == ["Discs"]
    assert "No pool matches" in text_of(client.get(URL + "?q=moon"))
    fragment = text_of(client.get(URL + "?kind=storage", headers=HX | {"HX-Target": "results"}))
    assert 'id="results"' in fragment and "Discs" in fragment


@pytest.mark.parametrize("sort", ["free", "-free", "size", "-queue", "lead_time", "venue", "moon", "-"])
def test_every_order_answers(hall: CapacityPool, signed_in: SignIn, sort: str) -> None:
    assert "Hall 2" in text_of(signed_in("Vera").get(f"{URL}?sort={sort}"))


@pytest.mark.parametrize(("name", "seen"), [("Paula", True), ("Finn", True), ("Ada", True), ("Iris", False), ("Vera", False)])
def test_what_a_pool_costs_is_for_those_with_money_on_its_unit(
    hall: CapacityPool, signed_in: SignIn, name: str, seen: bool
) -> None:
    client = signed_in(name)
    for path in (URL, f"{URL}{hall.pk}/", f"{URL}export/csv/", f"{URL}export/json/"):
        assert (("7777" in text_of(client.get(path))) or ("7,777" in text_of(client.get(path)))) is seen, path
    if name == "Iris":
        assert "cost_per_month" not in text_of(client.get(f"{URL}{hall.pk}/edit/"))


def test_exports_carry_the_columns_of_the_api_and_no_formula(organisation: Organisation, signed_in: SignIn) -> None:
    make_pool(organisation, "=cmd()", size=None)
    client = signed_in("Iris")
    (row,) = csv.DictReader(io.StringIO(text_of(client.get(f"{URL}export/csv/")).lstrip("\ufeff")))
    assert row["name"] == "'=cmd()" and row["size"] == "" and row["free"] == "" and row["allocated"] == "0.0"
    (made,) = json.loads(text_of(client.get(f"{URL}export/json/")))
    assert made["free"] is None and made["lowest_on"] == TODAY.isoformat()
    assert client.get(f"{URL}export/exe/").status_code == 404


def test_a_pool_of_another_unit_is_as_missing_as_one_that_never_was(hall: CapacityPool, signed_in: SignIn) -> None:
    client = signed_in("Lars")
    asked = Allocation.objects.get(state=AllocationState.REQUESTED)
    for path in ("", "edit/", f"allocations/{asked.pk}/refuse/", f"allocations/{asked.pk}/release/"):
        hidden, missing = client.get(f"{URL}{hall.pk}/{path}"), client.get(f"{URL}{hall.pk + 999}/{path}")
        assert hidden.status_code == missing.status_code == 404
        assert same_text(hidden) == same_text(missing)
    assert "Hall 2" not in text_of(client.get(URL))


def test_allocations_of_units_that_one_does_not_see_have_a_quantity_and_no_name(
    organisation: Organisation, signed_in: SignIn
) -> None:
    pool = make_pool(organisation)
    secret = make_workload(organisation, "Secret routing", "Logistics")
    grant(by=SYSTEM, allocation=ask(pool, secret, 6))
    waiting = ask(pool, secret, 7)
    client = signed_in("Iris")
    page = text_of(client.get(f"{URL}{pool.pk}/"))
    assert "another unit" in page and "Secret" not in page and secret.initiative.key not in page
    refused = text_of(client.post(f"{URL}{pool.pk}/allocations/{waiting.pk}/grant/", follow=True))
    assert "lacks 5 accelerators" in refused and "another unit (6 accelerators" in refused and "Secret" not in refused
    assert "Secret" in text_of(signed_in("Ada").get(f"{URL}{pool.pk}/"))


def test_from_asking_to_granting_to_giving_back(organisation: Organisation, signed_in: SignIn) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation, needed_on=later(20))
    paula, iris = signed_in("Paula"), signed_in("Iris")
    form = text_of(paula.get(f"{URL}ask/?pool={pool.pk}&workload={workload.pk}"))
    assert f'value="{later(20).isoformat()}"' in form
    given = {"pool": pool.pk, "workload": workload.pk, "quantity": "6", "starts_on": later(20).isoformat(), "note": "Go-live"}
    assert paula.post(f"{URL}ask/", given).headers["Location"] == f"{URL}{pool.pk}/"
    asked = Allocation.objects.get()
    assert "Go-live" in text_of(iris.get(f"{URL}{pool.pk}/"))
    assert paula.post(f"{URL}{pool.pk}/allocations/{asked.pk}/grant/").status_code == 403
    assert "Granted: 6 accelerators." in text_of(iris.post(f"{URL}{pool.pk}/allocations/{asked.pk}/grant/", follow=True))
    page = text_of(paula.get(f"/workloads/{workload.pk}/capacity/"))
    assert "Hall 2" in page and "6 accelerators" in page and "granted" in page
    assert "Release" in text_of(paula.get(f"{URL}{pool.pk}/allocations/{asked.pk}/release/"))
    paula.post(f"{URL}{pool.pk}/allocations/{asked.pk}/release/", {})
    asked.refresh_from_db()
    assert asked.state == AllocationState.RELEASED


def test_retiring_says_first_what_is_given_back(organisation: Organisation, signed_in: SignIn) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation)
    held = grant(by=SYSTEM, allocation=ask(pool, workload, 3))
    grant(by=SYSTEM, allocation=ask(pool, workload, 5, 10))
    ask(pool, workload, 4, 20)
    paula = signed_in("Paula")
    page = text_of(paula.get(f"/workloads/{workload.pk}/retire/"))
    assert "It gives back 8 accelerators of Hall 2." in page
    assert "It takes back its request for 4 accelerators of Hall 2." in page
    paula.post(f"/workloads/{workload.pk}/retire/")
    held.refresh_from_db()
    assert held.state == AllocationState.RELEASED
    nothing = text_of(paula.get(f"/workloads/{make_workload(organisation, 'Two').pk}/retire/"))
    assert "gives back" not in nothing and "takes back" not in nothing


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(hall: CapacityPool, signed_in: SignIn) -> None:
    asked = Allocation.objects.get(state=AllocationState.REQUESTED)
    at = f"{URL}{hall.pk}/allocations/{asked.pk}/refuse/"
    iris = signed_in("Iris")
    assert iris.post(at, {"reason": " "}).status_code == 422
    assert signed_in("Paula").get(at).status_code == 403
    assert "Later, please." in text_of(iris.post(at, {"reason": "Later, please."}, follow=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "nan"}, "quantity"),
        ({"quantity": "1e400"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"ends_on": "2001-01-01"}, "ends_on"),
        ({"starts_on": "tomorrow"}, "starts_on"),
        ({"pool": "999999"}, "pool"),
        ({"workload": "x"}, "workload"),
        ({"note": "\x00"}, "note"),
    ],
)
def test_a_request_that_makes_no_sense_comes_back_with_what_was_typed(
    organisation: Organisation, signed_in: SignIn, changes: dict[str, str], said: str
) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation)
    given = {"pool": str(pool.pk), "workload": str(workload.pk), "quantity": "6", "starts_on": TODAY.isoformat(), "ends_on": ""}
    answer = signed_in("Paula").post(f"{URL}ask/", given | changes)
    assert answer.status_code == 422 and f"id_{said}_error" in text_of(answer)
    assert not Allocation.objects.exists()


def test_asking_for_a_workload_or_pool_of_another_unit_is_not_offered(organisation: Organisation, signed_in: SignIn) -> None:
    own, foreign = make_workload(organisation), make_workload(organisation, "Foreign", "Logistics")
    pool = make_pool(organisation, "Trucks", "Logistics")
    make_pool(organisation)
    client = signed_in("Paula")
    page = text_of(client.get(f"{URL}ask/?workload={foreign.pk}&pool={pool.pk}"))
    assert "Foreign" not in page and "Trucks" not in page
    given = {"pool": pool.pk, "workload": own.pk, "quantity": "1", "starts_on": TODAY.isoformat()}
    assert client.post(f"{URL}ask/", given).status_code == 422
    assert signed_in("Vera").get(f"{URL}ask/").status_code == 403


def test_a_new_pool_and_a_change_that_somebody_overtook(organisation: Organisation, signed_in: SignIn) -> None:
    iris, retail = signed_in("Iris"), organisation.units["Retail"]
    given = {"name": "Hall 3", "unit": retail.pk, "kind": "accelerators", "venue": "unknown", "size": "16", "version": ""}
    made = iris.post(f"{URL}new/", given)
    pool = CapacityPool.objects.get()
    assert made.headers["Location"] == f"{URL}{pool.pk}/" and pool.size == 16 and pool.cost_per_month is None
    at = f"{URL}{pool.pk}/edit/"
    assert iris.post(at, given | {"size": "24", "version": "1"}).status_code == 302
    overtaken = iris.post(at, given | {"size": "20", "version": "1"})
    assert overtaken.status_code == 422 and "Theirs: Size: 24" in text_of(overtaken)
    assert iris.post(at, given | {"size": "20", "version": "2"}).status_code == 302
    assert iris.post(at, given | {"size": "", "version": "3"}).status_code == 302
    assert CapacityPool.objects.filter(size=None).exists()
    assert iris.post(f"{URL}new/", given | {"unit": organisation.units["Logistics"].pk}).status_code == 422
    for name in ("Paula", "Vera"):
        assert signed_in(name).get(at).status_code == signed_in(name).get(f"{URL}new/").status_code == 403


def test_a_pool_that_shrinks_below_its_grants_is_told_who_holds_it(hall: CapacityPool, signed_in: SignIn) -> None:
    given = {"name": "Hall 2", "unit": hall.unit_id, "kind": "accelerators", "venue": "unknown", "size": "80", "version": "1"}
    answer = signed_in("Iris").post(f"{URL}{hall.pk}/edit/", given)
    assert answer.status_code == 422 and "Chat (84 accelerators" in text_of(answer)
    hall.refresh_from_db()
    assert hall.size == 96


def test_texts_of_pools_and_requests_are_never_markup(organisation: Organisation, signed_in: SignIn) -> None:
    pool = make_pool(organisation, HOSTILE, provider=HOSTILE, note=HOSTILE)
    workload = make_workload(organisation, HOSTILE)
    asked = ask(pool, workload, 9)
    Allocation.objects.filter(pk=asked.pk).update(note=HOSTILE)
    client = signed_in("Iris")
    client.post(f"{URL}{pool.pk}/allocations/{asked.pk}/grant/")
    for path in (URL, f"{URL}{pool.pk}/", f"{URL}{pool.pk}/edit/", f"{URL}ask/", f"/workloads/{workload.pk}/capacity/"):
        assert "<script>alert" not in text_of(client.get(path)), path


def test_the_panel_of_other_pages_shows_what_to_order_or_nothing(hall: CapacityPool, signed_in: SignIn) -> None:
    assert "late by 30 days" in text_of(signed_in("Paula").get(f"{URL}order-by/"))
    assert "late by 30 days" in text_of(signed_in("Paula").get(f"{URL}{hall.pk}/"))
    assert "<section" not in text_of(signed_in("Paula").get(f"{URL}order-by/?kind=storage"))
    assert "<section" not in text_of(signed_in("Lars").get(f"{URL}order-by/"))


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    _initiative, pools, workload = make_many(organisation, rows)
    client = signed_in("Iris")
    pages = {
        "list": URL, "list filtered": f"{URL}?kind=accelerators&sort=-free", "export csv": f"{URL}export/csv/",
        "pool": f"{URL}{pools[0].pk}/", "order by": f"{URL}order-by/", "ask": f"{URL}ask/",
        "of a workload": f"/workloads/{workload.pk}/capacity/",
    }  # fmt: skip
    found = {}
    for name, path in pages.items():
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(path))
        found[name] = len(queries)
    assert found == COUNTS
