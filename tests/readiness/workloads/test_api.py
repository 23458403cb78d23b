"""Workloads over the API: every value with what is known of it, versions, requirements, scopes."""

from __future__ import annotations

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
