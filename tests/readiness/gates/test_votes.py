"""What votes come to: quorum, majority, veto, tie, recusal; and what must hold of any vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.gates.choices import ADVANCING, OUTCOMES, Ballot, GateFunction, Majority, Mode, Outcome, TieRule
from readiness.gates.rules.templates.template import Voting
from readiness.gates.rules.voting.ballots import BrokenVotes, Cast, effective
from readiness.gates.rules.voting.panel import Seat
from readiness.gates.rules.voting.tally import Attendance, How, tally
from tests.readiness.gates.voting_world import BEA, DAN, EVERYBODY, FAY, HOUR, IDA, NOW, OWNER, SAM, SEATS, count, filled, voting

GO, COND, HOLD, RECYCLE, KILL, ABSTAIN, RECUSE = Ballot


def votes(*ballots: Ballot) -> dict[int, Ballot]:
    return dict(zip(EVERYBODY, ballots, strict=False))


@pytest.mark.parametrize(
    ("ballots", "majority", "wanted"),
    [
        ((GO, GO, GO, KILL, KILL), Majority.MAJORITY, Outcome.GO),
        ((GO, GO, COND, KILL, KILL), Majority.MAJORITY, Outcome.CONDITIONAL_GO),
        ((GO, GO, HOLD, RECYCLE, KILL), Majority.MAJORITY, Outcome.HOLD),
        ((GO, GO, RECYCLE, RECYCLE, KILL), Majority.MAJORITY, Outcome.RECYCLE),
        ((GO, GO, KILL, KILL, KILL), Majority.MAJORITY, Outcome.KILL),
        ((GO, GO, GO, HOLD, HOLD), Majority.TWO_THIRDS, Outcome.HOLD),
        ((GO, GO, GO, GO, HOLD), Majority.TWO_THIRDS, Outcome.GO),
        ((GO, GO, GO, GO, KILL), Majority.UNANIMOUS, Outcome.HOLD),
        ((GO, GO, GO, GO, COND), Majority.UNANIMOUS, Outcome.CONDITIONAL_GO),
        ((GO, GO, GO, GO, ABSTAIN), Majority.UNANIMOUS, Outcome.GO),
    ],
)  # fmt: skip
def test_the_most_favourable_outcome_that_enough_want(ballots: tuple[Ballot, ...], majority: Majority, wanted: Outcome) -> None:
    found = count(voting(majority), votes(*ballots))
    assert (found.outcome, found.how, found.complete) == (wanted, How.COUNTED, True)


@pytest.mark.parametrize(
    ("ballots", "tie", "wanted"),
    [
        ((GO, GO, HOLD, HOLD), TieRule.STRICTER, Outcome.HOLD),
        ((GO, GO, HOLD, HOLD), TieRule.MILDER, Outcome.GO),
        ((GO, GO, HOLD, HOLD), TieRule.CHAIR, Outcome.HOLD),  # Bea, the chair, is the third
        ((HOLD, HOLD, GO, GO), TieRule.CHAIR, Outcome.GO),
        ((GO, GO, ABSTAIN, HOLD, HOLD), TieRule.CHAIR, Outcome.HOLD),
        ((GO, GO, KILL, KILL), TieRule.STRICTER, Outcome.KILL),
        ((GO, COND, RECYCLE, KILL), TieRule.STRICTER, Outcome.RECYCLE),
        ((GO, COND, RECYCLE, KILL), TieRule.MILDER, Outcome.CONDITIONAL_GO),
    ],
)
def test_a_tie_is_broken_as_the_template_says(ballots: tuple[Ballot, ...], tie: TieRule, wanted: Outcome) -> None:
    found = count(voting(tie=tie), votes(*ballots), present=EVERYBODY[: len(ballots)])
    assert (found.outcome, found.how) == (wanted, How.TIE_BROKEN)


def test_without_a_chair_or_where_they_abstain_a_tie_goes_to_the_stricter_side() -> None:
    seats = [replace(seat, chair=False) for seat in SEATS]
    for panel_ in (seats, [Seat(seat.person, seat.functions) for seat in SEATS]):
        assert (
            count(voting(tie=TieRule.CHAIR), votes(HOLD, HOLD, GO, GO), seats=panel_, present=EVERYBODY[:4]).outcome
            is Outcome.HOLD
        )


@pytest.mark.parametrize("ballot", [HOLD, RECYCLE, KILL])
def test_a_veto_bars_an_advance_and_nothing_else(ballot: Ballot) -> None:
    rule = voting(veto=(GateFunction.SECURITY,))
    found = count(rule, votes(GO, GO, GO, GO, ballot))
    assert (found.outcome, found.how, found.vetoes) == (Outcome.HOLD, How.VETOED, (SAM,))
    stricter = count(rule, votes(KILL, KILL, KILL, GO, ballot))
    assert (stricter.outcome, stricter.how, stricter.vetoes) == (Outcome.KILL, How.COUNTED, (SAM,))


@pytest.mark.parametrize("ballot", [GO, COND, ABSTAIN, RECUSE])
def test_no_other_word_and_nobody_else_vetoes(ballot: Ballot) -> None:
    rule = voting(veto=(GateFunction.SECURITY,))
    assert count(rule, votes(GO, GO, GO, GO, ballot)).vetoes == ()
    assert count(rule, votes(KILL, GO, GO, GO, GO)).vetoes == ()


def test_only_abstentions_advance_nothing() -> None:
    found = count(voting(), votes(*[ABSTAIN] * 5))
    assert (found.outcome, found.how) == (Outcome.HOLD, How.NOBODY_CHOSE)


# quorum


@pytest.mark.parametrize(
    ("present", "met"),
    [
        ((IDA, DAN, BEA), True),
        ((IDA, DAN), False),
        ((IDA, DAN, SAM), False),  # nobody for the business
        ((IDA, DAN, FAY, SAM), False),
        (EVERYBODY, True),
        ((IDA, DAN, 77), False),  # a guest
    ],
)
def test_a_meeting_needs_enough_people_and_each_of_the_functions(present: tuple[int, ...], met: bool) -> None:
    found = count(voting(), {}, present=present)
    assert found.quorum.met is met and found.outcome is (Outcome.HOLD if met else None)
    assert found.quorum.attainable


def test_a_panel_of_just_the_three_functions_can_reach_its_quorum() -> None:
    found = count(voting(), {}, seats=SEATS[:3], present=(IDA, DAN))
    assert (found.quorum.met, found.quorum.attainable, found.quorum.needed) == (False, True, 3)


def test_a_vote_in_writing_counts_those_who_voted_whoever_is_in_the_building() -> None:
    given_ = {IDA: GO, DAN: GO}
    assert not count(voting(), given_, mode=Mode.WRITTEN).quorum.met
    found = count(voting(), given_ | {BEA: ABSTAIN}, mode=Mode.WRITTEN)
    assert found.quorum.met and not found.complete and found.waiting == (FAY, SAM)
    over = count(voting(), given_ | {BEA: ABSTAIN}, mode=Mode.WRITTEN, window_over=True)
    assert over.complete and over.outcome is Outcome.GO


def test_a_vote_is_complete_when_everybody_there_has_voted() -> None:
    there = (IDA, DAN, BEA, FAY)
    assert count(voting(), {IDA: GO, DAN: GO, BEA: GO}, present=there).waiting == (FAY,)
    found = count(voting(), {IDA: GO, DAN: GO, BEA: GO, FAY: ABSTAIN}, present=there)
    assert found.complete and found.counts[ABSTAIN] == 1


def test_who_voted_and_left_was_there() -> None:
    assert count(voting(), {IDA: GO, DAN: GO, BEA: GO}, present=(DAN, BEA)).complete


def test_a_share_of_the_seats_is_rounded_up_and_the_recused_are_no_seats() -> None:
    rule = voting(least=1, share=0.61)
    assert count(rule, {}).quorum.needed == 4
    assert count(rule, {}, recused=(SAM,)).quorum.needed == 3
    assert count(voting(least=1, share=0.6), {}).quorum.needed == 3  # exactly three of five


def test_a_function_whose_only_seat_is_recused_makes_the_quorum_out_of_reach() -> None:
    found = count(voting(), votes(GO, GO, GO, GO, GO), recused=(BEA,))
    assert (found.quorum.met, found.quorum.attainable, found.quorum.missing) == (False, False, (GateFunction.BUSINESS,))
    assert found.outcome is None


def test_owners_and_the_recused_count_for_nothing() -> None:
    found = count(voting(veto=(GateFunction.SECURITY,)), votes(GO, GO, GO, HOLD, KILL), recused=(SAM,))
    assert (found.vetoes, found.outcome, found.quorum.present) == ((), Outcome.GO, 4)
    less = count(voting(), votes(GO, GO, HOLD, KILL, KILL), recused=(FAY, SAM))
    assert (less.outcome, less.counts[KILL], less.complete) == (Outcome.GO, 0, True)
    said = count(voting(), votes(GO, GO, GO, KILL, RECUSE))
    assert (said.counts[RECUSE], said.quorum.present) == (1, 4)


def test_the_vote_of_a_delegate_who_became_the_owner_is_gone() -> None:
    given_ = {**{seat: Cast(seat, seat, seat, GO, NOW) for seat in (IDA, DAN, BEA)}, SAM: Cast(9, SAM, OWNER, KILL, NOW)}
    found = tally(voting(), filled(recused=[OWNER]), given_, mode=Mode.MEETING, recused=[OWNER], present=EVERYBODY)
    assert found.counts[KILL] == 0 and SAM in found.waiting


def test_attendance_is_from_arriving_until_leaving() -> None:
    there = Attendance(IDA, NOW, NOW + HOUR)
    assert [there.there(NOW + hours * HOUR) for hours in (-0.01, 0, 0.99, 1)] == [False, True, True, False]
    assert Attendance(IDA, NOW).there(NOW + 99 * HOUR)


def test_what_is_kept_of_a_tally_is_plain() -> None:
    found = count(voting(), votes(GO, GO, GO, HOLD, ABSTAIN)).plain()
    assert (found["outcome"], found["counts"]["go"], found["quorum"]["met"]) == ("go", 3, True)


# votes in effect


def row(id_: int, seat: int, ballot: Ballot = GO, supersedes: int | None = None) -> Cast:
    return Cast(id_, seat, seat, ballot, NOW, supersedes=supersedes)


def test_the_vote_that_nothing_supersedes_counts() -> None:
    rows = [row(1, IDA), row(2, DAN), row(3, IDA, KILL, 1), row(4, IDA, HOLD, 3)]
    assert {seat: one.id for seat, one in effective(rows).items()} == {IDA: 4, DAN: 2}
    assert effective(reversed(rows)) == effective(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [row(1, IDA), row(2, IDA)],  # two in effect
        [row(1, IDA), row(2, IDA, GO, 1), row(3, IDA, GO, 1)],  # one replaced twice
        [row(1, IDA), row(2, DAN, GO, 1)],  # of another seat
        [row(1, IDA, GO, 7)],  # of a row that is not there
        [row(1, IDA, GO, 2), row(2, IDA, GO, 1)],  # in a circle
        [row(1, IDA, GO, 1)],
    ],
)
def test_rows_that_contradict_each_other_decide_nothing(rows: list[Cast]) -> None:
    with pytest.raises(BrokenVotes):
        effective(rows)


# what must hold of any vote

ballots_of = st.lists(st.sampled_from([GO, COND, HOLD, RECYCLE, KILL, ABSTAIN]), min_size=5, max_size=5)
rules = st.builds(
    voting, st.sampled_from(list(Majority)), st.sampled_from(list(TieRule)), veto=st.sampled_from([(), (GateFunction.SECURITY,)])
)  # fmt: skip


def plainly(ballots: Mapping[int, Ballot], majority: Majority, *, veto: bool) -> str:
    """Once more by hand: for each outcome, who would be content with it."""
    chosen = [one for one in ballots.values() if one is not ABSTAIN]
    if not chosen:
        return "hold"
    order = [GO, COND, HOLD, RECYCLE, KILL]
    enough = {Majority.MAJORITY: Fraction(1, 2), Majority.TWO_THIRDS: Fraction(2, 3), Majority.UNANIMOUS: Fraction(1)}[majority]
    result = "kill"
    for outcome in (RECYCLE, HOLD, COND, GO):
        content = Fraction(sum(order.index(one) <= order.index(outcome) for one in chosen), len(chosen))
        needed = enough if outcome in (GO, COND) else Fraction(1, 2)
        if content > needed or (content == needed and needed != Fraction(1, 2)):
            result = {GO: "go", COND: "conditional_go", HOLD: "hold", RECYCLE: "recycle"}[outcome]
    vetoed = veto and ballots[SAM] in (HOLD, RECYCLE, KILL)
    return "hold" if vetoed and result in ("go", "conditional_go") else result


def test_all_votes_of_five_come_out_as_by_hand() -> None:
    """6^5 votes x 3 majorities, with and without a veto, ties to the stricter side."""
    number = 0
    for ballots in product([GO, COND, HOLD, RECYCLE, KILL, ABSTAIN], repeat=5):
        majority = list(Majority)[number % 3]
        veto = number % 2 == 0
        found = count(voting(majority, veto=(GateFunction.SECURITY,) if veto else ()), votes(*ballots))
        assert found.outcome is not None
        assert found.outcome.value == plainly(votes(*ballots), majority, veto=veto), (ballots, majority, veto)
        number += 1
    assert number == 6**5


@given(rules, ballots_of, st.integers(0, 4), st.sampled_from([GO, COND, HOLD, RECYCLE, KILL]))
def test_a_more_favourable_vote_never_makes_the_outcome_less_favourable(
    rule: Voting, ballots: list[Ballot], place: int, other: Ballot
) -> None:
    order = [GO, COND, HOLD, RECYCLE, KILL]
    changed = [*ballots[:place], other, *ballots[place + 1 :]]
    if ballots[place] is ABSTAIN:
        return
    before, after = (count(rule, votes(*each)).outcome for each in (ballots, changed))
    assert before is not None and after is not None
    if order.index(other) <= order.index(ballots[place]):
        assert OUTCOMES.index(after) <= OUTCOMES.index(before)
    else:
        assert OUTCOMES.index(after) >= OUTCOMES.index(before)


@given(rules, ballots_of)
def test_no_advance_over_a_veto_and_none_without_half_of_the_votes(rule: Voting, ballots: list[Ballot]) -> None:
    found = count(rule, votes(*ballots))
    if found.outcome in ADVANCING:
        assert not found.vetoes
        chosen = [one for one in ballots if one is not ABSTAIN]
        assert 2 * sum(one in (GO, COND) for one in chosen) >= len(chosen)


@given(rules, ballots_of, st.permutations(SEATS))
def test_the_order_of_seats_changes_nothing(rule: Voting, ballots: list[Ballot], seats: list[Seat]) -> None:
    one = count(rule, votes(*ballots))
    other = count(rule, votes(*ballots), seats=seats)
    assert replace(one, waiting=()) == replace(other, waiting=())
