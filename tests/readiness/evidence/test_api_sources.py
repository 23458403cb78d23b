"""Sources, feeds, tries and query templates over the API: rights, secrets that never come out, versions, pointers, verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from portfolio.accounts.choices import Scope
from readiness.evidence.choices import Way
from readiness.evidence.models import Delivery, Feed, QueryTemplate, Source, Trial
from tests.people import Organisation
from tests.readiness.evidence.brought import make_chat, make_hall
from tests.readiness.evidence.pulling import probe
from tests.readiness.evidence.pulling.world import make_source, open_loopback

pytestmark = pytest.mark.django_db
URL = "/api/v1/evidence/"
SOURCES = f"{URL}sources/"
CANARY = "canary-7f3a-do-not-show"
HERE = "http://127.0.0.1:9090"
Api = Callable[..., Client]
JSON = "application/json"


@pytest.fixture(autouse=True)
def prepared(settings: Settings, tmp_path: Path) -> Iterator[None]:
    open_loopback(settings, tmp_path)
    settings.ALLOWED_HOSTS = ["testserver"]
    with probe.installed():
        yield


@pytest.fixture
def writer(api: Api) -> Client:
    return api(Scope.EVIDENCE_WRITE, unit="Retail")


def send(client: Client, path: str, body: Any = None, method: str = "post", **headers: str) -> Any:
    return getattr(client, method)(path, body if body is not None else {}, content_type=JSON, headers=headers)


def source_body(organisation: Organisation, **changed: Any) -> dict[str, Any]:
    body = {
        "unit": organisation.units["Stores"].pk, "name": "Shop cluster", "kind": "prometheus",
        "config": {"address": HERE, "auth": "bearer"}, "secrets": {"token": CANARY}, "interval_s": 300,
    }  # fmt: skip
    return body | changed


def make(writer: Client, organisation: Organisation, **changed: Any) -> dict[str, Any]:
    answer = send(writer, SOURCES, source_body(organisation, **changed))
    assert answer.status_code == 201, answer.content
    row: dict[str, Any] = answer.json()
    return row


def pointers(answer: Any) -> set[str]:
    return {one["pointer"] for one in answer.json()["errors"]}


def test_a_source_from_first_word_to_retirement(writer: Client, organisation: Organisation) -> None:
    row = make(writer, organisation)
    assert (row["health"], row["feeds"], row["interval_s"], row["version"]) == ("never", 0, 300, 1)
    assert row["secret_names"] == ["token"] and row["config"] == {"address": HERE, "auth": "bearer"}
    path = f"{SOURCES}{row['id']}/"
    changed = send(writer, path, {"name": "Shops", "deadline_s": 30}, "patch", **{"If-Match": '"v1"'})
    assert changed.status_code == 200 and (changed.json()["name"], changed.json()["version"]) == ("Shops", 2)
    assert changed.headers["ETag"] == '"v2"'
    assert send(writer, path, {"name": "Late"}, "patch", **{"If-Match": '"v1"'}).status_code == 412
    assert send(writer, f"{path}pause/").json()["health"] == "paused"
    assert send(writer, f"{path}resume/").json()["paused_at"] is None
    assert writer.delete(path).status_code == 204
    assert writer.get(path).json()["retired_at"] and writer.get(path).json()["secret_names"] == []
    assert writer.get(SOURCES).json()["results"] == []


def test_no_answer_tells_a_secret(writer: Client, api: Api, organisation: Organisation) -> None:
    row = make(writer, organisation)
    path = f"{SOURCES}{row['id']}/"
    answers = [
        writer.get(SOURCES), writer.get(path), send(writer, path, {"secrets": {"token": CANARY + "2"}}, "patch"),
        send(writer, path, {"secrets": {"nonsense": CANARY}}, "patch"),
        send(writer, path, {"config": {"token": CANARY}}, "patch"),
        api(Scope.EVIDENCE_READ).get(path), send(writer, SOURCES, source_body(organisation)),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400, 400, 200, 400]
    assert not [answer for answer in answers if CANARY in answer.content.decode()]
    moved = send(writer, path, {"config": {"address": "http://127.0.0.1:9091", "auth": "none"}}, "patch")
    assert moved.status_code == 200 and moved.json()["secret_names"] == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"config": {"address": "ftp://x"}}, "/config/address"), ({"config": {}}, "/config/address"),
        ({"config": {"address": HERE, "nonsense": 1}}, "/nonsense"), ({"secrets": {}}, "/secrets/token"),
        ({"config": {"address": HERE, "token": "x"}, "secrets": {}}, "/secrets/token"), ({"kind": "push"}, "/kind"),
        ({"interval_s": 5}, "/interval_s"), ({"max_bytes": 2**60}, "/max_bytes"), ({"name": ""}, "/name"), ({"nam": "x"}, "/nam"),
        ({"unit": 2_000_000_017}, "/unit"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(
    writer: Client, organisation: Organisation, changed: dict[str, Any], pointer: str
) -> None:
    answer = send(writer, SOURCES, source_body(organisation, **changed))
    assert answer.status_code == 400 and pointer in pointers(answer), answer.content
    assert Source.objects.count() == 0


def test_who_may_look_after_sources(
    api: Api, signed_in: Callable[[str], Client], organisation: Organisation, writer: Client
) -> None:
    row = make(writer, organisation)
    path = f"{SOURCES}{row['id']}/"
    for client, read, write in (
        (signed_in("Iris"), 200, 200), (signed_in("Paula"), 200, 403), (signed_in("Vera"), 200, 403),
        (signed_in("Lars"), 404, 404),
        (api(Scope.EVIDENCE_READ, unit="Retail"), 200, 403), (api(Scope.EVIDENCE_WRITE, unit="Logistics"), 404, 404),
    ):  # fmt: skip
        assert client.get(path).status_code == read
        for verb in ("pause/", "resume/"):
            assert send(client, path + verb).status_code == write
        assert send(client, path, {"note": "x"}, "patch").status_code == write
    assert send(signed_in("Vera"), SOURCES, source_body(organisation)).status_code == 400  # no unit of hers to make it in


def test_feeds_of_a_source(writer: Client, organisation: Organisation) -> None:
    chat, hall = make_chat(organisation), make_hall(organisation)
    feeds = f"{SOURCES}{make_source(organisation, HERE).pk}/feeds/"
    body = {
        "name": "Latency",
        "ask": {"series": "a"},
        "workload": chat.pk,
        "environment": {"stage": "production", "accelerators": 8},
    }
    answer = send(writer, feeds, body)
    assert answer.status_code == 201, answer.content
    feed = answer.json()
    assert (feed["workload_name"], feed["pool_id"], feed["ask"]) == ("Chat", None, {"series": "a"})
    assert feed["environment"] == {"stage": "production", "accelerators": 8} and answer.headers["ETag"] == '"v1"'
    path = f"{feeds}{feed['id']}/"
    assert writer.get(path).json() == feed and writer.get(feeds).json() == [feed]
    moved = send(writer, path, {"workload": None, "pool": hall.pk}, "patch", **{"If-Match": '"v1"'})
    assert moved.status_code == 200 and (moved.json()["pool_name"], moved.json()["workload_id"]) == ("Hall 2", None)
    assert send(writer, path, {"name": "x"}, "patch", **{"If-Match": '"v1"'}).status_code == 412
    assert send(writer, f"{path}pause/").json()["paused_at"] and not send(writer, f"{path}resume/").json()["paused_at"]
    wrong = {
        "/ask/series": {**body, "name": "b", "ask": {"series": "a/b"}},
        "/environment/stage": {**body, "name": "b", "environment": {"stage": "x"}},
        "/name": body | {"name": "Latency"}, "/workload": body | {"name": "b", "workload": 2_000_000_017},
        "/pool": body | {"name": "b", "pool": hall.pk}, "/asks": {"name": "b", "asks": {}},
    }  # fmt: skip
    for pointer, bad in wrong.items():
        refused = send(writer, feeds, bad)
        assert refused.status_code == 400 and pointers(refused) == {pointer}, (pointer, refused.content)
    assert writer.delete(path).status_code == 204 and writer.get(feeds).json() == [] and writer.get(path).status_code == 404
    assert Feed.objects.get().retired_at


def test_a_feed_is_found_below_its_own_source_alone(writer: Client, api: Api, organisation: Organisation) -> None:
    first, second = make_source(organisation, HERE), make_source(organisation, HERE, name="Other")
    feed = send(writer, f"{SOURCES}{first.pk}/feeds/", {"name": "a", "ask": {"series": "a"}}).json()
    assert writer.get(f"{SOURCES}{second.pk}/feeds/{feed['id']}/").status_code == 404
    foreign = api(Scope.EVIDENCE_WRITE, unit="Logistics")
    assert foreign.get(f"{SOURCES}{first.pk}/feeds/{feed['id']}/").status_code == 404
    assert send(foreign, f"{SOURCES}{first.pk}/feeds/", {"name": "b"}).status_code == 404


def test_it_is_pulled_now_and_the_delivery_is_polled(writer: Client, organisation: Organisation) -> None:
    path = f"{SOURCES}{make_source(organisation, HERE).pk}/"
    assert send(writer, f"{path}pull/").status_code == 400  # nothing to ask
    send(writer, f"{path}feeds/", {"name": "a", "ask": {"series": "a"}})
    first, again = send(writer, f"{path}pull/"), send(writer, f"{path}pull/")
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"] and first.headers["Location"] == first.json()["url"]
    assert writer.get(first.json()["url"]).json()["way"] == Way.PULL
    assert Delivery.objects.count() == 1


def test_a_try_is_answered_at_once_and_polled(writer: Client, api: Api, organisation: Organisation) -> None:
    path = f"{SOURCES}{make_source(organisation, HERE).pk}/"
    answer = send(writer, f"{path}test/")
    assert answer.status_code == 202 and answer.json()["ok"] is None and answer.headers["Location"] == answer.json()["url"]
    assert writer.get(answer.json()["url"]).json() == answer.json()
    Trial.objects.update(ended_at="2026-11-29T10:00:00Z", error="No answer.", failure="retry")
    assert writer.get(answer.json()["url"]).json()["ok"] is False
    assert api(Scope.EVIDENCE_READ, unit="Logistics").get(answer.json()["url"]).status_code == 404
    assert send(writer, f"{path}discover/", {"field": "series"}).status_code == 202
    assert send(writer, f"{path}discover/", {"field": "nonsense"}).status_code == 400
    assert send(writer, f"{path}test/", {"ask": {"series": "a/b"}}).status_code == 400
    tries = [send(writer, f"{path}test/").status_code for _ in range(6)]
    assert tries == [202, 202, 202, 202, 429, 429]
    assert int(send(writer, f"{path}test/").headers["Retry-After"]) <= 60


def test_the_kinds_say_what_they_take(writer: Client) -> None:
    kinds = {one["kind"]: one for one in writer.get(f"{URL}source-kinds/").json()}
    assert {"prometheus", "mlflow", "opencost", "kubernetes"} <= set(kinds)
    fields = {one["name"]: one for one in kinds["prometheus"]["config"]}
    assert fields["address"]["required"] and fields["token"]["kind"] == "secret"
    assert kinds["prometheus"]["ask"]


def test_query_templates_are_kept_changed_and_taken_away(writer: Client, api: Api, organisation: Organisation) -> None:
    path = f"{URL}query-templates/"
    shipped = writer.get(f"{path}shipped/").json()
    assert {"vllm", "dcgm"} <= {one["key"] for one in shipped}
    queries = shipped[0]["queries"][:2]
    made = send(writer, path, {"unit": organisation.units["Retail"].pk, "name": "Ours", "queries": queries})
    assert made.status_code == 201, made.content
    own = f"{path}{made.json()['id']}/"
    changed = send(writer, own, {"about": "for the shops"}, "patch", **{"If-Match": '"v1"'})
    assert changed.status_code == 200 and (changed.json()["about"], changed.json()["version"]) == ("for the shops", 2)
    assert send(writer, own, {"about": "x"}, "patch", **{"If-Match": '"v1"'}).status_code == 412
    assert [one["name"] for one in writer.get(path).json()["results"]] == ["Ours"]
    foreign = api(Scope.EVIDENCE_WRITE, unit="Logistics")
    assert foreign.get(own).status_code == 404 and foreign.delete(own).status_code == 404
    assert api(Scope.EVIDENCE_READ).delete(own).status_code == 403
    wrongs: list[dict[str, Any]] = [
        {"queries": []}, {"queries": [{"metric": "nonsense"}]}, {"unit": 2_000_000_017}, {"quries": []},
    ]  # fmt: skip
    for wrong in wrongs:
        assert send(writer, own, wrong, "patch").status_code == 400, wrong
    assert writer.delete(own).status_code == 204 and QueryTemplate.objects.count() == 0
