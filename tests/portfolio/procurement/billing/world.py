"""Bills brought in by the real services, and their plain sums by the csv module alone."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, run
from portfolio.procurement.models import BillingImport
from portfolio.procurement.services.billing.uploads import upload_bill

HEADER = (
    "BilledCost", "EffectiveCost", "BillingCurrency", "ChargeCategory", "ChargePeriodStart", "BillingPeriodStart", "ProviderName",
    "BillingAccountId", "SubAccountId", "ServiceName", "ServiceCategory", "ResourceId", "Tags",
)  # fmt: skip
NOTHING = {"", "NULL", "null"}


def line(**said: str) -> dict[str, str]:
    usual = {
        "BilledCost": "10", "EffectiveCost": "8", "BillingCurrency": "USD", "ChargeCategory": "Usage",
        "ChargePeriodStart": "2026-01-05", "BillingPeriodStart": "2026-01-01", "ProviderName": "AWS", "BillingAccountId": "A-1",
        "SubAccountId": "S-1", "ServiceName": "Amazon Bedrock", "ServiceCategory": "AI and Machine Learning", "ResourceId": "r-1",
        "Tags": "",
    }  # fmt: skip
    return usual | said


def text_of(lines: Iterable[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER)
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def bring(
    by: Actor, unit: BusinessUnit, *lines: dict[str, str], content: bytes = b"", name: str = "bill.csv", **more: Any
) -> BillingImport:  # fmt: skip
    """Uploaded, read and, if nothing was refused, published by the real jobs."""
    row, _new = upload_bill(by=by, unit=unit, file=ContentFile(content or text_of(lines), name=name), **more)
    work_off()
    return BillingImport.objects.get(pk=row.pk)


def work_off() -> None:
    """Every waiting job of bills, and those that these leave behind."""
    from django.utils.module_loading import import_string

    waiting = Job.objects.filter(handler__startswith="procurement.", done_at=None, dead_at=None, handler__contains="bill")
    while (job := waiting.order_by("pk").first()) is not None:
        held = claim(job.pk)
        assert held is not None
        run(held, import_string(HANDLERS[job.handler].path))


def plain_rows(path: Path) -> list[dict[str, str]]:
    """Texts of each row, nothing where the file says NULL or nothing."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    with io.StringIO(data.decode("utf-8-sig"), newline="") as file:
        return [{name: "" if value in NOTHING else value for name, value in row.items()} for row in csv.DictReader(file)]


def plain_totals(rows: Iterable[dict[str, str]], *names: str, cost: str) -> dict[tuple[str, ...], Decimal]:
    """Sums of a column by others, in plain decimals."""
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row[cost]:
            sums[tuple(row[name].strip() for name in names)] += Decimal(row[cost])
    return dict(sums)
