"""Saved views: one's own, shared ones of one's units, nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portfolio.initiatives.models import SavedView
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, text_of

VIEWS = "/initiatives/views/"
pytestmark = pytest.mark.django_db


def save(client: Client, name: str = "Mine", **more: Any) -> Any:
    return client.post(f"{VIEWS}new/", {"name": name, "page": "list", "query": "status=active&columns=unit,value"} | more)


def test_a_view_keeps_filters_and_columns_and_leads_back(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    answer = save(client)
    assert answer.headers["Location"] == "/initiatives/?status=active&columns=unit,value"
    menu = text_of(client.get("/initiatives/"))
    assert "Mine" in menu
    assert "/initiatives/?status=active&amp;columns=unit,value" in menu
    assert SavedView.objects.get().columns == ["unit,value"]


def test_a_private_view_is_seen_by_its_owner_alone(organisation: Organisation, signed_in: SignIn) -> None:
    save(signed_in("Paula"), "Secret list")
    view = SavedView.objects.get()
    other = signed_in("Vera")
    assert "Secret list" not in text_of(other.get("/initiatives/"))
    assert "Secret list" not in text_of(other.get(VIEWS))
    assert other.get(f"{VIEWS}{view.pk}/").status_code == 404
    assert other.post(f"{VIEWS}{view.pk}/", {"remove": "1"}).status_code == 404


def test_a_shared_view_shows_to_who_sees_the_unit(organisation: Organisation, signed_in: SignIn) -> None:
    save(signed_in("Paula"), "Shared list", unit=organisation.units["Stores"].pk)
    assert "Shared list" in text_of(signed_in("Vera").get("/initiatives/"))
    assert "Shared list" in text_of(signed_in("Otto").get("/initiatives/"))
    assert "Shared list" not in text_of(signed_in("Lars").get("/initiatives/"))
    assert signed_in("Vera").post(f"{VIEWS}{SavedView.objects.get().pk}/", {"name": "Taken"}).status_code == 404


def test_sharing_reaches_no_further_than_ones_own_sight(organisation: Organisation, signed_in: SignIn) -> None:
    assert save(signed_in("Paula"), unit=organisation.units["Logistics"].pk).status_code == 422
    assert not SavedView.objects.exists()


def test_a_name_is_taken_once_a_page(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    save(client)
    assert save(client).status_code == 422
    assert save(client, page="board").status_code == 302


def test_rename_and_remove(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    save(client)
    pk = SavedView.objects.get().pk
    client.post(f"{VIEWS}{pk}/", {"name": "Renamed"})
    assert SavedView.objects.get().name == "Renamed"
    client.post(f"{VIEWS}{pk}/", {"remove": "1"})
    assert not SavedView.objects.exists()


def test_a_page_that_does_not_exist_is_refused(organisation: Organisation, signed_in: SignIn) -> None:
    assert save(signed_in("Paula"), page="nowhere").status_code == 422
