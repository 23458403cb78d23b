"""The arithmetic of ages, on initiatives small enough to reckon by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from readiness.core.risk.cohort import Ending
from readiness.risk.rules.careers import DAYS_PER_MONTH, Ages, Known, LeftOut, ages, middle

ON = np.datetime64("2026-06-30", "D")
NOTHING: dict[str, Any] = {
    "began": "2025-01-01", "began_precision": "day", "produced": False, "produced_on": None, "produced_precision": "unknown",
    "closed": False, "abandoned": False, "closed_on": None, "closed_precision": "unknown", "met": None, "missing": None,
}  # fmt: skip
DATED = ("began", "produced_on", "closed_on", "met", "missing")


def one(**told: Any) -> Ages:
    values = NOTHING | told
    dates = {name: np.array([values[name]], dtype="datetime64[D]") for name in DATED}
    rest = {name: np.array([value]) for name, value in values.items() if name not in DATED}
    return ages(Known(**dates, **rest), ON)


def months(first: str, last: str) -> float:
    return float((np.datetime64(last) - np.datetime64(first)).astype(int)) / DAYS_PER_MONTH


def test_what_is_open_is_in_flight_until_the_day_that_is_asked_for() -> None:
    found = one()
    assert found.ending[0] == Ending.IN_FLIGHT
    assert (found.entry[0], found.leaving[0]) == (0, pytest.approx(months("2025-01-01", "2026-06-30")))
    assert np.isnat(found.ended_on[0])


@pytest.mark.parametrize(("abandoned", "ending"), [(True, Ending.ABANDONED), (False, Ending.IN_FLIGHT)])
def test_only_an_abandonment_is_one_and_every_closure_stops_the_clock(abandoned: bool, ending: Ending) -> None:
    found = one(closed=True, abandoned=abandoned, closed_on="2025-09-01", closed_precision="day")
    assert found.ending[0] == ending
    assert found.leaving[0] == pytest.approx(months("2025-01-01", "2025-09-01"))


def test_production_is_the_ending_whatever_came_after_it() -> None:
    found = one(
        produced=True, produced_on="2025-05-01", produced_precision="day", closed=True, abandoned=True, closed_on="2025-09-01",
        closed_precision="day",
    )  # fmt: skip
    assert (found.ending[0], str(found.ended_on[0])) == (Ending.PRODUCED, "2025-05-01")


def test_a_coarse_date_counts_as_the_middle_of_its_period_but_never_as_a_day_ahead() -> None:
    days = np.array(["2025-01-01"] * 4 + ["2026-01-01"], dtype="datetime64[D]")
    found = middle(days, np.array(["day", "month", "quarter", "year", "year"]), ON)
    assert [str(day) for day in found] == ["2025-01-01", "2025-01-15", "2025-02-15", "2025-07-02", "2026-06-30"]


def test_what_an_import_first_listed_is_at_risk_only_from_then_on() -> None:
    found = one(met="2025-12-01")
    assert found.entry[0] == pytest.approx(months("2025-01-01", "2025-12-01"))
    assert one(met="2024-06-01").entry[0] == 0  # listed before it began


def test_missing_from_an_import_ends_the_watching_and_nothing_else() -> None:
    found = one(met="2025-02-01", missing="2026-02-01")
    assert (found.ending[0], str(found.left_out[0])) == (Ending.IN_FLIGHT, "")
    assert found.leaving[0] == pytest.approx(months("2025-01-01", "2026-02-01"))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"began": None, "began_precision": "unknown"}, LeftOut.NO_BEGINNING),
        ({"began": "2026-07-01"}, LeftOut.BEGINS_LATER),
        ({"produced": True}, LeftOut.PRODUCTION_UNDATED),
        ({"closed": True, "abandoned": True}, LeftOut.CLOSURE_UNDATED),
        ({"closed": True, "closed_on": "2024-12-31", "closed_precision": "day"}, LeftOut.OUT_OF_ORDER),
        ({"produced": True, "produced_on": "2025-01-01", "produced_precision": "day"}, LeftOut.BEGAN_IN_PRODUCTION),
        ({"closed": True, "closed_on": "2025-03-01", "closed_precision": "day", "met": "2025-04-01"}, LeftOut.OVER_BEFORE_MET),
    ],
)
def test_who_has_no_age_is_left_out_with_the_reason(told: dict[str, Any], reason: LeftOut) -> None:
    assert one(**told).left_out[0] == reason


def test_dates_of_one_coarse_period_are_in_order_and_the_age_is_not_negative() -> None:
    found = one(began_precision="year", closed=True, abandoned=True, closed_on="2025-03-01", closed_precision="day")
    assert (str(found.left_out[0]), found.leaving[0]) == ("", 0)


def test_no_initiatives_make_no_ages() -> None:
    empty = {name: np.array([], dtype="datetime64[D]") for name in DATED}
    rest = {name: np.array([], dtype=np.asarray(value).dtype) for name, value in NOTHING.items() if name not in DATED}
    assert len(ages(Known(**empty, **rest), ON).leaving) == 0
