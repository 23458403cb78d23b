"""Waivers: their way through the states, the two-person rule, and that no delay keeps one alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.gates.choices import WaiverState, WaiverStep
from readiness.gates.rules.templates.kinds import TeamRule
from readiness.gates.rules.templates.template import Waivers
from readiness.gates.rules.waivers import Asked, BrokenWaiver, Code, Event, asked_faults, deciding, faults, fold
from tests.readiness.gates.facts_world import NOW, criterion, days

PAT, VIC, OWNER = 1, 2, 3
PROPOSE, REVIEW, APPROVE, REJECT, EXTEND, REVOKE = WaiverStep
S = WaiverState


def events(*steps: tuple[WaiverStep, int, float] | tuple[WaiverStep, int, float, float]) -> list[Event]:
    """(step, by, days from now, [expiry in days from now])."""
    found = []
    for number, (step, by, at, *expiry) in enumerate(steps, start=1):
        expires = NOW + days(expiry[0]) if expiry else None
        found.append(Event(number, step, by, NOW + days(at), "because", "instead", expires))
    return found


APPROVED = events((PROPOSE, PAT, 0, 30), (REVIEW, PAT, 1), (APPROVE, VIC, 2))


def state(rows: Sequence[Event], at: float) -> WaiverState:
    return fold(rows, NOW + days(at)).state


def test_its_way_from_proposal_to_expiry() -> None:
    ways = [(0, S.PROPOSED), (1, S.UNDER_REVIEW), (1.9, S.UNDER_REVIEW), (2, S.ACTIVE), (29.99, S.ACTIVE), (30, S.EXPIRED)]
    for at, wanted in ways:
        assert state(APPROVED, at) is wanted
    assert fold(APPROVED, NOW + days(3)).approved_by == VIC


def test_what_begins_later_is_approved_and_not_in_force_before() -> None:
    rows = [replace(APPROVED[0], begins_at=NOW + days(10)), *APPROVED[1:]]
    assert [state(rows, at) for at in (3, 9.9, 10, 30)] == [S.APPROVED, S.APPROVED, S.ACTIVE, S.EXPIRED]
    assert not fold(rows, NOW + days(3)).in_force


def test_rejected_and_revoked_are_the_end() -> None:
    rejected = events((PROPOSE, PAT, 0, 30), (REVIEW, PAT, 1), (REJECT, VIC, 2))
    revoked = [*APPROVED, Event(4, REVOKE, VIC, NOW + days(5))]
    for rows, wanted in ((rejected, S.REJECTED), (revoked, S.REVOKED)):
        ended = fold(rows, NOW + days(99))
        assert ended.state is wanted
        assert all(faults(step, ended, by=VIC) for step in WaiverStep)


def test_an_approval_that_comes_after_the_end_makes_nothing_active() -> None:
    late = events((PROPOSE, PAT, 0, 30), (REVIEW, PAT, 1), (APPROVE, VIC, 31))
    assert state(late, 31) is S.EXPIRED


def test_extending_goes_back_to_review_and_an_expired_one_waits() -> None:
    running = [*APPROVED, Event(4, EXTEND, PAT, NOW + days(20), expires_at=NOW + days(60))]
    assert fold(running, NOW + days(21)).in_force and deciding(fold(running, NOW + days(21)))
    assert state(running, 30) is S.UNDER_REVIEW  # its old end came before the answer
    approved = [*running, Event(5, APPROVE, VIC, NOW + days(35))]
    assert [state(approved, at) for at in (34, 35, 59, 60)] == [S.UNDER_REVIEW, S.ACTIVE, S.ACTIVE, S.EXPIRED]
    expired = [*APPROVED, Event(4, EXTEND, PAT, NOW + days(40), expires_at=NOW + days(60))]
    assert state(expired, 41) is S.UNDER_REVIEW and not fold(expired, NOW + days(41)).in_force


def test_an_extension_that_is_rejected_leaves_what_there_was() -> None:
    running = [*APPROVED, Event(4, EXTEND, PAT, NOW + days(20), expires_at=NOW + days(60)), Event(5, REJECT, VIC, NOW + days(21))]
    assert [state(running, at) for at in (22, 29, 30)] == [S.ACTIVE, S.ACTIVE, S.EXPIRED]
    expired = [*APPROVED, Event(4, EXTEND, PAT, NOW + days(40), expires_at=NOW + days(60)), Event(5, REJECT, VIC, NOW + days(41))]
    assert state(expired, 42) is S.EXPIRED


def test_whoever_asked_never_approves_and_neither_does_the_owner() -> None:
    under_review = fold(APPROVED[:2], NOW + days(1))
    assert [one.code for one in faults(APPROVE, under_review, by=PAT)] == [Code.OWN_REQUEST]
    assert [one.code for one in faults(APPROVE, under_review, by=OWNER, recused=[OWNER])] == [Code.OWN_INITIATIVE]
    assert faults(APPROVE, under_review, by=VIC, recused=[OWNER]) == []
    assert faults(REJECT, under_review, by=PAT) == []  # to take one's own request back


def test_whoever_extends_becomes_one_of_those_who_asked() -> None:
    extended = [*APPROVED, Event(4, EXTEND, VIC, NOW + days(20), expires_at=NOW + days(60))]
    waiting = fold(extended, NOW + days(21))
    assert waiting.asked_by == {PAT, VIC}
    assert faults(APPROVE, waiting, by=VIC)[0].code is Code.OWN_REQUEST
    assert faults(APPROVE, waiting, by=PAT)[0].code is Code.OWN_REQUEST
    assert faults(EXTEND, waiting, by=PAT)[0].code is Code.NOT_FROM_HERE  # one at a time


@pytest.mark.parametrize(
    "rows",
    [
        [],
        APPROVED[1:],
        [replace(APPROVED[0], expires_at=None)],
        [*APPROVED[:2], replace(APPROVED[2], by=PAT)],  # approved by whoever asked
        [APPROVED[0], APPROVED[2]],  # never reviewed
        [*APPROVED, Event(4, EXTEND, PAT, NOW + days(3))],  # without an end
    ],
)
def test_rows_that_cannot_follow_each_other_are_a_broken_record(rows: list[Event]) -> None:
    with pytest.raises(BrokenWaiver):
        fold(rows, NOW + days(9))


RULE = Waivers(most_days=90)
ASKED = Asked("No GPUs before March.", "Requests are queued.", NOW + days(30))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": " "}, Code.REASON_MISSING),
        ({"measure": ""}, Code.MEASURE_MISSING),
        ({"expires_at": None}, Code.EXPIRY_MISSING),
        ({"expires_at": NOW}, Code.EXPIRY_IN_THE_PAST),
        ({"expires_at": NOW + days(91)}, Code.TOO_LONG),
        ({"begins_at": NOW + days(31)}, Code.NOT_BEFORE_EXPIRY),
    ],
)
def test_a_waiver_has_a_reason_a_measure_and_an_end(changes: dict[str, object], code: Code) -> None:
    one = criterion(TeamRule())
    assert asked_faults(ASKED, one, RULE, NOW) == asked_faults(replace(ASKED, expires_at=NOW + days(90)), one, RULE, NOW) == []
    assert [each.code for each in asked_faults(replace(ASKED, **changes), one, RULE, NOW)] == [code]  # type: ignore[arg-type]


def test_an_extension_ends_later_and_what_is_not_waivable_is_refused() -> None:
    standing = fold(APPROVED, NOW + days(5))
    same = asked_faults(ASKED, criterion(TeamRule()), RULE, NOW, standing=standing)
    assert [one.code for one in same] == [Code.EXPIRY_NOT_LATER]
    never = asked_faults(ASKED, criterion(TeamRule(), waivable=False), RULE, NOW)
    assert [one.code for one in never] == [Code.NOT_WAIVABLE]


acts = st.lists(
    st.tuples(st.sampled_from(WaiverStep), st.sampled_from([PAT, VIC, 7]), st.integers(0, 40), st.integers(1, 50)), max_size=12
)


@given(acts, st.integers(1, 60), st.integers(0, 900))
def test_whatever_people_do_nothing_is_in_force_unapproved_or_after_its_end(
    tried: list[tuple[WaiverStep, int, int, int]], first_end: int, later: int
) -> None:
    """Every act that the rules allow is written down; the fold never breaks, and time is never cheated."""
    rows = events((PROPOSE, PAT, 0, first_end))
    now = NOW
    for number, (step, by, hours, length) in enumerate(tried, start=2):
        now += timedelta(hours=hours)
        waiver = fold(rows, now)
        if step is PROPOSE or faults(step, waiver, by=by):
            continue
        expires = waiver.expires_at + days(length) if step is EXTEND else None
        rows.append(Event(number, step, by, now, expires_at=expires))
    at = now + timedelta(hours=later)
    waiver = fold(rows, at)
    if waiver.in_force:
        assert waiver.approved_by is not None and at < waiver.expires_at
        approvals = [one for one in rows if one.step is APPROVE]
        asked_before = {one.by for one in rows if one.step in (PROPOSE, EXTEND) and one.at <= approvals[-1].at}
        assert approvals and waiver.approved_by not in asked_before
    assert fold(rows, NOW + days(9_999)).state is not S.ACTIVE
