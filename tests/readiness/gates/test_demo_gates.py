"""Gates of the demo: every outcome, a record that verifies, and nothing that the rules would refuse."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time

import pytest
from django.test import TestCase

from portfolio.initiatives.models import Initiative
from readiness.dashboards.services.demo import load_everything
from readiness.gates.choices import Outcome, ReviewState, ReviewStep, WaiverState
from readiness.gates.models import Condition, Decision, Gatekeeper, Review, ReviewEvent, Run, Vote, Waiver
from readiness.gates.queries.conditions import standing_conditions
from readiness.gates.queries.evaluated import evaluated
from readiness.gates.queries.record import exported
from readiness.gates.queries.situation import situation
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules.record.verify import verify
from readiness.gates.rules.reviews import MOVES, Listing
from readiness.gates.rules.reviews import listing as place_of
from readiness.gates.rules.waivers import fold
from tests.people import SYSTEM

TODAY = date(2026, 6, 30)
NOW = datetime.combine(TODAY, time(), UTC)
pytestmark = pytest.mark.django_db


class TestLoaded(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        load_everything(by=SYSTEM, count=60, seed=1, today=TODAY)

    def test_all_five_outcomes_were_decided_in_meetings_and_in_writing(self) -> None:
        outcomes = Counter(Decision.objects.values_list("outcome", flat=True))
        assert set(outcomes) == {one.value for one in Outcome}, outcomes
        assert {"meeting", "written"} == set(Decision.objects.values_list("mode", flat=True))
        assert Decision.objects.filter(round=2).exists() and Decision.objects.exclude(reason="").exists()

    def test_every_chain_verifies_and_its_first_change_would_be_found(self) -> None:
        rows = list(exported(money=True))
        assert verify(rows, []).bad == () and len(rows) == Decision.objects.count() > 25
        rows[7]["content"] = rows[7]["content"].replace("go", "no", 1)
        assert len(verify(rows, []).bad) == 1

    def test_what_is_open_stands_everywhere_that_a_review_can_stand(self) -> None:
        states = Counter(Review.objects.values_list("state", flat=True))
        assert set(states) >= {"planned", "scheduled", "in_review", "proposed", "decided", "closed"}, states
        lists = Counter(place_of(ReviewState(row.state), ready=row.ready) for row in Review.objects.all())
        assert set(lists) >= {Listing.READY_NOT_SCHEDULED, Listing.SCHEDULED_NOT_READY, Listing.READY, Listing.NOT_READY}, lists

    def test_conditions_are_open_overdue_and_proven(self) -> None:
        waiting = standing_conditions(list(Initiative.objects.values_list("id", flat=True)), now=NOW)
        states = Counter(one.condition.state(TODAY).value for rows in waiting.values() for one in rows)
        assert set(states) == {"open", "overdue"}, states
        assert Condition.objects.filter(events__kind="proven").exists()

    def test_waivers_stand_as_their_steps_fold(self) -> None:
        events = events_of(Waiver.objects.values_list("id", flat=True))
        for row in Waiver.objects.all():
            assert fold(events[row.pk], NOW).state == row.state
        states = set(Waiver.objects.values_list("state", flat=True))
        assert states >= {WaiverState.ACTIVE, WaiverState.EXPIRED, WaiverState.PROPOSED, WaiverState.UNDER_REVIEW}, states

    def test_no_step_follows_where_none_may(self) -> None:
        for row in ReviewEvent.objects.exclude(step="plan"):
            move = MOVES[ReviewStep(row.step)]
            assert row.before in move.start and row.after == move.end, (row.step, row.before)
        for review in Review.objects.prefetch_related("events"):
            last = review.events.last()
            assert last and last.after == review.state

    def test_nobody_voted_on_what_they_own_and_every_open_vote_can_be_counted(self) -> None:
        for vote in Vote.objects.select_related("review__initiative"):
            assert vote.seat_id not in (vote.review.initiative.owner_id, vote.review.initiative.sponsor_id)
        for row in Review.objects.filter(state="proposed").select_related("template", "initiative__unit", "initiative__stage"):
            _judged, found, _ground = situation(row, now=NOW)
            assert found.tally.quorum.met and found.tally.complete

    def test_open_reviews_are_judged_as_everything_stands(self) -> None:
        rows = list(Review.objects.filter(state__in=("planned", "scheduled", "in_review", "proposed")))
        found = evaluated(rows, now=NOW)
        assert all(row.recommended == found[row.pk].recommendation.outcome for row in rows)
        assert Run.objects.filter(review__in=rows).count() == len(rows)

    def test_some_decisions_drifted_and_some_did_not(self) -> None:
        decided = Review.objects.filter(state__in=("decided", "closed")).exclude(initiative__status="closed")
        drifted = decided.filter(changed_at__isnull=False).count()
        assert 0 < drifted < decided.count(), (drifted, decided.count())

    def test_gatekeepers_are_of_the_demo(self) -> None:
        assert Gatekeeper.objects.filter(demo=True).count() == Gatekeeper.objects.count() == 6


def test_a_demo_of_a_single_initiative_loads_as_well() -> None:
    load_everything(by=SYSTEM, count=1, seed=5, today=TODAY)
    assert Gatekeeper.objects.count() == 6
