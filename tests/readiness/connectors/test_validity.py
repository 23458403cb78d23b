"""Each reason for which a run must not decide anything, at its limit."""

from __future__ import annotations

import pytest

from readiness.connectors import validity
from readiness.connectors.contract import Flaw, Load


def kinds(*found: validity.Found) -> list[Flaw]:
    return [flaw for flaw, _ in validity.flaws(*found)]


def test_a_run_without_a_completed_request_has_failed() -> None:
    assert kinds(validity.all_failed(Load(started=8, completed=0, failed=8))) == [Flaw.ALL_FAILED]
    assert kinds(validity.all_failed(Load(started=8, completed=1))) == []
    assert kinds(validity.all_failed(Load())) == []


@pytest.mark.parametrize(("failed", "flawed"), [(0, False), (10, False), (11, True), (1000, True)])
def test_up_to_one_per_cent_of_failures_is_let_pass(failed: int, flawed: bool) -> None:
    load = Load(started=1000, completed=1000 - failed, failed=failed)
    assert bool(kinds(validity.error_ratio(load))) == flawed


def test_failures_are_counted_against_those_that_ended_where_more_ended_than_started() -> None:
    assert validity.failed_share(Load(started=10, completed=90, failed=10)) == pytest.approx(0.1)
    assert validity.failed_share(Load(completed=90, failed=10)) == pytest.approx(0.1)
    assert validity.failed_share(Load(completed=0, failed=0)) is None
    assert validity.failed_share(Load(completed=90)) is None


def test_requests_that_neither_succeeded_nor_failed_are_missed() -> None:
    assert kinds(validity.uncounted(Load(started=150, completed=145, failed=0))) == [Flaw.INCOMPLETE]
    assert kinds(validity.uncounted(Load(started=150, completed=149, failed=0))) == []
    assert kinds(validity.uncounted(Load(started=150, completed=151))) == [Flaw.INCOMPLETE]
    assert kinds(validity.uncounted(Load(started=150))) == [Flaw.INCOMPLETE]


def test_answers_without_a_token_are_no_answers() -> None:
    assert kinds(validity.empty_answers(11, Load(completed=1000))) == [Flaw.INCOMPLETE]
    assert kinds(validity.empty_answers(10, Load(completed=1000))) == []


def test_ten_requests_are_the_least_for_a_distribution() -> None:
    assert kinds(validity.too_few(Load(completed=9))) == [Flaw.INCOMPLETE]
    assert kinds(validity.too_few(Load(completed=10))) == []


@pytest.mark.parametrize(("sent", "flawed"), [(9.0, False), (8.99, True), (0.0, True), (12.0, False), (None, False)])
def test_a_generator_must_reach_nine_tenths_of_what_it_was_asked_for(sent: float | None, flawed: bool) -> None:
    assert bool(kinds(validity.generator_saturated(10.0, sent))) == flawed


def test_delays_below_a_tenth_of_the_latency_or_fifty_milliseconds_are_noise() -> None:
    assert kinds(validity.sent_late(0.19, 2.0)) == []
    assert kinds(validity.sent_late(0.21, 2.0)) == [Flaw.GENERATOR_SATURATED]
    assert kinds(validity.sent_late(0.049, 0.01)) == []
    assert kinds(validity.sent_late(0.9, None)) == []
    assert kinds(validity.sent_late(1.1, None)) == [Flaw.GENERATOR_SATURATED]


@pytest.mark.parametrize(("in_flight", "flawed"), [(20.0, False), (22.0, False), (22.3, True), (18.3, False), (18.1, True)])
def test_little_holds_within_a_tenth(in_flight: float, flawed: bool) -> None:
    assert bool(kinds(validity.littles_law(10.0, 2.0, in_flight))) == flawed


def test_a_cap_need_not_be_reached_and_cannot_be_exceeded() -> None:
    assert kinds(validity.littles_law(10.0, 2.0, 512.0, limit_only=True)) == []
    assert kinds(validity.littles_law(10.0, 2.0, 16.0, limit_only=True)) == [Flaw.LITTLES_LAW]


def test_little_is_silent_where_one_of_the_three_was_not_measured() -> None:
    assert kinds(validity.littles_law(None, 2.0, 16.0), validity.littles_law(1.0, None, 16.0)) == []
    assert kinds(validity.littles_law(1.0, 2.0, None), validity.littles_law(1.0, 2.0, 0.0)) == []


def test_what_a_check_rests_on_must_be_a_number_where_it_is_given() -> None:
    assert kinds(validity.unusable({"n": "many"}, counts=("n",))) == [Flaw.INCOMPLETE]
    assert kinds(validity.unusable({"c": -8}, positives=("c",))) == [Flaw.INCOMPLETE]
    assert kinds(validity.unusable({"n": "12", "c": None}, counts=("n",), positives=("c",))) == []
