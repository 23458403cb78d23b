"""When sources are asked, for how long, and what follows from a failure."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.evidence.choices import Failure
from readiness.evidence.rules.circuit import LONGEST_S, MOST_ASKED_S, OPEN_AFTER, after_failure
from readiness.evidence.rules.schedule import Lane, lane, next_slot, offset_s, patience_s, share_s, smoothed_s

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
MOMENTS = st.integers(1_577_836_800, 2_208_988_800).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(now=MOMENTS, source_id=st.integers(1, 10**9), interval_s=st.integers(60, 31 * 86_400))
def test_the_next_slot_is_ahead_by_at_most_an_interval_and_the_same_for_everybody_before_it(
    now: datetime, source_id: int, interval_s: int
) -> None:
    slot = next_slot(now, source_id, interval_s)
    assert timedelta(0) < slot - now <= timedelta(seconds=interval_s + 1e-3)
    between = now + (slot - now) / 2
    assert abs((next_slot(between, source_id, interval_s) - slot).total_seconds()) < 1e-3


def test_after_a_pause_there_is_one_slot_not_one_for_each_that_was_missed() -> None:
    due = next_slot(NOW, 7, 900)
    after = next_slot(due + timedelta(days=3, seconds=1), 7, 900)
    assert (after - due).total_seconds() % 900 == pytest.approx(0, abs=1e-3)
    assert timedelta(days=3) < after - due <= timedelta(days=3, seconds=900)


def test_neighbouring_sources_are_spread_over_their_interval() -> None:
    minutes = Counter(int(offset_s(source_id, 900) // 60) for source_id in range(1000, 1500))
    assert len(minutes) == 15
    assert max(minutes.values()) <= 1.2 * 500 / 15


def test_what_failed_or_usually_takes_long_goes_into_the_slow_lane() -> None:
    assert lane(failures=0, typical_s=None) is Lane.FAST
    assert lane(failures=0, typical_s=4.9) is Lane.FAST
    assert lane(failures=0, typical_s=5.1) is Lane.SLOW
    assert lane(failures=1, typical_s=0.1) is Lane.SLOW


def test_the_fast_lane_has_little_patience_and_the_slow_one_all_that_was_set() -> None:
    assert patience_s(lane=Lane.FAST, deadline_s=60, typical_s=None) == 25
    assert patience_s(lane=Lane.FAST, deadline_s=10, typical_s=None) == 10
    assert patience_s(lane=Lane.SLOW, deadline_s=60, typical_s=40) == 60


def test_a_feed_that_hangs_leaves_the_others_their_share() -> None:
    assert share_s(60, 3) == 20
    assert share_s(40, 2) == 20
    assert share_s(59.9, 1) == 59.9


def test_what_a_pull_takes_is_smoothed() -> None:
    assert smoothed_s(None, 2) == 2
    assert smoothed_s(1, 2) == pytest.approx(1.3)


def test_what_may_pass_by_itself_is_retried_ever_more_seldom_until_the_circuit_opens() -> None:
    waits = [after_failure(failures=n, failure=Failure.RETRY, interval_s=900) for n in range(1, 10)]
    assert [one.seconds for one in waits] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert [one.stopped for one in waits] == [False] * (OPEN_AFTER - 1) + [True] * 5


def test_a_source_that_is_asked_often_is_not_retried_more_often_than_that_and_stops_all_the_same() -> None:
    waits = [after_failure(failures=n, failure=Failure.TOO_LONG, interval_s=60).seconds for n in range(1, 7)]
    assert waits == [30, 60, 60, 60, 480, 960]


@pytest.mark.parametrize("failure", [Failure.MEND, Failure.LOOK, Failure.BROKEN])
def test_what_somebody_must_mend_or_look_at_is_not_hurried(failure: Failure) -> None:
    first = after_failure(failures=1, failure=failure, interval_s=60).seconds
    assert first == (3600 if failure is Failure.MEND else 900)
    assert after_failure(failures=3, failure=failure, interval_s=60).seconds == LONGEST_S
    assert after_failure(failures=1, failure=failure, interval_s=7200).seconds == 7200


@given(
    failures=st.integers(1, 10**6), failure=st.sampled_from(list(Failure)), interval_s=st.integers(60, 31 * 86_400),
    retry_after_s=st.none() | st.floats(0, 1e9), dice=st.floats(0, 1),
)  # fmt: skip
def test_no_pause_is_shorter_than_asked_nor_without_an_end(
    failures: int, failure: Failure, interval_s: int, retry_after_s: float | None, dice: float
) -> None:
    pause = after_failure(
        failures=failures, failure=failure, interval_s=interval_s, retry_after_s=retry_after_s, dice=dice
    )  # fmt: skip
    assert pause.seconds >= min(retry_after_s or 0, MOST_ASKED_S)
    assert 24 <= pause.seconds <= max(MOST_ASKED_S, 1.2 * max(LONGEST_S, interval_s))


def test_sources_that_failed_together_do_not_come_back_together() -> None:
    waits = {after_failure(failures=3, failure=Failure.RETRY, interval_s=900, dice=n / 10).seconds for n in range(11)}
    assert (min(waits), max(waits), len(waits)) == (96, 144, 11)
