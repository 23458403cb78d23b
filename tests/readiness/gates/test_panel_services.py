"""Who sits at gates, who stands for whom, who is in the room, and whose word counts: on the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.services import assign_role
from portfolio.initiatives.choices import TeamFunction
from portfolio.initiatives.models import FunctionSlot
from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Ballot, GateFunction, Mode, ReviewState
from readiness.gates.models import Attendance, Gatekeeper, GateTemplate, Judgement, Review, Seat
from readiness.gates.queries.evaluated import evaluated
from readiness.gates.queries.seated import seated
from readiness.gates.rules.templates.reading import digest_of, read_template
from readiness.gates.services import panel
from readiness.gates.services import reviews as verbs
from readiness.gates.services.judging import judge
from readiness.gates.services.voting import cast
from tests.people import SYSTEM, Organisation
from tests.readiness.gates.deciding_world import NAMES, add_people, an_initiative, fresh, person
from tests.readiness.gates.planning_world import a_house, a_token, planned

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
F = GateFunction


@pytest.fixture
def house(organisation: Organisation) -> GateTemplate:
    return a_house(organisation)


def opened(organisation: Organisation, there: tuple[str, ...] = NAMES) -> Review:
    row = verbs.open_review(by=person(organisation, "Paula"), review=planned(organisation), mode=Mode.MEETING)
    for name in there:
        panel.arrive(by=person(organisation, "Paula"), review=row, person=organisation.people[name])
    return row


class TestGatekeepers:
    def test_the_nearest_unit_names_the_chair_and_who_is_named_twice_stands_for_both(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        people, ada = organisation.people, person(organisation, "Ada")
        assign_role(by=SYSTEM, user=people["Sam"], role=Role.GATEKEEPER, unit=None)
        panel.add_gatekeeper(by=ada, person=people["Sam"], functions=[F.FINANCE], chair=True)
        assign_role(by=SYSTEM, user=people["Dan"], role=Role.GATEKEEPER, unit=organisation.units["Stores"])
        panel.add_gatekeeper(by=ada, person=people["Dan"], unit=organisation.units["Stores"], functions=[F.BUSINESS], chair=True)
        seats = {seat.person.name: seat for seat in Seat.objects.filter(review=planned(organisation))}
        assert [name for name, seat in seats.items() if seat.chair] == ["Dan Test"]
        assert seats["Dan Test"].functions == ["data_science", "business"]
        assert seats["Sam Test"].functions == ["finance", "security"]

    def test_some_sit_at_some_gates_only(self, organisation: Organisation, house: GateTemplate) -> None:
        row = Gatekeeper.objects.get(person=organisation.people["Sam"])
        panel.change_gatekeeper(by=person(organisation, "Paula"), gatekeeper=row, functions=[F.SECURITY], gates=["production"])
        assert not Seat.objects.filter(review=planned(organisation), person=organisation.people["Sam"]).exists()

    def test_what_cannot_be_is_refused(self, organisation: Organisation, house: GateTemplate) -> None:
        paula, people, retail = person(organisation, "Paula"), organisation.people, organisation.units["Retail"]
        with pytest.raises(ValidationError, match="role of a gatekeeper"):
            panel.add_gatekeeper(by=paula, person=people["Vera"], unit=retail, functions=[F.BUSINESS])
        with pytest.raises(ValidationError, match="already"):
            panel.add_gatekeeper(by=paula, person=people["Ida"], unit=retail, functions=[F.BUSINESS])
        with pytest.raises(ValidationError, match="what they stand for"):
            panel.change_gatekeeper(by=paula, gatekeeper=Gatekeeper.objects.all()[0], functions=[])
        with pytest.raises(PermissionDenied):
            panel.add_gatekeeper(by=paula, person=people["Ida"], functions=[F.BUSINESS])
        with pytest.raises(PermissionDenied):
            panel.remove_gatekeeper(by=person(organisation, "Lars"), gatekeeper=Gatekeeper.objects.all()[0])

    def test_whoever_is_removed_keeps_the_seats_that_they_have(self, organisation: Organisation, house: GateTemplate) -> None:
        row = planned(organisation)
        panel.remove_gatekeeper(
            by=person(organisation, "Paula"), gatekeeper=Gatekeeper.objects.get(person=organisation.people["Sam"])
        )
        assert Seat.objects.filter(review=row).count() == 4
        assert Seat.objects.filter(review=planned(organisation, an_initiative(organisation, "Next"))).count() == 3


class TestSeats:
    def test_seats_are_given_changed_and_taken_until_the_votes_are_in(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        add_people(organisation, ["Sid"])
        paula, row, sid = person(organisation, "Paula"), planned(organisation), organisation.people["Sid"]
        made = panel.seat(by=paula, review=row, person=sid, functions=[F.FINANCE], chair=True)
        assert made.chair and Seat.objects.filter(review=row, chair=True).count() == 1
        assert panel.seat(by=paula, review=row, person=sid, functions=[F.BUSINESS, F.FINANCE]).functions == [
            "business",
            "finance",
        ]
        panel.unseat(by=paula, review=row, person=sid)
        assert Seat.objects.filter(review=row).count() == 4 and panel.seat_gatekeepers(by=paula, review=row) == []

    def test_owners_strangers_and_whoever_voted_are_refused(self, organisation: Organisation, house: GateTemplate) -> None:
        paula, row, people = person(organisation, "Paula"), opened(organisation), organisation.people
        assign_role(by=SYSTEM, user=people["Otto"], role=Role.GATEKEEPER, unit=organisation.units["Retail"])
        refused: list[tuple[dict[str, Any], str]] = [
            ({"person": people["Otto"], "functions": [F.BUSINESS]}, "own or sponsor"),
            ({"person": people["Vera"], "functions": [F.BUSINESS]}, "Only a gatekeeper"),
            ({"person": people["Ida"], "functions": []}, "what they stand for"),
        ]
        for given, said in refused:
            with pytest.raises(ValidationError, match=said):
                panel.seat(by=paula, review=row, **given)
        cast(by=person(organisation, "Ida"), review=row, ballot=Ballot.GO)
        with pytest.raises(ValidationError, match="A vote was cast"):
            panel.unseat(by=paula, review=row, person=people["Ida"])
        with pytest.raises(PermissionDenied):
            panel.unseat(by=a_token(organisation, Scope.GATES_WRITE), review=row, person=people["Dan"])

    def test_taking_the_last_awaited_seat_away_ends_the_vote(self, organisation: Organisation, house: GateTemplate) -> None:
        row = opened(organisation)
        for name in ("Ida", "Dan", "Bea"):
            cast(by=person(organisation, name), review=row, ballot=Ballot.GO)
        assert fresh(row).state == ReviewState.IN_REVIEW
        panel.unseat(by=person(organisation, "Paula"), review=row, person=organisation.people["Sam"])
        assert fresh(row).state == ReviewState.PROPOSED
        with pytest.raises(ValidationError, match="reopen"):
            panel.unseat(by=person(organisation, "Paula"), review=row, person=organisation.people["Dan"])


class TestDelegation:
    def give(self, organisation: Organisation, giver: str, taker: str, begins: int = 0, ends: int = 5, **more: Any) -> Any:
        now = clock.now()
        return panel.delegate(
            by=person(organisation, giver), taker=organisation.people[taker], begins_at=now + begins * DAY,
            ends_at=now + ends * DAY, **more,
        )  # fmt: skip

    def test_a_delegate_fills_the_seat_until_it_is_taken_back(self, organisation: Organisation, house: GateTemplate) -> None:
        add_people(organisation, ["Sid"])
        row = opened(organisation, there=("Ida", "Dan", "Bea"))
        given = self.give(organisation, "Sam", "Sid", note="Away.")
        filled = {one.seat.person: one.person for one in seated(fresh(row), now=clock.now()).filled}
        assert filled[organisation.people["Sam"].pk] == organisation.people["Sid"].pk
        with pytest.raises(PermissionDenied):
            panel.revoke_delegation(by=person(organisation, "Sid"), delegation=given)
        back = panel.revoke_delegation(by=person(organisation, "Sam"), delegation=given)
        assert back.revoked_at is not None
        filled = {one.seat.person: one.person for one in seated(fresh(row), now=clock.now()).filled}
        assert filled[organisation.people["Sam"].pk] == organisation.people["Sam"].pk
        self.give(organisation, "Sam", "Sid", begins=1)

    def test_circles_chains_and_times_that_cannot_be_are_refused(self, organisation: Organisation, house: GateTemplate) -> None:
        add_people(organisation, ["Sid"])
        self.give(organisation, "Ida", "Dan")
        for giver, taker, begins, ends, field in (
            ("Sam", "Sam", 0, 5, "taker"), ("Dan", "Ida", 0, 5, "taker"), ("Sam", "Ida", 0, 5, "taker"),
            ("Sam", "Dan", 0, 5, "taker"), ("Ida", "Sid", 1, 3, "begins_at"), ("Sam", "Sid", 3, 2, "ends_at"),
            ("Sam", "Sid", 0, 400, "ends_at"), ("Sam", "Vera", 0, 5, "taker"),
        ):  # fmt: skip
            with pytest.raises(ValidationError) as refused:
                self.give(organisation, giver, taker, begins, ends)
            assert field in refused.value.message_dict, (giver, taker, refused.value)
        with pytest.raises(PermissionDenied):
            self.give(organisation, "Vera", "Sid")
        assert self.give(organisation, "Dan", "Ida", begins=6, ends=9).pk

    def test_whoever_owns_everything_that_one_is_seated_for_cannot_stand_in(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        planned(organisation)
        assign_role(by=SYSTEM, user=organisation.people["Otto"], role=Role.GATEKEEPER, unit=organisation.units["Retail"])
        with pytest.raises(ValidationError, match="own or sponsor"):
            self.give(organisation, "Ida", "Otto")


class TestRoom:
    def test_who_is_in_the_room_is_said_by_the_manager_or_by_oneself(
        self, organisation: Organisation, house: GateTemplate
    ) -> None:
        row = opened(organisation, there=())
        people = organisation.people
        first = panel.arrive(by=person(organisation, "Ida"), review=row, person=people["Ida"])
        assert panel.arrive(by=person(organisation, "Paula"), review=row, person=people["Ida"]).pk == first.pk
        with pytest.raises(PermissionDenied):
            panel.arrive(by=person(organisation, "Ida"), review=row, person=people["Dan"])
        with pytest.raises(ValidationError, match="still to come"):
            panel.arrive(by=person(organisation, "Dan"), review=row, person=people["Dan"], at=clock.now() + DAY)
        assert panel.leave(by=person(organisation, "Dan"), review=row, person=people["Dan"]) is None
        left = panel.leave(by=person(organisation, "Ida"), review=row, person=people["Ida"])
        assert left is not None and left.left_at is not None and Attendance.objects.count() == 1

    def test_a_review_that_is_not_held_has_no_room(self, organisation: Organisation, house: GateTemplate) -> None:
        with pytest.raises(ValidationError, match="not being held"):
            panel.arrive(by=person(organisation, "Paula"), review=planned(organisation), person=organisation.people["Ida"])

    def test_when_the_last_awaited_one_leaves_the_vote_is_complete(self, organisation: Organisation, house: GateTemplate) -> None:
        row = opened(organisation)
        for name in ("Ida", "Dan", "Bea"):
            cast(by=person(organisation, name), review=row, ballot=Ballot.GO)
        panel.leave(by=person(organisation, "Paula"), review=row, person=organisation.people["Sam"])
        assert fresh(row).state == ReviewState.PROPOSED


JUDGED = """\
key: judged
name: Judged
lifecycle: standard
thresholds: {pass: 0.8, warning: 0.6}
voting: {quorum: {functions: [it_operations, data_science, business]}}
gates:
  - key: poc
    name: PoC gate
    from: idea
    to: poc
    criteria:
      - {key: anybody, text: It is worth it., kind: must_meet, dimension: value, rule: {kind: judgement}}
      - key: operations
        text: Operations can carry it.
        kind: must_meet
        dimension: compute
        rule: {kind: judgement, functions: [it_operations], independent: yes}
        impossible: {figure: said_impossible, at_least: 1}
      - {key: team, text: People are named., kind: must_meet, dimension: team_and_operations, rule: {kind: team}}
"""


class TestJudging:
    @pytest.fixture
    def row(self, organisation: Organisation, house: GateTemplate) -> Review:
        read = read_template(JUDGED)
        template = GateTemplate.objects.create(
            key=read.key, name=read.name, lifecycle=read.lifecycle, state="published", text=JUDGED, digest=digest_of(read)
        )
        return planned(organisation, template=template)

    def say(self, organisation: Organisation, row: Review, name: str, criterion: str = "anybody", **more: Any) -> Judgement:
        return judge(
            by=person(organisation, name), review=row, criterion=criterion,
            **{"verdict": Verdict.MET, "note": "As I saw it.", **more},
        )  # fmt: skip

    def test_a_later_word_supersedes_an_earlier_one(self, organisation: Organisation, row: Review) -> None:
        first = self.say(organisation, row, "Otto")
        second = self.say(organisation, row, "Paula", verdict=Verdict.WARNING)
        assert second.supersedes == first and fresh(row).runs.first().why == "judgement"  # type: ignore[union-attr]
        found = {one.criterion.key: one for one in evaluated([row], now=clock.now())[row.pk].judged}
        assert found["anybody"].verdict is Verdict.WARNING

    def test_a_function_is_asked_of_who_stands_for_it_by_seat_or_in_the_team(
        self, organisation: Organisation, row: Review
    ) -> None:
        assert self.say(organisation, row, "Ida", "operations").functions == ["it_operations"]
        for name in ("Dan", "Paula", "Otto"):
            with pytest.raises(PermissionDenied, match="IT operations"):
                self.say(organisation, row, name, "operations")
        FunctionSlot.objects.create(
            initiative=row.initiative, function=TeamFunction.IT_OPERATIONS, person=organisation.people["Iris"]
        )
        assert self.say(organisation, row, "Iris", "operations").by == organisation.people["Iris"]

    def test_nobody_is_independent_of_what_they_own(self, organisation: Organisation, row: Review) -> None:
        FunctionSlot.objects.create(
            initiative=row.initiative, function=TeamFunction.IT_OPERATIONS, person=organisation.people["Otto"]
        )
        with pytest.raises(PermissionDenied):
            self.say(organisation, row, "Otto", "operations")

    @pytest.mark.parametrize(
        ("criterion", "given", "field"),
        [
            ("anybody", {"note": " "}, "note"), ("anybody", {"verdict": Verdict.UNKNOWN}, "verdict"),
            ("anybody", {"verdict": Verdict.WAIVED}, "verdict"), ("anybody", {"impossible": True}, "impossible"),
            ("anybody", {"verdict": Verdict.NOT_MET, "impossible": True}, "impossible"), ("team", {}, "criterion"),
            ("nothing", {}, "criterion"),
        ],
    )  # fmt: skip
    def test_what_nobody_can_say_is_refused(
        self, organisation: Organisation, row: Review, criterion: str, given: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            self.say(organisation, row, "Paula", criterion, **given)
        assert field in refused.value.message_dict and not Judgement.objects.exists()

    def test_what_is_said_to_be_impossible_ends_in_kill(self, organisation: Organisation, row: Review) -> None:
        self.say(organisation, row, "Ida", "operations", verdict=Verdict.NOT_MET, impossible=True)
        assert fresh(row).recommended == "kill"

    def test_strangers_tokens_and_jobs_judge_nothing_and_nothing_is_judged_after_the_end(
        self, organisation: Organisation, row: Review
    ) -> None:
        for actor in (person(organisation, "Vera"), person(organisation, "Lars"), a_token(organisation, *Scope), SYSTEM):
            with pytest.raises(PermissionDenied):
                judge(by=actor, review=row, criterion="anybody", verdict=Verdict.MET, note="Yes.")
        verbs.withdraw_review(by=person(organisation, "Paula"), review=row, note="Later.")
        with pytest.raises(ValidationError, match="ended"):
            self.say(organisation, row, "Paula")
