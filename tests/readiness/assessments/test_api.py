"""The API: the pages' words and rules, scopes, conflicts, other units' rows that do not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Stage
from readiness.assessments.models import AssessmentAnswer, QuestionBank
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make
from tests.readiness.assessments.asking import CACHE, LOAD, question, started
from tests.readiness.assessments.test_banks import SMALL

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
JSON: dict[str, Any] = {"content_type": "application/json"}
READ, WRITE = Scope.ASSESSMENTS_READ, Scope.ASSESSMENTS_WRITE


def test_an_assessment_is_started_answered_closed_and_read(organisation: Organisation, api: Api) -> None:
    row = make(organisation, stage=Stage.objects.get(lifecycle__key="standard", key="idea"))
    client = api(WRITE, unit="Retail")
    made = client.post(f"/api/v1/initiatives/{row.pk}/assessments/", {}, **JSON)
    assert made.status_code == 201, made.content
    run = made.json()
    assert (run["number"], run["next_phase"], run["next_score"]["low"], run["next_score"]["high"]) == (1, "poc", 0, 1)
    answers = [
        {"question": LOAD, "reply": "yes", "version": 0},
        {"question": CACHE, "reply": "not_applicable", "note": "no KV cache"},
    ]
    saved = client.patch(f"/api/v1/assessments/{run['id']}/answers/", {"answers": answers}, **JSON)
    assert saved.status_code == 200, saved.content
    assert saved.json()["next_score"]["low"] == pytest.approx(3 / 21)
    assert saved.json()["dimensions"]["compute"]["unknown"] == 0
    assert client.post(f"/api/v1/assessments/{run['id']}/close/", {"note": "done"}, **JSON).status_code == 200
    again = client.patch(f"/api/v1/assessments/{run['id']}/answers/", {"answers": answers[:1]}, **JSON)
    assert again.status_code == 400 and "is closed" in again.content.decode()
    listed = client.get(f"/api/v1/initiatives/{row.pk}/assessments/").json()["results"]
    assert [one["number"] for one in listed] == [1] and listed[0]["closed_by"] == "Ada Test"
    assert client.get(f"/api/v1/initiatives/{row.pk}/assessments/1/").json()["note"] == "done"


def test_all_or_none_with_a_pointer_to_what_is_wrong(organisation: Organisation, api: Api) -> None:
    run = started(make(organisation))
    answers = [{"question": LOAD, "reply": "yes"}, {"question": CACHE, "reply": "yes", "evidence_url": "ftp://x/y"}]
    answer = api(WRITE).patch(f"/api/v1/assessments/{run.pk}/answers/", {"answers": answers}, **JSON)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/{CACHE}.evidence_url"
    assert not run.answers.exists()


def test_a_token_that_read_an_older_answer_gets_409(organisation: Organisation, api: Api) -> None:
    run, client = started(make(organisation)), api(WRITE)
    url = f"/api/v1/assessments/{run.pk}/answers/"
    first = {"answers": [{"question": LOAD, "reply": "yes", "version": 0}]}
    assert client.patch(url, first, **JSON).status_code == 200
    stale = client.patch(url, {"answers": [{"question": LOAD, "reply": "no", "version": 0}]}, **JSON)
    assert stale.status_code == 409 and LOAD in stale.json()["detail"]
    assert AssessmentAnswer.objects.get().reply == "yes"
    assert client.patch(url, {"answers": [{"question": LOAD, "reply": "no", "version": 1}]}, **JSON).status_code == 200


def test_scopes_and_units_hold(organisation: Organisation, api: Api, signed_in: SignIn) -> None:
    own, foreign = make(organisation), make(organisation, "CANARY", unit="Logistics")
    run = started(foreign)
    reader = api(READ, unit="Retail")
    assert reader.post(f"/api/v1/initiatives/{own.pk}/assessments/", {}, **JSON).status_code == 403
    assert api(Scope.INITIATIVES_WRITE).get("/api/v1/unknowns/").status_code == 403
    for path in (f"initiatives/{foreign.pk}/assessments/", f"initiatives/{foreign.pk}/components/", f"assessments/{run.pk}/"):
        assert reader.get(f"/api/v1/{path}").status_code == 404
    assert "CANARY" not in reader.get("/api/v1/unknowns/rows/").content.decode()
    assert signed_in("Vera").post(f"/api/v1/initiatives/{own.pk}/assessments/", {}, **JSON).status_code == 403


def test_components_are_read_whole_and_set_in_part(organisation: Organisation, api: Api) -> None:
    row, client = make(organisation), api(WRITE)
    url = f"/api/v1/initiatives/{row.pk}/components/"
    due = {"component": "kubernetes", "presence": "planned", "owner": organisation.people["Iris"].pk, "due": "2099-01-01"}
    answer = client.patch(url, {"components": [due]}, **JSON)
    assert answer.status_code == 200, answer.content
    found = {one["component"]: one for one in client.get(url).json()["results"]}
    assert len(found) == 8 and found["kubernetes"]["due"] == "2099-01-01" and found["containers"]["presence"] == "unknown"
    assert client.patch(url, {"components": [due | {"version": 0, "presence": "present"}]}, **JSON).status_code == 409
    assert client.patch(url, {"components": [due | {"owner": organisation.people["Lars"].pk}]}, **JSON).status_code == 400


def test_unknowns_are_grouped_listed_and_assigned(organisation: Organisation, api: Api) -> None:
    run = started(make(organisation))
    client = api(WRITE, Scope.MONEY)
    groups = client.get("/api/v1/unknowns/?kind=answer").json()["results"]
    assert len(groups) == 63 and groups[0]["gates"] == 1
    page = client.get("/api/v1/unknowns/rows/?kind=answer&page_size=50").json()
    assert len(page["results"]) == 50 and page["previous"] is None
    assert len(client.get(page["next"]).json()["results"]) == 13
    sent = {"refs": [f"answer:{run.pk}:{question(run, LOAD).pk}"], "due": "2099-01-01"}
    assert client.post("/api/v1/unknowns/assign/", sent, **JSON).json() == {"changed": 1, "refused": []}
    assert client.get("/api/v1/unknowns/?knd=answer").status_code == 400
    assert client.get("/api/v1/unknowns/?kind=nonsense").status_code == 400


def test_banks_are_read_by_tokens_and_written_by_administrators(organisation: Organisation, api: Api, signed_in: SignIn) -> None:
    reader, ada = api(READ), signed_in("Ada")
    (row,) = reader.get("/api/v1/question-banks/").json()["results"]
    assert (row["question_count"], row["is_default"]) == (63, True)
    assert len(reader.get(f"/api/v1/question-banks/{row['id']}/").json()["questions"]) == 63
    exported = reader.get(f"/api/v1/question-banks/{row['id']}/export/")
    assert exported["Content-Type"].startswith("application/yaml") and b"infrastructure-readiness" in exported.content
    url = "/api/v1/question-banks/import/"
    assert api(WRITE).post(url, SMALL, content_type="application/yaml").status_code == 403
    made = ada.post(url, SMALL, content_type="application/yaml")
    assert made.status_code == 201 and made.json()["state"] == "draft", made.content
    assert reader.get(f"/api/v1/question-banks/{made.json()['id']}/").status_code == 404
    bad = ada.post(url, {"pack": SMALL.replace("pilot", "pilt")}, **JSON)
    assert bad.status_code == 400 and 'Did you mean "pilot"?' in bad.json()["errors"][0]["detail"]
    assert ada.post(f"/api/v1/question-banks/{made.json()['id']}/publish/").json()["state"] == "published"
    assert QuestionBank.objects.get(key="ours").state == "published"
