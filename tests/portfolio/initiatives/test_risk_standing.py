"""The risk figure in the table, on cards, in filters, exports and the API."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Initiative, SavedView
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make, make_many, text_of
from tests.portfolio.initiatives.standing_world import stand
from tests.portfolio.initiatives.test_exports import rows_of

pytestmark = pytest.mark.django_db


def words(client: Client, path: str) -> str:
    """The text of a page without its tags, narrow spaces as spaces."""
    text = re.sub(r"<[^>]+>", " ", text_of(client.get(path)))
    return re.sub(r"\s+", " ", text.replace("\u202f", " "))


def names(client: Client, query: str) -> list[str]:
    answer = client.get(f"/initiatives/export/json/?columns=risk&{query}")
    return [row["name"] for row in json.loads(text_of(answer))]


@pytest.fixture
def three(organisation: Organisation) -> dict[str, Initiative]:
    """Below, above and not told apart from the average."""
    rows = {name: make(organisation, name) for name in ("Low", "High", "Middle")}
    stand(rows["Low"], 0.2, 0.1, 0.31, band="below")
    stand(rows["High"], 0.655, 0.5, 0.8, band="above")
    stand(rows["Middle"])
    return rows


def test_the_table_says_the_figure_its_interval_and_whether_it_can_be_told_apart(
    three: dict[str, Initiative], signed_in: SignIn
) -> None:
    text = words(signed_in("Vera"), "/initiatives/")
    assert "44 % 30 to 58 %, within 24 months not told apart" in text
    assert "66 % 50 to 80 %, within 24 months above average" in text
    assert "20 % 10 to 31 %, within 24 months below average" in text
    assert "within 24 months: 44 %" in text_of(signed_in("Vera").get("/initiatives/")).replace("\u202f", " ")


def test_where_nothing_was_learned_nobody_is_ranked_and_the_column_says_so(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("One", "Two"):
        stand(make(organisation, name), 0.46, 0.28, 0.65, resolved=0, drivers=[])
    text = words(signed_in("Vera"), "/initiatives/?sort=-risk")
    assert text.count("46 % 28 to 65 %, within 24 months reference class") == 2
    assert "average" not in text.split("Likely abandoned")[-1]


def test_the_reason_why_there_is_no_figure_is_a_word(organisation: Organisation, signed_in: SignIn) -> None:
    new, live, gone = (make(organisation, name) for name in ("New", "Live", "Gone"))
    move_stage(by=SYSTEM, initiative=live, stage=live.lifecycle.stages.get(key="production"))
    close_initiative(by=SYSTEM, initiative=gone, kind=ClosureKind.STOPPED, reason=ReasonCode.COST, lesson="Ask earlier.")
    client = signed_in("Vera")
    text = words(client, "/initiatives/")
    for said in ("not computed yet", "none: in production", "none: closed"):
        assert said in text
    bands = {row["name"]: row["risk_band"] for row in rows_of(client, "csv", "columns=risk")}
    assert bands == {new.name: "not computed yet", live.name: "none: in production", gone.name: "none: closed"}
    assert "not computed yet" in words(client, "/initiatives/board/")


def test_it_sorts_both_ways_and_rows_without_a_figure_come_last(three: dict[str, Initiative], organisation: Organisation,
    signed_in: SignIn) -> None:  # fmt: skip
    make(organisation, "New")
    client = signed_in("Vera")
    assert names(client, "sort=risk") == ["Low", "Middle", "High", "New"]
    assert names(client, "sort=-risk") == ["High", "Middle", "Low", "New"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("risk=above", {"High"}),
        ("risk=below", {"Low"}),
        ("risk=average", {"Middle"}),
        ("risk=none", {"New"}),
        ("risk_min=44", {"Middle", "High"}),
        ("risk_min=66", {"High"}),  # 65.5 is printed as 66
        ("risk_max=44", {"Low", "Middle"}),
        ("risk_min=21&risk_max=65", {"Middle"}),
        ("risk_min=x", {"Low", "High", "Middle", "New"}),
    ],
)
def test_filters_hold_for_the_figure_as_it_is_printed(
    three: dict[str, Initiative], organisation: Organisation, signed_in: SignIn, query: str, found: set[str]
) -> None:
    make(organisation, "New")
    assert set(names(signed_in("Vera"), query)) == found


def test_the_bar_shows_what_is_filtered_and_what_could_not_be_read(three: dict[str, Initiative], signed_in: SignIn) -> None:
    client = signed_in("Vera")
    assert "Likely abandoned, from %" in words(client, "/initiatives/?risk_min=44")
    assert "Above the average" in words(client, "/initiatives/?risk=above")
    text = words(client, "/initiatives/?risk_min=400")
    assert "less than or equal to 100" in text


def test_a_saved_view_and_the_portfolio_page_take_the_filter(three: dict[str, Initiative], signed_in: SignIn) -> None:
    client = signed_in("Paula")
    client.post("/initiatives/views/new/", {"page": "list", "name": "Worth a look", "query": "risk=above"})
    assert SavedView.objects.get().query == "risk=above"
    assert "1 initiative" in words(client, "/portfolio/?risk=above")


def test_exports_carry_value_interval_band_horizon_and_day(three: dict[str, Initiative], signed_in: SignIn) -> None:
    client = signed_in("Vera")
    for fmt in ("csv", "xlsx", "json"):
        row = next(row for row in rows_of(client, fmt, "columns=risk") if row["name"] == "High")
        assert [float(row[f"risk_{name}"]) for name in ("value", "low", "high", "months")] == [0.655, 0.5, 0.8, 24]
        assert row["risk_band"] == "above"
        assert row["risk_on"]


def test_a_card_of_the_board_says_it_on_one_line(three: dict[str, Initiative], signed_in: SignIn) -> None:
    assert "66 % [50, 80]" in words(signed_in("Vera"), "/initiatives/board/")


def test_the_api_tells_it_in_rows_and_in_one(three: dict[str, Initiative], organisation: Organisation, client: Client) -> None:
    bearer = {"Authorization": f"Bearer {organisation.token(Scope.INITIATIVES_READ)}"}
    rows = client.get("/api/v1/initiatives/?risk=above", headers=bearer).json()["results"]
    one = client.get(f"/api/v1/initiatives/{three['High'].pk}/", headers=bearer).json()
    assert [row["risk"] for row in rows] == [one["risk"]]
    assert one["risk"] == {
        "value": 0.655, "low": 0.5, "high": 0.8, "level": 0.8, "months": 24, "band": "above", "counts": False, "resolved": 6,
        "drivers": ["no_reuse"], "on": one["risk"]["on"], "version": "v1",
    }  # fmt: skip
    bare = make(organisation, "New")
    assert client.get(f"/api/v1/initiatives/{bare.pk}/", headers=bearer).json()["risk"] is None


def test_a_figure_of_another_unit_shows_nowhere(organisation: Organisation, signed_in: SignIn) -> None:
    stand(make(organisation, "Route plans", "Logistics"), 0.87654, 0.8, 0.93, band="above")
    vera = signed_in("Vera")
    for path in ("/initiatives/", "/initiatives/board/", "/initiatives/?risk=above", "/initiatives/export/csv/?risk_min=80"):
        text = text_of(vera.get(path)).replace("\u202f", " ")
        assert "88 %" not in text
        assert "0.87654" not in text
    assert names(vera, "risk_min=80") == []
    assert names(signed_in("Lars"), "risk_min=80") == ["Route plans"]


@pytest.mark.parametrize("path", ["/initiatives/?sort=-risk&risk_min=10", "/initiatives/board/", "/initiatives/export/csv/"])
def test_figures_cost_no_statement(organisation: Organisation, signed_in: SignIn, path: str) -> None:
    client, counts = signed_in("Paula"), []
    for _time in range(2):
        for row in make_many(organisation, 10):
            stand(row)
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(path, headers=HX | {"HX-Target": "results"} if "sort" in path else {}))
        counts.append(len(queries))
    assert counts[0] == counts[1]
