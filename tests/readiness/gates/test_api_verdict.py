"""The verdict for tooling and its badge: met or not and why, the same bytes for the same state, 409 where it is asked to fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.choices import ReasonCode
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, Outcome, ProofKind, ReviewState
from readiness.gates.models import Decision, Judgement, Review, Waiver
from readiness.gates.rules.conditions import Proof, Wanted
from readiness.gates.services import waivers
from readiness.gates.services.conditions import prove_condition
from readiness.gates.services.reviews import review_again
from tests.people import Organisation
from tests.readiness.gates.deciding_world import (
    NAMES,
    a_review,
    add_people,
    all_vote,
    an_initiative,
    decided,
    fresh,
    person,
)

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def panel(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


@pytest.fixture
def client(panel: Organisation, api: Api) -> Client:
    return api(Scope.GATES_READ)


def place(initiative: Initiative, gate: str = "poc") -> str:
    return f"/api/v1/initiatives/{initiative.key}/gates/{gate}/verdict/"


def answer(client: Client, initiative: Initiative, gate: str = "poc") -> dict[str, Any]:
    found = client.get(place(initiative, gate))
    assert found.status_code == 200, found.content
    row: dict[str, Any] = found.json()
    return row


def codes(row: dict[str, Any]) -> list[str]:
    return [one["code"] for one in row["reasons"]]


def proposed(panel: Organisation, ballot: Ballot = Ballot.GO, **more: Any) -> Review:
    return all_vote(panel, a_review(panel, **more), ballot)


def turn(panel: Organisation, review: Review, criterion: str, verdict: Verdict) -> None:
    """Somebody judges a criterion otherwise than the deciders saw it: as rows, for a decided review takes no more words."""
    before = Judgement.objects.get(review=review, criterion=criterion, superseded_by=None)
    Judgement.objects.create(
        review=review, criterion=criterion, verdict=verdict, note="Seen again.", by=panel.people["Paula"], supersedes=before,
        at=clock.now(),
    )  # fmt: skip


def conditional(panel: Organisation, due: int = 10) -> Decision:
    review = proposed(panel, Ballot.CONDITIONAL)
    asked = Wanted("Show p99 below 2 s.", panel.people["Iris"].pk, clock.today() + timedelta(due), Proof(ProofKind.PERSON))
    return decided(panel, review, Outcome.CONDITIONAL_GO, conditions=(asked,))


def test_a_go_in_effect_is_met_with_the_decision_and_its_hash(panel: Organisation, client: Client) -> None:
    made = decided(panel, proposed(panel), Outcome.GO)
    row = answer(client, made.initiative)
    assert (row["met"], row["verdict"], codes(row)) == (True, "met", ["go_in_effect"])
    told = {name: row["decision"][name] for name in ("outcome", "by", "round", "review_id", "hash")}
    assert told == {"outcome": "go", "by": "Bea Test", "round": 1, "review_id": made.review_id, "hash": made.hash}
    assert (row["initiative"], row["gate"], row["gate_name"]) == (made.initiative.key, "poc", "poc gate")
    assert (row["changed_since"], row["conditions"], row["review"]) == ([], [], None)
    assert row["url"] == f"http://testserver/gates/reviews/{made.review_id}/"


def test_key_in_any_case_and_id_name_the_same_initiative(panel: Organisation, client: Client) -> None:
    initiative = decided(panel, proposed(panel), Outcome.GO).initiative
    bodies = {
        client.get(f"/api/v1/initiatives/{name}/gates/poc/verdict/").content
        for name in (initiative.key, initiative.key.lower(), initiative.pk)
    }
    assert len(bodies) == 1


def test_an_open_condition_warns_until_its_day_is_over_and_is_met_once_it_is_proven(panel: Organisation, client: Client) -> None:
    made = conditional(panel)
    row = answer(client, made.initiative)
    assert (row["met"], row["verdict"]) == (True, "warning")
    assert codes(row) == ["conditional_go_in_effect", "condition_open"]
    (one,) = row["conditions"]
    assert (one["text"], one["owner"], one["state"]) == ("Show p99 below 2 s.", "Iris Test", "open")
    assert row["expires_at"].startswith((clock.today() + timedelta(days=10)).isoformat()[:8])
    with time_machine.travel(clock.now() + timedelta(days=11)):
        late = answer(client, made.initiative)
        assert (late["met"], late["verdict"], codes(late)[0]) == (False, "not_met", "condition_overdue")
        assert late["reasons"][0]["text"] == "A condition is overdue: Show p99 below 2 s."
        assert late["expires_at"] is None
    prove_condition(by=person(panel, "Sam"), condition=made.conditions.get(), note="Seen in the report.")
    row = answer(client, made.initiative)
    assert (row["verdict"], row["conditions"], codes(row)) == ("met", [], ["conditional_go_in_effect"])


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.RECYCLE, Outcome.KILL])
def test_what_holds_it_back_is_not_met(panel: Organisation, client: Client, outcome: Outcome) -> None:
    more: dict[str, Any] = {"reason_code": ReasonCode.COST, "lesson": "Ask the price first."} if outcome is Outcome.KILL else {}
    made = decided(panel, proposed(panel, Ballot(outcome.value)), outcome, **more)
    row = answer(client, made.initiative)
    assert (row["met"], row["verdict"]) == (False, "not_met")
    assert codes(row) == [*(["initiative_closed"] if outcome is Outcome.KILL else []), f"{outcome.value}_in_effect"]


def test_evidence_that_turned_after_a_go_makes_it_stale_before_any_job_ran(panel: Organisation, client: Client) -> None:
    made = decided(panel, proposed(panel), Outcome.GO)
    turn(panel, made.review, "data-there", Verdict.NOT_MET)
    row = answer(client, made.initiative)
    assert (row["met"], row["verdict"]) == (False, "stale")
    first = row["reasons"][0]
    assert (first["code"], first["criterion"]) == ("evidence_changed_since", "data-there")
    assert first["text"] == "Evidence changed since the decision: The data are there: got worse (met, now not met)."
    changes = [(one["why"], one["key"], one["before"], one["after"], one["material"]) for one in row["changed_since"]]
    assert changes == [("worse", "data-there", "met", "not_met", True), ("recommendation", "", "go", "recycle", True)]
    assert Review.objects.get(pk=made.review_id).changed_at is None, "nothing evaluated it"


def test_a_waiver_that_runs_out_after_a_go_is_noticed_in_that_second(panel: Organisation, client: Client) -> None:
    review = a_review(panel, judged="met")
    turn(panel, review, "data-there", Verdict.NOT_MET)
    ends = clock.now() + timedelta(days=5)
    asked: dict[str, Any] = {
        "gate": "poc",
        "criterion": "data-there",
        "reason": "Late.",
        "measure": "Samples.",
        "expires_at": ends,
    }
    waiver = waivers.propose_waiver(by=person(panel, "Otto"), initiative=review.initiative, **asked)
    waivers.review_waiver(by=person(panel, "Ida"), waiver=waiver)
    waivers.approve_waiver(by=person(panel, "Bea"), waiver=waiver)
    made = decided(panel, all_vote(panel, fresh(review)), Outcome.GO)
    row = answer(client, made.initiative)
    assert (row["verdict"], row["recommendation"]["outcome"]) == ("met", "conditional_go")
    assert row["expires_at"].startswith(ends.strftime("%Y-%m-%dT%H:%M:%S"))
    with time_machine.travel(ends + timedelta(seconds=1)):
        row = answer(client, made.initiative)
        assert (row["verdict"], row["changed_since"][0]["why"]) == ("stale", "waiver_ended")
        assert Waiver.objects.get().state == "active", "no sweep came by"


def test_while_nobody_decided_it_is_unknown_and_a_recommendation_lets_nothing_pass(panel: Organisation, client: Client) -> None:
    review = a_review(panel)
    row = answer(client, review.initiative)
    assert (row["met"], row["verdict"], codes(row)) == (False, "unknown", ["not_decided"])
    assert row["recommendation"]["outcome"] == "go"
    assert (row["review"]["id"], row["review"]["state"], row["review"]["ready"]) == (review.pk, "in_review", True)


def test_a_running_review_that_would_be_sent_back_is_not_met(panel: Organisation, client: Client) -> None:
    review = a_review(panel, judged="not_met")
    row = answer(client, review.initiative)
    assert (row["verdict"], codes(row)) == ("not_met", ["recommended_against"] * 2)
    assert row["reasons"][1]["text"] == (
        "Nobody decided yet, and what is known speaks for Recycle: The data are there."
    )  # fmt: skip
    assert [one["criterion"] for one in row["reasons"]] == ["worth-it", "data-there"]


def test_a_gate_of_the_template_without_a_review_is_unknown_and_one_that_there_is_not_is_missing(
    panel: Organisation, client: Client
) -> None:  # fmt: skip
    initiative = a_review(panel).initiative
    row = answer(client, initiative, "production")
    assert (row["verdict"], codes(row), row["decision"], row["review"]) == ("unknown", ["no_review"], None, None)
    assert row["gate_name"] == "Production gate" and row["url"].endswith(f"/initiatives/{initiative.pk}/")
    for path in (place(initiative, "nonesuch"), "/api/v1/initiatives/AI-9999/gates/poc/verdict/"):
        assert client.get(path).status_code == 404


def test_the_newest_decision_counts_after_a_correction_and_in_another_round(panel: Organisation, client: Client) -> None:
    made = decided(panel, proposed(panel), Outcome.GO)
    decided(panel, made.review, Outcome.HOLD)
    assert codes(answer(client, made.initiative)) == ["hold_in_effect"]
    review_again(by=person(panel, "Paula"), review=made.review)
    row = answer(client, made.initiative)
    assert (codes(row), row["review"]["round"], row["decision"]["round"]) == (["hold_in_effect"], 2, 1)


def test_another_unit_s_initiative_is_answered_like_none(panel: Organisation, api: Api) -> None:
    other = a_review(panel, initiative=an_initiative(panel, "Wombat", "Logistics")).initiative
    client = api(Scope.GATES_READ, unit="Retail")
    for tail in ("verdict/", "badge.svg"):
        hidden, missing = (client.get(f"/api/v1/initiatives/{key}/gates/poc/{tail}") for key in (other.key, "AI-9999"))
        assert hidden.status_code == missing.status_code == 404
        drop = {"request_id": ""}
        assert hidden.json() | drop == missing.json() | drop
    assert api(Scope.INITIATIVES_READ).get(place(other)).status_code == 403


def test_asked_to_fail_it_answers_409_with_the_same_body_so_that_curl_fails(panel: Organisation, client: Client) -> None:
    review = a_review(panel)
    path = place(review.initiative)
    plain, failed = client.get(path), client.get(path, {"fail": "1"})
    assert (plain.status_code, failed.status_code, failed.content) == (200, 409, plain.content)
    assert failed.headers["Content-Type"].startswith("application/json")
    assert client.get(path, {"fail": "0"}).status_code == 200
    assert client.get(path, {"fail": "perhaps"}).status_code == client.get(path, {"fial": "1"}).status_code == 400
    made = decided(panel, all_vote(panel, fresh(review)), Outcome.GO)
    assert client.get(place(made.initiative), {"fail": "1"}).status_code == 200


def test_the_same_state_has_the_same_tag_and_is_answered_304_whatever_the_time(panel: Organisation, client: Client) -> None:
    made = decided(panel, proposed(panel), Outcome.GO)
    path = place(made.initiative)
    first = client.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"') and first.headers["Cache-Control"] == "private, no-cache"
    with time_machine.travel(clock.now() + timedelta(days=3)):
        again = client.get(path, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    turn(panel, made.review, "data-there", Verdict.NOT_MET)
    changed = client.get(path, headers={"if-none-match": tag})
    assert changed.status_code == 200 and changed.headers["ETag"] != tag


def test_what_fails_is_never_taken_for_unchanged(panel: Organisation, client: Client) -> None:
    """304 is a success to curl, so a known refusal is refused again."""
    path = place(a_review(panel).initiative)
    refused = client.get(path, {"fail": "1"})
    again = client.get(path, {"fail": "1"}, headers={"if-none-match": refused.headers["ETag"]})
    assert (again.status_code, again.content) == (409, refused.content)


def test_the_badge_says_gate_and_verdict_and_holds_nothing_that_runs(panel: Organisation, client: Client) -> None:
    made = decided(panel, proposed(panel), Outcome.GO)
    Review.objects.filter(pk=made.review_id).update(gate_name='Gate <script>"&\x07 ' + "long " * 12)
    path = f"/api/v1/initiatives/{made.initiative.key}/gates/poc/badge.svg"
    found = client.get(path, headers={"accept": "image/avif,image/webp,image/svg+xml"})
    assert (found.status_code, found.headers["Content-Type"]) == (200, "image/svg+xml")
    root = ElementTree.fromstring(found.content)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert [one.text for one in root.iter(f"{SVG}text")] == ['Gate <script>"& long long long long lon…', "met"]
    title = root.find(f"{SVG}title")
    assert title is not None and str(title.text).startswith(f"{made.initiative.key}, Gate <script>")
    assert found.headers["Cache-Control"] == "private, no-cache"
    assert client.get(path, headers={"if-none-match": found.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("state", "word"), [("go", "met"), ("conditional", "met, conditions open"), ("hold", "not met"), ("open", "unknown")]
)
def test_each_verdict_has_its_word_on_the_badge(panel: Organisation, client: Client, state: str, word: str) -> None:
    if state == "conditional":
        initiative = conditional(panel).initiative
    elif state == "open":
        initiative = a_review(panel, state=ReviewState.PLANNED).initiative
    else:
        outcome = Outcome(state)
        initiative = decided(panel, proposed(panel, Ballot(state)), outcome).initiative
    found = client.get(f"/api/v1/initiatives/{initiative.key}/gates/poc/badge.svg")
    assert word in found.content.decode()


def test_errors_are_problem_documents_whatever_a_badge_is_asked_as(panel: Organisation, client: Client) -> None:
    found = client.get("/api/v1/initiatives/AI-9999/gates/poc/badge.svg", headers={"accept": "image/svg+xml"})
    assert (found.status_code, found.headers["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(found.content)["status"] == 404
