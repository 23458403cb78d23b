"""Changing many at once and saved views over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative, Lifecycle, SavedView
from portfolio.initiatives.services.initiatives import create_initiative
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
BULK, VIEWS = "/api/v1/initiatives/bulk/", "/api/v1/saved-views/"
JSON: dict[str, Any] = {"content_type": "application/json"}
SignIn = Callable[[str], Client]


@pytest.fixture
def rows(organisation: Organisation) -> dict[str, Initiative]:
    lifecycle = Lifecycle.objects.get(key="standard")
    return {
        unit: create_initiative(by=SYSTEM, unit=organisation.units[unit], name=f"in {unit}", lifecycle=lifecycle)
        for unit in ("Stores", "Retail", "Logistics")
    }


def test_many_change_at_once_and_each_is_in_the_trail(signed_in: SignIn, rows: dict[str, Initiative]) -> None:
    ids = [row.pk for row in rows.values()]
    answer = signed_in("Paula").post(BULK, {"initiatives": ids, "changes": {"venue_inference": "edge"}}, **JSON)
    assert answer.json() == {"changed": 2, "refused": [], "missing": [rows["Logistics"].pk]}
    assert Initiative.objects.filter(venue_inference="edge").count() == 2
    trail = AuditEntry.objects.filter(action="change", after__venue_inference="edge")
    assert set(trail.values_list("initiative_id", flat=True)) == {rows["Stores"].pk, rows["Retail"].pk}


def test_what_one_may_see_but_not_change_is_told(signed_in: SignIn, rows: dict[str, Initiative]) -> None:
    asked = {"initiatives": [rows["Stores"].pk], "changes": {"containerised": "yes"}}
    assert signed_in("Vera").post(BULK, asked, **JSON).json()["refused"] == [rows["Stores"].key]
    assert signed_in("Iris").post(BULK, asked, **JSON).json()["changed"] == 1  # an architect's field
    mixed = asked | {"changes": {"containerised": "no", "procurement_route": "in_plan"}}
    assert signed_in("Iris").post(BULK, mixed, **JSON).json()["changed"] == 0


@pytest.mark.parametrize("changes", [{}, {"name": "x"}, {"containerised": "perhaps"}, {"owner": 987654}])
def test_bad_changes_change_nothing(signed_in: SignIn, rows: dict[str, Initiative], changes: dict[str, Any]) -> None:
    answer = signed_in("Paula").post(BULK, {"initiatives": [rows["Stores"].pk], "changes": changes}, **JSON)
    assert answer.status_code == 400, answer.content
    assert Initiative.objects.filter(version=1).count() == 3


def test_views_are_own_or_shared_with_a_unit_of_mine(signed_in: SignIn, organisation: Organisation) -> None:
    paula = signed_in("Paula")
    made = paula.post(VIEWS, {"page": "list", "name": "Pilots", "query": "stage=pilot"}, **JSON)
    assert made.status_code == 201, made.content
    shared = {"page": "list", "name": "Red ones", "query": "rag=red", "unit": organisation.units["Retail"].pk}
    assert paula.post(VIEWS, shared, **JSON).status_code == 201
    assert paula.post(VIEWS, shared, **JSON).status_code == 400
    assert [view["name"] for view in signed_in("Vera").get(VIEWS).json()["results"]] == ["Red ones"]
    assert signed_in("Lars").get(VIEWS).json()["results"] == []
    foreign = shared | {"name": "x", "unit": organisation.units["Logistics"].pk}
    assert paula.post(VIEWS, foreign, **JSON).status_code == 400


def test_only_its_owner_removes_a_view(signed_in: SignIn, organisation: Organisation) -> None:
    shared = {"page": "list", "name": "Red ones", "unit": organisation.units["Retail"].pk}
    pk = signed_in("Paula").post(VIEWS, shared, **JSON).json()["id"]
    assert signed_in("Lars").delete(f"{VIEWS}{pk}/").status_code == 404
    assert signed_in("Vera").delete(f"{VIEWS}{pk}/").status_code == 403
    assert SavedView.objects.count() == 1
    assert signed_in("Paula").delete(f"{VIEWS}{pk}/").status_code == 204
