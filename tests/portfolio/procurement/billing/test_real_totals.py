"""Totals per service, account, month and charge category of the real files, to the last digit, against the csv module."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingMonth
from portfolio.procurement.queries.billing.totals import totals, visible_months
from tests.people import Organisation
from tests.portfolio.formats.samples import sample
from tests.portfolio.procurement.billing.world import bring, plain_rows, plain_totals

pytestmark = pytest.mark.django_db
FOCUS = "focus/focus_1.0_sample_1000_real_anonymised.csv"
CUR = "billing_raw/aws_cur_anonymous_focus_converters.csv.gz"
AZURE = "billing_raw/azure_ea_anonymous_focus_converters.csv"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def ours(organisation: Organisation, by: str, cost: str, *, names: int = 1) -> dict[tuple[str, ...], Decimal]:
    actor = organisation.actor("Ada")
    found = totals(actor, visible_months(actor), by)
    return {
        tuple(str(name or "")[:10] if by == "month" else str(name or "") for name in one.names[:names]): amount
        for one in found
        if (amount := one.costs[cost]) is not None
    }


def test_the_real_focus_sample(organisation: Organisation) -> None:
    path = sample(FOCUS)
    row = bring(organisation.actor("Ada"), organisation.units["Group"], content=path.read_bytes())
    assert (row.state, row.rows, row.kept, row.refused) == (BillingState.PUBLISHED, 1000, 1000, 0)
    plain = plain_rows(path)
    months = [one | {"Month": one["BillingPeriodStart"][:7] + "-01"} for one in plain]
    for cost, column in (("billed", "BilledCost"), ("effective", "EffectiveCost"), ("list", "ListCost")):
        assert ours(organisation, "service", cost) == plain_totals(plain, "ServiceName", cost=column), cost
        assert ours(organisation, "account", cost) == plain_totals(plain, "BillingAccountId", cost=column), cost
        assert ours(organisation, "month", cost) == plain_totals(months, "Month", cost=column), cost
        assert ours(organisation, "category", cost) == plain_totals(plain, "ChargeCategory", cost=column), cost


def test_the_real_aws_report(organisation: Organisation) -> None:
    path = sample(CUR)
    bring(organisation.actor("Ada"), organisation.units["Group"], content=path.read_bytes(), name="cur.csv.gz")
    plain = plain_rows(path)
    named = [one | {"Service": one["product/ProductName"] or one["lineItem/ProductCode"]} for one in plain]
    cost = "lineItem/UnblendedCost"
    assert ours(organisation, "service", "billed") == plain_totals(named, "Service", cost=cost)
    assert ours(organisation, "account", "billed") == plain_totals(plain, "bill/PayerAccountId", cost=cost)
    assert ours(organisation, "sub_account", "billed") == plain_totals(plain, "lineItem/UsageAccountId", cost=cost)
    assert ours(organisation, "category", "billed") == plain_totals(plain, "lineItem/LineItemType", cost=cost)
    assert ours(organisation, "service", "effective") == ours(organisation, "service", "billed")


def test_the_real_azure_export(organisation: Organisation) -> None:
    path = sample(AZURE)
    bring(organisation.actor("Ada"), organisation.units["Group"], content=path.read_bytes())
    plain, cost = plain_rows(path), "CostInBillingCurrency"
    assert ours(organisation, "service", "billed") == plain_totals(plain, "MeterCategory", cost=cost)
    assert ours(organisation, "account", "billed") == plain_totals(plain, "BillingAccountId", cost=cost)
    whole = sum((Decimal(row[cost]) for row in plain), Decimal(0))
    assert ours(organisation, "month", "billed") == {("2023-09-01",): whole}
    actor = organisation.actor("Ada")
    assert {one.currency for one in totals(actor, visible_months(actor), "month")} == {"CAD"}


def test_the_same_file_again_changes_nothing(organisation: Organisation) -> None:
    path, actor = sample(FOCUS), organisation.actor("Ada")
    first = bring(actor, organisation.units["Group"], content=path.read_bytes())
    before = _state()
    again = bring(actor, organisation.units["Group"], content=path.read_bytes(), name="other name.csv")
    assert again.pk == first.pk
    assert _state() == before


def _state() -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procurement_billingrow")
        rows = cursor.fetchone()
    return rows, sorted(BillingMonth.objects.values_list("item", "billed", "effective", "rows"))
