"""Drivers from money, purchases, silos, gates and milestones: what the slices say comes back, and what nobody said as unknown."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import isnan

import numpy as np
import pytest

from portfolio.finance.choices import Basis
from portfolio.finance.models import BudgetLine
from portfolio.finance.queries.facts import LINE_COLUMNS, line_facts
from portfolio.finance.queries.rates import RateTable, band_of, settings_now
from portfolio.finance.queries.standing import share_by
from portfolio.finance.rules.lines import total, unknown_lines
from portfolio.finance.rules.share import Standing
from portfolio.finance.services.rates import set_rate
from portfolio.initiatives.models import Initiative, Milestone
from portfolio.initiatives.services.milestones import add_milestone, change_milestone, complete_milestone
from portfolio.kit import clock
from portfolio.procurement.models import PurchaseShare
from portfolio.procurement.services.purchases import cancel_purchase
from readiness.gates.choices import Outcome, ProofKind
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Condition
from readiness.gates.services.conditions import prove_condition
from readiness.gates.services.waivers import approve_waiver, propose_waiver, review_waiver, revoke_waiver
from readiness.silos.choices import FindingState
from readiness.silos.models import Finding
from readiness.silos.queries.standing import finding_facts
from readiness.silos.services.judging import judge as judge_finding
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import line
from tests.portfolio.initiatives.pages import make
from tests.readiness.gates.deciding_world import NAMES, a_review, add_people, all_vote, decided, fresh, person
from tests.readiness.risk.drivers_world import answers_of, row_of, sheet_of
from tests.readiness.silos.portfolio import look, make_purchase, make_silos

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_budget_is_below_the_band_within_it_or_nobody_can_tell(organisation: Organisation) -> None:
    row = make(organisation)
    line(row, "compute", 10, 5)
    line(row, "people", 90, 45)
    assert answers_of(row)["infrastructure_share_low"] == 1
    line(row, "compute", 70, 0, label="More")
    assert answers_of(row)["infrastructure_share_low"] == 0
    line(row, "", 300, 0)
    assert isnan(answers_of(row)["infrastructure_share_low"])


def test_spend_is_ahead_of_progress_by_the_shares_of_both(organisation: Organisation) -> None:
    row = make(organisation)
    line(row, "compute", 100, 80)
    assert answers_of(row)["spend_ahead_of_progress"] == pytest.approx(0.8)
    stone = add_milestone(by=SYSTEM, initiative=row, name="Load test", due=clock.today() + DAY)
    complete_milestone(by=SYSTEM, milestone=stone)
    assert answers_of(row)["spend_ahead_of_progress"] == 0
    line(row, "people", 50, None)  # it has begun, and nobody says what was spent
    assert isnan(answers_of(row)["spend_ahead_of_progress"])


def budget_by_the_rules(row: Initiative) -> tuple[bool | None, float | None]:
    """Line by line, as the rules of finance have it."""
    held = BudgetLine.objects.filter(initiative=row).values(*LINE_COLUMNS)
    lines, today = line_facts(held, RateTable.load()), clock.today()
    share = share_by(lines, Basis.PLANNED, band_of(settings_now()), today)
    below = None if share is None or share.standing is Standing.UNKNOWN else share.standing is Standing.BELOW
    planned = total(lines, Basis.PLANNED)
    open_ = any(unknown_lines(lines, basis, today) for basis in Basis)
    return below, None if open_ or planned <= 0 else float(total(lines, Basis.ACTUAL) / planned)


def test_the_sums_of_the_database_are_those_of_the_rules_of_budgets(organisation: Organisation) -> None:
    """Lines of every kind: known, unknown, told by another line, in no category, in a currency with a rate and without."""
    set_rate(by=SYSTEM, currency="EUR", effective_on=date(2026, 3, 1), per_unit=Decimal("1.1"))
    set_rate(by=SYSTEM, currency="EUR", effective_on=date(2026, 6, 1), per_unit=Decimal("1.3"))
    rng, rows = np.random.default_rng(7), [make(organisation, name=f"Budget {number}") for number in range(40)]
    for row in rows:
        for number in range(int(rng.integers(0, 6))):
            begin = clock.today() + int(rng.integers(-300, 120)) * DAY
            planned, actual = [(10, 5), (60, 5), (10, None), (None, 5), (60, 20)][rng.integers(0, 5)]
            line(
                row, ["compute", "people", "", "storage"][rng.integers(0, 4)], planned, actual, label=f"line {number}",
                currency=["USD", "USD", "EUR", "EUR", "JPY"][rng.integers(0, 5)], period_start=begin,
                period_end=begin + int(rng.integers(20, 200)) * DAY,
            )  # fmt: skip
    sheet, seen = sheet_of(), set()
    for row in rows:
        budget, expected = sheet.facts[row_of(sheet, row)].budget, budget_by_the_rules(row)
        assert (budget.below, budget.spent) == expected, row
        seen |= {expected[0], expected[1] is None}
    assert seen == {True, False, None}


def test_purchases_count_by_what_is_known_of_the_plan(organisation: Organisation) -> None:
    row = make(organisation)
    assert isnan(answers_of(row)["purchases_out_of_plan"])
    bought = {word: make_purchase(organisation, "Stores", word, 10, in_plan=word) for word in ("unknown", "no", "yes")}
    for number, (word, expected) in enumerate((("unknown", None), ("no", 1.0), ("yes", 0.5))):
        PurchaseShare.objects.create(purchase=bought[word], initiative=row, share=Decimal(1))
        found = answers_of(row)["purchases_out_of_plan"]
        assert isnan(found) if expected is None else found == expected, number
    cancel_purchase(by=SYSTEM, purchase=bought["no"], reason="Not needed.")
    assert answers_of(row)["purchases_out_of_plan"] == 0


def test_a_silo_finding_is_unknown_until_somebody_looks_then_open_then_settled(organisation: Organisation) -> None:
    row, bystander = make(organisation), make(organisation, name="Bought nothing")
    PurchaseShare.objects.create(purchase=make_silos(organisation).purchases["stores"], initiative=row, share=Decimal(1))
    assert isnan(answers_of(row)["silo_finding_open"])
    look()
    assert answers_of(row)["silo_finding_open"] == 1 and isnan(answers_of(bystander)["silo_finding_open"])
    for pk in [one.id for one in finding_facts([row.pk])[row.pk].found]:
        judge_finding(by=SYSTEM, finding=Finding.objects.get(pk=pk), state=FindingState.ACCEPTED)
    assert answers_of(row)["silo_finding_open"] == 0


def test_conditions_and_waivers_are_unknown_before_gates_looked_and_end_with_proof_and_time(organisation: Organisation) -> None:
    add_people(organisation, NAMES)
    review = a_review(organisation)
    row, gates = review.initiative, ("gate_condition_open", "gate_condition_overdue", "waiver_active")
    assert all(isnan(answers_of(make(organisation))[key]) for key in gates)
    assert isnan(answers_of(row)["gate_condition_open"]) and answers_of(row)["waiver_active"] == 0
    paula, ida = person(organisation, "Paula"), person(organisation, "Ida")
    ends = clock.now() + 30 * DAY
    waiver = propose_waiver(
        by=paula, initiative=row, gate="poc", criterion="worth-it", reason="Late.", measure="A queue.", expires_at=ends
    )  # fmt: skip
    assert answers_of(row)["waiver_active"] == 0
    review_waiver(by=ida, waiver=waiver)
    approve_waiver(by=ida, waiver=waiver)
    assert answers_of(row)["waiver_active"] == 1 and answers_of(row, now=ends)["waiver_active"] == 0
    all_vote(organisation, review)
    due, otto = clock.today() + 10 * DAY, organisation.people["Otto"]
    wanted = Condition("Measure the peak.", otto.pk, due, Proof(ProofKind.PERSON))
    decided(organisation, fresh(review), Outcome.CONDITIONAL_GO, conditions=(wanted,))
    assert [answers_of(row)[key] for key in gates[:2]] == [1, 0]
    assert answers_of(row, today=due)["gate_condition_overdue"] == 0
    assert [answers_of(row, today=due + DAY)[key] for key in gates[:2]] == [1, 1]
    prove_condition(by=paula, condition=row.gate_conditions.get(), note="Shown on Monday.")
    revoke_waiver(by=ida, waiver=waiver, note="Not needed.")
    assert [answers_of(row, today=due + DAY)[key] for key in gates] == [0, 0, 0]


def test_milestones_slip_by_moving_and_by_passing(organisation: Organisation) -> None:
    row, today = make(organisation), clock.today()
    assert isnan(answers_of(row)["dates_slipped"])
    stones = [add_milestone(by=SYSTEM, initiative=row, name=f"M{number}", due=today + number * DAY) for number in (5, 6)]
    add_milestone(by=SYSTEM, initiative=row, name="Some day")
    assert answers_of(row)["dates_slipped"] == 0
    change_milestone(by=SYSTEM, milestone=stones[0], name="M5", due=today + 9 * DAY, done_on=None)
    assert answers_of(row)["dates_slipped"] == 0.5
    assert answers_of(row, today=today + 7 * DAY)["dates_slipped"] == 1
    assert Milestone.objects.filter(initiative=row).count() == 3
