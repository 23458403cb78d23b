"""The sequence rules, with dates that are known to the day, the month, the quarter, the year, or not at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.initiatives.choices import DateKind
from readiness.workloads.rules.sequence import Dated, Rule, Verdict, days_of, judge, sequences

NOBODY_KNOWS = Dated()


def on(text: str, precision: str = "day") -> Dated:
    return Dated(date.fromisoformat(text), precision)


@pytest.mark.parametrize(
    ("first", "then", "verdict", "days", "exact"),
    [
        (on("2026-03-01"), on("2026-03-11"), Verdict.MET, 10, True),
        (on("2026-03-11"), on("2026-03-01"), Verdict.NOT_MET, 10, True),
        (on("2026-03-01"), on("2026-03-01"), Verdict.MET, 0, True),
        (on("2026-03-01", "month"), on("2026-03-20"), Verdict.UNKNOWN, None, True),
        (on("2026-03-01", "month"), on("2026-04-01"), Verdict.MET, 1, False),
        (on("2026-04-01", "month"), on("2026-03-31"), Verdict.NOT_MET, 1, False),
        (on("2026-04-01", "quarter"), on("2026-06-01", "month"), Verdict.UNKNOWN, None, True),
        (on("2025-01-01", "year"), on("2026-01-01", "quarter"), Verdict.MET, 1, False),
        (on("2026-01-01", "year"), on("2026-06-01", "year"), Verdict.UNKNOWN, None, True),
        (on("2024-02-01", "month"), on("2024-02-29"), Verdict.MET, 0, False),
    ],
)
def test_the_order_is_judged_where_there_is_no_doubt(
    first: Dated, then: Dated, verdict: Verdict, days: int | None, exact: bool
) -> None:
    found = judge(Rule.COMPUTE_BEFORE_MODEL, first, then)
    assert (found.verdict, found.days, found.exact) == (verdict, days, exact)
    assert found.missing == ()


def test_an_unknown_verdict_names_the_date_that_nobody_knows() -> None:
    compute, commitment = sequences({DateKind.ARCHITECTURE_DECIDED: on("2026-03-01")})
    assert (compute.verdict, compute.missing) == (Verdict.UNKNOWN, (DateKind.MODEL_SELECTED,))
    assert commitment.missing == (DateKind.INFRASTRUCTURE_COMMITTED, DateKind.SCALE_START)
    assert judge(Rule.COMPUTE_BEFORE_MODEL, Dated(date(2026, 1, 1), "unknown"), on("2026-03-01")).missing == (
        DateKind.ARCHITECTURE_DECIDED,
    )


@given(
    st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.sampled_from(["day", "month", "quarter", "year"]),
    st.dates(date(2000, 1, 1), date(2050, 12, 31)), st.sampled_from(["day", "month", "quarter", "year"]),
)  # fmt: skip
def test_a_verdict_holds_for_every_day_that_the_precision_allows(a: date, fine: str, b: date, coarse: str) -> None:
    found = judge(Rule.COMPUTE_BEFORE_MODEL, Dated(a, fine), Dated(b, coarse))
    first, then = days_of(Dated(a, fine)), days_of(Dated(b, coarse))
    assert first and then and first[0] <= a <= first[1] and (first[1] + timedelta(days=1)).day in (1, a.day + 1)
    never_inverted, always_inverted = first[1] <= then[0], first[0] > then[1]
    expected = Verdict.MET if never_inverted else Verdict.NOT_MET if always_inverted else Verdict.UNKNOWN
    assert found.verdict == expected
