"""The ledger against a slow naive one: a dictionary of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.core.sizing import headroom
from readiness.workloads.rules.capacity import Span, months, order_by, segments, shortfalls, tightest, unmet
from tests.sampling import of

FIRST = date(2027, 1, 1)
DAYS = 40


@dataclass(frozen=True)
class Pool:
    size: float | None = 8.0
    committed: float = 0.0
    ordered: float = 0.0
    arrives_on: date | None = None


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def naive_free(pool: Pool, held: list[Span], on: date) -> float:
    """Free on one day, straight from the definition."""
    assert pool.size is not None
    arrived = pool.ordered if pool.arrives_on is not None and pool.arrives_on <= on else 0
    taken = sum(row.quantity for row in held if row.starts_on <= on and (row.ends_on is None or row.ends_on >= on))
    return pool.size + arrived - pool.committed - taken


@st.composite
def spans(draw: st.DrawFn) -> Span:
    begin = draw(st.integers(0, DAYS - 1))
    length = draw(st.one_of(st.none(), st.integers(0, DAYS)))
    return Span(float(draw(st.integers(1, 6))), day(begin), None if length is None else day(begin + length))


pools = st.builds(
    Pool, st.integers(0, 20).map(float), st.integers(0, 4).map(float), st.integers(0, 8).map(float),
    st.integers(0, DAYS).map(day),
)  # fmt: skip


@settings(max_examples=of(200, suite=60), deadline=None)
@given(pools, st.lists(spans(), max_size=6), spans())
def test_segments_and_shortfalls_agree_with_counting_every_day(pool: Pool, held: list[Span], wanted: Span) -> None:
    last = wanted.ends_on or day(3 * DAYS)
    every = [wanted.starts_on + timedelta(days=n) for n in range((last - wanted.starts_on).days + 1)]
    by_day = {d: naive_free(pool, held, d) for d in every}
    parts = segments(pool, held, wanted.starts_on, wanted.ends_on)
    assert parts[0].starts_on == wanted.starts_on and parts[-1].ends_on == wanted.ends_on
    for d, free in by_day.items():
        assert next(p.free for p in parts if p.starts_on <= d and (p.ends_on is None or d <= p.ends_on)) == free
    assert tightest(pool, held, wanted.starts_on, wanted.ends_on).free == min(by_day.values())
    gaps = shortfalls(pool, held, wanted)
    short = {d: wanted.quantity - free for d, free in by_day.items() if free < wanted.quantity}
    told = {
        d: gap.quantity for gap in gaps for d in every if gap.starts_on <= d and (gap.ends_on is None or d <= gap.ends_on)
    }  # fmt: skip
    assert told == short


@settings(max_examples=of(100, suite=40), deadline=None)
@given(pools, st.lists(spans(), max_size=4), st.lists(spans(), min_size=1, max_size=4))
def test_a_queue_that_is_served_in_order_never_takes_more_than_there_is(pool: Pool, held: list[Span], queue: list[Span]) -> None:
    answers = unmet(pool, held, queue)
    given_out = [
        Span(want.quantity - lack.quantity, want.starts_on, want.ends_on)
        for want, lack in zip(queue, answers, strict=True)
        if lack is not None and lack.quantity < want.quantity
    ]
    for n in range(DAYS * 2):
        before, after = naive_free(pool, held, day(n)), naive_free(pool, [*held, *given_out], day(n))
        assert after >= min(before, 0)


@given(st.integers(0, 20).map(float), st.integers(0, 4).map(float), st.lists(spans(), max_size=6), spans())
def test_without_orders_the_ledger_is_the_sizing_core_s(size: float, committed: float, held: list[Span], wanted: Span) -> None:
    taken = tuple(headroom.Allocation(str(n), row.quantity, row.starts_on, row.ends_on) for n, row in enumerate(held))
    core = headroom.Pool(size, committed, taken)
    pool = Pool(size, committed)
    assert tightest(pool, held, wanted.starts_on, wanted.ends_on).free == core.free(wanted.starts_on, wanted.ends_on)
    try:
        core.allocate(headroom.Allocation("wanted", wanted.quantity, wanted.starts_on, wanted.ends_on))
        fits = True
    except headroom.OverAllocated:
        fits = False
    assert (shortfalls(pool, held, wanted) == []) is fits


def test_the_same_eight_accelerators_do_not_meet_two_requests() -> None:
    queue = [Span(8, day(0)), Span(8, day(0)), Span(2, day(0))]
    assert [lack.quantity for lack in unmet(Pool(8), [], queue) if lack] == [0, 8, 2]


def test_what_is_ordered_counts_from_the_day_it_arrives() -> None:
    pool = Pool(8, ordered=8, arrives_on=day(10))
    assert shortfalls(pool, [], Span(12, day(0))) == [Span(4, day(0), day(9))]
    assert shortfalls(pool, [], Span(12, day(10))) == []


def test_the_last_day_of_a_grant_is_held_and_the_next_one_is_free() -> None:
    held = [Span(8, day(0), day(5))]
    assert shortfalls(Pool(8), held, Span(1, day(5), day(5))) == [Span(1, day(5), day(5))]
    assert shortfalls(Pool(8), held, Span(8, day(6))) == []


def test_ten_tenths_are_one_and_not_a_little_more() -> None:
    tenths = [Span(0.1, day(0)) for _ in range(9)]
    assert shortfalls(Pool(1), tenths, Span(0.1, day(0))) == []
    assert tightest(Pool(1), [*tenths, Span(0.1, day(0))], day(0)).free == 0


def test_of_an_unknown_size_nothing_is_free_and_nothing_is_missing_for_sure() -> None:
    assert tightest(Pool(None), [Span(4, day(0))], day(0)).free is None
    assert unmet(Pool(None), [], [Span(4, day(0))]) == [None]


@pytest.mark.parametrize(
    ("needed", "lead", "expected"),
    [
        (date(2027, 6, 30), 90, (date(2027, 4, 1), 0)),
        (date(2027, 1, 31), 90, (date(2026, 11, 2), 60)),
        (date(2027, 1, 1), 0, (date(2027, 1, 1), 0)),
        (date(2027, 1, 1), None, (None, 0)),
        (date(1, 1, 2), 30, (date.min, (date(2027, 1, 1) - date.min).days)),
    ],
)
def test_order_by_is_need_minus_lead_time(needed: date, lead: int | None, expected: tuple[date | None, int]) -> None:
    found = order_by(needed, lead, date(2027, 1, 1))
    assert (found.order_by, found.late_days) == expected


def test_months_begin_today_and_then_on_the_first() -> None:
    assert months(date(2026, 11, 22), 3) == [date(2026, 11, 22), date(2026, 12, 1), date(2027, 1, 1)]


def test_spans_at_the_end_of_the_calendar_do_not_break_the_ledger() -> None:
    held = [Span(4, date.min, date.max)]
    assert tightest(Pool(8), held, date.min, date.max).free == 4
