"""The pages of one initiative's assessment: answered as one goes, without scripts, by two people at once, by nobody else."""

from __future__ import annotations

import re

import pytest

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Stage
from portfolio.kit.templatetags.ui_text import DASH, NARROW
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck
from readiness.assessments.services.assessments import close_assessment
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make, same_text, text_of
from tests.readiness.assessments.asking import BUDGET, CACHE, HX, LOAD, answered, reply_of, started, typed

pytestmark = pytest.mark.django_db


def page(row: object, tail: str = "") -> str:
    return f"/initiatives/{row.pk}/assessment/{tail}"  # type: ignore[attr-defined]


def headline(text: str) -> str:
    found = re.search(r'<span id="headline"[^>]*>(.*?)</span>', text, re.DOTALL)
    assert found
    return found[1].strip()


def test_nothing_assessed_is_said_as_unknown_with_the_first_step(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    seen, offered = text_of(signed_in("Vera").get(page(row))), text_of(signed_in("Iris").get(page(row)))
    assert headline(seen) == "Not assessed yet: whether its infrastructure is ready for PoC is unknown"
    assert page(row, "start/") not in seen and page(row, "start/") in offered


def test_an_architect_starts_it_and_answers_as_she_goes(organisation: Organisation, signed_in: SignIn) -> None:
    row, client = make(organisation), signed_in("Iris")
    bank = re.search(r'name="bank" value="(\d+)"', text_of(client.get(page(row, "start/"))))
    assert bank
    answer = client.post(page(row, "start/"), {"bank": bank[1]})
    assert answer.status_code == 302 and answer["Location"] == page(row, "1/#questions")
    saved = client.post(page(row, f"1/answers/{LOAD}/"), typed(LOAD, "yes", note="see the profile"), headers=HX)
    text = text_of(saved)
    assert saved.status_code == 200 and "Saved" in text
    assert 'hx-swap-oob="true"' in text and headline(text) == (
        f"14{DASH}100{NARROW}% ready for PoC; 8 questions unknown, 3 of them block"
    )
    given = AssessmentAnswer.objects.get()
    assert (given.reply, given.note, given.answered_by) == ("yes", "see the profile", organisation.people["Iris"])
    entry = AuditEntry.objects.filter(object_type="assessments_assessmentanswer").get()
    assert entry.initiative_id == row.pk and entry.actor == "Iris Test"


def test_without_scripts_a_dimension_is_one_form(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    run = started(row)
    client = signed_in("Iris")
    shown = text_of(client.get(page(row, "1/?dimension=memory")))
    fields = dict(re.findall(r'name="(memory-[^"]+-version)"\s+value="(\d+)"', shown))
    assert len(fields) == 6
    sent = typed(CACHE, "partly", note="BF16 only") | {key: value for key, value in fields.items() if CACHE not in key}
    answer = client.post(page(row, "1/?dimension=memory"), sent)
    assert answer.status_code == 302
    assert reply_of(run, CACHE).reply == "partly"  # type: ignore[union-attr]
    assert AssessmentAnswer.objects.count() == 1


def test_what_cannot_be_taken_comes_back_beside_what_was_saved(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    run, client = started(row), signed_in("Iris")
    other = "compute-second-source"
    sent = typed(LOAD, "yes", evidence_url="javascript:alert(1)") | typed(other, "not_applicable") | typed(
        "compute-before-model", "yes", note="decided in May"
    )  # fmt: skip
    answer = client.post(page(row, "1/?dimension=compute"), sent)
    text = text_of(answer)
    assert answer.status_code == 422
    assert "starts with http:// or https://" in text and "Say why it does not apply" in text
    assert 'value="javascript:alert(1)"' in text and 'href="javascript' not in text
    assert [given.question.key for given in run.answers.all()] == ["compute-before-model"]


def test_unknown_takes_a_person_of_the_unit_and_a_day(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    run, client = started(row), signed_in("Iris")
    url = page(row, f"1/answers/{LOAD}/")
    stranger = client.post(url, typed(LOAD, "unknown", owner="lars@example.org"), headers=HX)
    assert stranger.status_code == 422 and "Nobody with a role in this unit" in text_of(stranger)
    past = client.post(url, typed(LOAD, "unknown", due="2020-01-01"), headers=HX)
    assert past.status_code == 422 and "This day is over" in text_of(past)
    assert not run.answers.exists()
    client.post(url, typed(LOAD, "unknown", owner="Paula Test", due="2099-01-01"), headers=HX)
    given = reply_of(run, LOAD)
    assert given is not None and given.owner == organisation.people["Paula"] and str(given.due) == "2099-01-01"
    client.post(url, typed(LOAD, "no", version=1, owner="Paula Test", due="2099-01-01"), headers=HX)
    assert run.answers.filter(owner=None, due=None, reply="no").count() == 1


def test_two_people_on_one_question_choose_which_answer_stays(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    run = started(row)
    iris, paula = signed_in("Iris"), signed_in("Paula")
    url = page(row, f"1/answers/{LOAD}/")
    assert paula.post(url, typed(LOAD, "no", note="only a guess"), headers=HX).status_code == 200
    beaten = iris.post(url, typed(LOAD, "yes", note="measured"), headers=HX)
    text = text_of(beaten)
    assert beaten.status_code == 409
    assert "Paula Test answered “No” meanwhile." in text and "only a guess" in text and "measured" in text
    assert reply_of(run, LOAD).reply == "no"  # type: ignore[union-attr]
    version = re.search(rf'name="{LOAD}-version"\s+value="(\d+)"', text)
    assert version and version[1] == "1"
    assert iris.post(url, typed(LOAD, "yes", version=1, note="measured"), headers=HX).status_code == 200
    assert reply_of(run, LOAD).reply == "yes"  # type: ignore[union-attr]


def test_different_questions_at_once_are_no_conflict_and_a_person_overtakes_only_herself(
    organisation: Organisation, signed_in: SignIn
) -> None:
    row = make(organisation)
    run = started(row)
    iris, paula = signed_in("Iris"), signed_in("Paula")
    assert iris.post(page(row, f"1/answers/{LOAD}/"), typed(LOAD, "yes"), headers=HX).status_code == 200
    assert paula.post(page(row, f"1/answers/{CACHE}/"), typed(CACHE, "no"), headers=HX).status_code == 200
    assert iris.post(page(row, f"1/answers/{LOAD}/"), typed(LOAD, "partly"), headers=HX).status_code == 200
    assert {given.question.key: given.reply for given in run.answers.all()} == {LOAD: "partly", CACHE: "no"}


def test_the_next_one_starts_from_the_answers_of_the_last_each_marked_until_confirmed(
    organisation: Organisation, signed_in: SignIn
) -> None:
    row = make(organisation, stage=Stage.objects.get(lifecycle__key="standard", key="poc"))
    first = started(row, compute_load_stated="yes", team_infrastructure_budgeted="no")
    close_assessment(by=SYSTEM, assessment=first)
    client = signed_in("Iris")
    client.post(page(row, "start/"), {"bank": str(first.bank_id)})
    text = text_of(client.get(page(row, "?dimension=compute")))
    assert "carried over from no. 1, confirm" in text
    second = Assessment.objects.get(number=2)
    assert reply_of(second, LOAD).carried_from == 1  # type: ignore[union-attr]
    client.post(page(row, f"2/answers/{LOAD}/"), typed(LOAD, "yes", version=1, note="because"), headers=HX)
    assert reply_of(second, LOAD).carried_from is None  # type: ignore[union-attr]
    assert client.post(page(row, "2/confirm/"), {"dimension": ""}).status_code == 302
    assert reply_of(second, BUDGET).carried_from is None  # type: ignore[union-attr]
    answered(second, team_infrastructure_budgeted="yes")
    changes = text_of(client.get(page(row, "2/changes/")))
    assert "1 answer changed" in changes and "better" in changes


def test_a_closed_one_stays_as_it_is(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    run, client = started(row, compute_load_stated="yes"), signed_in("Iris")
    assert client.post(page(row, "1/close/"), {"note": "before the gate"}).status_code == 302
    answer = client.post(page(row, f"1/answers/{LOAD}/"), typed(LOAD, "no", version=1), headers=HX)
    assert "HX-Redirect" in answer
    assert reply_of(run, LOAD).reply == "yes"  # type: ignore[union-attr]
    text = text_of(client.get(page(row, "1/")))
    assert "No. 1 is closed" in text and "before the gate" in text and "data-key" not in text


def test_nothing_answered_cannot_be_closed(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    started(row)
    answer = signed_in("Iris").post(page(row, "1/close/"), {"note": ""})
    assert answer.status_code == 422 and "Nobody has answered" in text_of(answer)


@pytest.mark.parametrize(("name", "may"), [("Otto", True), ("Paula", True), ("Iris", True), ("Vera", False), ("Gita", False)])
def test_owner_program_manager_and_architect_answer_and_others_read(
    organisation: Organisation, signed_in: SignIn, name: str, may: bool
) -> None:
    row = make(organisation, unit="Stores", owner="Otto")
    run, client = started(row), signed_in(name)
    assert client.get(page(row)).status_code == 200
    posted = client.post(page(row, f"1/answers/{LOAD}/"), typed(LOAD, "yes"), headers=HX)
    assert posted.status_code == (200 if may else 403)
    assert (reply_of(run, LOAD) is not None) is may
    for path in ("start/", "1/close/"):
        assert client.get(page(row, path)).status_code == (200 if may else 403)


def test_another_units_assessment_reads_like_none(organisation: Organisation, signed_in: SignIn) -> None:
    foreign = make(organisation, "CANARY route", unit="Logistics")
    started(foreign, compute_load_stated="yes")
    client = signed_in("Paula")
    for path in ("", "1/", "1/changes/", "1/close/", "components/", "start/"):
        there, nowhere = client.get(page(foreign, path)), client.get(f"/initiatives/999999/assessment/{path}")
        assert there.status_code == nowhere.status_code == 404
        assert same_text(there).replace(f"/{foreign.pk}/", "/") == same_text(nowhere).replace("/999999/", "/")
    assert "CANARY" not in text_of(client.get(f"/assessments/compare/?key={foreign.key}"))


def test_initiatives_are_compared_by_dimension_and_overlap_is_said(organisation: Organisation, signed_in: SignIn) -> None:
    one, other = make(organisation, "Claims"), make(organisation, "Shelf camera", unit="Stores")
    started(one, compute_load_stated="yes")
    started(other, compute_load_stated="no")
    text = text_of(signed_in("Paula").get(f"/assessments/compare/?key={one.key}&key={other.key}&key=AI-9999"))
    assert "The intervals overlap" in text and "There is no assessment of AI-9999" in text
    assert "Where one can help the other" in text and f"14{DASH}100" in text and f"0{DASH}86" in text


def test_components_are_present_planned_missing_or_unknown_with_somebody_who_finds_out(
    organisation: Organisation, signed_in: SignIn
) -> None:
    row, client = make(organisation), signed_in("Iris")
    url = page(row, "components/")
    sent = {"c-kubernetes-presence": "planned", "c-kubernetes-version": "0", "c-kubernetes-note": "in Q3",
            "c-kubernetes-owner": "paula@example.org", "c-kubernetes-due": "2099-01-01"}  # fmt: skip
    assert client.post(f"{url}kubernetes/", sent, headers=HX).status_code == 200
    assert client.post(url, {"c-observability-presence": "missing", "c-observability-version": "0"}).status_code == 302
    assert {(one.component, one.presence) for one in ComponentCheck.objects.all()} == {
        ("kubernetes", "planned"), ("observability", "missing"),
    }  # fmt: skip
    stale = signed_in("Paula").post(f"{url}kubernetes/", sent | {"c-kubernetes-presence": "present"}, headers=HX)
    assert stale.status_code == 409 and "Save mine" in text_of(stale)
    assert "0 of 8 components are present; 6 unknown" in text_of(client.get(url))
    assert signed_in("Vera").post(f"{url}kubernetes/", sent, headers=HX).status_code == 403
