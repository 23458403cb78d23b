"""The Unknowns pages: grouped, row by row, mine, given to people, exported, under the same filters everywhere."""

from __future__ import annotations

import csv
import io
import json

import pytest

from portfolio.initiatives.models import Stage
from readiness.assessments.models import AssessmentAnswer
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make, text_of
from tests.readiness.assessments.asking import LOAD, question, started

pytestmark = pytest.mark.django_db


def test_an_empty_page_says_what_it_is_for(signed_in: SignIn) -> None:
    for path in ("/unknowns/", "/unknowns/rows/"):
        answer = signed_in("Paula").get(path)
        assert answer.status_code == 200 and "Nothing is unknown here" in text_of(answer)


def test_questions_are_listed_by_the_gates_they_hold_up_with_the_way_to_their_rows(
    organisation: Organisation, signed_in: SignIn
) -> None:
    for name in ("One", "Two"):
        started(make(organisation, name, stage=Stage.objects.get(lifecycle__key="standard", key="poc")))
    client = signed_in("Paula")
    text = text_of(client.get("/unknowns/?kind=answer"))
    assert "126 unknowns over 2 running initiatives; one alone holds up 2 gates" in text
    assert f"/unknowns/rows/?kind=answer&amp;key={LOAD}" in text and "Pilot 2" in text
    rows = text_of(client.get(f"/unknowns/rows/?kind=answer&key={LOAD}"))
    assert "Unknown in 2 places" in rows and rows.count('name="ref"') == 2


def test_the_ticked_ones_are_given_and_found_under_mine(organisation: Organisation, signed_in: SignIn) -> None:
    run = started(make(organisation))
    iris = organisation.people["Iris"]
    sent = {
        "ref": [f"answer:{run.pk}:{question(run, LOAD).pk}"],
        "person": str(iris.pk),
        "due": "2099-01-01",
        "query": "kind=answer",
    }
    answer = signed_in("Paula").post("/unknowns/assign/", sent, follow=True)
    assert answer.redirect_chain == [("/unknowns/rows/?kind=answer", 302)] and "1 unknown is given." in text_of(answer)
    mine = text_of(signed_in("Iris").get("/unknowns/rows/?owner=me"))
    assert "1 unknown is yours to find out" in mine and question(run, LOAD).text in mine
    assert "yours to find out" in text_of(signed_in("Paula").get("/unknowns/rows/?owner=me"))
    assert "Name a person, a day, or both" in text_of(
        signed_in("Paula").post("/unknowns/assign/", {"ref": sent["ref"]}, follow=True)
    )


def test_all_that_match_can_be_given_at_once(organisation: Organisation, signed_in: SignIn) -> None:
    run = started(make(organisation, unit="Stores"))
    started(make(organisation))
    sent = {"scope": "all", "person": "", "due": "2099-01-01", "query": f"kind=answer&unit={organisation.units['Stores'].pk}"}
    assert "63 unknowns are given." in text_of(signed_in("Paula").post("/unknowns/assign/", sent, follow=True))
    assert AssessmentAnswer.objects.filter(due="2099-01-01").count() == run.answers.count() == 63


def test_an_export_holds_the_rows_of_the_page_under_its_filters(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, "=HYPERLINK(1)", unit="Stores")
    started(row)
    make(organisation, "CANARY", unit="Logistics")
    client = signed_in("Paula")
    answer = client.get("/unknowns/export/csv/?kind=answer")
    read = list(csv.DictReader(io.StringIO(text_of(answer).removeprefix("\ufeff"))))
    assert len(read) == 63 and {line["initiative_name"] for line in read} == {"'=HYPERLINK(1)"}
    found = json.loads(text_of(client.get("/unknowns/export/json/?kind=fact&key=venue_storage")))
    assert [(line["key"], line["initiative_key"]) for line in found] == [("venue_storage", row.key)]
    assert client.get("/unknowns/export/xlsx/").status_code == 404


@pytest.mark.parametrize("query", ["kind=nonsense", "unit=x", "owner=%00", "page=-4", "sort=nothing", "key=%27%22"])
def test_addresses_that_make_no_sense_filter_nothing_or_find_nothing(signed_in: SignIn, query: str) -> None:
    for path in ("/unknowns/", "/unknowns/rows/"):
        assert signed_in("Paula").get(f"{path}?{query}").status_code == 200


def test_the_navigation_leads_there_by_g_and_u(signed_in: SignIn) -> None:
    text = text_of(signed_in("Vera").get("/unknowns/"))
    assert 'data-go="u"' in text
