"""The steps of a review on the database: what each does, and everything that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from portfolio.accounts.choices import Scope
from portfolio.accounts.models import RoleAssignment
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Initiative, Lifecycle
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, Mode, Outcome, ReviewState
from readiness.gates.models import GateTemplate, Review, ReviewEvent, Run, Seat
from readiness.gates.queries.evaluated import evaluated
from readiness.gates.queries.seated import seated
from readiness.gates.rules import reviews as rules
from readiness.gates.rules.voting import casting
from readiness.gates.services import reviews as verbs
from readiness.gates.services.judging import judge
from readiness.gates.services.panel import arrive
from readiness.gates.services.refusals import Refused
from readiness.gates.services.templates import create_draft, publish
from readiness.gates.services.voting import cast
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import NAMES, TEMPLATE, all_vote, an_initiative, decided, fresh, person, stage
from tests.readiness.gates.planning_world import a_house, a_token, planned, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FITS = TEMPLATE.replace("    last_before_production: yes\n", "")  # as the lifecycle would have it


@pytest.fixture
def house(organisation: Organisation) -> GateTemplate:
    return a_house(organisation)


def held(organisation: Organisation, review: Review) -> Review:
    """Opened for a meeting, everybody there."""
    row = verbs.open_review(by=person(organisation, "Paula"), review=review, mode=Mode.MEETING)
    for name in NAMES:
        arrive(by=person(organisation, "Paula"), review=row, person=organisation.people[name])
    return row


def steps(review: Review) -> list[tuple[str, str, str]]:
    return list(ReviewEvent.objects.filter(review=review).order_by("id").values_list("step", "before", "after"))


class TestPlanning:
    def test_a_planned_review_stands_before_its_gate_is_seated_and_judged(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        row = planned(organisation, wanted_on=timezone.localdate() + 30 * DAY)
        assert (row.gate, row.gate_name, row.state, row.template, row.round) == ("poc", "PoC gate", "planned", house, 1)
        seats = {seat.person.name: (seat.functions, seat.chair) for seat in Seat.objects.filter(review=row)}
        assert seats["Ida Test"] == (["it_operations"], False) and seats["Bea Test"] == (["business"], True) and len(seats) == 4
        assert (row.recommended, row.ready, row.verdicts) == (Outcome.HOLD, True, {"unknown": 2})
        assert Run.objects.get(review=row).why == "review.planned" and steps(row) == [("plan", "", "planned")]
        assert told("review.planned") == [{"initiative_id": row.initiative_id, "review_id": row.pk}]

    def test_a_later_gate_may_be_planned_for_and_one_that_is_passed_may_not(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        initiative = an_initiative(organisation)
        assert planned(organisation, initiative, gate="production").gate == "production"
        move_stage(by=SYSTEM, initiative=initiative, stage=stage(initiative, "pilot"))
        with pytest.raises(ValidationError, match="has passed"):
            planned(organisation, initiative, gate="poc")
        with pytest.raises(ValidationError, match="stands before no gate"):
            planned(organisation, initiative)

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"gate": "nowhere"}, "no such gate"),
            ({"wanted_on": timezone.localdate() - DAY}, "day is over"),
            ({"mode": Mode.WRITTEN, "template": "infrastructure-first", "gate": "production"}, "in writing"),
            ({"template": "light"}, "is for the lifecycle"),
            ({"template": "draft"}, "published"),
        ],
    )
    def test_what_cannot_be_planned_is_refused_with_why(
        self, organisation: Organisation, house: GateTemplate, more: dict[str, Any], said: str
    ) -> None:
        if more.get("template") == "draft":
            more = {"template": create_draft(by=person(organisation, "Ada"), text=TEMPLATE.replace("key: panel", "key: other"))}
        elif "template" in more:
            more = more | {"template": GateTemplate.objects.get(key=more["template"])}
        with pytest.raises(ValidationError, match=said):
            planned(organisation, **more)
        assert not Review.objects.exists()

    def test_one_review_of_a_gate_is_open_at_a_time(self, organisation: Organisation, house: GateTemplate) -> None:
        initiative = an_initiative(organisation)
        planned(organisation, initiative)
        with pytest.raises(ValidationError, match="open already"):
            planned(organisation, initiative)

    def test_a_closed_initiative_and_a_lifecycle_without_template_have_no_gate(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        initiative = an_initiative(organisation)
        close_initiative(by=SYSTEM, initiative=initiative, kind=ClosureKind.STOPPED, lesson="Enough.")
        with pytest.raises(ValidationError, match="closed"):
            planned(organisation, initiative)
        other = Lifecycle.objects.create(key="own", name="Own")
        other.stages.create(position=1, key="start", name="Start")
        with pytest.raises(ValidationError, match="no template"):
            planned(
                organisation,
                create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Odd", lifecycle=other),
            )

    def test_only_program_managers_of_the_unit_plan(self, organisation: Organisation, house: GateTemplate) -> None:
        initiative = an_initiative(organisation)
        for name in ("Vera", "Lars", "Otto", "Iris", "Ida"):
            with pytest.raises(PermissionDenied):
                verbs.plan_review(by=person(organisation, name), initiative=initiative)

    def test_a_review_takes_the_place_of_another(self, organisation: Organisation, house: GateTemplate) -> None:
        initiative = an_initiative(organisation)
        old = planned(organisation, initiative)
        new = planned(organisation, initiative, instead_of=old, mode=Mode.WRITTEN)
        assert (fresh(old).state, fresh(old).superseded_by_id, new.mode) == ("superseded", new.pk, "written")
        with pytest.raises(ValidationError, match="another initiative"):
            planned(organisation, an_initiative(organisation, "Other"), instead_of=new)

    def test_a_plan_is_changed_by_who_saw_it_as_it_is(self, organisation: Organisation, house: GateTemplate) -> None:
        row, paula = planned(organisation), person(organisation, "Paula")
        changed = verbs.change_review(by=paula, review=row, wanted_on=None, mode=Mode.WRITTEN, version=row.version)
        assert changed.mode == "written"
        with pytest.raises(verbs.StaleReview):
            verbs.change_review(by=paula, review=row, wanted_on=None, mode=Mode.MEETING, version=row.version)


class TestScheduling:
    def test_a_date_is_set_moved_and_taken_back(self, organisation: Organisation, house: GateTemplate) -> None:
        row, paula, at = planned(organisation), person(organisation, "Paula"), clock.now() + DAY
        assert verbs.schedule_review(by=paula, review=row, at=at).scheduled_at == at
        assert verbs.schedule_review(by=paula, review=row, at=at + DAY).scheduled_at == at + DAY
        back = verbs.unschedule_review(by=paula, review=row, note="The room is taken.")
        assert (back.state, back.scheduled_at) == (ReviewState.PLANNED, None)
        assert [step for step, *_ in steps(row)] == ["plan", "schedule", "schedule", "unschedule"]
        with pytest.raises(ValidationError, match="day is over"):
            verbs.schedule_review(by=paula, review=row, at=clock.now() - 2 * DAY)
        with pytest.raises(Refused) as refused:
            verbs.unschedule_review(by=paula, review=row)
        assert refused.value.has(rules.Code.NOT_FROM_HERE)

    def test_a_token_plans_and_schedules_and_does_nothing_else(self, organisation: Organisation, house: GateTemplate) -> None:
        token = a_token(organisation, Scope.GATES_WRITE)
        row = verbs.plan_review(by=token, initiative=an_initiative(organisation))
        verbs.schedule_review(by=token, review=row, at=clock.now() + DAY)
        refused: list[Callable[[], object]] = [
            lambda: verbs.open_review(by=token, review=row, mode=Mode.MEETING),
            lambda: verbs.withdraw_review(by=token, review=row, note="No."),
            lambda: verbs.lapse_review(by=token, review=row),
            lambda: judge(by=token, review=row, criterion="worth-it", verdict=Verdict.MET, note="Yes."),
        ]
        for verb in refused:
            with pytest.raises(PermissionDenied):
                verb()
        with pytest.raises(PermissionDenied):
            verbs.schedule_review(by=a_token(organisation, Scope.GATES_READ), review=row, at=clock.now() + DAY)


class TestOpening:
    def test_a_meeting_begins_and_the_criteria_are_judged_anew(self, organisation: Organisation, house: GateTemplate) -> None:
        row = verbs.open_review(by=person(organisation, "Paula"), review=planned(organisation), mode=Mode.MEETING)
        assert (row.state, row.mode, row.window_ends_at) == ("in_review", "meeting", None) and row.opened_at is not None
        assert [run.why for run in row.runs.order_by("id")] == ["review.planned", "review.opened"]
        assert told("review.opened") and not told("vote.asked")

    def test_a_vote_in_writing_has_a_window_and_asks_for_votes(self, organisation: Organisation, house: GateTemplate) -> None:
        row, paula, ends = planned(organisation), person(organisation, "Paula"), clock.now() + 3 * DAY
        with pytest.raises(ValidationError, match="has an end"):
            verbs.open_review(by=paula, review=row, mode=Mode.WRITTEN)
        with pytest.raises(Refused) as refused:
            verbs.open_review(by=paula, review=row, mode=Mode.WRITTEN, window_ends_at=clock.now() + timedelta(hours=2))
        assert refused.value.has(casting.Code.WINDOW_TOO_SHORT)
        assert verbs.open_review(by=paula, review=row, mode=Mode.WRITTEN, window_ends_at=ends).window_ends_at == ends
        assert told("vote.asked") == [{"initiative_id": row.initiative_id, "review_id": row.pk}]

    def test_it_opens_only_where_the_initiative_stands_before_it(self, organisation: Organisation, house: GateTemplate) -> None:
        paula, initiative = person(organisation, "Paula"), an_initiative(organisation)
        row = planned(organisation, initiative, gate="production")
        with pytest.raises(ValidationError, match="does not stand before"):
            verbs.open_review(by=paula, review=row, mode=Mode.MEETING)
        Initiative.objects.filter(pk=initiative.pk).update(stage=None)
        with pytest.raises(ValidationError, match="Nobody knows which stage"):
            verbs.open_review(by=paula, review=row, mode=Mode.MEETING)

    def test_it_does_not_open_for_a_panel_of_nobody(self, organisation: Organisation) -> None:
        template = a_house(organisation)
        initiative = an_initiative(organisation, unit="Logistics")
        row = verbs.plan_review(by=person(organisation, "Lars"), initiative=initiative, template=template)
        with pytest.raises(ValidationError, match="Nobody has a seat"):
            verbs.open_review(by=person(organisation, "Lars"), review=row, mode=Mode.MEETING)


class TestAfterVoting:
    def test_it_is_opened_again_with_the_votes_that_were_cast(self, organisation: Organisation, house: GateTemplate) -> None:
        row = all_vote(organisation, held(organisation, planned(organisation)))
        assert row.state == ReviewState.PROPOSED
        again = verbs.reopen_review(by=person(organisation, "Ida"), review=row, note="Sam has something to add.")
        assert again.state == ReviewState.IN_REVIEW and again.votes.count() == 4
        cast(by=person(organisation, "Sam"), review=row, ballot=Ballot.ABSTAIN)
        assert fresh(row).state == ReviewState.PROPOSED
        with pytest.raises(PermissionDenied):
            verbs.reopen_review(by=person(organisation, "Otto"), review=row)

    def test_votes_that_lapsed_do_not_count_in_the_next_round(self, organisation: Organisation, house: GateTemplate) -> None:
        row = held(organisation, planned(organisation))
        cast(by=person(organisation, "Ida"), review=row, ballot=Ballot.GO)
        lapsed = verbs.lapse_review(by=person(organisation, "Paula"), review=row, note="Nobody else came.")
        assert (lapsed.state, lapsed.round, lapsed.opened_at) == (ReviewState.PLANNED, 2, None)
        opened = verbs.open_review(by=person(organisation, "Paula"), review=row, mode=Mode.MEETING)
        assert not seated(fresh(opened), now=clock.now()).votes

    def test_after_hold_it_goes_another_round_and_nothing_of_the_decision_stands_on_it(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        row = all_vote(organisation, held(organisation, planned(organisation)))
        decided(organisation, row, Outcome.HOLD)
        initiative, paula = row.initiative, person(organisation, "Paula")
        with pytest.raises(ValidationError, match="another round"):
            planned(organisation, initiative)
        again = verbs.review_again(by=paula, review=row, note="The data came.")
        assert (again.state, again.round, again.decided, again.decided_at, again.packs) == ("planned", 2, "", None, {})
        assert Seat.objects.filter(review=row).count() == 4 and again.decisions.count() == 1

    def test_after_go_there_is_no_other_round_and_it_is_put_away(self, organisation: Organisation, house: GateTemplate) -> None:
        row, paula = all_vote(organisation, held(organisation, planned(organisation))), person(organisation, "Paula")
        decided(organisation, row, Outcome.GO)
        with pytest.raises(Refused) as refused:
            verbs.review_again(by=paula, review=row)
        assert refused.value.has(rules.Code.GATE_PASSED)
        assert verbs.close_review(by=paula, review=row).state == ReviewState.CLOSED

    def test_withdrawing_says_why_and_is_for_good(self, organisation: Organisation, house: GateTemplate) -> None:
        row, paula = planned(organisation), person(organisation, "Paula")
        with pytest.raises(ValidationError, match="why"):
            verbs.withdraw_review(by=paula, review=row, note=" ")
        assert verbs.withdraw_review(by=paula, review=row, note="The sponsor left.").state == ReviewState.WITHDRAWN
        refused: list[Callable[[], object]] = [
            lambda: verbs.withdraw_review(by=paula, review=row, note="Again."),
            lambda: verbs.open_review(by=paula, review=row, mode=Mode.MEETING),
            lambda: verbs.schedule_review(by=paula, review=row, at=clock.now() + DAY),
        ]
        for verb in refused:
            with pytest.raises(Refused):
                verb()
        assert planned(organisation, row.initiative).pk != row.pk


class TestMigrating:
    def test_what_means_the_same_goes_along_and_the_rest_is_asked_anew(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        ada, paula = person(organisation, "Ada"), person(organisation, "Paula")
        row = planned(organisation)
        for key in ("worth-it", "data-there"):
            judge(by=paula, review=row, criterion=key, verdict=Verdict.MET, note="Seen.")
        text = FITS.replace("The data are there.", "The data are there and allowed.")
        target = publish(by=ada, template=create_draft(by=ada, text=text))
        moved = verbs.migrate_review(by=paula, review=row, template=target)
        verdicts = {one.criterion.key: one.verdict for one in evaluated([moved], now=clock.now())[moved.pk].judged}
        assert moved.template_id == target.pk and verdicts == {"worth-it": Verdict.MET, "data-there": Verdict.UNKNOWN}
        facts = ReviewEvent.objects.get(review=row, step="migrate").facts
        assert (facts["kept"], facts["dropped"]) == (["worth-it"], ["data-there"])
        judge(by=paula, review=row, criterion="data-there", verdict=Verdict.MET, note="Allowed as well.")
        assert fresh(row).recommended == Outcome.GO

    def test_once_votes_are_cast_on_it_the_version_stays(self, organisation: Organisation, house: GateTemplate) -> None:
        row = all_vote(organisation, held(organisation, planned(organisation)))
        other = GateTemplate.objects.get(key="infrastructure-first")
        with pytest.raises(ValidationError, match="Votes were cast"):
            verbs.migrate_review(by=person(organisation, "Paula"), review=row, template=other)

    def test_only_a_published_version_of_the_same_lifecycle_with_that_gate_takes_it(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        ada, paula, row = person(organisation, "Ada"), person(organisation, "Paula"), planned(organisation)
        with pytest.raises(ValidationError, match="is for the lifecycle"):
            verbs.migrate_review(by=paula, review=row, template=GateTemplate.objects.get(key="light"))
        text = FITS.replace("key: poc\n", "key: first\n").replace("key: panel", "key: other")
        other = create_draft(by=ada, text=text)
        with pytest.raises(ValidationError, match="published"):
            verbs.migrate_review(by=paula, review=row, template=other)
        with pytest.raises(ValidationError, match="no gate"):
            verbs.migrate_review(by=paula, review=row, template=publish(by=ada, template=other))


def test_whoever_lost_the_role_meanwhile_steers_nothing_any_more(organisation: Organisation) -> None:
    a_house(organisation)
    paula, row = person(organisation, "Paula"), planned(organisation)
    RoleAssignment.objects.filter(user=organisation.people["Paula"]).delete()
    with pytest.raises(PermissionDenied):
        verbs.withdraw_review(by=paula, review=row, note="Too late.")
    assert fresh(row).state == ReviewState.PLANNED
