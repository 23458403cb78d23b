"""Likely abandoned spend: amounts as finance tells them, figures as lists show them, and what nobody knows beside them."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import numpy as np
import pytest

from portfolio.finance.choices import Basis
from portfolio.finance.models import BudgetLine, Commitment
from portfolio.finance.queries.facts import LINE_COLUMNS, PROMISE_COLUMNS, line_facts, promise_facts
from portfolio.finance.queries.rates import RateTable
from portfolio.finance.rules.ending import bound_after
from portfolio.finance.rules.lines import total, unknown_lines
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.outbox.models import Event, Job
from readiness.core.risk.spend import Overrun, amounts, amounts_by_part
from readiness.risk.models import Score, Spending, Stake
from readiness.risk.queries.scores import current_generation
from readiness.risk.queries.spending.drawing import together
from readiness.risk.queries.spending.items import items
from readiness.risk.rules.spending import OVERRUN, carriers, draws_for, kept_from
from tests.people import Organisation
from tests.readiness.risk.explaining_world import ended, in_flight, past, score
from tests.readiness.risk.spending_world import TODAY, keep, line, promise, rate

pytestmark = pytest.mark.django_db


def test_parts_are_sums_of_the_same_outcomes_and_cost_what_the_whole_costs() -> None:
    rng = np.random.default_rng(3)
    p, spent, bound = rng.random((4, 30)), rng.random(30), rng.random(30) * (rng.random(30) < 0.5)
    parts = rng.integers(0, 3, 30)
    columns = np.eye(3)[parts]
    found = amounts_by_part(p, spent, bound, parts, repeats=40_000, seed=1)
    plain = amounts(p, spent[:, None] * columns, bound[:, None] * columns, repeats=40_000, seed=2)
    assert found.mean(axis=0) == pytest.approx(plain.mean(axis=0), rel=0.01)
    assert np.quantile(found, 0.9, axis=0) == pytest.approx(np.quantile(plain, 0.9, axis=0), rel=0.01)
    late = amounts_by_part(p, spent, bound, parts, repeats=40_000, seed=1, overrun=Overrun(1.27, 0.8))
    exact = [(p.mean(axis=0) * (spent + 1.27 * bound))[parts == part].sum() for part in range(3)]
    assert late.mean(axis=0) == pytest.approx(exact, rel=0.02)


def test_the_published_portfolio_comes_out_whole_and_as_two_parts() -> None:
    """RISK.md 4: E 300, P90 600, P(0) .168, P(>= 600) .164."""
    p, spent = np.array([[0.5, 0.4, 0.3, 0.2]]), np.array([100.0, 200.0, 300.0, 400.0])
    found = amounts_by_part(p, spent, np.zeros(4), np.array([0, 1, 0, 1]), repeats=200_000).sum(axis=1)
    assert found.mean() == pytest.approx(300, abs=2)
    assert np.quantile(found, 0.9, method="inverted_cdf") == 600
    assert (found == 0).mean() == pytest.approx(0.168, abs=0.004)
    assert (found >= 599).mean() == pytest.approx(0.164, abs=0.004)


def test_few_initiatives_carry_most_of_the_expected_loss() -> None:
    assert carriers([70, 10, 10, 5, 5]) == 2
    assert carriers([]) == 0
    assert carriers([1, 1, 1, 1, 1]) == 4
    assert draws_for(10) == 4_000 and draws_for(10_000) == 400 and draws_for(3_333) % 2 == 0


def every_shape(organisation: Organisation) -> list[Initiative]:
    """Lines and promises of every kind, by two to an initiative."""
    rate("EUR", "1.25")
    rows = []
    kinds = product((1_000, None), ("USD", "EUR", "CHF"), (400, 10, -5), ("compute", "people"))
    for number, (actual, currency, ago, category) in enumerate(kinds):
        if number % 3 == 0:
            rows.append(in_flight(organisation, f"Shape {number}"))
        line(rows[-1], actual=actual, planned=900, currency=currency, ago=ago, category=category, label=str(number))
    spans = product((500, None), ("USD", "EUR", "CHF"), ((-10, 9, 9), (-10, 9, 3), (-10, -2, 4), (5, 24, 14), (-10, 9, None)))
    for number, (amount, currency, (start, end, until)) in enumerate(spans):
        promise(rows[number % len(rows)], amount, start=start, end=end, until=until, label=str(number), currency=currency)
    return rows


def test_amounts_are_what_the_rules_of_finance_say_of_each_initiative(organisation: Organisation) -> None:
    rows = every_shape(organisation)
    rows.append(in_flight(organisation, "Nobody entered anything"))
    keep()
    table = RateTable.load()
    for row in rows:
        lines = line_facts(BudgetLine.objects.filter(initiative=row).values(*LINE_COLUMNS), table)
        bounds = [
            bound_after(one, TODAY)
            for one in promise_facts(Commitment.objects.filter(initiative=row).values(*PROMISE_COLUMNS), table)
        ]
        stake = Stake.objects.get(initiative=row)
        known = any(one.actual is not None for one in lines)
        assert stake.spent == (total(lines, Basis.ACTUAL) if known else None), row.name
        wanted = [one for one in bounds if one is not None]
        assert (stake.bound is None) == (not wanted)
        assert stake.bound is None or abs(stake.bound - sum(wanted)) < Decimal("0.01")
        open_ = unknown_lines(lines, Basis.ACTUAL, TODAY)
        assert (stake.unknown > 0 or stake.no_rate > 0) >= bool(open_), row.name
        assert bool(stake.unbounded or stake.no_rate) >= (None in bounds), row.name


def test_an_amount_without_a_rate_is_counted_apart_and_is_no_zero(organisation: Organisation) -> None:
    row = in_flight(organisation, "Swiss")
    line(row, actual=700, currency="CHF")
    keep()
    stake = Stake.objects.get()
    assert (stake.spent, stake.no_rate, stake.unknown) == (None, 1, 0)
    (item,) = items(Initiative.objects.all(), None)
    assert not item.known and item.expected is None


@pytest.fixture
def spending(organisation: Organisation) -> dict[str, Initiative]:
    """Three of Retail's with amounts, one without; one of Logistics'; all scored beside a past."""
    past(organisation)
    found = {name: in_flight(organisation, name, unit) for name, unit in (
        ("Shelf", "Stores"), ("Price", "Retail"), ("Till", "Retail"), ("Quiet", "Retail"), ("Routes", "Logistics"),
    )}  # fmt: skip
    for name, actual in (("Shelf", 40_000), ("Price", 300_000), ("Till", 60_000), ("Routes", 777_000)):
        line(found[name], actual=actual)
    promise(found["Price"], 200_000, start=-10, end=9)  # half of its days are to come
    score()
    keep()
    return found


def kept(unit: int | None) -> Spending:
    return Spending.objects.get(unit=unit, generation__current=True)


def test_the_expected_amount_is_the_shown_figures_times_what_hangs_on_them(
    spending: dict[str, Initiative], organisation: Organisation
) -> None:
    found = kept_from(kept(organisation.units["Retail"].pk).figures)
    value = {row.initiative_id: row.value for row in Score.objects.filter(generation__current=True)}
    worth = {"Shelf": 40_000, "Price": 300_000 + OVERRUN.mean * 90_000, "Till": 60_000}
    exact = sum(value[spending[name].pk] * amount for name, amount in worth.items())
    assert found.expected == pytest.approx(exact)
    assert (found.base.initiatives, found.base.counted, found.base.unknown) == (4, 3, 1)
    assert np.mean(found.quantiles) == pytest.approx(exact, rel=0.03), "what is drawn agrees with what is shown"
    assert found.p10 <= found.p50 <= found.p90
    assert found.carriers == 1


def test_a_unit_with_those_below_it_and_the_whole_have_each_a_row(
    spending: dict[str, Initiative], organisation: Organisation
) -> None:
    units = {name: kept(organisation.units[name].pk).figures["spent"] for name in ("Stores", "Retail", "Logistics")}
    assert units == {"Stores": 40_000, "Retail": 400_000, "Logistics": 777_000}
    assert kept(None).figures["spent"] == 1_177_000
    assert kept(None).figures["base"]["counted"] == 4


def test_what_is_shared_makes_the_tail_longer_than_independence_says(organisation: Organisation) -> None:
    past(organisation)
    for number in range(40):
        line(in_flight(organisation, f"Trial {number}"), actual=1_000)
    score()
    keep()
    found = kept_from(kept(None).figures)
    assert found.p90 > 1.1 * found.apart > found.p50


def test_thresholds_are_read_from_the_distribution_that_is_kept(spending: dict[str, Initiative]) -> None:
    found = kept_from(kept(None).figures)
    assert found.at_least(0) == 1.0
    assert found.at_least(found.p90) == pytest.approx(0.1, abs=0.12)
    assert found.at_least(1e9) == 0.0


def test_groups_of_initiatives_are_of_the_same_outcomes(spending: dict[str, Initiative]) -> None:
    generation = current_generation(demo=False)
    assert generation is not None
    rows = items(Initiative.objects.all(), None)
    ids = [spending[name].pk for name in ("Shelf", "Till")]
    found = together(generation, rows, {"all": [row.id for row in rows], "two": ids, "none": []})
    assert found.groups["all"].p90 == found.whole.p90
    assert found.groups["two"].expected == pytest.approx(sum(row.expected or 0 for row in rows if row.id in ids))
    assert found.groups["two"].p90 <= 100_000 and not found.groups["none"].base.told


def test_a_scoring_and_a_changed_budget_ask_for_it(organisation: Organisation) -> None:
    in_flight(organisation, "Trial")
    score()
    assert Event.objects.filter(kind="risk.scored").exists()
    assert Job.objects.filter(handler="risk.spend").exists()


def test_closed_initiatives_hang_on_nothing_any_more(spending: dict[str, Initiative], organisation: Organisation) -> None:
    from portfolio.initiatives.choices import ClosureKind
    from portfolio.initiatives.services.lifecycle_moves import close_initiative
    from tests.people import SYSTEM

    close_initiative(by=SYSTEM, initiative=spending["Price"], kind=ClosureKind.STOPPED, lesson="Ask.", closed_on=clock.today())
    assert spending["Price"].pk not in {row.id for row in items(Initiative.objects.all(), None)}
    ended(organisation, "Gone", ClosureKind.DRIFTED)
    keep()
    assert not Stake.objects.filter(initiative=spending["Price"]).exists()
