"""The page of one review, voting and judging on it, and the list that reviews are planned from."""

from __future__ import annotations

import json

import pytest

from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ReviewState
from readiness.gates.models import Gatekeeper, Judgement, Review, Vote
from readiness.gates.services.evaluating import evaluate
from tests.people import Organisation
from tests.portfolio.initiatives.pages import text_of
from tests.readiness.gates.deciding_world import PANEL, a_review, all_vote, an_initiative, decided, fresh, vote
from tests.readiness.gates.pages import HX, SignIn, page, with_panel

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def review(organisation: Organisation) -> Review:
    return a_review(with_panel(organisation))


def test_a_review_shows_criteria_recommendation_panel_and_what_the_quorum_needs(review: Review, signed_in: SignIn) -> None:
    text = page(signed_in("Ida"), f"/gates/reviews/{review.pk}/")
    assert "Recommended is Go: nothing stands in the way" in text
    assert "It is worth finding out." in text
    assert "Rule 5, Go" in text
    assert "4 there, 3 needed" in text
    assert "Your vote" in text


def test_a_review_where_nobody_judged_says_hold_and_who_owes_a_word(organisation: Organisation, signed_in: SignIn) -> None:
    row = a_review(with_panel(organisation), judged="")
    text = page(signed_in("Paula"), f"/gates/reviews/{row.pk}/")
    assert "Recommended is Hold: 2 criteria that block are unknown or stale" in text
    assert f"/gates/reviews/{row.pk}/judge/worth-it/" in text
    assert f"/gates/reviews/{row.pk}/waive/worth-it/" in text


def test_a_viewer_reads_a_review_and_is_offered_nothing(review: Review, signed_in: SignIn) -> None:
    text = page(signed_in("Vera"), f"/gates/reviews/{review.pk}/")
    for word in ("/vote/", "/decide/", "/judge/", "/waive/", "/withdraw/", "/evaluate/", "/seats/"):
        assert f"/gates/reviews/{review.pk}{word}" not in text


@pytest.mark.parametrize("path", ["", "decide/", "schedule/", "seats/", "judge/worth-it/", "waive/worth-it/"])
def test_a_review_of_another_unit_does_not_exist(review: Review, signed_in: SignIn, path: str) -> None:
    page(signed_in("Lars"), f"/gates/reviews/{review.pk}/{path}", 404)


@pytest.mark.parametrize("path", ["schedule", "open", "withdraw", "close", "again", "migrate", "seats", "decide"])
def test_a_viewer_moves_nothing(review: Review, signed_in: SignIn, path: str) -> None:
    client = signed_in("Vera")
    assert client.get(f"/gates/reviews/{review.pk}/{path}/").status_code == 403
    assert client.post(f"/gates/reviews/{review.pk}/{path}/", {"note": "x"}).status_code == 403
    assert fresh(review).state == ReviewState.IN_REVIEW


def test_a_gatekeeper_votes_with_a_plain_form_and_sees_the_vote(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Ida")
    answer = client.post(f"/gates/reviews/{review.pk}/vote/", {"ballot": "go", "rationale": "", "supersedes": "0"})
    assert answer.status_code == 302
    assert Vote.objects.get().ballot == Ballot.GO
    assert "You have voted" in page(client, f"/gates/reviews/{review.pk}/")


def test_a_vote_that_needs_words_comes_back_with_what_was_chosen(review: Review, signed_in: SignIn) -> None:
    answer = signed_in("Ida").post(f"/gates/reviews/{review.pk}/vote/", {"ballot": "kill", "rationale": " ", "supersedes": "0"})
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Say why." in text
    assert not Vote.objects.exists()


def test_a_vote_over_one_that_the_page_did_not_show_is_refused(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    vote(organisation, review, "Ida")
    answer = signed_in("Ida").post(f"/gates/reviews/{review.pk}/vote/", {"ballot": "hold", "rationale": "x", "supersedes": ""})
    assert answer.status_code == 422
    assert "voted on this seat meanwhile" in text_of(answer)


def test_the_owner_has_no_vote_even_with_the_role_of_a_gatekeeper(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    own = an_initiative(organisation, "Own", owner=organisation.people["Ida"])
    row = a_review(organisation, initiative=own)
    client = signed_in("Ida")
    text = page(client, f"/gates/reviews/{row.pk}/")
    assert "you are recused" in text
    assert "Your vote" not in text
    assert client.post(f"/gates/reviews/{row.pk}/vote/", {"ballot": "go", "supersedes": "0"}).status_code == 422
    assert not Vote.objects.exists()
    page(client, f"/gates/reviews/{row.pk}/decide/", 403)


def test_in_a_meeting_one_arrives_before_one_votes(organisation: Organisation, signed_in: SignIn) -> None:
    row = a_review(with_panel(organisation), present=("Dan", "Bea", "Sam"))
    client, path = signed_in("Ida"), f"/gates/reviews/{row.pk}/"
    assert "I am in the room" in page(client, path)
    assert client.post(f"{path}arrive/").status_code == 302
    assert "I am in the room" not in page(client, path)


def test_a_person_judges_a_criterion_with_a_reason(organisation: Organisation, signed_in: SignIn) -> None:
    row = a_review(with_panel(organisation), judged="")
    client, path = signed_in("Paula"), f"/gates/reviews/{row.pk}/judge/worth-it/"
    assert "It is worth finding out." in page(client, path)
    assert client.post(path, {"verdict": "met", "note": ""}).status_code == 422
    assert client.post(path, {"verdict": "met", "note": "Read the report."}).status_code == 302
    assert Judgement.objects.get().verdict == "met"
    page(client, f"/gates/reviews/{row.pk}/judge/nothing-of-the-kind/", 404)


def test_hostile_texts_stay_text_everywhere(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    own = an_initiative(organisation, HOSTILE, owner=organisation.people["Otto"])
    row = a_review(organisation, initiative=own)
    Review.objects.filter(pk=row.pk).update(gate_name=HOSTILE)
    vote(organisation, row, "Ida", Ballot.HOLD, rationale=HOSTILE)
    evaluate([row.pk], why="asked", now=clock.now())
    for client, paths in (
        (signed_in("Bea"), [f"/gates/reviews/{row.pk}/", f"/gates/reviews/{row.pk}/decide/"]),
        (signed_in("Paula"), ["/gates/", f"/initiatives/{own.pk}/gates/", f"/gates/reviews/{row.pk}/seats/"]),
    ):
        for path in paths:
            text = page(client, path)
            assert HOSTILE not in text
            assert "&lt;script&gt;" in text


def test_the_list_says_what_waits_and_what_is_missing(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    ready, late = (
        a_review(organisation, initiative=an_initiative(organisation, name), state=ReviewState(state), judged="")
        for name, state in (("Ready one", "planned"), ("Late one", "scheduled"))
    )
    evaluate([ready.pk, late.pk], why="asked", now=clock.now())
    missing = [{"key": "x", "text": "The report is there.", "verdict": "unknown", "who": ["initiative_owner"]}]
    Review.objects.filter(pk=late.pk).update(ready=False, missing=missing, scheduled_at=clock.now())
    text = page(signed_in("Paula"), "/gates/")
    assert "1 is ready and not scheduled and 1 is scheduled and not ready" in text
    assert "The report is there." in text
    assert "the initiative&#x27;s owner" in text
    one = page(signed_in("Paula"), "/gates/?group=scheduled_not_ready")
    assert "Late one" in one
    assert "Ready one" not in one
    assert "Late one" in page(signed_in("Paula"), "/gates/?group=scheduled_not_ready", headers=HX)


def test_an_empty_list_says_what_to_do(organisation: Organisation, signed_in: SignIn) -> None:
    text = page(signed_in("Paula"), "/gates/")
    assert "No gate review is planned yet" in text
    assert "Nothing matches these filters" in page(signed_in("Paula"), "/gates/?gate=poc")


def test_the_list_goes_out_as_a_file_under_its_filters(review: Review, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    rows = json.loads(text_of(client.get("/gates/export/json/")))
    assert [row["id"] for row in rows] == [review.pk]
    assert json.loads(text_of(client.get("/gates/export/json/?gate=production"))) == []
    assert '"initiative_key"' in text_of(client.get("/gates/export/csv/"))
    assert json.loads(text_of(signed_in("Lars").get("/gates/export/json/"))) == []
    assert client.get("/gates/export/exe/").status_code == 404


def test_a_program_manager_plans_schedules_opens_and_withdraws(organisation: Organisation, signed_in: SignIn) -> None:
    for name, function in PANEL.items():
        person = with_panel(organisation).people[name] if name not in organisation.people else organisation.people[name]
        Gatekeeper.objects.create(person=person, unit=organisation.units["Retail"], functions=[function.value])
    own = an_initiative(organisation)
    client = signed_in("Paula")
    form = page(client, f"/initiatives/{own.pk}/gates/plan/")
    assert "(it stands before this one)" in form
    value = form.split('<option value="')[1].split('"')[0]
    answer = client.post(f"/initiatives/{own.pk}/gates/plan/", {"gate": value, "mode": "meeting"})
    row = Review.objects.get()
    assert answer.headers["Location"] == f"/gates/reviews/{row.pk}/"
    path = f"/gates/reviews/{row.pk}/"
    assert client.post(f"{path}schedule/", {"at": ""}).status_code == 422
    assert client.post(f"{path}schedule/", {"at": "2099-01-05T10:00"}).status_code == 302
    assert fresh(row).state == ReviewState.SCHEDULED
    assert client.post(f"{path}unschedule/").status_code == 302
    assert client.post(f"{path}open/", {"mode": "meeting"}).status_code == 302
    assert fresh(row).state == ReviewState.IN_REVIEW
    assert client.post(f"{path}withdraw/", {"note": ""}).status_code == 422
    assert client.post(f"{path}withdraw/", {"note": "Not needed."}).status_code == 302
    text = page(client, path)
    assert "Withdrawn" in text
    assert "Not needed." in text


def test_the_initiatives_page_loads_its_gates_by_address(review: Review, signed_in: SignIn) -> None:
    client, base = signed_in("Vera"), f"/initiatives/{review.initiative_id}"
    assert f'hx-get="{base}/gates/panel/"' in page(client, f"{base}/")
    assert client.get(f"{base}/gates/panel/").headers["Location"] == f"{base}/gates/"
    part = page(client, f"{base}/gates/panel/", headers=HX)
    assert "<html" not in part
    assert "in review" in part
    assert "Plan a review" not in page(client, f"{base}/gates/")
    page(signed_in("Lars"), f"{base}/gates/", 404)


def test_what_changed_since_a_decision_stands_on_top(organisation: Organisation, review: Review, signed_in: SignIn) -> None:
    decided(organisation, all_vote(organisation, review), Outcome.GO)
    change = {"why": "worse", "key": "data-there", "before": "met", "after": "not_met", "material": True, "figure": ""}
    Review.objects.filter(pk=review.pk).update(changes=[change], changed_at=clock.now())
    text = page(signed_in("Vera"), f"/gates/reviews/{review.pk}/")
    assert "Evidence changed since the decision: 1 thing that matters" in text
    assert "The data are there." in text
    assert "Evidence changed since" in page(signed_in("Vera"), "/gates/?group=changed")
