"""The 26 worked examples of the FOCUS 1.2 specification: what each adds up to, by hand, with the working.

Costs in USD (the usage examples name no currency; it is said at the upload). `refused` rows are in no total: two examples have a
charge that ends at "2023-02-01T30:00:00Z", and no day has an hour 30. `tokens`: PricingCurrencyEffectiveCost in tokens.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Scenario(NamedTuple):
    """None: the file does not say it."""

    file: str
    rows: int
    billed: Decimal
    effective: Decimal
    list: Decimal | None
    contracted: Decimal | None
    tokens: Decimal | None
    refused: int
    working: str


def _one(
    file: str, rows: int, billed: str, effective: str, working: str, *, listed: str = "", contracted: str = "", tokens: str = "",
    refused: int = 0,
) -> Scenario:  # fmt: skip
    def known(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    return Scenario(
        f"{file}.csv",
        rows,
        Decimal(billed),
        Decimal(effective),
        known(listed),
        known(contracted),
        known(tokens),
        refused,
        working,
    )


_FULL = "one_hundred_percent_utilization"
SCENARIOS = (
    _one("commitment_discount_purchase_scenario_1", 1, "8760.00", "0", "one payment of 8,760.00"),
    _one("commitment_discount_purchase_scenario_2", 3, "2.00", "0", "1.00 + 1.00; the third row ends at hour 30", refused=1),
    _one("commitment_discount_purchase_scenario_3", 4, "4381.00", "0",
         "half up front 4,380.00, then 0.50 + 0.50; the last row ends at hour 30", refused=1),
    _one("commitment_discount_usage_scenario_1", 1, "0", "1.00", "an hour used: drawn from the commitment, nothing billed"),
    _one("commitment_discount_usage_scenario_2", 1, "0", "1.00", "an hour unused: paid for all the same"),
    _one("commitment_discount_usage_scenario_3", 2, "0", "1.00", "0.75 used + 0.25 unused"),
    _one("commitment_discount_usage_scenario_4", 2, "0.50", "1.50", "billed 0.50 beyond the commitment; effective 1.00 + 0.50"),
    _one(f"{_FULL}_with_commitment_discount_flexibility_with_1_resource", 3, "2.75", "2.75",
         "billed 0.50 + 0 + 2.25; effective 0 + 0.50 + 2.25; list 1.00 + 3.00 + 2.25", listed="6.25"),
    _one(f"{_FULL}_with_commitment_discount_flexibility_with_2_resources", 3, "2.00", "2.00",
         "billed 2.00 + 0 + 0; effective 0 + 1.00 + 1.00; list 4.00 + 2.00 + 2.00", listed="8.00"),
    _one(f"{_FULL}_without_commitment_discount_flexibility", 2, "1.50", "1.50",
         "billed 1.50 + 0; effective 0 + 1.50; list 3.00 + 3.00", listed="6.00"),
    _one("saas_spend_agreements_a1", 4, "1200", "1200", "48 + 120 + 60 + 972; list 60 + 150 + 75 + 972", listed="1257",
         contracted="1200"),
    _one("saas_spend_agreements_a2", 13, "1200", "1200",
         "48 + 12 + 120 + 60, eight times 60, 480; list 60 + 12 + 150 + 75 + 480 + 480", listed="1257", contracted="1200"),
    _one("saas_spend_agreements_b1", 5, "1200", "1200",
         "billed 1,200 up front; effective 48 + 120 + 60 + 972; contracted 1,200 + 1,200; list 1,200 + 60 + 150 + 75 + 972",
         listed="2457", contracted="2400"),
    _one("saas_spend_agreements_b2", 14, "1200", "1200",
         "billed 1,200 up front; effective 48 + 12 + 120 + 60 + 480 + 480; contracted 1,200 + 1,200;"
         " list 1,200 + 60 + 12 + 150 + 75 + 480 + 480", listed="2457", contracted="2400"),
    _one("simple_saas_agreements_a1", 1, "10000", "10000", "one term of 10,000, also as its effective cost", listed="10000",
         contracted="10000"),
    _one("simple_saas_agreements_a2", 1, "50000", "50000", "500 licences of 100", listed="50000", contracted="50000"),
    _one("simple_saas_agreements_a3", 1, "1000", "1000", "10 licences of 100", listed="1000", contracted="1000"),
    _one("simple_saas_agreements_b", 1, "50000", "50000", "500 licences of 100", listed="50000", contracted="50000"),
    _one("simple_saas_agreements_c", 3, "35800", "35800", "505, 650 and 635 licences of 20: 10,100 + 13,000 + 12,700",
         listed="35800", contracted="35800"),
    _one("virtual_currency_pricing_model_a1", 1, "200000.00", "0", "100,000 tokens of 2", listed="200000.00",
         contracted="200000.00"),
    _one("virtual_currency_pricing_model_a2", 3, "0", "1230.00", "490 + 20 + 720; tokens 245 + 10 + 360", listed="1230.00",
         contracted="1230.00", tokens="615"),
    _one("virtual_currency_pricing_model_b1", 1, "100000.00", "0", "100,000 tokens of 1, listed at 2", listed="200000.00",
         contracted="100000.00"),
    _one("virtual_currency_pricing_model_b2", 3, "0", "615.00", "245 + 10 + 360, as many tokens; list 490 + 20 + 720",
         listed="1230.00", contracted="615.00", tokens="615"),
    _one("virtual_currency_pricing_model_b3", 3, "0", "495.00", "245 + 10 + 240, as many tokens; list 490 + 20 + 720",
         listed="1230.00", contracted="495.00", tokens="495"),
    _one("virtual_currency_pricing_model_c", 2, "53000.00", "0", "1,500 tokens beyond + 25,000 more, of 2: 3,000 + 50,000",
         listed="53000.00", contracted="53000.00"),
    _one("zero_percent_utilization_without_commitment_discount_flexibility", 3, "3.50", "3.50",
         "billed 1.50 + 0 + 2.00; effective 0 + 1.50 unused + 2.00; list 3.00 + 3.00 + 2.00", listed="8.00"),
)  # fmt: skip
