"""Rates, share, variance, burn and what an end costs: worked by hand, and laws that hold for any amounts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portfolio.finance.choices import INFRASTRUCTURE, Basis, Category
from portfolio.finance.rules.burn import burn, by_month, planned_to, variance, variances
from portfolio.finance.rules.ending import bound_after, spend_avoided, sunk_cost
from portfolio.finance.rules.lines import Line, Promise, part, unknown_lines
from portfolio.finance.rules.rates import converted, rates_from
from portfolio.finance.rules.share import Band, Standing, share_of
from portfolio.finance.rules.years import fiscal_year, fiscal_year_of

BAND = Band(Decimal("0.40"), Decimal("0.50"))
RATES = rates_from("USD", [("EUR", date(2026, 7, 1), Decimal("1.20")), ("EUR", date(2026, 1, 1), Decimal("1.10"))])
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
AMOUNT = st.decimals(min_value=0, max_value=10**9, places=2)
PAIRS = st.lists(st.tuples(st.sampled_from([*Category, ""]), AMOUNT), max_size=12)
# A busy machine takes its time; that is no fault of what is tested.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _line(category: str, planned: int | None, actual: int | None, start: date = YEAR[0], end: date = YEAR[1]) -> Line:
    return Line(category, start, end, _money(planned), _money(actual))


def _money(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def test_the_rate_of_a_day_is_the_newest_that_holds_by_then() -> None:
    assert converted(Decimal(100), "EUR", date(2026, 6, 30), RATES) == Decimal("110.00")
    assert converted(Decimal(100), "EUR", date(2026, 7, 1), RATES) == Decimal("120.00")
    assert converted(Decimal(100), "USD", date(1999, 1, 1), RATES) == 100


def test_without_a_rate_an_amount_is_unknown_and_never_one_to_one() -> None:
    assert converted(Decimal(100), "EUR", date(2025, 12, 31), RATES) is None
    assert converted(Decimal(100), "GBP", date(2026, 7, 1), RATES) is None
    assert converted(None, "USD", date(2026, 7, 1), RATES) is None


def test_a_share_is_an_interval_that_what_is_in_no_category_widens() -> None:
    # compute 30 + storage 5 of 100, 10 in no category: 35 % to 45 %
    found = share_of(
        [("compute", Decimal(30)), ("storage", Decimal(5)), ("", Decimal(10)), ("people", Decimal(55))], BAND
    )  # fmt: skip
    assert found is not None
    assert (found.low, found.high, found.total) == (Decimal("0.35"), Decimal("0.45"), Decimal(100))
    assert found.standing is Standing.UNKNOWN
    # 40 % of 100 is 40: 5 are short at the low end, nothing at the high end
    assert found.short == (Decimal(0), Decimal(5))
    assert found.over == (Decimal(0), Decimal(0))


def test_the_gap_above_the_band_is_what_would_have_to_go() -> None:
    found = share_of([("compute", Decimal(70)), ("people", Decimal(30))], BAND)
    assert found is not None
    assert found.standing is Standing.ABOVE
    assert found.over == (Decimal(20), Decimal(20))  # 50 % of 100 is 50


@pytest.mark.parametrize(("category", "low", "high"), [("compute", "0.5", "1"), ("people", "0", "0.5"), ("", "0", "1")])
def test_a_line_of_unknown_size_takes_the_end_that_it_could_move(category: str, low: str, high: str) -> None:
    found = share_of([("compute", Decimal(5)), ("people", Decimal(5)), (category, None)], BAND)
    assert found is not None
    assert (found.low, found.high, found.unknown) == (Decimal(low), Decimal(high), 1)


def test_of_nothing_there_is_no_share() -> None:
    assert share_of([], BAND) is None
    assert share_of([("compute", Decimal(0)), ("people", None)], BAND) is None
    assert share_of([("compute", Decimal(-5))], BAND) is None


@UNHURRIED
@given(PAIRS)
def test_the_interval_holds_the_share_of_every_way_to_sort_what_is_in_no_category(pairs: list[tuple[str, Decimal]]) -> None:
    found = share_of(pairs, BAND)
    if found is None:
        assert sum(amount for _category, amount in pairs) == 0
        return
    inside = sum(Fraction(amount) for category, amount in pairs if category in INFRASTRUCTURE)
    none = sum(Fraction(amount) for category, amount in pairs if not category)
    for taken in (Fraction(0), none / 3, none):
        share = (inside + taken) / Fraction(found.total)
        assert Fraction(found.low) - Fraction(1, 10**9) <= share <= Fraction(found.high) + Fraction(1, 10**9)


@UNHURRIED
@given(PAIRS)
def test_what_is_short_brings_the_low_end_to_the_band_and_what_is_over_the_high_end(pairs: list[tuple[str, Decimal]]) -> None:
    found = share_of(pairs, BAND)
    if found is None:
        return
    more, less = found.short[1], found.over[1]
    if more:
        assert abs((found.infrastructure + more) / found.total - BAND.low) < Decimal("1e-9")
    if less:
        most = found.infrastructure + found.uncategorised
        assert abs((most - less) / found.total - BAND.high) < Decimal("1e-9")
    assert not (found.short[0] and found.over[0])


def test_monthly_actuals_answer_for_a_yearly_plan_and_the_other_way_round() -> None:
    plan = _line("compute", 1200, None)
    january = _line("compute", None, 90, date(2026, 1, 1), date(2026, 1, 31))
    people = _line("people", 500, None)
    today = date(2026, 3, 1)
    assert unknown_lines([plan, january, people], Basis.ACTUAL, today) == [people]
    assert unknown_lines([plan, january, people], Basis.PLANNED, today) == []
    assert unknown_lines([january], Basis.PLANNED, today) == [january]
    assert unknown_lines([people], Basis.ACTUAL, date(2025, 12, 31)) == []  # it has not begun


def test_variance_compares_what_is_spent_with_what_was_planned_by_today() -> None:
    lines = [_line("compute", 365, 200), _line("people", 730, None)]
    today = date(2026, 4, 10)  # the hundredth day
    found = variance(lines, today)
    assert [found.planned, found.to_date, found.actual, found.difference] == [*map(Decimal, (1095, 300, 200, -100))]
    assert (found.planned_unknown, found.actual_unknown, found.sure) == (0, 1, False)
    compute, people = variances(lines, today, [*Category, ""])
    assert (compute.category, compute.difference, compute.fraction) == ("compute", Decimal(100), Decimal(1))
    assert (people.category, people.to_date, people.actual_unknown) == ("people", Decimal(200), 1)


def test_burn_sets_money_against_time() -> None:
    found = burn([_line("compute", 1000, 300)], date(2026, 3, 14))  # 73 of 365 days
    assert found is not None
    assert (found.elapsed, found.used, found.pace) == (Decimal("0.2"), Decimal("0.3"), Decimal("1.5"))
    assert burn([], date(2026, 3, 14)) is None
    free = burn([_line("compute", None, 300)], date(2026, 3, 14))
    assert free is not None
    assert free.pace is None


def test_months_add_up_to_the_lines_and_the_future_has_no_actuals() -> None:
    lines = [_line("compute", 1000, 300), _line("people", 100, 40, date(2026, 2, 10), date(2026, 3, 9))]
    months = by_month(lines, date(2026, 3, 14))
    assert len(months) == 12
    assert round(sum((month.planned for month in months), Decimal(0)), 6) == 1100
    assert round(sum((month.actual or Decimal(0) for month in months), Decimal(0)), 6) == 340
    assert [month.actual is None for month in months] == [False] * 3 + [True] * 9


@UNHURRIED
@given(AMOUNT, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800), st.integers(0, 800))
def test_parts_before_and_after_a_day_are_the_whole(amount: Decimal, start: date, length: int, cut: int) -> None:
    end, day = start + timedelta(days=length), start + timedelta(days=cut)
    before = part(amount, start, end, start, day)
    after = part(amount, start, end, day + timedelta(days=1), end)
    assert abs(before + after - amount) < Decimal("1e-12") * max(amount, Decimal(1))


def test_what_was_planned_by_today_never_exceeds_the_plan() -> None:
    lines = [_line("compute", 100, None)]
    assert planned_to(lines, date(2025, 12, 31)) == 0
    assert planned_to(lines, date(2030, 1, 1)) == 100


@pytest.mark.parametrize(
    ("promise", "bound"),
    [
        (Promise(Decimal(365), *YEAR, None), 0),  # can be cancelled
        (Promise(Decimal(365), *YEAR, date(2026, 4, 10)), 0),  # fixed until the very day
        (Promise(Decimal(365), *YEAR, date(2026, 4, 20)), 10),
        (Promise(Decimal(365), *YEAR, date(2027, 4, 20)), 265),  # no more than to its end
        (Promise(Decimal(365), YEAR[0], None, YEAR[1]), 265),  # without an end its fixed time is its term
        (Promise(None, *YEAR, date(2026, 4, 20)), None),
        (Promise(Decimal(365), None, YEAR[1], date(2026, 4, 20)), None),
        (Promise(Decimal(365), date(2025, 1, 1), date(2025, 12, 31), date(2026, 12, 31)), 0),  # over
    ],
)
def test_what_still_has_to_be_paid_after_an_end(promise: Promise, bound: int | None) -> None:
    assert bound_after(promise, date(2026, 4, 10)) == bound


def test_sunk_cost_is_what_was_spent_and_what_is_bound() -> None:
    lines = [_line("compute", 1000, 300), _line("people", 500, None)]
    promises = [Promise(Decimal(365), *YEAR, date(2026, 4, 20)), Promise(None, *YEAR, date(2026, 4, 20))]
    found = sunk_cost(lines, promises, date(2026, 4, 10))
    assert found is not None
    assert (found.amount, found.unknown_lines, found.unknown_promises, found.sure) == (Decimal(310), 1, 1, False)
    assert sunk_cost([_line("compute", 1000, None)], [], date(2026, 4, 10)) is None


def test_spend_avoided_is_what_was_planned_later_less_what_cannot_be_cancelled() -> None:
    lines = [_line("compute", 365, 300), _line("people", 100, 90, date(2026, 1, 1), date(2026, 3, 31))]
    fixed = Promise(Decimal(365), *YEAR, date(2026, 6, 19))
    found = spend_avoided(lines, [fixed], date(2026, 4, 10))
    assert found is not None
    assert [found.planned, found.bound, found.amount] == [*map(Decimal, (265, 70, 195))]
    assert found.unknown_lines == 0
    unsure = spend_avoided(lines, [Promise(None, *YEAR, YEAR[1])], date(2026, 4, 10))
    assert unsure is not None
    assert unsure.amount is None
    assert spend_avoided([_line("compute", None, 300)], [], date(2026, 4, 10)) is None
    over = spend_avoided(lines, [Promise(Decimal(10000), *YEAR, YEAR[1])], date(2026, 4, 10))
    assert over is not None
    assert over.amount == 0


@pytest.mark.parametrize(
    ("day", "first", "name"),
    [("2026-01-01", 1, 2026), ("2026-09-30", 10, 2026), ("2026-10-01", 10, 2027), ("2026-03-31", 4, 2026)],
)
def test_a_fiscal_year_is_named_after_the_year_it_ends_in(day: str, first: int, name: int) -> None:
    found = fiscal_year_of(date.fromisoformat(day), first)
    assert found.name == name
    assert found.start <= date.fromisoformat(day) <= found.end
    assert found == fiscal_year(name, first)
    assert (found.end - found.start).days in (364, 365)
