"""The specification's examples add up to what they add up to by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.portfolio.formats.billing.reading import read
from tests.portfolio.formats.billing.scenarios import SCENARIOS, Scenario
from tests.portfolio.formats.samples import sample


def test_there_are_as_many_as_in_the_specification() -> None:
    assert len({one.file for one in SCENARIOS}) == 26


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: one.file.removesuffix(".csv"))
def test_an_example_adds_up(one: Scenario) -> None:
    with sample(f"focus/spec_examples_v1.2/{one.file}").open("rb") as file:
        said = read(file, currency="USD")
    assert said.rows == one.rows
    assert sum(said.refused.values()) == one.refused
    sums = {name: said.sums.get(name) for name in ("billed", "effective", "list", "contracted")}
    assert sums == {"billed": one.billed, "effective": one.effective, "list": one.list, "contracted": one.contracted}, one.working
    tokens = [item for item in said.items if item.get("pricing_currency") == "Token"]
    assert (said.sums["pricing_effective"] if tokens else None) == one.tokens
    assert all(item.get("currency", "") == "USD" for item in said.items)


def test_used_and_unused_commitment_stay_apart() -> None:
    with sample("focus/spec_examples_v1.2/commitment_discount_usage_scenario_3.csv").open("rb") as file:
        said = read(file, currency="USD")
    (block,) = said.blocks
    amounts = dict(zip((item["commitment_status"] for item in said.items), [None, None], strict=True))
    for place, status in enumerate(item["commitment_status"] for item in said.items):
        rows = [n for n, item in enumerate(block.item) if item == place]
        amounts[status] = sum((block.amounts["effective"][n].as_py() for n in rows), Decimal(0))  # type: ignore[assignment]
    assert amounts == {"Used": Decimal("0.75"), "Unused": Decimal("0.25")}
