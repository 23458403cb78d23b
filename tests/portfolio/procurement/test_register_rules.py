"""In the plan or not, and what is due when: pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from portfolio.procurement.choices import InPlan
from portfolio.procurement.rules.plan import PlanShare, share_of, standing_of
from portfolio.procurement.rules.terms import by_month, is_over, months, turns, urgency

TODAY = date(2026, 11, 29)


def test_what_was_declared_counts_and_an_item_speaks_where_nobody_declared_anything() -> None:
    assert standing_of("unknown", has_item=True).counts is InPlan.YES
    assert standing_of("unknown", has_item=False).counts is InPlan.UNKNOWN
    outside = standing_of("no", has_item=True)
    assert outside.counts is InPlan.NO
    assert outside.conflict


def test_the_share_is_an_interval_of_what_nobody_knows_and_unknown_amounts_are_in_none_of_it() -> None:
    share = share_of([(InPlan.YES, Decimal(30)), (InPlan.NO, Decimal(50)), (InPlan.UNKNOWN, Decimal(20)), (InPlan.YES, None)])
    assert share == PlanShare(Decimal(30), Decimal(50), Decimal(20), 1)
    assert (share.low, share.high) == (0.3, 0.5)
    assert (PlanShare().low, PlanShare().high) == (None, None)


def test_a_term_that_ran_out_is_over_whatever_its_state_says() -> None:
    assert is_over("active", date(2026, 11, 28), TODAY)
    assert not is_over("active", TODAY, TODAY)
    assert is_over("cancelled", None, TODAY)


def test_how_a_renewal_stands() -> None:
    assert urgency("yes", date(2026, 11, 28), date(2026, 12, 28), TODAY) == "missed"
    assert urgency("yes", date(2026, 12, 28), date(2027, 1, 28), TODAY) == "soon"
    assert urgency("yes", date(2027, 6, 1), date(2027, 9, 1), TODAY) == "ahead"
    assert urgency("yes", None, date(2027, 9, 1), TODAY) == "unknown", "nobody knows how long notice takes"
    assert urgency("unknown", date(2027, 6, 1), date(2027, 9, 1), TODAY) == "unknown"
    assert urgency("no", None, date(2027, 9, 1), TODAY) == "ahead"
    assert urgency("no", None, None, TODAY) == "unknown"


def test_months_go_over_the_year_and_hold_every_day_of_theirs() -> None:
    assert months(TODAY, 3) == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    due = turns(7, date(2026, 12, 31), date(2027, 2, 1), TODAY, date(2027, 1, 31))
    assert [turn.what for turn in due] == ["notice"], "what ends behind the span is not in it"
    assert [len(found) for found in by_month(due, TODAY, 3).values()] == [0, 1, 0]
