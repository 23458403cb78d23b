"""How a figure went: one line of reconstructed and kept figures, and where the kept ones begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portfolio.kit.templatetags.ui_charts import twin
from readiness.risk.queries.explained import Course, Point, Ruling
from readiness.risk.tables.explained_charts import course_chart

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
MADE = BEGAN + timedelta(days=200)  # when the past was computed, on the day of the first kept figure


def _point(number: int, *, reconstructed: bool) -> Point:
    day = BEGAN + timedelta(days=30 * number)
    at = MADE if reconstructed else MADE + timedelta(days=30 * number)
    on = day.date() if reconstructed else at.date()
    return Point(number, on, at, 0.3 + number / 100, 0.1, 0.6, 1, frozen=not reconstructed, reconstructed=reconstructed)


def test_reconstructed_and_kept_figures_are_one_line_with_its_change_marked() -> None:
    points = (*(_point(number, reconstructed=True) for number in range(4)), *(_point(one, reconstructed=False) for one in (0, 1)))
    chart = course_chart(Course(points, (Ruling(1, BEGAN + timedelta(days=40), "Pilot gate", "go"),)), 24)
    assert chart is not None
    figure, decisions = chart["series"]
    assert [one["hollow"] for one in figure["data"]] == [True] * 4 + [False] * 2
    assert [one["t"] for one in figure["data"]] == sorted(one["t"] for one in figure["data"])
    assert decisions["as"] == "dots" and len(decisions["data"]) == 1
    assert [one["value"] for one in chart["markers"]] == [int(MADE.timestamp() * 1000)]
    assert "Hollow figures are reconstructed" in chart["summary"] and "Dark dots are decisions" in chart["summary"]
    rows = twin(chart)["rows"]
    assert len(rows) == 6 + 1 + 1 and "20 Jul 2026" in rows[-1][1]["text"], "the mark's day in words, not in milliseconds"


def test_figures_of_one_kind_have_no_mark() -> None:
    for reconstructed in (True, False):
        chart = course_chart(Course(tuple(_point(one, reconstructed=reconstructed) for one in range(3)), ()), 24)
        assert chart is not None and chart["markers"] == []
        assert ("Hollow" in chart["summary"]) == reconstructed
