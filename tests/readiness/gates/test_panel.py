"""Who may vote on which seat at which moment: recusal, delegation, casting, windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.gates.choices import Ballot, GateFunction, Mode, ReviewState
from readiness.gates.rules.templates.template import Voting
from readiness.gates.rules.voting import casting, delegation
from readiness.gates.rules.voting.ballots import Cast
from readiness.gates.rules.voting.casting import Booth, Wanted, Window
from readiness.gates.rules.voting.delegation import Delegation
from readiness.gates.rules.voting.panel import Filled, Seat, Standing, panel, seat_of
from tests.readiness.gates.voting_world import (
    BEA,
    DAN,
    DEPUTY,
    EVERYBODY,
    HOUR,
    IDA,
    NOW,
    OWNER,
    SAM,
    SEATS,
    STRANGER,
    cast,
    filled,
    voting,
)
from tests.readiness.gates.voting_world import delegation as given_to


def standing_of(rows: tuple[Filled, ...], person: int) -> tuple[Standing, int | None]:
    one = next(row for row in rows if row.seat.person == person)
    return one.standing, one.person


def test_a_gatekeeper_fills_the_own_seat_and_owners_and_closed_accounts_none() -> None:
    seats = (*SEATS[:4], replace(SEATS[4], active=False))
    rows = filled(seats, recused=[BEA])
    assert standing_of(rows, IDA) == (Standing.SELF, IDA)
    assert standing_of(rows, BEA) == (Standing.RECUSED_OWN, None)
    assert standing_of(rows, SAM) == (Standing.INACTIVE, None)
    assert [row.eligible for row in rows] == [True, True, False, True, False]


def test_a_delegate_fills_the_seat_alone_while_it_lasts() -> None:
    given = [given_to(IDA, DEPUTY, -1, 2)]
    rows = filled(delegations=given)
    assert standing_of(rows, IDA) == (Standing.DELEGATE, DEPUTY)
    assert seat_of(rows, IDA) is None
    for hours, person in ((-2, IDA), (-1, DEPUTY), (1.99, DEPUTY), (2, IDA)):
        assert standing_of(filled(delegations=given, at=NOW + hours * HOUR), IDA)[1] == person


def test_a_revoked_delegation_is_over() -> None:
    given = replace(given_to(IDA, DEPUTY), revoked_at=NOW)
    assert standing_of(filled(delegations=[given]), IDA) == (Standing.SELF, IDA)
    assert standing_of(filled(delegations=[given], at=NOW - 0.5 * HOUR), IDA) == (Standing.DELEGATE, DEPUTY)


def test_a_recused_gatekeeper_has_no_delegate_and_an_owner_is_none() -> None:
    assert standing_of(filled(recused=[IDA], delegations=[given_to(IDA, DEPUTY)]), IDA) == (Standing.RECUSED_OWN, None)
    rows = filled(recused=[DEPUTY], delegations=[given_to(IDA, DEPUTY)])
    assert standing_of(rows, IDA) == (Standing.DELEGATE_RECUSED, IDA)


def test_nobody_votes_twice() -> None:
    """Neither somebody with a seat of their own, nor somebody whom two have named."""
    assert standing_of(filled(delegations=[given_to(IDA, DAN)]), IDA) == (Standing.DELEGATE_SEATED, IDA)
    rows = filled(delegations=[given_to(IDA, DEPUTY, -1, 9, 1), given_to(DAN, DEPUTY, -0.5, 9, 2)])
    assert standing_of(rows, IDA) == (Standing.DELEGATE, DEPUTY)
    assert standing_of(rows, DAN) == (Standing.DELEGATE_SEATED, DAN)


def test_a_delegation_from_somebody_without_a_seat_here_takes_nobody_away() -> None:
    rows = filled(delegations=[given_to(STRANGER, DEPUTY, -5, 9, 1), given_to(IDA, DEPUTY, -1, 9, 2)])
    assert standing_of(rows, IDA) == (Standing.DELEGATE, DEPUTY)


def test_who_said_to_be_recused_is_out() -> None:
    rows = filled(votes=cast({IDA: Ballot.RECUSE}))
    assert standing_of(rows, IDA) == (Standing.RECUSED_SELF, None)


people = st.integers(1, 8)
hours = st.integers(-6, 6)
delegations_of = st.lists(
    st.tuples(people, people, hours, st.integers(1, 8)).filter(lambda one: one[0] != one[1]), max_size=6
).map(lambda rows: [given_to(a, b, begins, begins + length, number) for number, (a, b, begins, length) in enumerate(rows)])


@given(delegations_of, st.sets(people, max_size=3), hours)
def test_in_any_tangle_nobody_fills_two_seats_and_no_recused_one_any(
    given_: list[Delegation], recused: set[int], hour: int
) -> None:
    rows = panel(SEATS, recused=recused, delegations=given_, at=NOW + hour * HOUR)
    filling = [row.person for row in rows if row.person is not None]
    assert len(filling) == len(set(filling))
    assert not set(filling) & recused
    assert all((row.person is not None) is row.eligible for row in rows)


# making a delegation


@pytest.mark.parametrize(
    ("wanted", "standing", "code"),
    [
        (given_to(IDA, IDA), [], delegation.Code.TO_ONESELF),
        (given_to(IDA, DEPUTY, 2, 2), [], delegation.Code.NO_TIME),
        (given_to(IDA, DEPUTY, -9, -1), [], delegation.Code.NO_TIME),
        (given_to(IDA, DEPUTY, 0, 24 * 400), [], delegation.Code.TOO_LONG),
        (given_to(IDA, OWNER), [], delegation.Code.RECUSED),
        (given_to(IDA, DAN), [given_to(DAN, IDA, 0, 9, 7)], delegation.Code.LOOP),
        (given_to(IDA, DAN), [given_to(DAN, BEA, 0, 9, 7), given_to(BEA, IDA, 0, 9, 8)], delegation.Code.LOOP),
        (given_to(IDA, DAN), [given_to(DAN, STRANGER, 0, 9, 7)], delegation.Code.AWAY),
        (given_to(IDA, DEPUTY), [given_to(DAN, DEPUTY, 0, 9, 7)], delegation.Code.TAKEN),
        (given_to(IDA, DEPUTY), [given_to(IDA, STRANGER, 0, 9, 7)], delegation.Code.GIVEN),
    ],
)
def test_a_delegation_that_cannot_be_made_says_why(wanted: Delegation, standing: list[Delegation], code: delegation.Code) -> None:
    wanted = replace(wanted, id=99)
    assert [one.code for one in delegation.faults(wanted, standing, recused=[OWNER], now=NOW)] == [code]


def test_who_stands_for_another_may_still_name_a_delegate_for_the_own_seat() -> None:
    standing = [given_to(STRANGER, IDA, 0, 9, 7)]
    assert delegation.faults(replace(given_to(IDA, DEPUTY), id=9), standing, recused=[], now=NOW) == []


def test_delegations_of_other_times_do_not_matter() -> None:
    before = [given_to(DAN, IDA, -9, -1, 7), given_to(DAN, DEPUTY, 30, 40, 8)]
    assert delegation.faults(replace(given_to(IDA, DEPUTY, 0, 24), id=9), before, recused=[], now=NOW) == []
    revoked = replace(given_to(DAN, DEPUTY, 0, 9, 7), revoked_at=NOW)
    assert delegation.faults(replace(given_to(IDA, DEPUTY, 0, 24), id=9), [revoked], recused=[], now=NOW) == []


@given(delegations_of)
def test_those_that_were_taken_make_no_loop_and_no_chain(given_: list[Delegation]) -> None:
    taken: list[Delegation] = []
    for one in given_:
        if not delegation.faults(one, taken, recused=[], now=NOW - 99 * HOUR):
            taken.append(one)
    for one in taken:
        for other in taken:
            if one is not other and one.overlaps(other):
                assert one.giver != other.giver and one.taker != other.taker
                assert (one.giver, one.taker) != (other.taker, other.giver)


# casting a vote


def booth(**changes: Any) -> Booth:
    usual = Booth(ReviewState.IN_REVIEW, Mode.MEETING, filled(), {}, last_gate=False, present=frozenset(EVERYBODY))
    return replace(usual, **changes)


def refused(wanted: Wanted, at: Booth) -> list[str]:
    return [str(one.code) for one in casting.faults(wanted, at, NOW)]


OPEN = Window(NOW - HOUR, NOW + HOUR)


def test_a_gatekeeper_who_is_there_may_vote() -> None:
    assert refused(Wanted(IDA, Ballot.GO), booth()) == []
    assert refused(Wanted(IDA, Ballot.KILL, "It cannot be carried."), booth()) == []
    written = booth(mode=Mode.WRITTEN, window=OPEN, present=frozenset())
    assert refused(Wanted(IDA, Ballot.GO), written) == []


@pytest.mark.parametrize("state", [state for state in ReviewState if state is not ReviewState.IN_REVIEW])
def test_nobody_votes_before_or_after(state: ReviewState) -> None:
    assert refused(Wanted(IDA, Ballot.GO), booth(state=state)) == ["not_in_review"]


@pytest.mark.parametrize(
    ("wanted", "changes", "code"),
    [
        (Wanted(STRANGER, Ballot.GO), {}, "no_seat"),
        (Wanted(IDA, Ballot.GO), {"filled": filled(recused=[IDA])}, "recused"),
        (Wanted(IDA, Ballot.GO), {"filled": filled(votes=cast({IDA: Ballot.RECUSE}))}, "recused"),
        (Wanted(IDA, Ballot.GO), {"filled": filled(delegations=[given_to(IDA, DEPUTY)])}, "no_seat"),
        (Wanted(IDA, Ballot.GO), {"present": frozenset({DAN})}, "not_present"),
        (Wanted(IDA, Ballot.GO), {"mode": Mode.WRITTEN}, "window_not_open"),
        (Wanted(IDA, Ballot.GO), {"mode": Mode.WRITTEN, "window": Window(NOW + HOUR, NOW + 2 * HOUR)}, "window_not_open"),
        (Wanted(IDA, Ballot.GO), {"mode": Mode.WRITTEN, "window": Window(NOW - HOUR, NOW)}, "window_over"),
        (Wanted(IDA, Ballot.CONDITIONAL, "if"), {"last_gate": True}, "not_offered"),
        (Wanted(IDA, Ballot.KILL, "  "), {}, "rationale_missing"),
        (Wanted(IDA, Ballot.RECUSE), {}, "rationale_missing"),
        (Wanted(IDA, Ballot.GO), {"votes": cast({IDA: Ballot.HOLD})}, "supersedes_other"),
        (Wanted(IDA, Ballot.GO, supersedes=77), {}, "supersedes_other"),
        (Wanted(DEPUTY, Ballot.RECUSE, "kin"), {"filled": filled(delegations=[given_to(IDA, DEPUTY)])}, "delegate_recuses"),
    ],
)
def test_a_vote_that_cannot_be_cast_says_why(wanted: Wanted, changes: dict[str, Any], code: str) -> None:
    everybody = frozenset({*EVERYBODY, DEPUTY})
    assert code in refused(wanted, booth(**{"present": everybody, **changes}))


def test_a_second_vote_supersedes_the_first_and_a_delegate_votes_on_the_holders_seat() -> None:
    first = {IDA: Cast(41, IDA, IDA, Ballot.HOLD, NOW)}
    assert refused(Wanted(IDA, Ballot.GO, supersedes=41), booth(votes=first)) == []
    stood_for = booth(filled=filled(delegations=[given_to(IDA, DEPUTY)]), present=frozenset({DEPUTY}), votes=first)
    assert refused(Wanted(DEPUTY, Ballot.GO, supersedes=41), stood_for) == []
    assert refused(Wanted(DEPUTY, Ballot.GO), stood_for) == ["supersedes_other"]


# windows of votes in writing


@pytest.mark.parametrize(
    ("rule", "length", "code"),
    [
        (voting(), 48, None),
        (voting(), 47, "window_too_short"),
        (voting(), 24 * 61, "window_too_long"),
        (Voting(), 48, "written_not_allowed"),
    ],
)
def test_a_window_is_as_long_as_the_template_asks(rule: Voting, length: int, code: str | None) -> None:
    found = casting.window_faults(rule, Window(NOW, NOW + length * HOUR), NOW)
    assert [str(one.code) for one in found] == ([code] if code else [])


def test_a_window_that_is_over_cannot_be_opened_and_its_ends_are_exact() -> None:
    past = Window(NOW - timedelta(days=9), NOW)
    assert [str(one.code) for one in casting.window_faults(voting(), past, NOW)] == ["window_in_the_past"]
    assert not past.is_open(NOW) and past.is_over(NOW) and past.is_open(past.opens)


def test_seats_may_stand_for_more_than_one_function() -> None:
    both = Seat(7, frozenset({GateFunction.BUSINESS, GateFunction.FINANCE}))
    assert panel([both], recused=[], at=NOW)[0].eligible
