"""The API of capacity, venues and the sequence rules: scopes, scoping, masking, verbs, problems, statements."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Initiative
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, VenueOption
from readiness.workloads.services.capacity import grant
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make
from tests.readiness.workloads.pools import TODAY, ask, later, make_many, make_pool, make_workload
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_capacity_api.json").read_text())
POOLS = "/api/v1/capacity-pools/"
Api = Callable[..., Client]


def send(client: Client, path: str, body: Any = None, method: str = "post", **headers: str) -> Any:
    return getattr(client, method)(path, body, content_type="application/json", headers=headers)


def pointers(answer: Any) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.fixture
def initiative(organisation: Organisation) -> Initiative:
    return make(organisation, "Shelf camera", "Stores", owner="Otto", venue_inference="public_cloud")


def test_tokens_need_the_scope_of_workloads(api: Api, organisation: Organisation, initiative: Initiative) -> None:
    make_pool(organisation)
    paths = [POOLS, f"{POOLS}order-by/"] + [
        f"/api/v1/initiatives/{initiative.pk}/{part}/" for part in ("venue-options", "venue-comparisons", "sequence")
    ]
    for path in paths:
        assert api(Scope.INITIATIVES_READ).get(path).status_code == 403
        assert api(Scope.WORKLOADS_READ).get(path).status_code == 200
    refused = send(api(Scope.WORKLOADS_READ), POOLS, {"name": "x"})
    assert refused.status_code == 403 and "workloads:write" in refused.json()["detail"]


def test_a_pool_from_first_word_to_change(api: Api, organisation: Organisation) -> None:
    Accelerator.objects.get_or_create(key="h-1", defaults={"name": "H one"})
    writer = api(Scope.WORKLOADS_WRITE, unit="Retail")
    body = {"name": "Hall 9", "unit": organisation.units["Stores"].pk, "kind": "accelerators", "accelerator": "h-1"}
    made = send(writer, POOLS, body)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["size"], row["free"], row["free_lowest"], row["accelerator_name"]) == (None, None, None, "H one")
    at = f"{POOLS}{row['id']}/"
    changed = send(writer, at, {"size": 16}, "patch", **{"If-Match": made["ETag"]})
    assert changed.status_code == 200 and changed.json()["free"] == 16
    assert send(writer, at, {"size": 24}, "patch", **{"If-Match": made["ETag"]}).status_code == 412
    assert send(writer, POOLS, body | {"unit": organisation.units["Logistics"].pk}).status_code == 400
    assert pointers(send(writer, POOLS, body | {"name": "Hall 10", "sizes": 3})) == ["/sizes"]
    assert send(writer, at, {"cost_per_month": "9.00", "cost_currency": "EUR"}, "patch").status_code == 403
    both = api(Scope.WORKLOADS_WRITE, Scope.MONEY, unit="Retail")
    assert send(both, at, {"cost_per_month": "9.00", "cost_currency": "EUR"}, "patch").json()["cost_per_month"] == "9.00"
    assert writer.get(at).json()["cost_per_month"] is None and writer.get(at).json()["cost_hidden"] is True


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"size": "nan"}, "/size"),
        ({"size": -1}, "/size"),
        ({"size": 1e300}, "/size"),
        ({"ordered": 3}, "/arrives_on"),
        ({"lead_time_days": 99999999}, "/lead_time_days"),
        ({"kind": "cheese"}, "/kind"),
        ({"accelerator": "none-such"}, "/accelerator"),
        ({"name": ""}, "/name"),
        ({"venue": "moon"}, "/venue"),
    ],
)
def test_bad_input_says_where(api: Api, organisation: Organisation, body: dict[str, Any], pointer: str) -> None:
    given = {"name": "Hall 9", "unit": organisation.units["Retail"].pk, "kind": "storage"} | body
    answer = send(api(Scope.WORKLOADS_WRITE), POOLS, given)
    assert answer.status_code == 400 and pointer in pointers(answer)
    assert not CapacityPool.objects.exists()


def test_asking_granting_refusing_releasing(api: Api, organisation: Organisation) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation, "Chat")
    writer = api(Scope.WORKLOADS_WRITE, unit="Retail")
    at = f"{POOLS}{pool.pk}/allocations/"
    body = {"workload": workload.pk, "quantity": 6, "starts_on": TODAY.isoformat()}
    first, second = send(writer, at, body), send(writer, at, body | {"ends_on": later(9).isoformat()})
    assert first.status_code == second.status_code == 201
    assert send(writer, f"{at}{first.json()['id']}/grant/").json()["state"] == "granted"
    refused = send(writer, f"{at}{second.json()['id']}/grant/")
    assert refused.status_code == 400 and pointers(refused) == ["/quantity"]
    assert "lacks 4 accelerators" in refused.json()["errors"][0]["detail"] and "Chat (6" in refused.json()["errors"][0]["detail"]
    assert pointers(send(writer, f"{at}{second.json()['id']}/refuse/", {})) == ["/reason"]
    assert send(writer, f"{at}{second.json()['id']}/refuse/", {"reason": "No."}).json()["state"] == "refused"
    assert send(writer, f"{at}{first.json()['id']}/release/", {"on": later(5).isoformat()}).json()["ends_on"] == (
        later(5).isoformat()
    )
    assert [row["state"] for row in writer.get(f"{at}?state=refused").json()["results"]] == ["refused"]
    assert writer.get(f"{at}?state=lost").status_code == writer.get(f"{at}?sate=x").status_code == 400
    assert send(writer, at, body | {"quantity": "Infinity"}).status_code == 400
    assert pointers(send(writer, at, body | {"workload": 99999})) == ["/workload"]


def test_filters_narrow_and_misspelt_ones_are_errors(api: Api, organisation: Organisation) -> None:
    make_pool(organisation)
    make_pool(organisation, "Discs", unit="Stores", kind="storage", venue="edge", size=None)
    reader = api(Scope.WORKLOADS_READ)
    retail = organisation.units["Stores"].pk
    for query in ("kind=storage", "venue=edge", f"unit={retail}", "size_known=false", "q=DISC"):
        assert [row["name"] for row in reader.get(f"{POOLS}?{query}").json()["results"]] == ["Discs"], query
    for query in ("kind=cheese", "knid=storage", "ordering=cost", "unit=x", "unit=99999999999999999999"):
        assert reader.get(f"{POOLS}?{query}").status_code == 400, query
    assert reader.get(f"{POOLS}?accelerator=h-100").json()["results"] == []


def test_other_units_are_masked_or_missing(api: Api, organisation: Organisation) -> None:
    pool = make_pool(organisation)
    grant(by=SYSTEM, allocation=ask(pool, make_workload(organisation, "Secret routing", "Logistics"), 6))
    retail, logistics = api(Scope.WORKLOADS_READ, unit="Retail"), api(Scope.WORKLOADS_WRITE, unit="Logistics")
    (row,) = retail.get(f"{POOLS}{pool.pk}/allocations/").json()["results"]
    assert (row["quantity"], row["seen"], row["workload_id"], row["initiative_key"], row["note"]) == (6, False, None, None, "")
    assert "Secret" not in retail.get(f"{POOLS}{pool.pk}/allocations/").content.decode()
    allocation = Allocation.objects.get().pk
    for path in (f"{POOLS}{pool.pk}/", f"{POOLS}{pool.pk}/allocations/", f"{POOLS}{pool.pk}/allocations/{allocation}/"):
        assert logistics.get(path).status_code == 404
    assert send(logistics, f"{POOLS}{pool.pk}/allocations/{allocation}/release/").status_code == 404


def test_order_by_dates_are_told(api: Api, organisation: Organisation) -> None:
    pool = make_pool(organisation, lead_time_days=60)
    ask(pool, make_workload(organisation, needed_on=later(10)), 9)
    (row,) = api(Scope.WORKLOADS_READ, unit="Retail").get(f"{POOLS}order-by/").json()
    assert (row["missing"], row["order_by"], row["late_days"]) == (1, later(-50).isoformat(), 50)
    assert api(Scope.WORKLOADS_READ, unit="Logistics").get(f"{POOLS}order-by/").json() == []


def test_venue_options_are_compared_and_chosen(api: Api, signed_in: SignIn, initiative: Initiative) -> None:
    writer = api(Scope.WORKLOADS_WRITE, Scope.MONEY)
    at = f"/api/v1/initiatives/{initiative.pk}/"
    cloud = send(
        writer, f"{at}venue-options/",
        {"function": "inference", "venue": "public_cloud", "label": "Frankfurt", "quota_requested": 16, "quota_granted": 4,
         "cost_per_month": "43210.00", "cost_currency": "EUR"},
    )  # fmt: skip
    assert cloud.status_code == 201 and cloud.json()["quota_gap"] == 12 and cloud.json()["lead_time_days"] is None
    one = f"{at}venue-options/{cloud.json()['id']}/"
    assert send(writer, one, {"quota_granted": 8}, "patch", **{"If-Match": cloud["ETag"]}).json()["quota_gap"] == 8
    assert send(writer, one, {"quota_granted": 9}, "patch", **{"If-Match": cloud["ETag"]}).status_code == 412
    assert pointers(send(writer, one, {"state": "chosen"}, "patch")) == ["/state"]
    assert pointers(send(writer, f"{one}choose/", {})) == ["/reason"]
    comparisons = {row["function"]: row for row in writer.get(f"{at}venue-comparisons/").json()}
    assert {name: row["verdict"] for name, row in comparisons.items()} == {
        "storage": "unknown", "training": "unknown", "inference": "not_met",
    }  # fmt: skip
    hall = send(writer, f"{at}venue-options/", {"function": "inference", "venue": "on_premises", "label": "Own hall"}).json()
    chosen = send(writer, f"{at}venue-options/{hall['id']}/choose/", {"reason": "Cheaper.", "decided_on": "2026-05-04"})
    assert chosen.json()["state"] == "chosen"
    compared = writer.get(f"{at}venue-comparisons/inference/").json()
    assert (compared["verdict"], compared["chosen_venue"], compared["differs"], compared["decided_on"]) == (
        "met", "on_premises", True, "2026-05-04",
    )  # fmt: skip
    training = send(
        writer, f"{at}venue-comparisons/training/", {"not_applicable": True, "reason": "A bought model."}, "put"
    )  # fmt: skip
    assert training.json()["verdict"] == "not_applicable"
    assert writer.get(f"{at}venue-comparisons/cooking/").status_code == 404
    hidden = signed_in("Iris").get(one).json()
    assert (hidden["cost_per_month"], hidden["cost_currency"], hidden["cost_hidden"]) == (None, "", True)
    assert signed_in("Otto").get(one).json()["cost_per_month"] == "43210.00"
    assert b"43210" not in signed_in("Vera").get(f"{at}venue-options/").content


def test_the_sequence_tells_order_days_and_what_is_missing(api: Api, initiative: Initiative) -> None:
    at = f"/api/v1/initiatives/{initiative.pk}/"
    writer = api(Scope.INITIATIVES_WRITE, Scope.WORKLOADS_READ)
    dates = [{"kind": "architecture_decided", "value": "2026-03-11"}, {"kind": "model_selected", "value": "2026-03-01"}]
    assert send(writer, at, {"dates": dates}, "patch").status_code == 200
    compute, commitment = writer.get(f"{at}sequence/").json()
    assert (compute["verdict"], compute["days"], compute["exact"]) == ("not_met", 10, True)
    assert compute["first"] == {"kind": "architecture_decided", "value": "2026-03-11", "precision": "day"}
    assert (commitment["verdict"], commitment["missing"]) == ("unknown", ["infrastructure_committed", "scale_start"])


def test_venues_of_another_unit_do_not_exist(api: Api, organisation: Organisation, initiative: Initiative) -> None:
    logistics = api(Scope.WORKLOADS_WRITE, unit="Logistics")
    for part in ("venue-options/", "venue-comparisons/", "venue-comparisons/storage/", "sequence/"):
        assert logistics.get(f"/api/v1/initiatives/{initiative.pk}/{part}").status_code == 404
    body = {"function": "storage", "venue": "edge", "label": "x"}
    assert send(logistics, f"/api/v1/initiatives/{initiative.pk}/venue-options/", body).status_code == 404
    assert not VenueOption.objects.exists()


def test_a_viewer_writes_nothing(signed_in: SignIn, organisation: Organisation, initiative: Initiative) -> None:
    pool, workload = make_pool(organisation), make_workload(organisation)
    asked, vera = ask(pool, workload, 1), signed_in("Vera")
    at, venue = f"{POOLS}{pool.pk}/", f"/api/v1/initiatives/{initiative.pk}/"
    attempts = [
        (at, {"size": 99}, "patch"),
        (f"{at}allocations/", {"workload": workload.pk, "quantity": 1, "starts_on": "2027-01-01"}, "post"),
        *((f"{at}allocations/{asked.pk}/{verb}/", {"reason": "x"} if verb == "refuse" else {}, "post")
          for verb in ("grant", "refuse", "release")),
        (f"{venue}venue-options/", {"function": "storage", "venue": "edge", "label": "x"}, "post"),
        (f"{venue}venue-comparisons/storage/", {"reason": "x"}, "put"),
    ]  # fmt: skip
    for path, body, method in attempts:
        assert send(vera, path, body, method).status_code == 403, path


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_list_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    initiative, pools, _workload = make_many(organisation, rows)
    VenueOption.objects.bulk_create(
        VenueOption(initiative=initiative, function="storage", venue="edge", label=f"Site {n}") for n in range(rows)
    )
    at = f"/api/v1/initiatives/{initiative.pk}/"
    lists = {
        "pools": f"{POOLS}?page_size=1000", "allocations": f"{POOLS}{pools[0].pk}/allocations/?page_size=1000",
        "order by": f"{POOLS}order-by/", "venue options": f"{at}venue-options/?page_size=1000",
        "venue comparisons": f"{at}venue-comparisons/", "sequence": f"{at}sequence/",
    }  # fmt: skip
    client, found = signed_in("Paula"), {}
    for name, path in lists.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS
