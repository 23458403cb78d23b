"""Abandoned spend as pages and API: what they say, to whom, and in how many statements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import RoleAssignment
from portfolio.initiatives.models import Initiative
from portfolio.kit.templatetags import ui_charts
from readiness.risk.models import Spending
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, text_of
from tests.readiness.risk.explaining_world import in_flight, past, score
from tests.readiness.risk.spending_world import keep, line, promise

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_spending.json").read_text())
Api = Callable[..., Client]
PAGE, ONLY, API = "/risk/spend/", "/risk/spend/only/", "/api/v1/risk/spending/"


@pytest.fixture
def spending(organisation: Organisation) -> dict[str, Initiative]:
    """Three of Retail's with amounts, one without; one of Logistics'; all scored beside a past."""
    cache.clear()
    past(organisation)
    found = {name: in_flight(organisation, name, unit) for name, unit in (
        ("Shelf", "Stores"), ("Price", "Retail"), ("Till", "Retail"), ("Quiet", "Retail"), ("Routes", "Logistics"),
    )}  # fmt: skip
    for name, actual in (("Shelf", 40_000), ("Price", 300_000), ("Till", 60_000), ("Routes", 777_000)):
        line(found[name], actual=actual)
    line(found["Till"], actual=None, planned=50_000, ago=-1, days=30, category="people")
    promise(found["Price"], 200_000, start=-10, end=9)
    Initiative.objects.filter(name="Till").update(expected_value=900_000, expected_value_currency="USD")
    score()
    keep()
    return found


def plain(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return re.sub(r"\s+", " ", text_of(answer).replace("\u202f", " "))


def main_of(text: str) -> str:
    """Without the frame, and without names that are drawn for each answer."""
    return re.sub(r"chart-[0-9a-f]+|id_\w+", "", text[text.index("<main") : text.index("</main")])


def test_the_page_opens_with_how_few_carry_most_of_it(spending: dict[str, Initiative], signed_in: SignIn) -> None:
    text = plain(signed_in("Paula"), PAGE)
    carried = Spending.objects.get(unit__name="Retail").figures["carried"]
    assert 0.8 < carried < 1
    assert f"1 of 3 initiatives with known amounts carries {100 * carried:.0f} % of the expected abandoned spend." in text
    assert f'<td class="num">{100 * carried:.0f} %</td>' in text, "as the running total of its row says"
    assert text.index(">P10") < text.index(">P50") < text.index(">P90"), "from the good case to the bad one"
    assert "too few" in text and "P50 of one or two initiatives is left out" in text, "Stores has one"
    assert "no commitment on record" in text and "Committed, cannot be cancelled, USD" in text
    assert "each line up is ten times as much" in text
    assert "of 1 nobody knows an amount" in text and "Quiet" in text and "They are not 0." in text
    assert "if independent" in text and "within 24 months" in text
    assert "sigma 0.8 on the log scale, which is our assumption" in text


def test_a_threshold_is_answered_and_a_bad_one_is_told_by_name_and_range(
    spending: dict[str, Initiative], signed_in: SignIn
) -> None:
    client = signed_in("Paula")
    assert "At least 50 k USD" in plain(client, f"{PAGE}?threshold=50000")
    text = plain(client, f"{PAGE}?threshold=-3")
    assert "Any amount from 0 is allowed." in text
    assert 'value="-3"' in client.get(f"{PAGE}?threshold=-3").content.decode()
    assert "Any amount" in plain(client, f"{PAGE}?threshold=much")


def test_a_filter_is_computed_on_demand_and_agrees_with_what_was_kept(spending: dict[str, Initiative], signed_in: SignIn) -> None:
    client = signed_in("Paula")
    whole = plain(client, PAGE)
    same = plain(client, f"{PAGE}?status=active")
    shown = re.compile(r"Expected abandoned spend.*?class=\"value\">([^<]+)<")
    assert shown.search(whole)[1] == shown.search(same)[1] != ""  # type: ignore[index]
    assert "Only one initiative here has a known amount" in plain(client, f"{PAGE}?q=till")


def test_who_sees_no_amounts_has_no_such_page_and_nothing_leads_there(spending: dict[str, Initiative], signed_in: SignIn) -> None:
    for name in ("Vera", "Iris", "Otto"):
        client = signed_in(name)
        assert client.get(PAGE).status_code == 403 and client.get(ONLY).status_code == 403
        assert PAGE not in client.get("/risk/cohorts/").content.decode()
    assert PAGE in signed_in("Paula").get("/risk/cohorts/").content.decode()


def test_another_department_is_in_no_sum_and_in_no_choice(spending: dict[str, Initiative], signed_in: SignIn) -> None:
    client, hidden = signed_in("Paula"), spending["Routes"]
    for url in (PAGE, ONLY, f"{ONLY}?only={hidden.pk}", f"{PAGE}?q=routes", f"{ONLY}?by=loss&top=9&only={hidden.pk}"):
        text = client.get(url).content.decode()
        assert "Routes" not in text and "777" not in text, url
    assert "Routes" in plain(signed_in("Lars"), PAGE)
    said = [main_of(plain(client, f"{ONLY}?only={pk}")) for pk in (hidden.pk, 99_999_999)]
    assert said[0] == said[1]


def test_one_amount_beside_hidden_ones_is_no_sum(
    spending: dict[str, Initiative], organisation: Organisation, signed_in: SignIn
) -> None:
    """Vera looks at all of Retail and keeps the books of Stores alone."""
    RoleAssignment.objects.create(user=organisation.people["Vera"], role=Role.FINANCE, unit=organisation.units["Stores"])
    text = plain(signed_in("Vera"), PAGE)
    assert "a sum of fewer than two beside hidden ones would tell one of them" in text
    assert "300 k" not in text and "300000" not in text and "amounts of 3 are not yours to see" in text
    only = plain(signed_in("Vera"), f"{ONLY}?only={spending['Price'].pk}&only={spending['Shelf'].pk}")
    assert "300 k" not in only and "not told" in only


def test_only_these_stand_beside_everything_and_what_is_sunk_in_the_others(
    spending: dict[str, Initiative], signed_in: SignIn
) -> None:
    client = signed_in("Paula")
    text = plain(client, f"{ONLY}?only={spending['Till'].pk}&threshold=1000")
    assert "If only these 1 went on" in text and "Only these" in text and "The others" in text
    assert "Not funding the 3 others brings nothing back: 340 k USD is spent on them" in text
    assert "50 k USD, known of 1 of 1" in text, "what is planned from now on"
    assert "900 k USD, known of 1 of 1" in text, "what the register expects of it"
    assert "Chance of at least 1 k USD" in text


def test_a_rule_chooses_in_the_address_and_what_it_cannot_place_is_not_chosen(
    spending: dict[str, Initiative], signed_in: SignIn
) -> None:
    client = signed_in("Paula")
    assert "If only these 1 went on" in plain(client, f"{ONLY}?by=value_per_risk&top=3")
    assert "If only these 2 went on" in plain(client, f"{ONLY}?by=loss&top=2")
    assert "Choose what goes on" in plain(client, f"{ONLY}?by=loss&budget=10")
    assert "If only these 1 went on" in plain(client, f"{ONLY}?by=loss&budget=60000")
    ticked = client.get(f"{ONLY}?by=loss&top=1").content.decode()
    assert len(re.findall(r'name="only"[^>]*checked', ticked)) == 1


def test_before_a_scoring_the_page_says_so(organisation: Organisation, signed_in: SignIn) -> None:
    in_flight(organisation, "Trial")
    assert "Not computed yet" in plain(signed_in("Paula"), PAGE)
    assert "Not computed yet" in plain(signed_in("Paula"), ONLY)


def test_without_outcomes_nobody_is_ranked_but_by_amounts(organisation: Organisation, signed_in: SignIn) -> None:
    for name, actual in (("Small", 10), ("Large", 90_000)):
        line(in_flight(organisation, name), actual=actual)
    score()
    keep()
    assert "every initiative has the same figure, so the order is that of the amounts" in plain(signed_in("Paula"), PAGE)


def test_each_picture_has_a_row_in_its_table_for_every_mark(spending: dict[str, Initiative], signed_in: SignIn) -> None:
    context = signed_in("Paula").get(f"{PAGE}?threshold=100").context
    for name, marks in (("bubbles", "points"), ("exceedance", "")):
        chart = context[name]
        twin = ui_charts.twin(chart)
        drawn = chart[marks] if marks else chart["series"][0]["data"]
        assert len(twin["rows"]) == len(drawn) + len(chart.get("markers", [])), name
        assert {len(row) for row in twin["rows"]} == {len(twin["columns"])}
    assert context["bubbles"]["points"][0]["label"] == "Price", "the largest expected loss first"


def test_the_api_says_what_the_page_says_and_only_with_money(
    spending: dict[str, Initiative], organisation: Organisation, api: Api
) -> None:
    assert api(Scope.INITIATIVES_READ).get(API).status_code == 403
    client = api(Scope.INITIATIVES_READ, Scope.MONEY, unit="Retail")
    answer = client.get(f"{API}?threshold=50000&only={spending['Till'].pk}&only={spending['Routes'].pk}").json()
    kept = Spending.objects.get(unit=organisation.units["Retail"]).figures
    assert answer["whole"]["expected"] == kept["expected"] and answer["whole"]["base"] == kept["base"]
    assert (answer["horizon_months"], answer["currency"], answer["overrun"]["sigma"]) == (24, "USD", 0.8)
    assert {row["name"] for row in answer["initiatives"]} == {"Shelf", "Price", "Till"}
    assert {row["name"] for row in answer["units"]} == {"Retail", "Stores"}
    assert answer["only"]["base"]["initiatives"] == 1 and answer["only"]["spent"] == 60_000
    assert 0 < answer["whole"]["at_least"] <= 1
    bad = [client.get(f"{API}?{query}").status_code for query in ("threshold=-1", "threshold=nan", "only=x", "nonsense=1")]
    assert bad == [400, 400, 400, 400]
    narrowed = client.get(f"{API}?q=till").json()
    assert narrowed["whole"]["base"]["initiatives"] == 1


def test_statements_do_not_grow_with_the_rows(organisation: Organisation, signed_in: SignIn, api: Api) -> None:
    past(organisation)
    for count in (4, 24):
        for number in range(count):
            line(in_flight(organisation, f"Trial {count}-{number}"), actual=1_000 + number)
        score()
        keep()
        cache.clear()
        client, found = signed_in("Paula"), {}
        for name, url in (("page", PAGE), ("filtered", f"{PAGE}?status=active"), ("only", f"{ONLY}?by=loss&top=2")):
            with CaptureQueriesContext(connection) as statements:
                assert client.get(url).status_code == 200
            found[name] = len(statements)
        token = api(Scope.INITIATIVES_READ, Scope.MONEY)
        token.get(API)  # the token's stamp of last use is written once a minute
        with CaptureQueriesContext(connection) as statements:
            assert token.get(API).status_code == 200
        found["API"] = len(statements)
        assert found == COUNTS, count
