"""One search over what a person may see."""

from __future__ import annotations

import pytest

from portfolio.initiatives.models import Programme
from portfolio.initiatives.services.requests import submit_request
from tests.people import Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make, text_of

SEARCH = "/search/"
pytestmark = pytest.mark.django_db


def test_it_finds_every_kind_and_only_what_one_may_see(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Panel vision", unit="Stores")
    make(organisation, "Panel routing", unit="Logistics")
    submit_request(
        by=organisation.actor("Paula"), unit=organisation.units["Retail"], title="Panel request", purpose="x", load_unknown=True
    )
    Programme.objects.create(name="Panel programme", unit=organisation.units["Retail"])
    answer = text_of(signed_in("Paula").get(SEARCH, {"q": "panel"}))
    for text in (" vision", " request", " programme"):
        assert f"<mark>Panel</mark>{text}" in answer
    assert "routing" not in answer
    assert "<mark>Stores</mark>" in text_of(signed_in("Paula").get(SEARCH, {"q": "stores"}))
    assert "<mark>Otto</mark>" in text_of(signed_in("Paula").get(SEARCH, {"q": "otto"}))
    assert "Nothing found" in text_of(signed_in("Paula").get(SEARCH, {"q": "logistics"}))


def test_a_key_comes_first_in_any_spelling(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, "Shelf gaps")
    make(organisation, f"About {row.key}")
    client = signed_in("Paula")
    for text in (row.key, row.key.lower(), str(row.number)):
        found = text_of(client.get(SEARCH, {"q": text})).split("<main")[1]
        assert "Shelf gaps" in found.split("About")[0], text


def test_unfinished_words_find_as_one_types(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "Maintenance forecast")
    part = text_of(signed_in("Paula").get(SEARCH, {"q": "mainten"}, headers=HX))
    assert "Maintenance forecast" in part
    assert "<html" not in part
    assert "All results for" in part
    assert text_of(signed_in("Paula").get(SEARCH, {"q": " "}, headers=HX)) == ""


def test_hits_in_the_text_are_marked_and_never_markup(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "<b>Shelf</b> gaps", purpose="Find <script>alert(1)</script> gaps on shelves before noon")
    answer = text_of(signed_in("Paula").get(SEARCH, {"q": "gaps"}))
    assert "<mark>gaps</mark>" in answer
    assert "<script>alert" not in answer
    assert "<b>Shelf" not in answer


def test_an_empty_search_says_what_it_is_for(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    assert "What are you looking for?" in text_of(client.get(SEARCH))
    assert "Nothing found" in text_of(client.get(SEARCH, {"q": "zebra"}))
