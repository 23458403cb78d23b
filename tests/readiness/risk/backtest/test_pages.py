"""The model card: what it says, to whom, in how many statements; and the jobs that an administrator asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.demo import load_demo, remove_demo
from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim
from readiness.risk import tasks
from readiness.risk.models import Backtest, ModelVersion
from readiness.risk.services.backtesting import run_backtest
from readiness.risk.services.reconstructing import reconstruct
from readiness.risk.services.scoring import score_now
from tests.people import SYSTEM, Organisation
from tests.readiness.risk.explaining_world import in_flight, past, score

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PAGE, API = "/risk/model/", "/api/v1/risk/model/"
SignIn = Callable[[str], Client]
Api = Callable[..., Client]


@pytest.fixture
def demo(organisation: Organisation) -> Organisation:
    """The demo with its reconstructed months, its figures and its backtest; no real initiative, so that it is shown."""
    load_demo(by=SYSTEM, count=60, seed=1, today=clock.today())
    reconstruct(demo=True, today=clock.today())
    score_now(demo=True, why="test", today=clock.today(), now=clock.now())
    run_backtest(demo=True, today=clock.today(), now=clock.now())
    return organisation


def text(client: Client, url: str = PAGE) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def statements(client: Client, url: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url, headers=headers).status_code == 200
    return len(found)


def test_the_card_says_what_the_figure_is_what_it_rests_on_and_how_it_did(demo: Organisation, signed_in: SignIn) -> None:
    page = text(signed_in("Ada"))
    version = ModelVersion.objects.get(demo=True, reconstructed=False)
    for said in (
        f"It has learned from {version.resolved} initiatives",
        "24 months from the day of the figure",
        "Stopped by decision, drifted, or abandoned of unknown kind",
        "not closed, and before production",
        "Backtest at 6 months", "Backtest at 12 months",
        "Reconstructed from dated history, not frozen at the time",
        "yet better than your average", "that we said", "Shuffle test.", "Brier score",
        "Skill against your average", "Worst misses", "Drift by month",
        "No central provisioning", "prior opinion, unvalidated", version.digest[:12], "What it is not",
    ):  # fmt: skip
        assert said in page, said
    assert "caused by" not in page


def test_an_interval_that_holds_nought_says_not_yet_better(demo: Organisation, signed_in: SignIn) -> None:
    own = Backtest.objects.get(demo=True, horizon_months=6).figures["reconstructed"]["all"]["scores"]["skills"]["own"]
    verdict = "not yet better than your average" if own["low"] is None or own["low"] <= 0 <= own["high"] else own["says"]
    assert f"not frozen at the time: {verdict}" in text(signed_in("Ada"))


def test_who_holds_a_part_reads_the_words_and_the_priors_and_no_figure_of_the_whole(
    demo: Organisation, signed_in: SignIn, api: Api
) -> None:
    for name in ("Paula", "Vera", "Nora"):
        page = text(signed_in(name))
        assert "is shown to those whose role covers all of it" in page
        assert "No central provisioning" in page
        for hidden in ("Backtest at", "Worst misses", "What it has seen", "Own record beside", "AI-", "Learned"):
            assert hidden not in page, (name, hidden)
        assert signed_in(name).get(f"{PAGE}jobs/backtest/", headers={"HX-Request": "true"}).status_code == 404
    part = api(Scope.INITIATIVES_READ, unit="Retail").get(API).json()
    assert (part["whole"], part["version"], part["backtests"], part["versions"]) == (False, None, [], [])
    assert all(one["learned"] is None and one["answers"] is None for one in part["drivers"])


def test_the_api_gives_the_figures_of_the_page(demo: Organisation, api: Api) -> None:
    found = api(Scope.INITIATIVES_READ).get(API).json()
    assert (found["whole"], found["horizon_months"]) == (True, 24)
    assert [one["horizon_months"] for one in found["backtests"]] == [6, 12]
    scores = found["backtests"][0]["reconstructed"]["all"]["scores"]
    assert set(scores["skills"]) == {"published", "own", "stage", "status"}
    assert len(scores["worst"]) == 10
    assert found["version"]["digest"] == found["versions"][0]["digest"]
    driver = found["drivers"][0]
    assert sum(driver["answers"].values()) == found["drivers"][1]["answers"]["unknown"] + sum(
        found["drivers"][1]["answers"][key] for key in ("yes", "partly", "no")
    )
    assert api(Scope.REQUESTS_READ).get(API).status_code == 403
    assert api(Scope.INITIATIVES_READ).get(f"{API}?unit=1").status_code == 400


def test_the_real_portfolio_has_a_card_of_its_own(demo: Organisation, signed_in: SignIn) -> None:
    in_flight(demo, "Real")
    page = text(signed_in("Ada"))
    assert "No backtest has run yet" in page
    assert "Worst misses" not in page
    past(demo)
    score(refit=True)
    run_backtest(demo=False, today=clock.today(), now=clock.now())
    page = text(signed_in("Ada"))
    assert "Of 6 of yours that ended, 4 were abandoned" in page
    assert "can be scored on" in page, "what is frozen today waits for its horizon"


def test_without_any_outcome_drivers_count_for_nothing_and_the_page_says_so(
    organisation: Organisation, signed_in: SignIn
) -> None:
    in_flight(organisation, "Alone")
    assert "Published rate" in text(signed_in("Ada"))
    score(refit=True)
    page = text(signed_in("Ada"))
    assert "Reference class only" in page
    assert "They count for nothing in the figure" in page


def test_an_administrator_asks_once_and_sees_how_far_it_is(organisation: Organisation, signed_in: SignIn) -> None:
    in_flight(organisation, "Alone")
    past(organisation)
    ada = signed_in("Ada")
    for _twice in range(2):
        assert ada.post(f"{PAGE}learn/").status_code == 302
    (job,) = Job.objects.filter(handler="risk.refit")
    assert job.payload == {"demo": False}
    assert "waiting to start" in text(ada)
    fragment = ada.get(f"{PAGE}jobs/learn/", headers={"HX-Request": "true"}).content.decode()
    assert "waiting to start" in fragment and "<html" not in fragment
    assert ada.get(f"{PAGE}jobs/learn/").status_code == 302
    held = claim(job.pk)
    assert held is not None
    tasks.refit(held)
    (after,) = Job.objects.filter(handler="risk.backtest")
    assert after.payload == {"demo": False}, "after a learning kept figures are scored"
    held = claim(after.pk)
    assert held is not None
    tasks.backtest(held)
    assert Backtest.objects.filter(demo=False).count() == 2
    assert "last finished" in text(ada)


def test_nobody_else_asks_for_a_job(organisation: Organisation, signed_in: SignIn) -> None:
    in_flight(organisation, "Alone")
    for name in ("Paula", "Gita", "Vera", "Nora"):
        for work in ("learn", "backtest"):
            assert signed_in(name).post(f"{PAGE}{work}/").status_code == 403
        assert "Run the backtest" not in text(signed_in(name))
    assert not Job.objects.filter(handler__in=("risk.refit", "risk.backtest")).exists()
    assert signed_in("Ada").post(f"{PAGE}everything/").status_code == 404
    assert signed_in("Ada").get(f"{PAGE}learn/").status_code == 405


def test_the_statements_are_counted_whatever_the_size(organisation: Organisation, signed_in: SignIn, api: Api) -> None:
    found: list[dict[str, int]] = []
    for count in (10, 60):
        load_demo(by=SYSTEM, count=count, seed=1, today=clock.today())
        reconstruct(demo=True, today=clock.today())
        score_now(demo=True, why="test", today=clock.today(), now=clock.now())
        run_backtest(demo=True, today=clock.today(), now=clock.now())
        signed_in("Ada").post(f"{PAGE}backtest/")
        ada = signed_in("Ada")
        text(ada)
        found.append(
            {
                "model": statements(ada, PAGE), "model without the whole": statements(signed_in("Paula"), PAGE),
                "job": statements(ada, f"{PAGE}jobs/backtest/", **{"HX-Request": "true"}),
                "API model": statements(api(Scope.INITIATIVES_READ), API),
            }
        )  # fmt: skip
        remove_demo(by=SYSTEM)
        assert not ModelVersion.objects.exists()
        assert not Backtest.objects.exists()
    assert found[0] == found[1] == COUNTS
    assert not Initiative.objects.exists()
