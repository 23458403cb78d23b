"""Pools that one unit offers to others: who sees them, what stays hidden, who asks, who grants."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http.response import HttpResponseBase
from django.test import Client

from portfolio.accounts.choices import Scope
from readiness.sizing.queries.setting import pools_with_free
from readiness.workloads.choices import AllocationState, PoolKind
from readiness.workloads.models import Allocation, CapacityPool
from readiness.workloads.queries.capacity import pools_for, visible_pools
from readiness.workloads.queries.orders import order_by_rows
from readiness.workloads.services.capacity import change_pool, create_pool, grant, request_capacity
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make, same_text, text_of
from tests.readiness.sizing.making import accelerator, known_workload, make_option
from tests.readiness.workloads.pools import TODAY, ask, later, make_pool, make_workload

pytestmark = pytest.mark.django_db
URL = "/capacity/"
POOLS = "/api/v1/capacity-pools/"
COST, CURRENCY, NOTE = "48151.62", "XTS", "canary note of the owner"
CANARIES = (COST, "48,151", "48151", CURRENCY, NOTE)
Api = Callable[..., Client]


def told(answer: HttpResponseBase) -> list[str]:
    """The canaries in an answer. The currency stands alone: three letters of a random token are none."""
    text = re.sub(rf"(?<=\w){CURRENCY}|{CURRENCY}(?=\w)", "", text_of(answer))
    return [word for word in CANARIES if word in text]


@pytest.fixture
def shared(organisation: Organisation) -> CapacityPool:
    """Sixteen accelerators of Logistics, offered to everybody; six are held there and twelve asked for."""
    pool = make_pool(
        organisation, "Central cluster", "Logistics", size=16.0, offered_to=organisation.units["Group"], lead_time_days=30,
        cost_per_month=Decimal(COST), cost_currency=CURRENCY, note=NOTE,
    )  # fmt: skip
    secret = make_workload(organisation, "Secret routing", "Logistics")
    grant(by=SYSTEM, allocation=ask(pool, secret, 6))
    ask(pool, secret, 12)
    return pool


@pytest.mark.parametrize(
    ("owner", "offered_to", "seen_by"),
    [
        ("Group", None, {"Ada", "Gita"}),
        ("Group", "Group", {"Ada", "Gita", "Paula", "Iris", "Finn", "Vera", "Otto", "Lars"}),
        ("Logistics", None, {"Ada", "Gita", "Lars"}),
        ("Logistics", "Retail", {"Ada", "Gita", "Lars", "Paula", "Iris", "Finn", "Vera", "Otto"}),
        ("Logistics", "Stores", {"Ada", "Gita", "Lars", "Paula", "Iris", "Finn", "Vera", "Otto"}),
        ("Retail", None, {"Ada", "Gita", "Paula", "Iris", "Finn", "Vera"}),
        ("Retail", "Retail", {"Ada", "Gita", "Paula", "Iris", "Finn", "Vera", "Otto"}),
        ("Stores", "Logistics", {"Ada", "Gita", "Lars", "Paula", "Iris", "Finn", "Vera", "Otto"}),
    ],
)
def test_an_offer_reaches_its_unit_those_below_and_those_above(
    organisation: Organisation, owner: str, offered_to: str | None, seen_by: set[str]
) -> None:
    make_pool(organisation, "Hall", owner, offered_to=organisation.units.get(offered_to or ""))
    assert {name for name in organisation.people if visible_pools(organisation.actor(name)).exists()} == seen_by
    named = {name for name in organisation.people if pools_for(organisation.actor(name), PoolKind.ACCELERATORS)}
    assert named == seen_by


def test_other_units_see_the_figures_of_the_pool_and_ask_for_a_part(
    organisation: Organisation, shared: CapacityPool, signed_in: SignIn
) -> None:
    workload = make_workload(organisation, needed_on=later(20))
    paula = signed_in("Paula")
    assert "Of 16 accelerators 10 are free; 1 workload queues for 12" in text_of(paula.get(URL))
    page = text_of(paula.get(f"{URL}{shared.pk}/"))
    assert "10 of 16 accelerators are free today" in page and "another unit" in page and "Secret" not in page
    assert "Offered to" in page and "Group" in page and "Logistics" in page
    assert f'value="{shared.pk}"' in text_of(paula.get(f"{URL}ask/?workload={workload.pk}"))
    given = {"pool": shared.pk, "workload": workload.pk, "quantity": "4", "starts_on": later(20).isoformat()}
    assert paula.post(f"{URL}ask/", given).headers["Location"] == f"{URL}{shared.pk}/"
    asked = Allocation.objects.get(workload=workload)
    for name in ("Paula", "Iris"):
        assert signed_in(name).post(f"{URL}{shared.pk}/allocations/{asked.pk}/grant/").status_code == 403
        assert signed_in(name).get(f"{URL}{shared.pk}/allocations/{asked.pk}/refuse/").status_code == 403
    grant(by=SYSTEM, allocation=asked)
    assert "Central cluster" in text_of(paula.get(f"/workloads/{workload.pk}/capacity/"))
    theirs = text_of(signed_in("Lars").get(f"{URL}{shared.pk}/"))
    assert "another unit" in theirs and "Chat" not in theirs and workload.initiative.key not in theirs
    paula.post(f"{URL}{shared.pk}/allocations/{asked.pk}/release/", {})
    asked.refresh_from_db()
    assert asked.state == AllocationState.RELEASED


def test_asking_needs_the_right_to_change_the_workload_and_an_offer(organisation: Organisation, shared: CapacityPool) -> None:
    own, foreign = make_workload(organisation), make_workload(organisation, "Trucks", "Logistics")
    closed = make_pool(organisation, "Closed", "Logistics")
    given: dict[str, Any] = {"quantity": 1.0, "starts_on": TODAY}
    assert request_capacity(by=organisation.actor("Iris"), pool=shared, workload=own, **given).pk
    for name, pool, workload in (("Vera", shared, own), ("Iris", shared, foreign), ("Iris", closed, own)):
        with pytest.raises(PermissionDenied):
            request_capacity(by=organisation.actor(name), pool=pool, workload=workload, **given)


@pytest.mark.parametrize("name", ["Paula", "Iris", "Finn", "Vera", "Otto"])
def test_cost_and_note_of_an_offered_pool_reach_nobody_of_other_units(
    organisation: Organisation, shared: CapacityPool, signed_in: SignIn, name: str
) -> None:
    workload = make_workload(organisation, unit="Stores", owner="Otto", needed_on=later(5))
    asked, theirs = ask(shared, workload, 14), Allocation.objects.filter(state=AllocationState.REQUESTED).earliest("id")
    client = signed_in(name)
    pool, one = f"{URL}{shared.pk}/", f"{POOLS}{shared.pk}/"
    open_to_all = (
        URL, f"{URL}?sort=-size", f"{URL}export/csv/", f"{URL}export/json/", pool, f"{URL}order-by/", f"{POOLS}?page_size=100",
        one, f"{one}allocations/", f"{one}allocations/{theirs.pk}/", f"{POOLS}order-by/", "/today/", "/sizing/",
        "/api/v1/sizing/", f"/workloads/{workload.pk}/capacity/", f"/workloads/{workload.pk}/sizing/",
    )  # fmt: skip
    for path in open_to_all:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert told(answer) == [], path
    refused = [
        client.get(f"{pool}edit/"), client.post(f"{pool}edit/", {"name": "Mine"}),
        client.get(f"{pool}allocations/{theirs.pk}/refuse/"), client.get(f"{pool}allocations/{theirs.pk}/release/"),
        client.post(f"{pool}allocations/{asked.pk}/grant/"),
        client.patch(one, {"size": 1}, content_type="application/json"),
        client.patch(one, {"name": NOTE[:6], "note": "x"}, content_type="application/json"),
        *(client.post(f"{one}allocations/{pk}/grant/") for pk in (asked.pk, theirs.pk)),
        client.post(f"{one}allocations/{theirs.pk}/refuse/", {"reason": "x"}, content_type="application/json"),
        client.post(f"{one}allocations/{theirs.pk}/release/", {}, content_type="application/json"),
    ]  # fmt: skip
    for answer in refused:
        assert answer.status_code == 403, answer.request["PATH_INFO"]
        assert told(answer) == [], answer.request["PATH_INFO"]
    shared.refresh_from_db()
    assert (shared.name, shared.size, shared.version) == ("Central cluster", 16, 1)


def test_the_owners_people_read_the_note_and_those_with_money_the_cost(shared: CapacityPool, signed_in: SignIn) -> None:
    for path in (f"{URL}{shared.pk}/", f"{URL}export/json/", f"{POOLS}{shared.pk}/"):
        told = text_of(signed_in("Lars").get(path))
        assert NOTE in told and ("48,151" in told or COST in told), path
    row = signed_in("Lars").get(f"{POOLS}{shared.pk}/").json()
    assert (row["offered"], row["cost_hidden"], row["note"], row["cost_per_month"]) == (False, False, NOTE, COST)
    row = signed_in("Paula").get(f"{POOLS}{shared.pk}/").json()
    assert (row["offered"], row["cost_hidden"], row["note"], row["cost_per_month"]) == (True, True, "", None)
    assert (row["offered_to_name"], row["unit_name"], row["free"], row["queued"]) == ("Group", "Logistics", 10, 12)


def test_a_token_reaches_what_is_offered_to_its_unit_without_cost_and_note(
    organisation: Organisation, shared: CapacityPool, api: Api
) -> None:
    """Its maker sees everything; the token is for Retail."""
    token = api(Scope.WORKLOADS_WRITE, Scope.MONEY, unit="Retail")
    for path in (POOLS, f"{POOLS}{shared.pk}/"):
        assert told(token.get(path)) == []
    body = {"workload": make_workload(organisation).pk, "quantity": 2, "starts_on": TODAY.isoformat()}
    made = token.post(f"{POOLS}{shared.pk}/allocations/", body, content_type="application/json")
    assert made.status_code == 201 and made.json()["state"] == "requested"
    assert token.post(f"{POOLS}{shared.pk}/allocations/{made.json()['id']}/grant/").status_code == 403
    change_pool(by=SYSTEM, pool=shared, changes={"offered_to": None})
    assert token.get(f"{POOLS}{shared.pk}/").status_code == 404


def test_outside_the_offer_the_pool_is_as_missing_as_one_that_never_was(
    organisation: Organisation, signed_in: SignIn, api: Api
) -> None:
    pool = make_pool(organisation, "Till boxes", "Retail", offered_to=organisation.units["Stores"], note=NOTE)
    waiting = ask(pool, make_workload(organisation), 1)
    own = make_workload(organisation, "Trucks", "Logistics")
    lars, token = signed_in("Lars"), api(Scope.WORKLOADS_WRITE, unit="Logistics")
    for path in ("", "edit/", f"allocations/{waiting.pk}/refuse/", f"allocations/{waiting.pk}/release/"):
        hidden, missing = lars.get(f"{URL}{pool.pk}/{path}"), lars.get(f"{URL}{pool.pk + 999}/{path}")
        assert hidden.status_code == missing.status_code == 404 and same_text(hidden) == same_text(missing)
    body = {"workload": own.pk, "quantity": 1, "starts_on": TODAY.isoformat()}
    for path in ("", "allocations/", f"allocations/{waiting.pk}/"):
        hidden, missing = token.get(f"{POOLS}{pool.pk}/{path}"), token.get(f"{POOLS}{pool.pk + 999}/{path}")
        assert hidden.status_code == missing.status_code == 404 and hidden.json()["detail"] == missing.json()["detail"]
    asked = [
        token.post(f"{POOLS}{pk}/allocations/", body, content_type="application/json") for pk in (pool.pk, pool.pk + 999)
    ]  # fmt: skip
    assert [answer.status_code for answer in asked] == [404, 404]
    typed = {"pool": pool.pk, **body}
    assert lars.post(f"{URL}ask/", typed).status_code == 422 and "Till boxes" not in text_of(lars.post(f"{URL}ask/", typed))
    for path in (URL, f"{URL}ask/", f"{URL}order-by/", f"{URL}export/csv/", POOLS):
        assert "Till boxes" not in text_of(lars.get(path)), path
    assert Allocation.objects.count() == 1


def test_an_offer_taken_back_hides_the_pool_and_keeps_what_was_granted(
    organisation: Organisation, shared: CapacityPool, signed_in: SignIn
) -> None:
    workload = make_workload(organisation)
    held = grant(by=SYSTEM, allocation=ask(shared, workload, 4))
    change_pool(by=SYSTEM, pool=shared, changes={"offered_to": None})
    paula = signed_in("Paula")
    assert paula.get(f"{URL}{shared.pk}/").status_code == 404
    page = text_of(paula.get(f"/workloads/{workload.pk}/capacity/"))
    assert "a pool of another unit" in page and "4 accelerators" in page and "Central cluster" not in page
    told = text_of(paula.get(f"/workloads/{workload.pk}/retire/"))
    assert "It gives back 4 accelerators of a pool of another unit." in told and "Central cluster" not in told
    held.refresh_from_db()
    assert held.state == AllocationState.GRANTED


def test_a_pool_is_offered_to_units_that_one_sees_or_that_stand_above(
    organisation: Organisation, signed_in: SignIn, api: Api
) -> None:
    pool, iris, units = make_pool(organisation), organisation.actor("Iris"), organisation.units
    for name in ("Group", "Retail", "Stores"):
        assert change_pool(by=iris, pool=pool, changes={"offered_to": units[name]}).offered_to == units[name]
    with pytest.raises(ValidationError, match="no such unit"):
        change_pool(by=iris, pool=pool, changes={"offered_to": units["Logistics"]})
    with pytest.raises(ValidationError, match="no such unit"):
        create_pool(
            by=iris, unit=units["Retail"], name="New", kind=PoolKind.STORAGE, offered_to=units["Logistics"]
        )  # fmt: skip
    assert "Logistics" not in text_of(signed_in("Iris").get(f"{URL}{pool.pk}/edit/"))
    token = api(Scope.WORKLOADS_WRITE, unit="Retail")
    at = f"{POOLS}{pool.pk}/"
    refused = token.patch(at, {"offered_to": units["Logistics"].pk}, content_type="application/json")
    assert refused.status_code == 400 and refused.json()["errors"][0]["pointer"] == "/offered_to"
    assert token.patch(at, {"offered_to": None}, content_type="application/json").json()["offered_to_id"] is None
    with pytest.raises(PermissionDenied):
        change_pool(by=organisation.actor("Paula"), pool=pool, changes={"offered_to": units["Group"]})


def test_an_offer_that_somebody_else_made_survives_a_change_of_the_size(
    organisation: Organisation, signed_in: SignIn, api: Api
) -> None:
    logistics = organisation.units["Logistics"]
    pool = make_pool(organisation, offered_to=logistics)
    given = {"name": "Hall 2", "unit": pool.unit_id, "kind": "accelerators", "venue": "unknown", "version": "1"}
    saved = signed_in("Iris").post(f"{URL}{pool.pk}/edit/", given | {"size": "9", "offered_to": logistics.pk})
    assert saved.status_code == 302
    sent = {"size": 10, "offered_to": logistics.pk}
    assert api(Scope.WORKLOADS_WRITE, unit="Retail").patch(f"{POOLS}{pool.pk}/", sent, content_type="application/json").json()[
        "free"
    ] == 10  # fmt: skip
    pool.refresh_from_db()
    assert pool.offered_to == logistics
    assert signed_in("Iris").post(f"{URL}{pool.pk}/edit/", given | {"size": "9", "version": "3"}).status_code == 302
    pool.refresh_from_db()
    assert pool.offered_to is None


def test_a_sizing_reads_what_is_free_of_an_offered_pool_and_not_its_cost(
    organisation: Organisation, shared: CapacityPool
) -> None:
    workload = make_workload(organisation)
    grant(by=SYSTEM, allocation=ask(shared, workload, 4))
    for name in ("Iris", "Finn"):
        (row,) = pools_with_free(organisation.actor(name), workload, TODAY).values()
        assert (row["name"], row["free"], row["cost_per_month"], row["cost_currency"]) == (
            "Central cluster", 10, None, "",
        )  # fmt: skip
    assert str(pools_with_free(organisation.actor("Lars"), workload, TODAY)[shared.pk]["cost_per_month"]) == COST


@pytest.mark.parametrize("name", ["Paula", "Iris", "Finn"])
def test_no_page_of_a_sizing_prices_an_option_by_the_cost_of_anothers_pool(
    organisation: Organisation, shared: CapacityPool, signed_in: SignIn, name: str
) -> None:
    """Paula and Finn see the amounts of the workload's own unit; the pool's are not among them."""
    change_pool(by=SYSTEM, pool=shared, changes={"accelerator": accelerator()})
    workload = known_workload(organisation)
    option = make_option(workload, pool=shared)
    at, client = f"/workloads/{workload.pk}/", signed_in(name)
    for path in (
        f"{at}sizing/", f"{at}sizing/panel/", f"{at}sizing/sentence/", f"{at}models/", "/sizing/", "/sizing/export/csv/",
        f"/sizing/options/{option.pk}/results/", f"/api/v1{at}sizing/", "/api/v1/sizing/", "/api/v1/sizing-options/",
        f"/api/v1/sizing-options/{option.pk}/",
    ):  # fmt: skip
        answer = client.get(path, headers=HX if "/panel/" in path or "/sentence/" in path else {})
        assert answer.status_code == 200, path
        assert told(answer) == [], path
    assert "Central cluster" in text_of(client.get(f"{at}sizing/"))
    assert CURRENCY in text_of(signed_in("Ada").get(f"{at}sizing/"))


def test_of_an_offered_pool_only_ones_own_shortage_is_to_be_ordered(organisation: Organisation, shared: CapacityPool) -> None:
    ask(shared, make_workload(organisation), 15)
    assert [row.workload_name for row in order_by_rows(organisation.actor("Iris"), TODAY)] == ["Chat"]
    assert [row.workload_name for row in order_by_rows(organisation.actor("Lars"), TODAY)] == ["Secret routing", ""]
    assert order_by_rows(organisation.actor("Iris"), TODAY)[0].missing == 15  # the twelve asked for before come first


def test_demo_pools_stay_with_the_demo_whoever_they_are_offered_to(organisation: Organisation) -> None:
    make(organisation, "Real", "Retail")
    make_pool(organisation, "Shown", "Logistics", offered_to=organisation.units["Group"], demo=True)
    assert not visible_pools(organisation.actor("Iris")).exists()
