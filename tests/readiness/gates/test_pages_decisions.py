"""Deciding on a page, the record of decisions, and conditions."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ProofKind
from readiness.gates.models import Condition, Decision, Review
from readiness.gates.rules.conditions import Proof, Wanted
from tests.people import PASSWORD, Organisation
from tests.portfolio.initiatives.pages import text_of
from tests.readiness.gates.deciding_world import a_review, all_vote, decided, fresh, vote
from tests.readiness.gates.pages import SignIn, decide, hidden, page, with_panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(organisation: Organisation) -> Review:
    """Voted Go by everybody, and waiting for a decision."""
    return all_vote(organisation, a_review(with_panel(organisation)))


def condition(**given: str) -> dict[str, str]:
    """The first row of conditions as a browser sends it."""
    return {f"c0-{name}": value for name, value in given.items()}


def test_the_form_offers_what_is_open_and_asks_who_it_is(review: Review, signed_in: SignIn) -> None:
    text = page(signed_in("Bea"), f"/gates/reviews/{review.pk}/decide/")
    assert "Voted: Go. Recommended: Go" in text
    assert 'value="kill"' in text
    assert "Your password" in text
    assert hidden(text)["seen"]


def test_a_gatekeeper_decides_and_lands_on_the_frozen_decision(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    answer = decide(client, review, "go")
    made = Decision.objects.get()
    assert answer.headers["Location"] == f"/gates/decisions/{made.pk}/"
    text = page(client, f"/gates/decisions/{made.pk}/")
    assert "Go at the poc gate, as recommended" in text
    assert made.hash in text
    assert "It is worth finding out." in text
    assert "verify_decisions.py" in text


def test_a_wrong_password_decides_nothing_and_keeps_what_was_typed(review: Review, signed_in: SignIn) -> None:
    answer = decide(signed_in("Bea"), review, "hold", reason="We wait for the data.", password="not mine at all")
    text = text_of(answer)
    assert answer.status_code == 422
    assert "This is not your password." in text
    assert "We wait for the data." in text
    assert "not mine at all" not in text
    assert not Decision.objects.exists()
    assert "confirm that it is you" in text_of(decide(signed_in("Bea"), review, "go", password=""))


def test_whoever_confirmed_lately_is_not_asked_again(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    assert decide(client, review, "conditional_go").status_code == 422  # no condition, but the password held
    text = page(client, f"/gates/reviews/{review.pk}/decide/")
    assert "Your password" not in text
    assert client.post(f"/gates/reviews/{review.pk}/decide/", hidden(text) | {"outcome": "go"}).status_code == 302


def test_what_changed_after_the_page_is_told_and_nothing_is_decided(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    client, path = signed_in("Bea"), f"/gates/reviews/{review.pk}/decide/"
    old = hidden(page(client, path))
    assert signed_in("Paula").post(f"/gates/reviews/{review.pk}/reopen/", {"note": "Ida speaks."}).status_code == 302
    vote(organisation, fresh(review), "Ida", Ballot.HOLD)
    answer = client.post(path, old | {"outcome": "go", "reason": "As voted.", "password": PASSWORD})
    text = text_of(answer)
    assert answer.status_code == 409
    assert "Something changed after the page that you decided from" in text
    assert "Ida Test voted: Hold." in text
    assert not Decision.objects.exists()
    assert decide(client, review, "go", reason="Read anew.").status_code in (302, 422)


def test_another_outcome_than_advised_needs_a_reason(review: Review, signed_in: SignIn) -> None:
    answer = decide(signed_in("Bea"), review, "hold", reason=" ")
    assert answer.status_code == 422
    assert "say why" in text_of(answer)


def test_a_conditional_go_sets_its_conditions_and_says_what_is_wrong_with_them(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    client = signed_in("Bea")
    row = condition(text="Show it with 500 users.", due="2099-01-05", proof="person")
    answer = decide(client, review, "conditional_go", **row)
    assert "name its owner" in text_of(answer)
    assert "Show it with 500 users." in text_of(decide(client, review, "conditional_go", more="1", **row))
    otto = organisation.people["Otto"]
    assert decide(client, review, "conditional_go", **row, **condition(owner=str(otto.pk))).status_code == 302
    made = Condition.objects.get()
    assert (made.text, made.owner_id, made.proof) == ("Show it with 500 users.", otto.pk, "person")
    assert "1 condition is open" in page(client, "/gates/conditions/")


def test_one_more_row_for_a_condition_keeps_what_was_typed(review: Review, signed_in: SignIn) -> None:
    answer = decide(signed_in("Bea"), review, "conditional_go", more="1", **condition(text="Show it."))
    text = text_of(answer)
    assert answer.status_code == 200
    assert text.count('class="condition-row"') == 3
    assert "Show it." in text
    assert not Decision.objects.exists()


def test_a_kill_asks_for_its_reason_and_a_lesson(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    text = text_of(decide(client, review, "kill"))
    assert "A Kill names its reason." in text
    assert "A Kill keeps a lesson." in text
    assert decide(client, review, "kill", reason_code="no_value", lesson="Ask the users first.").status_code == 302
    assert "Ask the users first." in page(client, f"/gates/decisions/{Decision.objects.get().pk}/")


def test_the_last_gate_bars_a_conditional_go_in_words(organisation: Organisation, signed_in: SignIn) -> None:
    row = all_vote(organisation, a_review(with_panel(organisation), gate="production"))
    assert "not offered at the last gate before production" in page(signed_in("Bea"), f"/gates/reviews/{row.pk}/decide/")


@pytest.mark.parametrize(("name", "status"), [("Vera", 403), ("Paula", 403), ("Lars", 404)])
def test_nobody_else_decides(review: Review, signed_in: SignIn, name: str, status: int) -> None:
    client = signed_in(name)
    page(client, f"/gates/reviews/{review.pk}/decide/", status)
    assert client.post(f"/gates/reviews/{review.pk}/decide/", {"outcome": "go"}).status_code == status
    assert not Decision.objects.exists()


def test_a_review_that_nobody_voted_on_is_not_up_for_decision(organisation: Organisation, signed_in: SignIn) -> None:
    row = a_review(with_panel(organisation))
    text = page(signed_in("Bea"), f"/gates/reviews/{row.pk}/decide/")
    assert "It is not up for decision" in text


def test_a_correction_supersedes_and_both_stay_in_the_record(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    first = decided(organisation, review, Outcome.HOLD)
    client = signed_in("Bea")
    assert "Correct the decision" in page(client, f"/gates/reviews/{review.pk}/")
    assert decide(client, fresh(review), "recycle").status_code == 302
    second = Decision.objects.latest("id")
    assert second.supersedes_id == first.pk
    assert f"/gates/decisions/{second.pk}/" in page(client, f"/gates/decisions/{first.pk}/")
    shown = page(client, "/gates/decisions/?superseded=true")
    assert f"/gates/decisions/{first.pk}/" in shown
    assert f"/gates/decisions/{second.pk}/" not in shown


def test_the_list_of_decisions_goes_out_as_a_file(organisation: Organisation, review: Review, signed_in: SignIn) -> None:
    made = decided(organisation, review, Outcome.GO)
    client = signed_in("Vera")
    assert "1 decision, each a link of a chain" in page(client, "/gates/decisions/")
    (row,) = json.loads(text_of(client.get("/gates/decisions/export/json/")))
    assert (row["id"], len(row["reviewers"])) == (made.pk, 4)
    assert "Bea Test" in text_of(client.get("/gates/decisions/export/csv/"))
    assert "Nothing was decided yet" in page(signed_in("Lars"), "/gates/decisions/")
    page(signed_in("Lars"), f"/gates/decisions/{made.pk}/", 404)


def _with_condition(organisation: Organisation, review: Review) -> Condition:
    asked = Wanted("Show it.", organisation.people["Otto"].pk, clock.today() + timedelta(days=9), Proof(ProofKind.PERSON))
    decided(organisation, review, Outcome.CONDITIONAL_GO, conditions=(asked,))
    return Condition.objects.get()


def _prove(client: Client, row: Condition) -> str:
    return text_of(client.post(f"/gates/conditions/{row.pk}/prove/", {"note": "Seen in the log."}))


def test_a_condition_is_proven_by_somebody_who_neither_set_nor_owns_it(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    row = _with_condition(organisation, review)
    assert "is not the one who proves it" in _prove(signed_in("Bea"), row)
    assert "is not the one who proves it" in _prove(signed_in("Otto"), row)
    assert signed_in("Vera").get(f"/gates/conditions/{row.pk}/prove/").status_code == 403
    assert signed_in("Lars").get(f"/gates/conditions/{row.pk}/prove/").status_code == 404
    client = signed_in("Paula")
    assert client.post(f"/gates/conditions/{row.pk}/prove/", {"note": ""}).status_code == 422
    _prove(client, row)
    assert "No condition is open" in page(client, "/gates/conditions/")
    assert "Seen in the log." in page(client, "/gates/conditions/?state=proven")


def test_guessing_the_password_of_a_session_that_was_left_open_locks_as_at_the_door(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    answers = [decide(client, review, "go", password=f"guess {number}").status_code for number in range(8)]
    assert answers[-1] == 429
    assert not Decision.objects.exists()
