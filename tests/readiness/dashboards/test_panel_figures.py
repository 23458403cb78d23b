"""Figures of the panels against slow computations over the same rows: amounts by the rules, verdicts by counting."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.test import TestCase

from portfolio.finance.models import BudgetLine, Commitment
from portfolio.finance.queries.facts import LINE_COLUMNS, PROMISE_COLUMNS, line_facts, promise_facts
from portfolio.finance.queries.rates import RateTable
from portfolio.finance.rules.ending import sunk_cost
from portfolio.finance.rules.lines import part
from portfolio.finance.rules.years import fiscal_year
from portfolio.initiatives.filters import InitiativeFilter
from portfolio.initiatives.models import Initiative
from readiness.assessments.models import Assessment, AssessmentAnswer, Question
from readiness.dashboards.queries.commitments import scaling
from readiness.dashboards.queries.help import who_needs_help
from readiness.dashboards.queries.knowledge import knowledge
from readiness.dashboards.queries.money import money_by_unit, spent_by_fate
from readiness.dashboards.rules.help import Reason
from readiness.dashboards.rules.knowledge import OF_REPLY, REQUIREMENTS
from readiness.dashboards.services.demo import load_everything
from readiness.evidence.models import Standing
from readiness.workloads.models import Requirement
from tests.readiness.dashboards import naive
from tests.readiness.dashboards.conftest import SEES_DEMO, SYSTEM, TODAY

FILTERS: tuple[dict[str, Any], ...] = ({}, {"status": ["active"]}, {"stage": "poc,pilot,scale-up"}, {"venue_training": "unknown"})
CENT = Decimal("0.01")


def left_by(filters: dict[str, Any]) -> QuerySet[Initiative]:
    rows: QuerySet[Initiative] = InitiativeFilter(filters, queryset=Initiative.objects.visible_to(SEES_DEMO)).qs
    return rows


def fate_of(row: Initiative) -> str:
    closure = naive.standing_closure(row)
    if closure is not None:
        return str(closure.kind) if closure.kind in naive.ABANDONED else "closed_otherwise"
    if row.stage is None:
        return "unknown_stage"
    return "in_production" if row.stage.kind == "production" else "in_flight"


class PanelFiguresTest(TestCase):
    """One demo of all slices for all of them."""

    table: RateTable

    @classmethod
    def setUpTestData(cls) -> None:
        load_everything(by=SYSTEM, count=120, seed=5, today=TODAY)
        cls.table = RateTable.load(demo=True)

    def lines(self, row: Initiative) -> list[Any]:
        rows: Any = BudgetLine.objects.filter(initiative=row).values(*LINE_COLUMNS)
        return line_facts(rows, self.table)

    def test_what_was_spent_and_is_sunk_equals_the_rule_of_one_initiative_added_up(self) -> None:
        for filters in FILTERS:
            found = spent_by_fate(left_by(filters), SEES_DEMO, "USD", TODAY)
            wanted: dict[str, Decimal] = {}
            many: Counter[str] = Counter()
            for row in left_by(filters).select_related("stage").prefetch_related("closures"):
                fate = fate_of(row)
                many[fate] += 1
                wanted.setdefault(fate, Decimal(0))
                wanted[fate] += sum((line.actual for line in self.lines(row) if line.actual is not None), Decimal(0))
                closure = naive.standing_closure(row)
                if fate in naive.ABANDONED and closure.closed_on:
                    promises: Any = Commitment.objects.filter(initiative=row).values(*PROMISE_COLUMNS)
                    sunk = sunk_cost(self.lines(row), promise_facts(promises, self.table), closure.closed_on)
                    wanted[fate] += sunk.bound if sunk else Decimal(0)
            assert {fate: one.initiatives for fate, one in found.items()} == dict(many)
            for fate, amount in wanted.items():
                assert abs(found[fate].spent + found[fate].bound - amount) < CENT, (filters, fate)

    def test_some_abandoned_initiative_is_still_bound_else_nothing_was_compared(self) -> None:
        assert any(one.bound for one in spent_by_fate(left_by({}), SEES_DEMO, "USD", TODAY).values())

    def test_planned_and_spent_of_a_year_equal_line_by_line(self) -> None:
        year = fiscal_year(TODAY.year, 1)
        for filters in FILTERS:
            found = money_by_unit(left_by(filters), SEES_DEMO, "USD", [year], TODAY)[year.name]
            planned: Counter[tuple[int, str]] = Counter()
            held: Counter[int] = Counter()
            for row in left_by(filters):
                inside = [line for line in self.lines(row) if line.start <= year.end and line.end >= year.start]
                held[row.unit_id] += bool(inside)
                for line in inside:
                    if line.planned is not None:
                        cut = part(line.planned, line.start, line.end, year.start, year.end)
                        planned[row.unit_id, line.category] += cut  # type: ignore[assignment]
            assert {pk: one.held for pk, one in found.items()} == dict(held)
            for (unit, category), amount in planned.items():
                assert abs(found[unit].planned[category] - amount) < CENT
            assert sum(len(one.planned) for one in found.values()) >= len(planned)

    def test_verdicts_by_dimension_equal_a_count_by_hand(self) -> None:
        for filters in FILTERS:
            running = left_by(filters).exclude(status="closed")
            found = knowledge(left_by(filters), SEES_DEMO, TODAY).knowledge
            wanted: dict[str, Counter[str]] = {}
            assessed = 0
            for row in running:
                newest = Assessment.objects.filter(initiative=row).order_by("-number").first()
                assessed += newest is not None
                answers = dict(AssessmentAnswer.objects.filter(assessment=newest).values_list("question_id", "reply"))
                for question in Question.objects.filter(bank=newest.bank_id) if newest else ():
                    reply = answers.get(question.pk, "unknown")
                    wanted.setdefault(question.dimension, Counter())[OF_REPLY[reply]] += 1
            verdicts = dict(Standing.objects.values_list("requirement_id", "verdict"))
            for pk in Requirement.objects.filter(initiative__in=running, retired_at=None, workload__retired_at=None).values_list(
                "pk", flat=True
            ):
                wanted.setdefault(REQUIREMENTS, Counter())[verdicts.get(pk, "unknown")] += 1
            assert (found.running, found.assessed) == (running.count(), assessed)
            assert {name: dict(found.verdicts[name]) for name in wanted} == {name: dict(one) for name, one in wanted.items()}

    def test_every_start_of_scaling_is_counted_once(self) -> None:
        for filters in FILTERS:
            found = scaling(left_by(filters), SEES_DEMO)
            started = left_by(filters).filter(stage_entries__stage__key="scale-up").distinct()
            assert found.known + found.unknown + found.hidden == started.count()
            for one in found.shown:
                first = Commitment.objects.filter(
                    initiative=one.id, category__in=("compute", "network", "storage", "orchestration")
                ).order_by("starts_on")[0]
                assert one.first_on == first.starts_on

    def test_who_stands_still_is_among_those_who_need_help(self) -> None:
        rows = list(left_by({}).select_related("stage").prefetch_related("closures", "stage_entries__stage__lifecycle",
                                                                         "stage_entries__initiative__closures"))  # fmt: skip
        late, _judged = naive.stalled(rows, rows, TODAY)
        found = who_needs_help(left_by({}), left_by({}), today=TODAY)
        told = {one.id for one in found.shown for trouble in one.troubles if trouble.reason is Reason.STALLED}
        shown = {one.id for one in found.shown}
        assert told == late & shown
        kinds = [len(one.troubles) for one in found.shown]
        assert kinds == sorted(kinds, reverse=True) and found.total >= len(found.shown)
        assert date(2000, 1, 1) < TODAY
