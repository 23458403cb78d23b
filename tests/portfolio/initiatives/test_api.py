"""The API: scopes, scoping, masking, upsert, versions, problems, and a constant number of statements."""

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
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.choices import StageKind
from portfolio.initiatives.models import Initiative, Lifecycle
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycles import StageSpec, define_lifecycle, make_default
from tests.people import SYSTEM, Organisation
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
URL = "/api/v1/initiatives/"
COUNTS = json.loads((Path(__file__).parent / "query_counts_api.json").read_text())
Api = Callable[..., Client]


@pytest.fixture
def lifecycle(organisation: Organisation) -> Lifecycle:
    stages = [StageSpec("poc", "PoC"), StageSpec("pilot", "Pilot"), StageSpec("live", "Live", StageKind.PRODUCTION)]
    return make_default(by=SYSTEM, lifecycle=define_lifecycle(by=SYSTEM, key="short", name="Short", stages=stages))


@pytest.fixture
def shelf(organisation: Organisation, lifecycle: Lifecycle) -> Initiative:
    return create_initiative(
        by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera", expected_value=125000,
        expected_value_currency="EUR", owner=organisation.people["Otto"], tags=["vision"],
    )  # fmt: skip


@pytest.fixture
def truck(organisation: Organisation, lifecycle: Lifecycle) -> Initiative:
    return create_initiative(by=SYSTEM, unit=organisation.units["Logistics"], name="Truck routing CANARY")


def test_a_stranger_gets_a_problem_document_and_nothing_else(client: Client) -> None:
    answer = client.get(URL)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer["X-Request-ID"] != ""


def test_a_token_reads_its_unit_only(api: Api, shelf: Initiative, truck: Initiative) -> None:
    answer = api(Scope.INITIATIVES_READ, unit="Retail").get(URL)
    assert [row["key"] for row in answer.json()["results"]] == [shelf.key]
    assert "CANARY" not in answer.content.decode()


def test_hidden_and_missing_ids_answer_alike(api: Api, truck: Initiative) -> None:
    retail = api(Scope.INITIATIVES_READ, unit="Retail")
    hidden, missing = retail.get(f"{URL}{truck.pk}/"), retail.get(f"{URL}987654321/")
    assert hidden.status_code == missing.status_code == 404
    strip = {"request_id"}
    assert {k: v for k, v in hidden.json().items() if k not in strip} == {
        k: v for k, v in missing.json().items() if k not in strip
    }


def test_a_token_without_the_scope_is_refused_and_told_which(api: Api, shelf: Initiative) -> None:
    answer = api(Scope.REQUESTS_READ).get(URL)
    assert answer.status_code == 403 and "initiatives:read" in answer.json()["detail"]
    refused = api(Scope.INITIATIVES_READ).post(URL, {"name": "x"}, content_type="application/json")
    assert refused.status_code == 403 and "initiatives:write" in refused.json()["detail"]
    assert Initiative.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "seen"),
    [("Paula", True), ("Finn", True), ("Otto", True), ("Gita", True), ("Vera", False), ("Iris", False)],
)
def test_amounts_show_only_to_roles_that_hold_money(
    signed_in: Callable[[str], Client], shelf: Initiative, name: str, seen: bool
) -> None:
    client = signed_in(name)
    for row in (client.get(URL).json()["results"][0], client.get(f"{URL}{shelf.pk}/").json()):
        assert row["value"] == ("125000.00" if seen else None)
        assert row["value_hidden"] is not seen
    assert b"125000" in client.get(URL).content or not seen


def test_amounts_need_the_money_scope(api: Api, shelf: Initiative) -> None:
    assert api(Scope.INITIATIVES_READ).get(URL).json()["results"][0]["value"] is None
    assert api(Scope.INITIATIVES_READ, Scope.MONEY).get(URL).json()["results"][0]["value"] == "125000.00"


def test_creating_by_external_id_twice_makes_one_initiative(api: Api, organisation: Organisation, lifecycle: Lifecycle) -> None:
    writer = api(Scope.INITIATIVES_WRITE)
    body = {"name": "Demand forecast", "unit": organisation.units["Stores"].pk, "tags": ["forecast"], "stage": "pilot"}
    url = f"{URL}by-external-id/jira/AI-7/"
    first = writer.put(url, body, content_type="application/json")
    assert first.status_code == 201, first.content
    again = writer.put(url, {"name": "Demand forecast 2"}, content_type="application/json")
    assert again.status_code == 200 and again.json()["id"] == first.json()["id"]
    assert again.json()["name"] == "Demand forecast 2" and again.json()["tag_names"] == ["forecast"]
    assert again.json()["external_ids"] == [{"system": "jira", "value": "AI-7"}]
    assert AuditEntry.objects.filter(object_type="initiatives_initiative", through="token").count() == 2


def test_a_stale_version_is_refused_and_nothing_is_lost(signed_in: Callable[[str], Client], shelf: Initiative) -> None:
    client = signed_in("Paula")
    etag = client.get(f"{URL}{shelf.pk}/")["ETag"]
    change = {"name": "Shelf camera A"}
    first = client.patch(f"{URL}{shelf.pk}/", change, content_type="application/json", headers={"If-Match": etag})
    second = client.patch(f"{URL}{shelf.pk}/", {"name": "B"}, content_type="application/json", headers={"If-Match": etag})
    assert (first.status_code, second.status_code) == (200, 412)
    shelf.refresh_from_db()
    assert shelf.name == "Shelf camera A"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "", "unit": "own"}, "/name"),
        ({"name": "x", "unit": "foreign"}, "/unit"),
        ({"name": "x", "unit": "own", "is_staff": True}, "/is_staff"),
        ({"name": "x", "unit": "own", "stage": "moon"}, "/stage"),
        ({"name": "x", "unit": "own", "expected_value": "12"}, "/expected_value_currency"),
        ({"name": "x", "unit": "own", "links": [{"url": "javascript:alert(1)"}]}, "/links/0/url"),
    ],
)
def test_bad_input_says_where(
    signed_in: Callable[[str], Client], organisation: Organisation, lifecycle: Lifecycle, body: Any, pointer: str
) -> None:
    units = {"own": organisation.units["Stores"].pk, "foreign": organisation.units["Logistics"].pk}
    answer = signed_in("Paula").post(URL, body | {"unit": units[body["unit"]]}, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert Initiative.objects.count() == 0


def test_a_misspelt_filter_is_an_error_and_not_everything(api: Api, shelf: Initiative) -> None:
    answer = api(Scope.INITIATIVES_READ).get(f"{URL}?stgae=poc")
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "/stgae"
    assert api(Scope.INITIATIVES_READ).get(f"{URL}?status=lost").status_code == 400


def test_moving_closing_and_reopening_keep_history(signed_in: Callable[[str], Client], shelf: Initiative) -> None:
    client = signed_in("Paula")
    at = f"{URL}{shelf.pk}/"
    moved = client.post(f"{at}move-stage/", {"stage": "pilot"}, content_type="application/json")
    assert moved.status_code == 200 and moved.json()["stage_key"] == "pilot"
    bare = client.post(f"{at}close/", {"kind": "stopped_by_decision"}, content_type="application/json")
    assert bare.status_code == 400 and bare.json()["errors"][0]["pointer"] == "/lesson"
    body = {"kind": "stopped_by_decision", "reason": "infrastructure_mismatch", "lesson": "size it first"}
    closed = client.post(f"{at}close/", body, content_type="application/json").json()
    assert (closed["status"], closed["closure"]) == ("closed", "stopped_by_decision")
    opened = client.post(f"{at}reopen/").json()
    assert opened["status"] == "active" and opened["closure"] is None and len(opened["closures"]) == 1
    assert [entry["stage"] for entry in opened["stage_history"]] == ["pilot", "pilot", "poc"]


def test_a_viewer_writes_nothing(signed_in: Callable[[str], Client], shelf: Initiative) -> None:
    client = signed_in("Vera")
    assert client.patch(f"{URL}{shelf.pk}/", {"name": "x"}, content_type="application/json").status_code == 403
    assert client.post(f"{URL}{shelf.pk}/move-stage/", {"stage": "live"}, content_type="application/json").status_code == 403
    shelf.refresh_from_db()
    assert shelf.name == "Shelf camera" and shelf.version == 1


@pytest.mark.parametrize("rows", sizes(__name__))
def test_statements_do_not_grow_with_rows(api: Api, organisation: Organisation, lifecycle: Lifecycle, rows: int) -> None:
    Initiative.objects.bulk_create(
        Initiative(name=f"n{i}", unit=organisation.units["Stores"], lifecycle=lifecycle) for i in range(rows)
    )
    reader = api(Scope.INITIATIVES_READ)
    reader.get(URL)
    one = Initiative.objects.first()
    assert one is not None
    for name, url in {"list": f"{URL}?page_size=1000", "detail": f"{URL}{one.pk}/"}.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert reader.get(url).status_code == 200
        assert len(queries) == COUNTS[name], [q["sql"][:90] for q in queries]


def test_pages_of_the_cursor_hold_every_row_once(api: Api, organisation: Organisation, lifecycle: Lifecycle) -> None:
    Initiative.objects.bulk_create(
        Initiative(name=f"n{i}", unit=organisation.units["Stores"], lifecycle=lifecycle) for i in range(25)
    )
    reader, url, seen = api(Scope.INITIATIVES_READ), f"{URL}?page_size=10", []
    while url:
        page = reader.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 25


def test_the_description_is_openapi_3_1_and_readable(signed_in: Callable[[str], Client]) -> None:
    schema = signed_in("Paula").get("/api/v1/schema/?format=json")
    assert schema.status_code == 200
    assert schema.json()["openapi"].startswith("3.1")
    assert f"{URL}" in schema.json()["paths"]
    assert b"swagger" in signed_in("Paula").get("/api/v1/docs/").content


def test_a_token_may_ask_but_never_triages(api: Api, organisation: Organisation, lifecycle: Lifecycle) -> None:
    client = api(Scope.REQUESTS_WRITE)
    body = {"title": "Sort parcels", "unit": organisation.units["Stores"].pk, "purpose": "less walking"}
    asked = client.post("/api/v1/requests/", body, content_type="application/json")
    assert asked.status_code == 201 and asked.json()["load_unknown"] is True
    triage = f"/api/v1/requests/{asked.json()['id']}/triage/"
    assert client.post(triage, {"outcome": "accepted", "reason": "yes"}, content_type="application/json").status_code == 403


def test_an_accepted_request_becomes_an_initiative(
    signed_in: Callable[[str], Client], organisation: Organisation, lifecycle: Lifecycle
) -> None:
    client = signed_in("Paula")
    body = {"title": "Sort parcels", "unit": organisation.units["Stores"].pk, "purpose": "less walking"}
    asked = client.post("/api/v1/requests/", body, content_type="application/json").json()
    answer = client.post(
        f"/api/v1/requests/{asked['id']}/triage/", {"outcome": "accepted", "reason": "fits"},
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    made = Initiative.objects.get(pk=answer.json()["initiative_id"])
    assert (made.name, made.stage and made.stage.key) == ("Sort parcels", "poc")
