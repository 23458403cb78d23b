"""Why a figure is what it is, for who may see the initiative; and that it can be computed again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from io import StringIO
from math import nextafter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.outbox.models import Job
from readiness.risk.models import Generation, ModelVersion, Score
from readiness.risk.queries.explained import because, course, generation_for, seen, told
from readiness.risk.queries.replaying import replay
from readiness.risk.rules.drivers import DRIVERS, KEYS
from tests.people import Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make_many, text_of
from tests.readiness.risk.explaining_world import ended, in_flight, past, produced, score
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_explained.json").read_text())
MOST = {"panel": 8, "page": 30, "replay": 8, "API": 22}


@pytest.fixture
def scored(organisation: Organisation) -> Initiative:
    """Retail's initiative of Otto's, scored beside an organisation with a past."""
    past(organisation)
    row = in_flight(organisation, "Claims triage", owner="Otto")
    in_flight(organisation, "Routes", "Logistics")
    score()
    return row


def page(row: Initiative, tail: str = "") -> str:
    return f"/initiatives/{row.pk}/risk/{tail}"


def test_the_page_says_the_figure_that_lists_say_with_its_interval_its_horizon_and_what_it_rests_on(
    scored: Initiative, signed_in: SignIn
) -> None:
    kept = Score.objects.get(initiative=scored, generation__current=True)
    text = text_of(signed_in("Vera").get(page(scored)))
    whole = re.sub(r"\s+", " ", text.replace("\u202f", " "))
    assert f"within 24 months: {round(100 * kept.value)} %, 80 % interval" in whole
    assert "Rests on 6 initiatives of your own that ended (4 abandoned, 2 reached production)" in whole
    assert "Drivers count for 0 % in this figure" in whole
    assert "If these opinions hold" in whole
    for spec in DRIVERS:
        assert escape(spec.label) in whole


def test_what_is_added_up_is_the_figure_and_the_other_figure_is_never_called_it(
    organisation: Organisation, scored: Initiative
) -> None:
    one = seen(organisation.actor("Paula"), scored.pk)
    assert one is not None
    found = told(one)
    assert found.full is not None
    for part in (found.shown, found.full):
        falls = part.falls
        assert round(falls.base + sum(bar.points for bar in falls.bars) + falls.others_points, 6) == falls.value
        assert abs(falls.value - 100 * part.figure.value) < 0.1
    assert one.score is not None
    assert found.shown.figure.value == pytest.approx(one.score.value, abs=1e-12)


def test_nothing_of_an_initiative_of_another_unit_is_there(scored: Initiative, signed_in: SignIn) -> None:
    for tail in ("", "panel/", "replay/"):
        assert signed_in("Lars").get(page(scored, tail), headers=HX).status_code == 404
    assert signed_in("Lars").post(page(scored, "compute/")).status_code == 404


def test_the_panel_is_a_section_and_without_scripts_the_page(scored: Initiative, signed_in: SignIn) -> None:
    client = signed_in("Vera")
    assert client.get(page(scored, "panel/")).headers["Location"] == page(scored)
    text = text_of(client.get(page(scored, "panel/"), headers=HX))
    assert text.lstrip().startswith("<section")
    assert "<html" not in text
    assert page(scored, "panel/") in text_of(client.get(f"/initiatives/{scored.pk}/"))


def test_closed_ones_those_in_production_and_those_not_scored_yet_say_why_there_is_no_figure(
    organisation: Organisation, scored: Initiative, signed_in: SignIn
) -> None:
    client = signed_in("Paula")
    stopped, live = ended(organisation, "Stopped", ClosureKind.STOPPED), produced(organisation, "Live")
    fresh = in_flight(organisation, "Fresh")
    for row, words in ((stopped, "is closed"), (live, "reached production"), (fresh, "Not computed yet")):
        text = text_of(client.get(page(row)))
        assert words in text
        assert "80 % interval" not in text.replace("\u202f", " ")


def test_who_answers_for_it_asks_for_a_scoring_and_sees_how_far_it_is(organisation: Organisation, signed_in: SignIn) -> None:
    row = in_flight(organisation, "Fresh")
    paula, vera = signed_in("Paula"), signed_in("Vera")
    assert "Compute now" in text_of(paula.get(page(row)))
    assert "Compute now" not in text_of(vera.get(page(row)))
    assert vera.post(page(row, "compute/")).status_code == 403
    answer = paula.post(page(row, "compute/"))
    job = Job.objects.get(handler="risk.score", event=None)
    assert answer.headers["Location"] == page(row, f"?job={job.pk}")
    assert "waiting to start" in text_of(paula.get(page(row, f"compute/{job.pk}/"), headers=HX))
    Job.objects.filter(pk=job.pk).update(done_at=clock.now())
    assert "finished" in text_of(paula.get(page(row, f"compute/{job.pk}/"), headers=HX))
    assert paula.get(page(row, f"compute/{job.pk + 999}/"), headers=HX).status_code == 404


def test_a_figure_computed_again_is_equal_to_the_last_bit(
    organisation: Organisation, scored: Initiative, signed_in: SignIn
) -> None:
    make_many(organisation, 30)
    score(refit=True)
    for kept in Score.objects.filter(generation__current=True).select_related("generation__version"):
        found = replay(kept.generation, kept.initiative_id)
        assert found is not None
        assert found.equal
        assert found.whole
        assert found.stored == (kept.value, kept.low, kept.high)
    text = text_of(signed_in("Vera").get(page(scored, "replay/"), headers=HX))
    assert "equal to the last bit" in text
    said = StringIO()
    call_command("replay_risk", initiative=scored.key, stdout=said)
    assert "equal to the last bit" in said.getvalue()


def test_a_last_bit_that_another_machine_adds_up_otherwise_is_told_and_holds(scored: Initiative) -> None:
    kept = Score.objects.get(initiative=scored, generation__current=True)
    Score.objects.filter(generation=kept.generation_id, initiative=scored).update(value=nextafter(kept.value, 1))
    said = StringIO()
    call_command("replay_risk", initiative=scored.key, stdout=said)
    assert "equal to twelve digits" in said.getvalue()
    assert "last bit" not in said.getvalue()


def test_a_figure_whose_inputs_were_tampered_with_does_not_replay(scored: Initiative) -> None:
    kept = Score.objects.get(initiative=scored, generation__current=True)
    Score.objects.filter(generation=kept.generation_id, initiative=scored).update(value=kept.value - 1e-9)
    with pytest.raises(CommandError, match="DIFFERS"):
        call_command("replay_risk", initiative=scored.key, stdout=StringIO())


def test_later_news_changes_no_figure_of_the_past(organisation: Organisation, scored: Initiative) -> None:
    first = Generation.objects.get(current=True, demo=False)
    before = list(Score.objects.filter(generation=first).order_by("initiative").values_list("value", "low", "high", "answers"))
    version = ModelVersion.objects.get(pk=first.version_id)
    past(organisation, abandoned=6, reached=0)
    Initiative.objects.filter(pk=scored.pk).update(procurement_route="separate")
    second = score(refit=True)
    assert second.pk != first.pk
    assert second.version_id != first.version_id
    after = Score.objects.filter(generation=first).order_by("initiative").values_list("value", "low", "high", "answers")
    assert repr(list(after)) == repr(before)
    again = ModelVersion.objects.get(pk=first.version_id)
    assert (again.digest, bytes(again.arrays)) == (version.digest, bytes(version.arrays))
    one = replay(Generation.objects.select_related("version").get(pk=first.pk), scored.pk)
    assert one is not None
    assert one.equal
    now = Score.objects.get(generation=second, initiative=scored).value
    assert now != one.stored[0]
    assert generation_for(scored, first.on) is not None


def test_todays_facts_that_answer_otherwise_are_told_until_they_are_scored(
    organisation: Organisation, scored: Initiative
) -> None:
    actor = organisation.actor("Paula")
    one = seen(actor, scored.pk)
    assert one is not None
    why = because(actor, one, today=clock.today(), now=clock.now())
    assert set(why) == set(KEYS)
    assert not any(each.changed for each in why.values())
    Initiative.objects.filter(pk=scored.pk).update(procurement_route="separate")
    why = because(actor, one, today=clock.today(), now=clock.now())
    assert [key for key, each in why.items() if each.changed] == ["separate_procurement"]


def test_sentences_about_rows_of_other_units_are_told_to_those_who_see_all(
    organisation: Organisation, scored: Initiative
) -> None:
    beyond = {spec.key for spec in DRIVERS if spec.beyond}
    for name, hidden in (("Paula", beyond), ("Ada", set())):
        actor = organisation.actor(name)
        one = seen(actor, scored.pk)
        assert one is not None
        why = because(actor, one, today=clock.today(), now=clock.now())
        assert {key for key, each in why.items() if not each.told} == hidden


def test_the_course_has_a_figure_for_every_generation_that_is_kept(
    organisation: Organisation, scored: Initiative, signed_in: SignIn
) -> None:
    actor = organisation.actor("Vera")
    past(organisation, abandoned=3, reached=0)
    score(refit=True)
    one = seen(actor, scored.pk)
    assert one is not None
    assert len(course(actor, one).points) == 2
    assert "The figure over time" in text_of(signed_in("Vera").get(page(scored)))


def test_the_api_says_what_the_page_says(scored: Initiative, api: Callable[..., Client]) -> None:
    client = api(Scope.INITIATIVES_READ, unit="Retail")
    kept = Score.objects.get(initiative=scored, generation__current=True)
    found: dict[str, Any] = client.get(f"/api/v1/initiatives/{scored.pk}/risk/").json()
    assert found["figure"] == {"value": kept.value, "low": kept.low, "high": kept.high}
    told = found["explanation"]
    points = round(told["base"] + sum(one["points"] for one in told["contributions"]), 6)
    assert points == told["value"]
    assert [one["key"] for one in found["drivers"]] == list(KEYS)
    assert found["model"]["share"] == 0
    assert found["if_opinions_hold"]["figure"] != told["figure"]
    assert len(found["inputs_digest"]) == 64
    other = api(Scope.INITIATIVES_READ, unit="Logistics")
    assert other.get(f"/api/v1/initiatives/{scored.pk}/risk/").status_code == 404
    assert client.get(f"/api/v1/initiatives/{scored.pk}/risk/?x=1").status_code == 400
    assert api(Scope.WORKLOADS_READ).get(f"/api/v1/initiatives/{scored.pk}/risk/").status_code == 403


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, scored: Initiative, signed_in: SignIn, rows: int) -> None:
    make_many(organisation, rows)
    score(refit=True)
    client = signed_in("Paula")
    found = {}
    pages: dict[str, tuple[str, dict[str, str]]] = {
        "panel": (page(scored, "panel/"), HX), "page": (page(scored), {}), "replay": (page(scored, "replay/"), HX),
        "API": (f"/api/v1/initiatives/{scored.pk}/risk/", {}),
    }  # fmt: skip
    for name, (path, headers) in pages.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path, headers=headers)
        assert answer.status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS


def test_the_committed_counts_keep_the_bars() -> None:
    assert {name: COUNTS[name] for name, most in MOST.items() if COUNTS[name] > most} == {}
