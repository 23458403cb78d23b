"""The figure beside a review, and the note that it was put before deciders."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import Initiative, RiskStanding
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from portfolio.outbox import services as outbox
from portfolio.outbox.models import Job
from portfolio.outbox.services import emit
from readiness.gates.choices import Mode, Outcome, ReviewState
from readiness.gates.services.reviews import open_review
from readiness.risk.choices import Occasion
from readiness.risk.models import Generation, Shown
from readiness.risk.tasks import note_shown
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, text_of
from tests.portfolio.initiatives.standing_world import stand
from tests.readiness.gates.deciding_world import a_review, add_people, all_vote, decided
from tests.readiness.risk.explaining_world import in_flight, past, score

pytestmark = pytest.mark.django_db
NOTE = "risk.note_shown"
STATEMENTS = 7  # session, person, roles, the initiative, its figure, the model, the last decision


@pytest.fixture
def scored(organisation: Organisation) -> Initiative:
    """Retail's, in a portfolio with a past."""
    past(organisation)
    row = in_flight(organisation, "Claims triage", owner="Otto")
    score()
    return row


@pytest.fixture
def panel(organisation: Organisation) -> Organisation:
    add_people(organisation, ("Ida", "Dan", "Bea", "Sam"))
    return organisation


def words(answer: object) -> str:
    text = re.sub(r"<[^>]+>", " ", text_of(answer))  # type: ignore[arg-type]
    return re.sub(r"\s+", " ", text.replace("\u202f", " "))


def address(row: Initiative) -> str:
    return f"/initiatives/{row.pk}/risk/review/"


def work() -> None:
    """As a worker does, one after the other."""
    for job in Job.objects.filter(handler=NOTE, done_at=None).order_by("pk"):
        held = outbox.claim(job.pk)
        assert held is not None
        outbox.run(held, note_shown)


def test_a_scoring_writes_beside_each_figure_what_it_is_of(scored: Initiative) -> None:
    standing, generation = RiskStanding.objects.get(initiative=scored), Generation.objects.get(current=True)
    assert (standing.generation, standing.digest) == (generation.pk, generation.digest)
    assert (standing.version, standing.resolved) == (str(generation.version), 6)


def test_the_panel_says_figure_ground_drivers_and_that_a_stop_is_no_failure(scored: Initiative, signed_in: SignIn) -> None:
    standing = RiskStanding.objects.get(initiative=scored)
    text = words(signed_in("Vera").get(address(scored), headers=HX))
    assert f"within 24 months: {round(100 * standing.value)} %, 80 % interval" in text
    assert "Rests on 6 initiatives of your own that ended" in text
    assert "Drivers count for 0 % in this figure" in text
    assert "No gate has decided on it yet" in text
    assert "is the good kind of ending" in text
    assert "caused" not in text


def test_each_driver_has_its_badge_and_whether_it_counts(scored: Initiative, signed_in: SignIn) -> None:
    RiskStanding.objects.filter(initiative=scored).update(drivers=["no_reuse", "silo_finding_open"])
    text = words(signed_in("Vera").get(address(scored), headers=HX))
    assert "No reuse of what exists prior from published registers does not count in the figure" in text
    assert "Silo finding open prior opinion, unvalidated does not count in the figure" in text


def test_before_any_outcome_the_panel_says_reference_class(organisation: Organisation, signed_in: SignIn) -> None:
    row = in_flight(organisation, "First")
    score()
    text = words(signed_in("Vera").get(address(row), headers=HX))
    assert "reference class . Reference class only: none of your initiatives that ended is used yet." in text


def test_without_a_figure_the_panel_says_why(organisation: Organisation, signed_in: SignIn) -> None:
    row = in_flight(organisation, "New")
    client = signed_in("Vera")
    assert "Likely abandoned: not computed yet." in words(client.get(address(row), headers=HX))
    close_initiative(by=SYSTEM, initiative=row, kind=ClosureKind.STOPPED, reason=ReasonCode.COST, lesson="Ask earlier.")
    assert "Likely abandoned: none: closed." in words(client.get(address(row), headers=HX))


def test_without_htmx_it_is_the_page_that_explains_the_figure(scored: Initiative, signed_in: SignIn) -> None:
    assert signed_in("Vera").get(address(scored)).headers["Location"] == f"/initiatives/{scored.pk}/risk/"


def test_another_unit_has_no_panel_and_is_not_told_that_there_is_one(scored: Initiative, signed_in: SignIn) -> None:
    lars = signed_in("Lars")
    for headers in (HX, {}):
        assert lars.get(address(scored), headers=headers).status_code == 404
        assert lars.get("/initiatives/999999/risk/review/", headers=headers).status_code == 404


def test_the_panel_asks_what_is_committed(scored: Initiative, signed_in: SignIn) -> None:
    client = signed_in("Vera")
    with CaptureQueriesContext(connection) as queries:
        client.get(address(scored), headers=HX)
    assert len(queries) == STATEMENTS


def test_the_panel_says_how_it_moved_since_the_last_decision(panel: Organisation, signed_in: SignIn) -> None:
    review = all_vote(panel, a_review(panel))
    stand(review.initiative)
    decided(panel, review, Outcome.HOLD)
    stand(review.initiative, 0.4)
    text = words(signed_in("Ada").get(address(review.initiative), headers=HX))
    assert "it was 44 % [30, 58]; \u22124 points since, to 40 %." in text
    assert "Hold at the poc gate" in text


def test_a_review_that_opens_notes_that_its_figure_was_shown(panel: Organisation) -> None:
    review = a_review(panel, state=ReviewState.PLANNED, present=())
    stand(review.initiative)
    open_review(by=SYSTEM, review=review, mode=Mode.MEETING)
    work()
    noted = Shown.objects.get()
    assert (noted.initiative_id, noted.occasion, noted.about) == (review.initiative_id, Occasion.REVIEW, review.pk)
    assert (noted.figure["value"], noted.on) == ("0.4400", clock.today())


def test_a_decision_notes_the_figure_that_it_froze_and_not_a_later_one(panel: Organisation) -> None:
    review = all_vote(panel, a_review(panel))
    Job.objects.filter(handler=NOTE).delete()
    stand(review.initiative)
    decided(panel, review, Outcome.HOLD)
    stand(review.initiative, 0.9, 0.8, 0.95)
    work()
    assert Shown.objects.get().figure["value"] == "0.4400"


def test_noting_twice_is_once_and_a_room_is_another_occasion(panel: Organisation) -> None:
    review = a_review(panel)
    stand(review.initiative)
    told = {"initiative_id": review.initiative_id, "review_id": review.pk, "meeting_id": 1}
    for kind in ("review.opened", "review.opened", "meeting.item"):
        emit(kind, told)
    work()
    assert sorted(Shown.objects.values_list("occasion", flat=True)) == ["review", "room"]


def test_where_there_is_no_figure_none_was_shown(panel: Organisation) -> None:
    decided(panel, all_vote(panel, a_review(panel)), Outcome.HOLD)
    work()
    assert not Shown.objects.exists()
