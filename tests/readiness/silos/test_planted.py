"""The rules against a portfolio that was planted without knowing them, and what planting it has taught."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from readiness.silos.choices import FindingKind
from readiness.silos.rules.detect import detect
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.world import BillingRow, Found, TierRow
from tests.readiness.silos.planted.draft import Draft
from tests.readiness.silos.planted.portfolio import NEARLY, PER_KIND, PURCHASES, drawn
from tests.readiness.silos.planted.scoring import Score, scores

PRECISION = RECALL = 0.95


@pytest.fixture(scope="module")
def planted() -> dict[FindingKind, Score]:
    draft = drawn()
    world = draft.world()
    assert len(world.purchases) == PURCHASES
    return {score.kind: score for score in scores(draft, detect(world, Settings()))}


@pytest.mark.parametrize("kind", list(FindingKind))
def test_what_is_planted_is_found_and_little_else(planted: dict[FindingKind, Score], kind: FindingKind) -> None:
    score = planted[kind]
    assert score.planted == PER_KIND
    assert score.recall >= RECALL, score.missed
    assert score.precision >= PRECISION, score.strays


def test_the_scorer_sees_what_is_missing_and_what_is_wrong() -> None:
    """Without the findings of one kind its recall is nought; with near misses called findings its precision falls."""
    draft = drawn(3, per_kind=10, nearly=10, count=400)
    found = detect(draft.world(), Settings())
    kept = [one for one in found if one.kind != FindingKind.RENEWAL_DUE]
    renewal = next(score for score in scores(draft, kept) if score.kind == FindingKind.RENEWAL_DUE)
    assert (renewal.recall, renewal.precision) == (0.0, 0.0)
    loose = Settings(renewal_due=type(Settings().renewal_due)(horizon_days=450))
    wrong = next(score for score in scores(draft, detect(draft.world(), loose)) if score.kind == FindingKind.RENEWAL_DUE)
    assert wrong.precision < PRECISION
    assert "far" in wrong.strays


def test_there_are_near_misses_of_every_kind() -> None:
    draft = drawn(per_kind=7, nearly=NEARLY, count=2000)
    for kind in FindingKind:
        assert len({one.variant for one in draft.near if one.kind == kind}) >= 3


def _found(draft: Draft, kind: FindingKind) -> list[Found]:
    return [one for one in detect(draft.world(), Settings()) if one.kind == kind]


@pytest.fixture
def draft() -> Draft:
    return Draft(Random(1))


def test_who_shares_a_contract_still_meets_who_buys_apart(draft: Draft) -> None:
    one, two, apart = draft.two_units(3)
    first = draft.buy(one, "vector_store", 5, contract_number="C-1")
    second = draft.buy(two, "vector_store", 5, contract_number="C-1")
    assert _found(draft, FindingKind.DUPLICATE_CAPABILITY) == []
    third = draft.buy(apart, "vector_store", 6)
    found = _found(draft, FindingKind.DUPLICATE_CAPABILITY)
    assert {frozenset(proof.id for proof in one.rows) for one in found} >= {frozenset({first.id, second.id, third.id})}


def test_who_shares_a_contract_is_no_duplicate_when_the_third_is_too_small(draft: Draft) -> None:
    one, two, apart = draft.two_units(3)
    draft.buy(one, "vector_store", 5, contract_number="C-1")
    draft.buy(two, "vector_store", 5, contract_number="C-1")
    draft.buy(apart, "vector_store", 6, amount=Decimal(100))
    assert _found(draft, FindingKind.DUPLICATE_CAPABILITY) == []


def test_thousands_of_orders_under_shared_contracts_take_a_second(draft: Draft) -> None:
    """The number of contracts does not multiply with that of purchases: who holds them is one of few groups of branches."""
    for _ in range(1500):
        draft.buy(
            draft.dice.choice(draft.units), "compute", draft.dice.randrange(50), contract_number=f"C-{draft.dice.randrange(1200)}"
        )
    world = draft.world()
    began = time.process_time()
    assert detect(world, Settings())
    assert time.process_time() - began < 5


def test_contracts_beside_one_that_reaches_the_tier_alone_still_reach_it_together(draft: Draft) -> None:
    draft.tiers.append(TierRow(5, "", Decimal(100_000), Decimal(".1")))
    draft.buy(draft.units[3], "labelling", 5, amount=Decimal(500_000))
    small = draft.buy(draft.units[4], "storage", 5, amount=Decimal(60_000))
    assert _found(draft, FindingKind.PRICE_TIER) == []
    other = draft.buy(draft.units[5], "network", 5, amount=Decimal(60_000))
    (found,) = _found(draft, FindingKind.PRICE_TIER)
    assert {proof.id for proof in found.rows} == {small.id, other.id}


@pytest.mark.parametrize(("credited_in", "count"), [(9, 0), (8, 0), (7, 1)])
def test_a_credit_takes_back_what_was_spent_before_it(draft: Draft, credited_in: int, count: int) -> None:
    unit = draft.units[3]
    for month, amount in ((8, 5000), (credited_in, -5000)):
        day = date(2026, month, 1)
        cost = Decimal(amount)
        draft.billing[9].append(BillingRow(9, unit.id, unit.path, 5, "model_api", None, "a", "", day, cost, cost))
    assert len(_found(draft, FindingKind.SHADOW_SPEND)) == count
