"""Capacity is a ledger: what one workload holds, another cannot have."""

from __future__ import annotations

from datetime import date

import pytest

from readiness.core.sizing.headroom import Allocation, OverAllocated, Pool, headroom, met_in_turn, order_by

EIGHT = Pool(size=8, committed=0)
MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))


def test_five_workloads_cannot_all_be_met_by_the_same_eight_accelerators() -> None:
    wishes = [Allocation(name, 2, MAY) for name in ("chat", "search", "claims", "code", "vision")]
    pool, answers = met_in_turn(EIGHT, wishes)
    refused = answers[4]
    assert answers[:4] == [None] * 4
    assert refused is not None
    assert (refused.wanted, refused.free, refused.day) == (2, 0, MAY)
    assert pool.free(MAY) == 0


def test_free_over_a_range_is_its_least_day() -> None:
    pool = EIGHT.allocate(Allocation("chat", 3, JUNE, JULY)).allocate(Allocation("code", 2, JULY))
    assert [pool.free_on(day) for day in (MAY, JUNE, JULY, AUGUST)] == [8, 5, 3, 6]
    assert pool.free(MAY, AUGUST) == 3
    assert pool.free(AUGUST) == 6
    assert pool.free(MAY, date(2026, 5, 31)) == 8


def test_the_last_day_still_counts_and_the_next_is_free() -> None:
    pool = EIGHT.allocate(Allocation("chat", 8, MAY, JUNE))
    with pytest.raises(OverAllocated):
        pool.allocate(Allocation("code", 1, JUNE, JULY))
    assert pool.allocate(Allocation("code", 8, date(2026, 6, 2))).free(JULY) == 0


def test_what_is_committed_elsewhere_is_not_free_and_what_is_given_back_is() -> None:
    pool = Pool(8, committed=3).allocate(Allocation("chat", 5, MAY))
    assert pool.free(MAY) == 0
    assert pool.without("chat").free(MAY) == 5


def test_an_open_allocation_later_blocks_an_open_one_now() -> None:
    pool = EIGHT.allocate(Allocation("chat", 6, AUGUST))
    with pytest.raises(OverAllocated) as caught:
        pool.allocate(Allocation("code", 3, MAY))
    assert (caught.value.free, caught.value.day) == (2, AUGUST)
    pool.allocate(Allocation("code", 3, MAY, JULY))


@pytest.mark.parametrize("wrong", [Allocation("x", 0, MAY), Allocation("x", -1, MAY), Allocation("x", 1, JUNE, MAY)])
def test_an_allocation_of_nothing_or_backwards_is_refused(wrong: Allocation) -> None:
    with pytest.raises(ValueError, match="want an amount"):
        EIGHT.allocate(wrong)


def test_headroom_and_the_order_date() -> None:
    assert headroom(free=12, required=8) == pytest.approx(0.5)
    assert headroom(free=0, required=8) == -1
    assert order_by(date(2026, 9, 1), lead_time_days=120) == date(2026, 5, 4)
    with pytest.raises(ValueError, match="above 0"):
        headroom(8, 0)
    with pytest.raises(ValueError, match="lead time"):
        order_by(MAY, -1)
