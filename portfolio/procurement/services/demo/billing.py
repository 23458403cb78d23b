"""Bills of the demo's company: two accounts that a purchase stands for, one that nobody ordered, one that shares its units' tags,
and two of teams that buy on the marketplace what no rule knows.

Small FOCUS files, the same for the same seed, brought in and published by the services that people use.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from random import Random

from django.core.files.base import ContentFile

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.procurement.models import BillingImport, BillingRow, Capability, Vendor
from portfolio.procurement.services.billing.publishing import publish
from portfolio.procurement.services.billing.reading import ended, read_bill
from portfolio.procurement.services.billing.rules import create_rule
from portfolio.procurement.services.billing.uploads import upload_bill

MONTHS = 3
SELLER, MODELS = "NORDWOLKE CLOUD GMBH", "Fjordmodel, LLC"
AI = "AI and Machine Learning"
# unit, its account, [(service, category, maker, about a month in EUR)]
_BILLS = (
    ("ITO", "nw-7701-ito", (
        ("On-demand compute", "Compute", SELLER, 9_000), ("Object storage", "Storage", SELLER, 2_400),
        ("Reserved accelerators", "Compute", SELLER, 14_000),
    )),
    ("COM", "nw-7730-sal", (("On-demand compute", "Compute", SELLER, 5_200), ("Object storage", "Storage", SELLER, 700))),
    ("MFG", "nw-7744-plt", (
        ("Reserved accelerators", "Compute", SELLER, 11_000), ("Network transfer", "Networking", SELLER, 380),
    )),
    ("ENS", "nw-7752-eng", (
        ("Fjordmodel API", AI, MODELS, 3_100), ("Vector search", "Databases", SELLER, 640),
    )),
    ("SUP", "nw-7733-sup", (("Speech to text", AI, "Polarlys Speech AB", 1_450),)),
    ("QLT", "nw-7746-qlt", (
        ("Image labelling", AI, "Kystlinje Data AS", 2_300), ("Visual inspection API", AI, "Kystlinje Data AS", 940),
    )),
)  # fmt: skip
_HEADER = (
    "BilledCost", "EffectiveCost", "ListCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "ChargePeriodEnd",
    "BillingPeriodStart", "BillingPeriodEnd", "ProviderName", "PublisherName", "InvoiceIssuerName", "BillingAccountId",
    "SubAccountId", "ServiceName", "ServiceCategory", "ResourceId", "CommitmentDiscountStatus", "Tags",
)  # fmt: skip
_RULES = (
    ("Accelerators of the cloud", "accelerator_compute", "service_name", "Reserved accelerators"),
    ("Model APIs", "model_api", "service_name", "Fjordmodel API"),
    ("Vector search", "vector_store", "service_name", "Vector search"),
    ("Compute", "general_compute", "service_category", "Compute"),
    ("Storage", "storage", "service_category", "Storage"),
)


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add the slice's part to the demo that stands; returns how many rows its bills have. Inside the caller's transaction."""
    units = {row.code: row for row in BusinessUnit.objects.filter(demo=True)}
    with acting(by, note="demo"):
        _rules(by, min(units.values(), key=lambda row: len(row.path)))
        for code, account, services in _BILLS:
            if code in units:
                _bring(by, units[code], _text(account, services, Random(f"{seed}:bill:{code}"), today), f"focus-{account}.csv")
    return BillingRow.objects.filter(billing_import__demo=True).count()


def _rules(by: Actor, top: BusinessUnit) -> None:
    """Who sells it, and what it is; nobody said so yet of the network, and nothing at all of what teams found themselves."""
    vendors = {row.name: row for row in Vendor.objects.filter(demo=True)}
    kinds = {row.key: row for row in Capability.objects.all()}
    for written, name in ((MODELS, "Fjordmodel"), (SELLER, "Nordwolke Cloud")):
        if name in vendors:
            condition = [{"field": "publisher", "operator": "is", "value": written}]
            create_rule(by=by, unit=top, name=f"{name} by its name", conditions=condition, vendor=vendors[name], demo=True)
    for name, capability, field, value in _RULES:
        condition = [{"field": field, "operator": "is", "value": value}]
        create_rule(by=by, unit=top, name=name, conditions=condition, capability=kinds[capability], demo=True)


def _bring(by: Actor, unit: BusinessUnit, text: bytes, name: str) -> BillingImport:
    row, _new = upload_bill(by=by, unit=unit, file=ContentFile(text, name=name), demo=True, queued=False)
    read_bill(row, fence=lambda: None, now=clock.now())
    return publish(by=by, billing_import=ended(row, now=clock.now()), now=clock.now())


def _text(account: str, services: tuple[tuple[str, str, str, int], ...], dice: Random, today: date) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER)
    for back in range(MONTHS, 0, -1):
        start, end = _month(today, back), _month(today, back - 1)
        for service, category, maker, monthly in services:
            for day in range(1, 29, 3):
                writer.writerow(_row(account, service, category, maker, monthly, dice, start, end, day))
        writer.writerow(_tax(account, start, end))
    return out.getvalue().encode()


def _row(
    account: str, service: str, category: str, maker: str, monthly: int, dice: Random, start: date, end: date, day: int
) -> tuple[object, ...]:  # fmt: skip
    """What comes from a commitment or through the marketplace bills nothing and costs all the same."""
    cost = (Decimal(monthly) / 10 * Decimal(dice.randint(70, 130)) / 100).quantize(Decimal("0.0001"))
    committed = service == "Reserved accelerators"
    billed = Decimal(0) if committed or maker != SELLER else cost
    at, team = start.replace(day=day), f'{{"team": "team-{dice.randint(1, 4)}"}}'
    return (
        billed, cost, cost * 5 / 4, "EUR", "Usage", at, at.replace(day=day + 1), start, end, SELLER, maker, SELLER, account,
        f"{account}-1", service, category, f"{service.lower().replace(' ', '-')}-{dice.randint(1, 5)}",
        ("Unused" if dice.random() < 0.3 else "Used") if committed else "", team,
    )  # fmt: skip


def _tax(account: str, start: date, end: date) -> tuple[object, ...]:
    return (
        "312.40", "312.40", "312.40", "EUR", "Tax", start, end, start, end, SELLER, SELLER, SELLER, account, f"{account}-1", "",
        "", "", "", "",
    )  # fmt: skip


def _month(today: date, back: int) -> date:
    """The first day of the month so many months ago."""
    count = today.year * 12 + today.month - 1 - back
    return date(count // 12, count % 12 + 1, 1)
