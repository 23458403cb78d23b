"""Risk on the Portfolio page: what is likely lost, how figures are spread, which moved and why, and who needs help by it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Initiative, StageEntry
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from readiness.risk.models import Generation
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn
from tests.readiness.risk.explaining_world import ended, in_flight, past, score
from tests.readiness.risk.spending_world import keep, line

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


def panel(client: Client, name: str, query: str = "") -> str:
    answer = client.get(f"/portfolio/{name}/{query}", headers=HX)
    assert answer.status_code == 200, name
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u202f", " "))


@pytest.fixture
def losing(organisation: Organisation) -> Organisation:
    """Retail: Price has most at stake and no trouble, Till little and a red note; Logistics has Routes."""
    past(organisation)
    for name, unit, actual in (("Price", "Retail", 900_000), ("Till", "Retail", 50_000), ("Routes", "Logistics", 777_000)):
        line(in_flight(organisation, name, unit, owner="Otto"), actual=actual)
    Initiative.objects.filter(name="Till").update(rag="red", status_note="No capacity")
    score()
    keep()
    return organisation


def test_who_needs_help_goes_by_what_is_likely_lost_and_names_one_action(losing: Organisation, signed_in: SignIn) -> None:
    text = panel(signed_in("Paula"), "help")
    assert "Of 4 running initiatives the largest expected losses are with Price and Till." in text
    assert text.index(">Price</a>") < text.index(">Till</a>")
    chance = r"\d+ % chance of being abandoned within 24 months \(80 % interval \d+ to \d+ %\)"
    said = rf"Expected loss \d+ k USD: {chance}, of 900 k USD"
    assert re.search(said, text) and "spent and committed" in text
    assert "Expected loss: the chance times what is spent and committed; what is committed counts 1.27 times" in text
    assert "Red: No capacity" in text and "Next:" in text
    assert "Ask the owner what the red note needs" in text
    assert "Routes" not in text and "777" not in text


def test_where_no_amounts_are_the_readers_trouble_on_record_ranks(losing: Organisation, signed_in: SignIn) -> None:
    text = panel(signed_in("Vera"), "help")
    assert "has a trouble on record: Till" in text or "have troubles on record; first of all Till" in text
    assert "xpected loss" not in text and "USD" not in text
    assert "facts on record, most kinds of trouble first; no forecast" in text


def test_before_anything_was_learned_nobody_is_ranked_by_loss(organisation: Organisation, signed_in: SignIn) -> None:
    line(in_flight(organisation, "Price"), actual=900_000)
    score()
    keep()
    assert "xpected loss" not in panel(signed_in("Paula"), "help")
    risk = panel(signed_in("Paula"), "risk")
    assert "Reference class only; your 0 closed initiatives are not yet used." in risk


def test_the_spread_counts_every_figure_once_and_links_to_its_rows(losing: Organisation, signed_in: SignIn) -> None:
    in_flight(losing, "Newcomer")
    text = panel(signed_in("Paula"), "risk")
    assert "Figures of 2 initiatives within 24 months run from" in text
    assert "1 has no figure yet." in text and "Learned from 6 initiatives that ended." in text
    assert "risk_min=" in text and "Drivers do not count yet" in text
    assert "Figures of 1 initiatives" in panel(signed_in("Lars"), "risk")


def test_the_strip_has_what_is_expected_with_p90_and_its_base(losing: Organisation, signed_in: SignIn) -> None:
    text = panel(signed_in("Paula"), "spend", "?status=active")
    assert "Expected abandoned spend" in text and "2 of 2 in flight or of unknown stage counted" in text
    assert re.search(r"within 24 months.*one outcome in ten is worse than [\d.]+ . USD \(P90\)", text)
    assert 'href="/risk/spend/?status=active"' in text
    assert "1 of 2 initiatives with known amounts carries 9" in text, "the share that is true of it"
    page = signed_in("Paula").get("/portfolio/").content.decode()
    assert (
        'hx-get="/portfolio/spend/"' in page and "/portfolio/spend/" not in signed_in("Vera").get("/portfolio/").content.decode()
    )


def test_movers_say_which_rose_what_changed_and_who_came_and_left(losing: Organisation, signed_in: SignIn) -> None:
    assert "No figures of a week ago are kept" in panel(signed_in("Paula"), "risk-movers")
    Generation.objects.update(on=clock.today() - timedelta(days=8))
    price, poc = Initiative.objects.get(name="Price"), Initiative.objects.get(name="Price").lifecycle.stages.get(key="poc")
    StageEntry.objects.filter(initiative=price).update(current=False)
    StageEntry.objects.create(initiative=price, stage=poc, entered_on=clock.today())
    Initiative.objects.filter(pk=price.pk).update(stage=poc)
    till = Initiative.objects.get(name="Till")
    close_initiative(by=SYSTEM, initiative=till, kind=ClosureKind.DRIFTED, lesson="Ask.", closed_on=clock.today())
    in_flight(losing, "Newcomer")
    for number in range(6):
        ended(losing, f"Lost {number}", ClosureKind.DRIFTED, days_ago=20)
    score(refit=True)
    text = panel(signed_in("Paula"), "risk-movers")
    assert "1 rose and 0 fell by half a point or more; 1 came and 1 left." in text
    assert "it learned from 7 more that ended" in text
    assert ">Price</a>" in text and "stage Idea → PoC" in text and "Routes" not in text
    assert "computed afterwards" not in text
    for url in ("/today/", "/portfolio/"):
        page = signed_in("Paula").get(url).content.decode()
        assert page.count("What moved since last week") == 1 and 'hx-get="/portfolio/risk-movers/"' in page, url


def test_a_part_of_unknown_amount_makes_the_stake_a_least(losing: Organisation, signed_in: SignIn) -> None:
    line(Initiative.objects.get(name="Price"), actual=None, category="people", ago=20, days=10)
    keep()
    assert "of at least 900 k USD spent and committed" in panel(signed_in("Paula"), "help")


def test_another_department_moves_nothing_here(losing: Organisation, signed_in: SignIn) -> None:
    Generation.objects.update(on=clock.today() - timedelta(days=8))
    for number in range(8):
        ended(losing, f"Lost {number}", ClosureKind.DRIFTED, "Logistics", days_ago=20)
    score(refit=True)
    assert "Routes" in panel(signed_in("Lars"), "risk-movers")
    text = panel(signed_in("Paula"), "risk-movers")
    assert "Routes" not in text and "0 came and 0 left" in text
