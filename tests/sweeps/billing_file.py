"""A FOCUS 1.0 file of any size with what it holds: the same number of rows and seed make the same file.

The totals are added up here in whole numbers of 1e-10, independently of what reads the file.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TextIO

STEP = Decimal(1).scaleb(-10)
_SERVICES = (
    ("Amazon Elastic Compute Cloud", "Compute", "p5.48xlarge"), ("Amazon Elastic Compute Cloud", "Compute", "m6i.large"),
    ("Amazon Bedrock", "AI and Machine Learning", "model units"), ("Amazon SageMaker", "AI and Machine Learning", "ml.g5"),
    ("Amazon Simple Storage Service", "Storage", "standard"), ("Elastic Load Balancing", "Networking", "lcu"),
    ("Amazon Relational Database Service", "Databases", "db.r6g"), ("AmazonCloudWatch", "Management and Governance", "metrics"),
)  # fmt: skip
_CATEGORIES = ("Usage",) * 94 + ("Tax",) * 2 + ("Credit",) * 2 + ("Purchase",) + ("Adjustment",)
_HOURS = 2208  # of three months
HEADER = (
    "AvailabilityZone,BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,"
    "ChargeCategory,ChargeClass,ChargeDescription,ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,CommitmentDiscountCategory,"
    "CommitmentDiscountId,CommitmentDiscountName,CommitmentDiscountStatus,CommitmentDiscountType,ConsumedQuantity,ConsumedUnit,"
    "ContractedCost,ContractedUnitPrice,EffectiveCost,InvoiceIssuerName,ListCost,ListUnitPrice,PricingCategory,PricingQuantity,"
    "PricingUnit,ProviderName,PublisherName,RegionId,RegionName,ResourceId,ResourceName,ResourceType,ServiceCategory,ServiceName,"
    "SkuId,SkuPriceId,SubAccountId,SubAccountName,Tags\n"
)


@dataclass
class Made:
    """`totals`: (service, sub-account, month, category) -> [billed, effective] in 1e-10; `bad` rows are in none of them."""

    rows: int = 0
    bad: int = 0
    totals: dict[tuple[str, str, str, str], list[int]] = field(default_factory=dict)

    def exact(self) -> dict[tuple[str, str, str, str], tuple[Decimal, Decimal]]:
        return {key: (billed * STEP, effective * STEP) for key, (billed, effective) in self.totals.items()}


@dataclass(frozen=True)
class _Item:
    service: str
    account: str
    category: str
    price: int
    middle: str
    end: str


def write(path: Path, *, rows: int, items: int = 20_000, bad: int = 7, seed: int = 1) -> Made:
    """`bad` rows, spread over the file, have no number for a cost."""
    made = Made(rows=rows, bad=min(bad, rows))
    broken = {rows * one // made.bad for one in range(made.bad)} if made.bad else set()
    with _opened(path) as file:
        file.write(HEADER)
        file.writelines(_lines(rows, _items(min(items, rows), seed), made, broken))
    return made


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "wt", compresslevel=1, encoding="utf-8", newline="")
    return path.open("w", encoding="utf-8", newline="")


def _lines(rows: int, items: list[_Item], made: Made, broken: set[int]) -> Iterator[str]:
    hours = [_hour(datetime(2026, 7, 1, tzinfo=UTC) + timedelta(hours=hour)) for hour in range(_HOURS)]
    for number in range(rows):
        item, (month, period, times) = items[number % len(items)], hours[number // len(items) % _HOURS]
        units = 1 + number * 7919 % 997
        billed = item.price * units
        effective = 0 if item.category == "Purchase" else billed - billed // 8
        cost = "one dollar" if number in broken else _text(billed)
        if number not in broken:
            sums = made.totals.setdefault((item.service, item.account, month, item.category), [0, 0])
            sums[0] += billed
            sums[1] += effective
        yield (
            f'NULL,{cost},"012345678901","Sweep","USD",{period},"{item.category}",NULL,{item.middle},{times},NULL,NULL,NULL,NULL,'
            f'NULL,{units},"Hours",{_text(effective)},NULL,{_text(effective)},"AWS EMEA",{_text(billed + abs(billed) // 4)},'
            f"{item.end}"
        )


def _hour(at: datetime) -> tuple[str, str, str]:
    """(month, end and start of the billing period, end and start of the charge) as the columns follow each other."""
    ends = f"{at.year}-{at.month + 1:02}-01 00:00:00"
    until = (at + timedelta(hours=1)).isoformat(" ")[:19]
    return f"{at:%Y-%m}", f'"{ends}","{at:%Y-%m}-01 00:00:00"', f'"{until}","{at.isoformat(" ")[:19]}"'


def _text(amount: int) -> str:
    return f"-{-amount // 10**10}.{-amount % 10**10:010}" if amount < 0 else f"{amount // 10**10}.{amount % 10**10:010}"


def _items(count: int, seed: int) -> list[_Item]:
    dice = random.Random(seed)
    found = []
    for number in range(count):
        service, category, sku = _SERVICES[number % len(_SERVICES)]
        charge = dice.choice(_CATEGORIES)
        account = f"{100_000_000_000 + number % 37:012}"
        price = dice.randint(1, 10**8) * (-1 if charge == "Credit" else 1)
        tags = f'"{{""team"": ""team-{number % 23}"", ""env"": ""{("prod", "dev")[number % 2]}""}}"'
        found.append(
            _Item(
                service, account, charge, price, f'"{sku} per hour","Usage-Based"',
                f'NULL,"Standard",{number % 9},"Hours","AWS","AWS","us-west-2","Oregon","arn:sweep:{number:08}",NULL,"{sku}",'
                f'"{category}","{service}","SKU{number % 400:05}","SKU{number % 400:05}.1","{account}","Account {number % 37}",'
                f"{tags}\n",
            )
        )  # fmt: skip
    return found
