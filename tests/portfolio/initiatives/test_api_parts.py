"""Milestones and dependencies over the API: slips are counted, circles refused, other units' names stay hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.initiatives.models import Dependency, Initiative, Lifecycle, Milestone
from portfolio.initiatives.services.initiatives import create_initiative
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
JSON: dict[str, Any] = {"content_type": "application/json"}


def _make(organisation: Organisation, unit: str, name: str) -> Initiative:
    lifecycle = Lifecycle.objects.get(key="standard")
    return create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, lifecycle=lifecycle)


def test_a_milestone_that_slips_is_counted_and_its_first_date_kept(signed_in: SignIn, organisation: Organisation) -> None:
    client, row = signed_in("Paula"), _make(organisation, "Stores", "Shelf camera")
    url = f"/api/v1/initiatives/{row.pk}/milestones/"
    made = client.post(url, {"name": "First store live", "due": "2026-03-01"}, **JSON).json()
    for due in ("2026-04-01", "2026-06-01"):
        moved = client.patch(f"{url}{made['id']}/", {"due": due}, **JSON)
        assert moved.status_code == 200, moved.content
    assert moved.json()["moved"] == 2
    assert str(Milestone.objects.get().first_due) == "2026-03-01"
    assert client.delete(f"{url}{made['id']}/").status_code == 204
    assert Milestone.objects.count() == 0


def test_dependencies_never_run_in_a_circle(signed_in: SignIn, organisation: Organisation) -> None:
    client = signed_in("Paula")
    first, second, third = (_make(organisation, "Stores", name) for name in ("A", "B", "C"))
    for row, on in ((first, second), (second, third)):
        assert client.post(f"/api/v1/initiatives/{row.pk}/dependencies/", {"on": on.pk}, **JSON).status_code == 201
    circle = client.post(f"/api/v1/initiatives/{third.pk}/dependencies/", {"on": first.pk}, **JSON)
    assert circle.status_code == 400
    assert Dependency.objects.count() == 2


def test_an_initiative_of_another_unit_cannot_be_named_or_read(signed_in: SignIn, organisation: Organisation) -> None:
    own, foreign = _make(organisation, "Stores", "Shelf camera"), _make(organisation, "Logistics", "CANARY route")
    client = signed_in("Paula")
    assert client.post(f"/api/v1/initiatives/{own.pk}/dependencies/", {"on": foreign.pk}, **JSON).status_code == 400
    Dependency.objects.create(initiative=own, on=foreign)
    Dependency.objects.create(initiative=foreign, on=own)
    answer = client.get(f"/api/v1/initiatives/{own.pk}/")
    assert answer.json()["dependencies"][0]["on"] is None
    assert answer.json()["dependencies"][0]["hidden"] is True
    assert "CANARY" not in answer.content.decode()


def test_parts_of_hidden_initiatives_do_not_exist(signed_in: SignIn, organisation: Organisation) -> None:
    foreign = _make(organisation, "Logistics", "Route")
    part = Milestone.objects.create(initiative=foreign, name="secret")
    client = signed_in("Paula")
    assert client.post(f"/api/v1/initiatives/{foreign.pk}/milestones/", {"name": "x"}, **JSON).status_code == 404
    assert client.delete(f"/api/v1/initiatives/{foreign.pk}/milestones/{part.pk}/").status_code == 404
    assert (
        signed_in("Vera")
        .post(f"/api/v1/initiatives/{_make(organisation, 'Stores', 'y').pk}/milestones/", {"name": "x"}, **JSON)
        .status_code
        == 403
    )
    assert list(Milestone.objects.values_list("name", flat=True)) == ["secret"]
