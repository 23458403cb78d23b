"""Every figure of the Portfolio page against a slow computation over the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import TestCase

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.demo import load_demo
from readiness.dashboards.queries.figures import portfolio_figures
from readiness.dashboards.rules.figures import PortfolioFigures
from tests.readiness.dashboards import naive
from tests.readiness.dashboards.conftest import SEES_DEMO, SYSTEM, TODAY

FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"status": ["active"]},
    {"stage": "poc,pilot"},
    {"venue_storage": "public_cloud"},
    {"tag": "edge"},
    {"lifecycle": "light"},
)


def visible() -> QuerySet[Initiative]:
    return Initiative.objects.visible_to(SEES_DEMO)


def units() -> dict[int, tuple[str, str]]:
    return {pk: (name, path) for pk, name, path in BusinessUnit.objects.values_list("id", "name", "path")}


def figures(filters: dict[str, Any]) -> tuple[PortfolioFigures, list[Initiative]]:
    rows = InitiativeFilter(filters, queryset=visible()).qs
    found = portfolio_figures(rows, visible(), units=units(), unit=filters.get("unit"), today=TODAY)
    return found, loaded(rows)


def loaded(rows: QuerySet[Initiative]) -> list[Initiative]:
    return list(
        rows.select_related("stage").prefetch_related(
            "closures", "stage_entries__stage__lifecycle", "stage_entries__initiative__closures"
        )
    )


class PortfolioFiguresTest(TestCase):
    """One demo of three hundred for all of them; each test asks with every filter."""

    @classmethod
    def setUpTestData(cls) -> None:
        load_demo(by=SYSTEM, count=300, seed=3, today=TODAY)

    def cases(self) -> Iterator[tuple[PortfolioFigures, list[Initiative]]]:
        for filters in FILTERS:
            with self.subTest(filters=filters):
                yield figures(filters)

    def test_counts_equal_a_count_by_hand(self) -> None:
        for found, rows in self.cases():
            assert rows
            expected = naive.counts(rows)
            assert {name: getattr(found.counts, name) for name in expected} == dict(expected)

    def test_times_in_stage_equal_quantiles_by_hand(self) -> None:
        for found, rows in self.cases():
            expected = naive.stays(rows, TODAY)
            assert {(time.stage.lifecycle, time.stage.stage) for time in found.history.times} == set(expected)
            for time in found.history.times:
                entries = expected[time.stage.lifecycle, time.stage.stage]
                lengths = [length for _entry, length in entries if length is not None]
                assert (time.n, time.undated) == (len(lengths), len(entries) - len(lengths))
                if lengths:
                    quantiles = [naive.quantile(lengths, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
                    assert [time.low, time.q1, time.median, time.q3, time.high] == pytest.approx(quantiles)

    def test_gates_equal_paths_followed_by_hand(self) -> None:
        for found, rows in self.cases():
            for flow in found.history.flows:
                for gate in flow.gates():
                    expected = naive.gate(rows, flow.lifecycle, gate.stage.stage)
                    names = ("entered", "went_on", "abandoned", "closed_otherwise", "here", "unknown")
                    assert {name: getattr(gate, name) for name in names} == {name: expected[name] for name in names}

    def test_the_stalled_are_those_beyond_nine_in_ten_of_the_whole_cohort(self) -> None:
        for found, rows in self.cases():
            expected, judged = naive.stalled(rows, loaded(visible()), TODAY)
            assert (found.history.stalled.count, found.history.stalled.judged) == (len(expected), judged)
            assert {row.id for row in found.history.stalled.longest} <= expected

    def test_the_demo_has_stalled_ones_so_that_the_figure_shows(self) -> None:
        found, _rows = figures({})
        assert 0 < found.history.stalled.count < found.history.stalled.judged

    def test_answers_count_open_initiatives_and_keep_unknown_apart(self) -> None:
        found, rows = figures({})
        alive = [row for row in rows if row.status != "closed"]
        for function, mix in found.venues.items():
            expected = Counter(getattr(row, f"venue_{function}") for row in alive)
            assert mix.unknown == expected.pop("unknown")
            assert dict(mix.answers) == dict(expected)
        share = found.procurement.share("separate")
        separate = sum(row.procurement_route == "separate" for row in alive)
        known = sum(row.procurement_route != "unknown" for row in alive)
        assert share is not None
        assert (share.part, share.whole) == (separate, known)

    def test_units_add_up_to_the_whole_at_every_level(self) -> None:
        found, _rows = figures({})
        assert sum(unit.counts.total for unit in found.units) == found.counts.total
        first = found.units[0]
        below, rows = figures({"unit": first.id})
        assert below.counts == first.counts
        assert sum(unit.counts.total for unit in below.units) == len(rows)

    def test_too_few_stays_are_not_enough_history_and_not_zero(self) -> None:
        keep = visible().filter(stage__kind="before_production", status="active").values_list("pk", flat=True)[:5]
        few = visible().filter(pk__in=list(keep))
        found = portfolio_figures(few, few, units=units(), unit=None, today=TODAY)
        assert (found.history.stalled.judged, found.history.stalled.not_judged) == (0, 5)

    def test_nothing_visible_gives_zeros_and_no_shares(self) -> None:
        none = Initiative.objects.none()
        found = portfolio_figures(none, none, units={}, unit=None, today=TODAY)
        assert found.counts.total == 0
        assert found.containerised.share("yes") is None
        assert found.history.flows == ()
