"""The risk figure that a decision freezes, and today's beside it."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import call_command
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import RiskStanding
from readiness.gates.choices import Outcome
from readiness.gates.models import Decision, Review
from readiness.gates.queries.record import exported
from readiness.gates.rules.record.verify import verify
from tests.people import PASSWORD, Organisation
from tests.portfolio.initiatives.pages import text_of
from tests.portfolio.initiatives.standing_world import stand
from tests.readiness.gates.deciding_world import a_review, all_vote, decided
from tests.readiness.gates.pages import SignIn, hidden, page, with_panel

pytestmark = pytest.mark.django_db
SENT = {"outcome": "go", "reason": "As discussed.", "password": PASSWORD}


@pytest.fixture
def review(organisation: Organisation) -> Review:
    """Voted Go by everybody, of an initiative with a figure."""
    row = all_vote(organisation, a_review(with_panel(organisation)))
    stand(row.initiative)
    return row


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text).replace("\u202f", " "))


def frozen(row: Decision) -> dict[str, object]:
    found: dict[str, object] = json.loads(row.content)["risk"]
    return found


def test_a_decision_freezes_the_figure_with_the_scoring_that_it_is_of(organisation: Organisation, review: Review) -> None:
    made = decided(organisation, review, Outcome.GO)
    standing = RiskStanding.objects.get()
    assert frozen(made) == {
        "value": "0.4400", "low": "0.3000", "high": "0.5800", "months": 24, "band": "average", "counts": False, "resolved": 6,
        "drivers": ["no_reuse"], "on": standing.on.isoformat(), "version": "v1", "generation": 1, "digest": "d" * 64,
    }  # fmt: skip


def test_a_later_scoring_changes_todays_figure_and_not_the_frozen_one(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    made = decided(organisation, review, Outcome.GO)
    stand(review.initiative, 0.51, 0.4, 0.62, generation=2, digest="e" * 64)
    made.refresh_from_db()
    assert frozen(made)["value"] == "0.4400"
    text = words(page(signed_in("Bea"), f"/gates/decisions/{made.pk}/"))
    assert "44 % [30, 58]" in text
    assert "51 % [40, 62]" in text
    assert "+7 points since" in text
    assert "Learned from 6 initiatives that ended; drivers do not count in it." in text


def test_a_decision_without_a_figure_says_so_and_both_verify(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    RiskStanding.objects.all().delete()
    made = decided(organisation, review, Outcome.HOLD)
    assert frozen(made) is None
    text = words(page(signed_in("Bea"), f"/gates/decisions/{made.pk}/"))
    assert "No figure was computed by then." in text
    assert "None: it is closed, in production, or not computed yet." in text
    stand(review.initiative)
    later = decided(organisation, review, Outcome.RECYCLE)
    assert frozen(later) is not None
    assert verify(exported(money=True)).whole
    call_command("verify_decisions")


def test_a_figure_that_moved_while_the_form_was_open_is_told_before_anybody_decides(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    text = page(client, f"/gates/reviews/{review.pk}/decide/")
    stand(review.initiative, 0.53)
    answer = client.post(f"/gates/reviews/{review.pk}/decide/", hidden(text) | SENT)
    assert answer.status_code == 409
    assert "The risk figure is another one." in text_of(answer)
    assert not Decision.objects.exists()


def test_a_scoring_that_reads_the_same_holds_nobody_up(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    text = page(client, f"/gates/reviews/{review.pk}/decide/")
    stand(review.initiative, 0.4432, generation=9, digest="f" * 64)
    assert client.post(f"/gates/reviews/{review.pk}/decide/", hidden(text) | SENT).status_code == 302
    assert frozen(Decision.objects.get())["generation"] == 9, "what is frozen is of the moment of deciding"


def test_the_api_tells_the_frozen_figure_and_todays(organisation: Organisation, review: Review, client: Client) -> None:
    made = decided(organisation, review, Outcome.HOLD)
    stand(review.initiative, 0.2, 0.1, 0.3)
    bearer = {"Authorization": f"Bearer {organisation.token(Scope.GATES_READ)}"}
    told = client.get(f"/api/v1/gates/decisions/{made.pk}/", headers=bearer).json()
    assert (told["risk"]["value"], told["risk_now"]["value"]) == ("0.4400", "0.2000")
    now = client.get(f"/api/v1/gates/reviews/{review.pk}/", headers=bearer).json()
    assert now["risk"]["high"] == "0.3000"


def test_a_review_loads_the_figure_beside_the_votes_and_so_does_the_form_of_deciding(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Bea")
    address = f"/initiatives/{review.initiative_id}/risk/review/"
    assert address in page(client, f"/gates/reviews/{review.pk}/")
    assert address in page(client, f"/gates/reviews/{review.pk}/decide/")
