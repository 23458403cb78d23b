"""Workloads over the API: every value with what is known of it, versions, requirements, scopes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
LIST = "/api/v1/workloads/"
JSON: dict[str, Any] = {"content_type": "application/json"}
Api = Callable[..., Client]


@pytest.fixture
def stores(organisation: Organisation) -> Initiative:
    return create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")


@pytest.fixture
def client(api: Api) -> Client:
    return api(Scope.WORKLOADS_WRITE, unit="Retail")


@pytest.fixture
def chat(client: Client, stores: Initiative) -> dict[str, Any]:
    answer = client.post(LIST, {"initiative": stores.pk, "name": "Chat", "template": "chat-assistant"}, **JSON)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def value(detail: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in detail["values"] if one["name"] == name)


def test_a_workload_shows_also_the_values_that_nobody_answered(client: Client, stores: Initiative) -> None:
    body = {"initiative": stores.pk, "name": "Ranking", "task": "classic", "workload_class": "online", "experience": "instant"}
    answer = client.post(LIST, body, **JSON)
    assert answer.status_code == 201
    detail = answer.json()
    rate = value(detail, "arrival_per_s")
    assert (rate["answered"], rate["knowledge"], rate["value"], rate["unit"]) == (False, "unknown", None, "1/s")
    assert rate["plausible"] == [0.1, 1, 10]
    required = [one["name"] for one in detail["values"] if one["required"]]
    assert detail["unknown_count"] == len(required)
    assert "tpot_s" not in [one["name"] for one in detail["values"]]
    assert answer["ETag"] == '"v1"'


def test_answers_come_all_or_none_and_each_error_has_its_place(client: Client, chat: dict[str, Any]) -> None:
    address = f"{LIST}{chat['id']}/values/"
    body = {
        "users": {"knowledge": "known", "value": 500},
        "availability": {"knowledge": "known", "value": 99},
        "tpot_s": {"knowledge": "not_applicable"},
        "colour": {"knowledge": "unknown"},
    }
    refused = client.patch(address, body, **JSON)
    assert refused.status_code == 400
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/availability", "/tpot_s", "/colour"}
    assert value(client.get(f"{LIST}{chat['id']}/").json(), "users")["value"] == 1000
    taken = client.put(address, {"users": body["users"], "concurrency": {"knowledge": "unknown", "note": "ask"}}, **JSON)
    assert taken.status_code == 200
    users = value(taken.json(), "users")
    assert (users["knowledge"], users["value"], users["low"], users["origin"]) == ("known", 500, None, "stated")
    assert taken.json()["version"] == chat["version"] + 1
    assert client.get(address).json() == taken.json()["values"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"users": 5},
        {"users": {"value": 5}},
        {"users": {"knowledge": "guessed"}},
        {"users": {"knowledge": "known", "value": "many"}},
        {"users": {"knowledge": "known", "valeu": 5}},
        {"users": {"knowledge": "unknown", "owner": 999_999}},
        {"users": {"knowledge": "unknown", "due": "soon"}},
    ],
)
def test_a_body_that_is_none_changes_nothing(client: Client, chat: dict[str, Any], body: Any) -> None:
    answer = client.patch(f"{LIST}{chat['id']}/values/", body, **JSON)
    assert answer.status_code == 400, answer.content
    assert client.get(f"{LIST}{chat['id']}/").json()["version"] == chat["version"]


def test_an_old_version_overwrites_nothing(client: Client, chat: dict[str, Any]) -> None:
    address, body = f"{LIST}{chat['id']}/", {"users": {"knowledge": "known", "value": 5}}
    assert client.patch(f"{address}values/", body, headers={"if-match": '"v1"'}, **JSON).status_code == 200
    assert client.patch(f"{address}values/", body, headers={"if-match": '"v1"'}, **JSON).status_code == 412
    assert client.post(f"{address}confirm/", {"names": ["tpot_s"]}, headers={"if-match": '"v1"'}, **JSON).status_code == 412
    assert client.patch(address, {"name": "Talk"}, headers={"if-match": '"v1"'}, **JSON).status_code == 412
    assert client.patch(address, {"name": "Talk"}, headers={"if-match": '"v2"'}, **JSON).json()["name"] == "Talk"


def test_assumptions_are_confirmed_by_name(client: Client, chat: dict[str, Any]) -> None:
    answer = client.post(f"{LIST}{chat['id']}/confirm/", {"names": ["tpot_s", "availability"]}, **JSON).json()
    assert answer["unknown_count"] == chat["unknown_count"] - 2
    assert value(answer, "tpot_s")["knowledge"] == "known"
    assert client.post(f"{LIST}{chat['id']}/confirm/", {"names": ["window_h"]}, **JSON).status_code == 400


def test_versions_are_kept_read_and_compared(client: Client, chat: dict[str, Any]) -> None:
    address = f"{LIST}{chat['id']}/versions/"
    first = client.post(address, {"label": "start"}, **JSON)
    assert first.status_code == 201
    assert client.post(address, {}, **JSON).status_code == 400
    client.post(f"{LIST}{chat['id']}/confirm/", {"names": ["tpot_s"]}, **JSON)
    second = client.post(address, {"label": "asked"}, **JSON).json()
    assert [row["number"] for row in client.get(address).json()["results"]] == [2, 1]
    assert client.get(f"{address}2/").json() == second
    assert "_workload" not in second["values"]
    assert second["workload"]["task"] == "generate"
    changes = client.get(f"{address}1/compare/?with=2").json()
    assert {(one["kind"], one["name"]) for one in changes} == {("value", "tpot_s"), ("requirement", "tpot")}
    assert client.get(f"{address}1/compare/").json() == changes
    assert client.get(f"{address}2/compare/?with=now").json() == []
    for wrong, status in (("1/compare/?with=x", 400), ("1/compare/?with=9", 404), ("9/", 404), ("1/compare/?width=2", 400)):
        assert client.get(address + wrong).status_code == status


def test_requirements_are_added_changed_and_withdrawn(client: Client, chat: dict[str, Any]) -> None:
    address = f"{LIST}{chat['id']}/requirements/"
    made = client.post(address, {"metric": "error_ratio", "target": 0.01}, **JSON)
    assert made.status_code == 201
    row = made.json()
    assert (row["comparator"], row["unit"], row["label"]) == ("at_most", "share", "Failed requests")
    assert client.patch(f"{address}{row['id']}/", {"target": 0.02}, **JSON).json()["target"] == 0.02
    assert client.delete(f"{address}{row['id']}/").status_code == 204
    assert client.get(f"{address}{row['id']}/").status_code == 404
    derived = client.get(address).json()["results"][0]
    assert derived["derived_from"]
    assert client.delete(f"{address}{derived['id']}/").status_code == 400
    assert client.post(address, {"metric": "speed"}, **JSON).status_code == 400


def test_the_list_is_filtered_by_the_same_words_everywhere(
    organisation: Organisation, client: Client, chat: dict[str, Any], stores: Initiative, signed_in: Callable[[str], Client]
) -> None:
    batch = {"initiative": stores.pk, "name": "=Night", "template": "document-batch"}
    assert client.post(LIST, batch, **JSON).status_code == 201
    units = organisation.units
    for query, names in {
        "": ["=Night", "Chat"],
        "?ordering=name": ["=Night", "Chat"],
        "?ordering=-name": ["Chat", "=Night"],
        f"?initiative={stores.pk}": ["=Night", "Chat"],
        f"?unit={units['Retail'].pk}": ["=Night", "Chat"],
        f"?unit={units['Logistics'].pk}": [],
        "?task=generate&workload_class=batch": ["=Night"],
        "?experience=conversational": ["Chat"],
        "?q=cha": ["Chat"],
        f"?q={stores.key}": ["=Night", "Chat"],
    }.items():
        assert [row["name"] for row in client.get(LIST + query).json()["results"]] == names, query
    assert client.get(f"{LIST}?clas=batch").status_code == 400
    assert client.get(f"{LIST}?task=think").status_code == 400
    row = client.get(f"{LIST}?q=cha").json()["results"][0]
    assert {name: chat[name] for name in row} == row
    for address in (f"{LIST}export/csv/?task=generate", "/workloads/export/csv/?task=generate&sort=name"):
        answer = signed_in("Paula").get(address)
        text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert sorted(line["name"] for line in rows) == ["'=Night", "Chat"]
        assert {line["id"]: line["unknown_count"] for line in rows}[str(row["id"])] == str(row["unknown_count"])
    exported = b"".join(client.get(f"{LIST}export/json/").streaming_content)  # type: ignore[attr-defined]
    assert b'"initiative_key"' in exported
    assert signed_in("Paula").get("/workloads/export/pdf/").status_code == 404


def test_another_units_workload_is_not_there(api: Api, chat: dict[str, Any], stores: Initiative) -> None:
    lars = api(Scope.WORKLOADS_WRITE, unit="Logistics")
    address = f"{LIST}{chat['id']}/"
    for suffix in ("", "values/", "versions/", "requirements/", "traces/"):
        assert lars.get(address + suffix).status_code == 404, suffix
    body = {"users": {"knowledge": "known", "value": 5}}
    assert lars.patch(f"{address}values/", body, **JSON).status_code == 404
    assert lars.post(f"{address}retire/").status_code == 404
    refused = lars.post(LIST, {"initiative": stores.pk, "name": "Mine", "template": "rag"}, **JSON)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/initiative"]
    assert lars.get(LIST).json()["results"] == []


def test_a_scope_is_needed(api: Api, chat: dict[str, Any], signed_in: Callable[[str], Client]) -> None:
    reader = api(Scope.WORKLOADS_READ, unit="Retail")
    address = f"{LIST}{chat['id']}/"
    assert reader.get(address).status_code == 200
    assert reader.post(f"{address}retire/").status_code == 403
    assert api(Scope.INITIATIVES_WRITE, unit="Retail").get(address).status_code == 403
    assert signed_in("Vera").get(address).status_code == 200
    assert signed_in("Vera").post(f"{address}retire/").status_code == 403
    assert signed_in("").get(address).status_code == 401


def test_a_retired_workload_leaves_the_list_and_can_still_be_read(client: Client, chat: dict[str, Any]) -> None:
    address = f"{LIST}{chat['id']}/"
    assert client.post(f"{address}retire/").json()["retired_at"] is not None
    assert client.get(LIST).json()["results"] == []
    assert client.get(address).status_code == 200
    assert client.patch(address, {"name": "Back"}, **JSON).status_code == 400


def test_a_platform_names_whom_it_serves(organisation: Organisation, client: Client, chat: dict[str, Any], api: Api) -> None:
    near = create_initiative(by=SYSTEM, unit=organisation.units["Retail"], name="Near")
    far = create_initiative(by=SYSTEM, unit=organisation.units["Logistics"], name="Far")
    address = f"{LIST}{chat['id']}/"
    assert client.patch(address, {"serves": [near.pk]}, **JSON).json()["serves"] == [near.pk]
    assert client.patch(address, {"serves": [far.pk]}, **JSON).status_code == 400
    assert [row["id"] for row in client.get(f"{LIST}?initiative={near.pk}").json()["results"]] == [chat["id"]]


def test_templates_and_fields_tell_what_one_may_send(client: Client) -> None:
    templates = client.get("/api/v1/workload-templates/").json()
    assert len(templates) == 8
    assert all("assumption" in one["where_from"] for one in templates)
    everything = client.get("/api/v1/profile-fields/").json()
    batch = client.get("/api/v1/profile-fields/?task=train&workload_class=batch").json()
    assert {one["name"] for one in batch} < {one["name"] for one in everything}
    assert client.get("/api/v1/profile-fields/?task=train").status_code == 400
