"""`/api/v1/gates/reviews/`: lists with their filters, one judged live, planning by tokens, and the history of runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Lifecycle
from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ReviewState
from readiness.gates.models import Review
from readiness.gates.services.evaluating import evaluate
from tests.people import Organisation
from tests.readiness.gates.deciding_world import NAMES, a_review, a_template, add_people, all_vote, an_initiative, decided, vote

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
URL = "/api/v1/gates/reviews/"


@pytest.fixture
def panel(organisation: Organisation) -> Organisation:
    add_people(organisation, NAMES)
    return organisation


def ids(client: Client, **query: Any) -> set[int]:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


def send(client: Client, path: str, body: dict[str, Any], method: str = "post", **headers: str) -> Any:
    act = getattr(client, method)
    return act(f"{URL}{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_the_list_is_asked_by_initiative_unit_gate_state_readiness_advice_and_change(panel: Organisation, api: Api) -> None:
    first = a_review(panel)
    second = a_review(panel, initiative=an_initiative(panel, "Camera", "Logistics"), judged="", state=ReviewState.PLANNED)
    evaluate([first.pk, second.pk], why="asked", now=clock.now())
    Review.objects.filter(pk=first.pk).update(changed_at=clock.now())
    client = api(Scope.GATES_READ)
    assert ids(client) == {first.pk, second.pk}
    assert ids(client, initiative=first.initiative_id) == {first.pk}
    assert ids(client, unit=panel.units["Retail"].pk) == {first.pk}
    assert ids(client, unit=panel.units["Group"].pk) == {first.pk, second.pk}
    assert ids(client, gate="poc") == {first.pk, second.pk} and ids(client, gate="production") == set()
    assert ids(client, state="planned") == {second.pk} and ids(client, state=["planned", "in_review"]) == {first.pk, second.pk}
    assert ids(client, ready="true") == {first.pk, second.pk} and ids(client, ready="false") == set()
    assert ids(client, recommended="go") == {first.pk} and ids(client, recommended="hold") == {second.pk}
    assert ids(client, changed="true") == {first.pk} and ids(client, changed="false") == {second.pk}
    assert ids(client, open="true") == {first.pk, second.pk} and ids(client, template="other") == set()
    refused = client.get(URL, {"sate": "planned"})
    assert refused.status_code == 400 and "Known" in refused.content.decode()


def test_a_row_says_where_the_review_stands(panel: Organisation, api: Api) -> None:
    review = a_review(panel, judged="", state=ReviewState.PLANNED)
    evaluate([review.pk], why="asked", now=clock.now())
    (row,) = api(Scope.GATES_READ).get(URL).json()["results"]
    told = {name: row[name] for name in ("initiative_key", "unit_name", "gate", "state", "listing", "recommended", "verdicts")}
    assert told == {
        "initiative_key": review.initiative.key, "unit_name": "Stores", "gate": "poc", "state": "planned",
        "listing": "ready_not_scheduled", "recommended": "hold", "verdicts": {"unknown": 2},
    }  # fmt: skip


def test_one_review_is_judged_when_it_is_asked_for(panel: Organisation, api: Api) -> None:
    """Though no job evaluated it since."""
    review = a_review(panel)
    answer = api(Scope.GATES_READ).get(f"{URL}{review.pk}/")
    row = answer.json()
    assert answer.headers["ETag"] == f'"v{review.version}"'
    assert [(one["key"], one["verdict"], one["kind"]) for one in row["criteria"]] == [
        ("worth-it", "met", "must_meet"), ("data-there", "met", "must_meet"),
    ]  # fmt: skip
    assert (row["recommendation"]["outcome"], row["recommendation"]["rule"]) == ("go", 5)
    assert row["recommendation"]["because"] == [{"cause": "nothing_in_the_way", "keys": []}]
    assert row["recommendation"]["score"] == {"low": 1.0, "high": 1.0}
    assert (row["recommended"], row["decision_id"], row["last_gate"]) == ("go", None, False)
    assert {one["holder"] for one in row["seats"]} == {f"{name} Test" for name in NAMES}
    assert row["tally"]["quorum"] == {"present": 4, "needed": 3, "met": True}


def test_unknown_is_told_with_what_would_decide_it(panel: Organisation, api: Api) -> None:
    review = a_review(panel, judged="")
    (first, _second) = api(Scope.GATES_READ).get(f"{URL}{review.pk}/").json()["criteria"]
    assert (first["verdict"], first["reason"], first["needs"][0]["code"]) == ("unknown", "not_said", "judge")


def test_votes_are_counted_and_the_decision_is_named(panel: Organisation, api: Api) -> None:
    review = a_review(panel)
    vote(panel, review, "Ida", Ballot.HOLD)
    client = api(Scope.GATES_READ)
    row = client.get(f"{URL}{review.pk}/").json()
    assert (row["tally"]["counts"]["hold"], row["tally"]["counts"]["go"]) == (1, 0)
    assert [one["voted"] for one in row["seats"] if one["holder"] == "Ida Test"] == [True]
    review = all_vote(panel, review)
    made = decided(panel, review, Outcome.GO)
    row = client.get(f"{URL}{review.pk}/").json()
    assert (row["decision_id"], row["decided"], row["state"], row["listing"]) == (made.pk, "go", "decided", "done")
    assert {one["vote"]["ballot"] for one in row["seats"]} == {"go"}


def test_another_unit_s_review_is_answered_like_none(panel: Organisation, api: Api) -> None:
    review = a_review(panel, initiative=an_initiative(panel, "Camera", "Logistics"))
    client = api(Scope.GATES_READ, unit="Retail")
    assert ids(client) == set()
    hidden, missing = client.get(f"{URL}{review.pk}/"), client.get(f"{URL}999999/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]
    for verb in ("schedule", "unschedule", "withdraw"):
        assert send(api(Scope.GATES_WRITE, unit="Retail"), f"{review.pk}/{verb}/", {}).status_code == 404


def test_a_token_plans_and_schedules_and_takes_the_date_back(panel: Organisation, api: Api) -> None:
    initiative, template = an_initiative(panel), a_template()
    client = api(Scope.GATES_WRITE)
    day = clock.today() + timedelta(days=20)
    answer = send(client, "", {"initiative": initiative.pk, "template": template.pk, "wanted_on": day.isoformat()})
    assert answer.status_code == 201, answer.content
    row = answer.json()
    assert (row["gate"], row["state"], row["wanted_on"], row["template_key"]) == ("poc", "planned", day.isoformat(), "panel")
    again = send(client, "", {"initiative": initiative.pk, "template": template.pk})
    assert again.status_code == 400 and "open already" in again.content.decode()
    at = (clock.now() + timedelta(days=9)).replace(microsecond=0)
    scheduled = send(client, f"{row['id']}/schedule/", {"at": at.isoformat()})
    assert (scheduled.status_code, scheduled.json()["state"]) == (200, "scheduled")
    back = send(client, f"{row['id']}/unschedule/", {})
    assert (back.status_code, back.json()["state"], back.json()["scheduled_at"]) == (200, "planned", None)


def test_the_default_template_of_the_lifecycle_is_used(panel: Organisation, api: Api) -> None:
    initiative = an_initiative(panel, lifecycle=Lifecycle.objects.get(key="standard"))
    answer = send(api(Scope.GATES_WRITE), "", {"initiative": initiative.pk})
    assert answer.status_code == 201, answer.content
    assert answer.json()["template_key"] == "infrastructure-first"
    assert "unknown" in answer.json()["verdicts"]


def test_a_change_is_guarded_by_its_version(panel: Organisation, api: Api) -> None:
    review = a_review(panel, state=ReviewState.PLANNED)
    client, day = api(Scope.GATES_WRITE), (clock.today() + timedelta(days=3)).isoformat()
    done = send(client, f"{review.pk}/", {"wanted_on": day}, "patch", **{"if-match": f'"v{review.version}"'})
    assert (done.status_code, done.json()["wanted_on"], done.headers["ETag"]) == (200, day, f'"v{review.version + 1}"')
    stale = send(client, f"{review.pk}/", {"mode": "written"}, "patch", **{"if-match": f'"v{review.version}"'})
    assert stale.status_code == 412 and stale.json()["type"] == "urn:pilotage:problem:stale_version"
    assert Review.objects.get(pk=review.pk).mode == "meeting"


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({}, "/initiative"),
        ({"initiative": 999_999}, "/initiative"),
        ({"gate": "none"}, "/initiative"),
        ({"initiatve": 1}, "/initiatve"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_its_place(
    panel: Organisation, api: Api, body: dict[str, Any], member: str
) -> None:  # fmt: skip
    answer = send(api(Scope.GATES_WRITE), "", body)
    assert answer.status_code == 400
    assert member in [one["pointer"] for one in answer.json()["errors"]]


def test_reading_alone_plans_nothing(panel: Organisation, api: Api) -> None:
    review = a_review(panel, state=ReviewState.PLANNED)
    client = api(Scope.GATES_READ)
    for path in ("", f"{review.pk}/schedule/", f"{review.pk}/unschedule/", f"{review.pk}/withdraw/"):
        assert send(client, path, {"initiative": review.initiative_id}).status_code == 403
    assert api(Scope.INITIATIVES_READ).get(URL).status_code == 403


def test_a_person_withdraws_with_a_reason_and_a_token_does_not(
    panel: Organisation, api: Api, signed_in: Callable[[str], Client]
) -> None:  # fmt: skip
    review = a_review(panel, state=ReviewState.PLANNED)
    path = f"{review.pk}/withdraw/"
    assert send(api(Scope.GATES_WRITE), path, {"note": "Out of scope."}).status_code == 403
    client = signed_in("Paula")
    assert send(client, path, {}).status_code == 400
    done = send(client, path, {"note": "Out of scope."})
    assert (done.status_code, done.json()["state"]) == (200, "withdrawn")


def test_every_run_is_kept_and_one_that_found_nothing_new_says_which_it_repeats(panel: Organisation, api: Api) -> None:
    review = a_review(panel)
    for _ in range(3):
        evaluate([review.pk], why="asked", now=clock.now())
    client = api(Scope.GATES_READ)
    rows = client.get(f"{URL}{review.pk}/runs/").json()["results"]
    assert rows and {row["recommended"] for row in rows} == {"go"}
    for row in rows:
        one = client.get(f"{URL}{review.pk}/runs/{row['id']}/").json()
        assert [criterion["key"] for criterion in one["criteria"]] == ["worth-it", "data-there"]
    assert client.get(f"{URL}{review.pk}/runs/999999/").status_code == 404


def test_pages_of_the_list_go_on_by_cursor(panel: Organisation, api: Api) -> None:
    made = {a_review(panel, initiative=an_initiative(panel, f"No {n}"), judged="").pk for n in range(5)}
    client = api(Scope.GATES_READ)
    for ordering in ("-id", "id"):
        url, found = f"{URL}?page_size=2&ordering={ordering}", set()
        while url:
            page = client.get(url).json()
            found |= {row["id"] for row in page["results"]}
            url = page["next"]
        assert found == made, ordering
    assert client.get(URL, {"ordering": "initiative__unit"}).status_code == 400
