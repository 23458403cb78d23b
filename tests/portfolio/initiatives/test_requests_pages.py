"""Requests: asking with "we do not know", the answer with its reason, who may do which."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from portfolio.initiatives.models import Initiative, Request
from portfolio.initiatives.services.requests import submit_request
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make, same_text, stage_of, text_of

REQUESTS = "/requests/"
pytestmark = pytest.mark.django_db


def ask(organisation: Organisation, who: str = "Otto", unit: str = "Stores", **values: Any) -> Request:
    first: dict[str, Any] = {"title": "Count the shelves", "purpose": "Know what is missing", "load_unknown": True}
    return submit_request(by=organisation.actor(who), unit=organisation.units[unit], **(first | values))


def typed(organisation: Organisation, **more: Any) -> dict[str, Any]:
    return {"title": "Count the shelves", "unit": organisation.units["Stores"].pk, "purpose": "Know what is missing"} | more


def test_we_do_not_know_is_an_answer_and_silence_is_none(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Otto")
    silent = client.post(f"{REQUESTS}new/", typed(organisation))
    assert silent.status_code == 422
    assert "Know what is missing" in text_of(silent)
    both = client.post(f"{REQUESTS}new/", typed(organisation, load_unknown="on", load_estimate="40 users"))
    assert both.status_code == 422
    client.post(f"{REQUESTS}new/", typed(organisation, load_unknown="on"))
    asked = Request.objects.get()
    assert (asked.load_unknown, asked.requester.name) == (True, "Otto Test")
    assert "we do not know yet" in text_of(client.get(f"{REQUESTS}{asked.pk}/"))


@pytest.mark.parametrize(
    ("name", "status"), [("Otto", 302), ("Iris", 302), ("Paula", 302), ("Vera", 403), ("Gita", 403), ("Nora", 403)]
)
def test_who_may_ask(organisation: Organisation, signed_in: SignIn, name: str, status: int) -> None:
    answer = signed_in(name).post(f"{REQUESTS}new/", typed(organisation, load_estimate="40 users"))
    assert answer.status_code == status
    assert Request.objects.count() == (status == 302)


@pytest.mark.parametrize(("name", "status"), [("Otto", 403), ("Vera", 403), ("Iris", 403), ("Lars", 404), ("Nora", 404)])
def test_only_the_units_manager_answers(organisation: Organisation, signed_in: SignIn, name: str, status: int) -> None:
    asked = ask(organisation)
    answer = signed_in(name).post(f"{REQUESTS}{asked.pk}/triage/", {"answer": "accept", "reason": "Good"})
    assert answer.status_code == status
    asked.refresh_from_db()
    assert asked.state == "open"


def test_an_answer_needs_a_reason_and_reaches_the_requester(organisation: Organisation, signed_in: SignIn) -> None:
    asked = ask(organisation)
    manager = signed_in("Paula")
    assert manager.post(f"{REQUESTS}{asked.pk}/triage/", {"answer": "decline", "reason": " "}).status_code == 422
    manager.post(f"{REQUESTS}{asked.pk}/triage/", {"answer": "decline", "reason": "Too early for us"})
    seen = text_of(signed_in("Otto").get(f"{REQUESTS}{asked.pk}/"))
    assert "Declined" in seen
    assert "Too early for us" in seen
    again = manager.post(f"{REQUESTS}{asked.pk}/triage/", {"answer": "accept", "reason": "After all"})
    assert again.status_code == 422


def test_accepting_makes_an_initiative_in_the_first_stage(organisation: Organisation, signed_in: SignIn) -> None:
    asked = ask(organisation, sponsor=organisation.people["Otto"], expected_value=Decimal(9), expected_value_currency="EUR")
    answer = signed_in("Paula").post(f"{REQUESTS}{asked.pk}/triage/", {"answer": "accept", "reason": "Good"})
    row = Initiative.objects.get()
    assert answer.headers["Location"] == f"/initiatives/{row.pk}/"
    assert (row.name, stage_of(row), row.sponsor, row.expected_value) == (
        "Count the shelves",
        "idea",
        organisation.people["Otto"],
        Decimal(9),
    )
    assert row.key in text_of(signed_in("Otto").get(f"{REQUESTS}{asked.pk}/"))


def test_merging_names_an_initiative_that_the_manager_sees(organisation: Organisation, signed_in: SignIn) -> None:
    asked, mine, hidden = ask(organisation), make(organisation), make(organisation, "Hidden", unit="Logistics")
    manager = signed_in("Paula")
    for key in ("", hidden.key, "AI-7777"):
        sent = {"answer": "merge", "reason": "Same", "into": key}
        assert manager.post(f"{REQUESTS}{asked.pk}/triage/", sent).status_code == 422
    manager.post(f"{REQUESTS}{asked.pk}/triage/", {"answer": "merge", "reason": "Same", "into": mine.key})
    asked.refresh_from_db()
    assert (asked.state, asked.initiative) == ("merged", mine)


def test_the_list_shows_a_state_and_a_unit(organisation: Organisation, signed_in: SignIn) -> None:
    ask(organisation)
    ask(organisation, who="Paula", unit="Retail", title="Talk to customers")
    client = signed_in("Paula")
    everything = text_of(client.get(REQUESTS))
    assert "2 requests wait" in everything
    stores = text_of(client.get(f"{REQUESTS}?unit={organisation.units['Stores'].pk}"))
    assert "Count the shelves" in stores
    assert "Talk to customers" not in stores
    assert "None in this state" in text_of(client.get(f"{REQUESTS}?state=declined"))


def test_a_request_of_another_unit_is_as_missing_as_one_that_never_was(organisation: Organisation, signed_in: SignIn) -> None:
    asked = ask(organisation)
    client = signed_in("Lars")
    hidden, missing = client.get(f"{REQUESTS}{asked.pk}/"), client.get(f"{REQUESTS}{asked.pk + 999}/")
    assert hidden.status_code == missing.status_code == 404
    assert same_text(hidden) == same_text(missing)
    assert "Count the shelves" not in text_of(client.get(REQUESTS))


def test_what_it_is_worth_is_for_requester_sponsor_and_money_roles(organisation: Organisation, signed_in: SignIn) -> None:
    asked = ask(organisation, expected_value=Decimal(987654), expected_value_currency="EUR")
    for name, seen in (("Otto", True), ("Paula", True), ("Finn", True), ("Vera", False), ("Iris", False)):
        for path in (REQUESTS, f"{REQUESTS}{asked.pk}/"):
            answer = text_of(signed_in(name).get(path))
            assert ("987,654" in answer) is seen, name


def test_texts_of_requests_are_never_markup(organisation: Organisation, signed_in: SignIn) -> None:
    hostile = "<script>alert(1)</script>"
    asked = ask(organisation, title=hostile, purpose=hostile, data_needed=hostile, load_estimate=hostile, load_unknown=False)
    for path in (REQUESTS, f"{REQUESTS}{asked.pk}/", "/search/?q=script"):
        assert "<script>alert" not in text_of(signed_in("Paula").get(path))
