"""AWS and Azure layouts in FOCUS words, on made-up lines of every type and on the real files against a plain reading of them."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from decimal import Decimal

from tests.portfolio.formats.billing.reading import Said, read
from tests.portfolio.formats.samples import sample

CUR = (
    "bill/PayerAccountId", "bill/BillingPeriodStartDate", "lineItem/LineItemType", "lineItem/UsageStartDate",
    "lineItem/UnblendedCost", "lineItem/CurrencyCode", "lineItem/ProductCode", "reservation/EffectiveCost",
    "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod", "reservation/UnusedRecurringFee", "reservation/ReservationARN",
    "savingsPlan/SavingsPlanEffectiveCost", "savingsPlan/TotalCommitmentToDate", "savingsPlan/UsedCommitment",
    "savingsPlan/SavingsPlanARN", "resourceTags/user:team",
)  # fmt: skip
# type, unblended, reserved, unused upfront, unused recurring, reservation, planned, committed, used, plan, team
LINES = (
    ("Usage", "5", "", "", "", "", "", "", "", "", "ml"),
    ("DiscountedUsage", "0", "2.5", "", "", "r-1", "", "", "", "", ""),
    ("RIFee", "100", "", "3", "4", "r-1", "", "", "", "", ""),
    ("Fee", "60", "", "", "", "r-1", "", "", "", "", ""),
    ("Fee", "61", "", "", "", "", "", "", "", "", ""),
    ("SavingsPlanCoveredUsage", "9", "", "", "", "", "6", "", "", "p-1", ""),
    ("SavingsPlanNegation", "-9", "", "", "", "", "", "", "", "p-1", ""),
    ("SavingsPlanRecurringFee", "10", "", "", "", "", "", "10", "6", "p-1", ""),
    ("SavingsPlanUpfrontFee", "20", "", "", "", "", "", "", "", "p-1", ""),
    ("Tax", "1", "", "", "", "", "", "", "", "", ""),
    ("Refund", "-2", "", "", "", "", "", "", "", "", ""),
    ("Credit", "-3", "", "", "", "", "", "", "", "", ""),
    ("EdpDiscount", "-4", "", "", "", "", "", "", "", "", ""),
)  # fmt: skip


def cur(header: tuple[str, ...] = CUR) -> Said:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for kind, cost, *rest in LINES:
        writer.writerow(["0123", "2026-01-01T00:00:00Z", kind, "2026-01-02T00:00:00Z", cost, "USD", "AmazonEC2", *rest])
    return read(io.BytesIO(text.getvalue().encode()))


def effective_by_kind(said: Said) -> list[Decimal | None]:
    (block,) = said.blocks
    found: list[Decimal | None] = block.amounts["effective"].to_pylist()
    return found


def test_effective_cost_of_every_type_of_line_of_aws() -> None:
    said = cur()
    whole = ["5", "2.5", "7", "0", "61", "6", "0", "4", "0", "1", "-2", "-3", "-4"]
    assert effective_by_kind(said) == [Decimal(text) for text in whole]
    assert said.sums["billed"] == Decimal(248)  # 5+0+100+60+61+9-9+10+20+1-2-3-4


def test_categories_and_corrections_of_aws() -> None:
    said = cur()
    found = Counter((item["charge_category"], item["charge_class"]) for item in said.items)
    assert set(found) == {
        ("Usage", ""), ("Purchase", ""), ("Tax", ""), ("Adjustment", "Correction"), ("Credit", ""), ("Adjustment", ""),
    }  # fmt: skip
    assert {item["tags"] for item in said.items} == {'{"team":"ml"}', ""}
    assert {item["billing_account_id"] for item in said.items} == {"0123"}


def test_the_newer_spelling_of_aws_says_the_same() -> None:
    newer = tuple(name.replace("/", "_").replace(":", "_") for name in CUR)
    assert effective_by_kind(cur(newer)) == effective_by_kind(cur())


def test_the_real_aws_report_adds_up() -> None:
    path = sample("billing_raw/aws_cur_anonymous_focus_converters.csv.gz")
    with gzip.open(path, "rt", newline="") as file:
        plain = list(csv.DictReader(file))
    with path.open("rb") as file:
        said = read(file)
    assert (said.layout, said.rows) == ("aws_cur", len(plain))
    assert said.sums["billed"] == sum((Decimal(row["lineItem/UnblendedCost"]) for row in plain), Decimal(0))
    listed = [row["pricing/publicOnDemandCost"] for row in plain if row["pricing/publicOnDemandCost"]]
    assert said.sums["list"] == sum(map(Decimal, listed), Decimal(0))
    assert "contracted" not in said.sums


def test_the_real_azure_export_adds_up() -> None:
    path = sample("billing_raw/azure_ea_anonymous_focus_converters.csv")
    with path.open(newline="", encoding="utf-8-sig") as file:
        plain = list(csv.DictReader(file))
    with path.open("rb") as raw:
        said = read(raw)
    assert (said.layout, said.rows) == ("azure_ea", len(plain))
    assert said.sums["billed"] == sum((Decimal(row["CostInBillingCurrency"]) for row in plain), Decimal(0))
    assert {item["currency"] for item in said.items} == {"CAD"}
    assert {item["tags"] for item in said.items} == {'{"tagA":"valueA","tagB":"valueB","tagC":"valueC"}'}


def test_azure_does_not_say_how_reservations_were_spread() -> None:
    header = "Date,MeterCategory,SubscriptionId,ChargeType,PricingModel,CostInBillingCurrency,BillingCurrencyCode,PublisherType"
    lines = ["9/2/2023,Storage,s,Usage,OnDemand,1.5,EUR,Azure", "9/2/2023,Virtual Machines,s,Usage,Reservation,0,EUR,Azure"]
    said = read(io.BytesIO("\n".join([header, *lines]).encode()))
    assert effective_by_kind(said) == [Decimal("1.5"), None]
    assert said.sums["billed"] == Decimal("1.5")
