"""What the database holds comes to the rules as it is: bills that count, amounts in the reporting currency, facts for gates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from portfolio.finance.models import Rate
from portfolio.procurement.models import PurchaseShare
from portfolio.procurement.models.billing import (
    BillingAssignment,
    BillingImport,
    BillingItem,
    BillingMonth,
    BillingPeriod,
)
from readiness.silos.choices import FindingKind
from readiness.silos.models import Finding
from readiness.silos.queries.standing import finding_facts
from tests.people import Organisation
from tests.portfolio.initiatives.pages import make
from tests.readiness.silos.portfolio import TODAY, capability, look, make_purchase, make_silos, make_vendor, of_kind

pytestmark = pytest.mark.django_db
MONTH = TODAY.replace(day=1)


def bill(organisation: Organisation, effective: str, *, live: bool = True, account: str = "A-1", key: str = "model_api") -> None:
    """A published month of one item of Retail, billed at nothing, because a commitment covers it."""
    unit = organisation.units["Retail"]
    run = BillingImport.objects.create(unit=unit, file_name="bill.csv", sha256="0" * 64)
    period = BillingPeriod.objects.create(
        billing_import=run, unit=unit, provider="Nimbus", billing_account_id=account, starts_on=MONTH, ends_on=TODAY, rows=1,
        live=live,
    )  # fmt: skip
    item = BillingItem.objects.create(unit=unit, digest=uuid4(), service_name="Model tokens", billing_account_id=account)
    BillingAssignment.objects.create(item=item, holder=organisation.units["Stores"], capability=capability(key))
    BillingMonth.objects.create(
        period=period, item=item, month=MONTH, charge_category="Usage", currency="USD", billed=Decimal(0),
        effective=Decimal(effective), rows=3,
    )  # fmt: skip


def test_published_bills_without_a_purchase_are_shadow_spend_of_who_holds_them(organisation: Organisation) -> None:
    bill(organisation, "1500.005")
    bill(organisation, "-400")
    bill(organisation, "9000", live=False)  # another bill took its place
    bill(organisation, "9000", key="storage")
    look()
    (shadow,) = of_kind(FindingKind.SHADOW_SPEND)
    assert [unit.name for unit in shadow.units.all()] == ["Stores"]
    assert (shadow.amount, shadow.rows_count) == (Decimal("1100.01"), 2)
    make_purchase(
        organisation, "Retail", "The account", None, billing_account_id="A-1", capability=None, starts_on=date(2020, 1, 1)
    )
    look()
    shadow.refresh_from_db()
    assert not shadow.current


def test_amounts_are_worth_what_they_were_when_the_term_began_and_without_a_rate_unknown(organisation: Organisation) -> None:
    Rate.objects.create(
        currency="EUR", effective_on=date(2000, 1, 1), per_unit=Decimal("1.5"), reporting_currency="USD", source="test"
    )  # fmt: skip
    vendors = [make_vendor(name) for name in ("One", "Two")]
    make_purchase(organisation, "Retail", "In euros", 20_000, currency="EUR", in_plan="no", vendor=vendors[0])
    make_purchase(organisation, "Retail", "In yen", 20_000, currency="JPY", in_plan="no", vendor=vendors[1])
    look()
    told = dict(Finding.objects.values_list("vendor__name", "amount"))
    assert told == {"One": Decimal("30000.00"), "Two": None}


def test_gates_are_told_what_is_found_about_an_initiatives_purchases(organisation: Organisation) -> None:
    served, other = make(organisation, "Routes"), make(organisation, "Nothing bought")
    assert finding_facts([served.pk])[served.pk].looked_at is None  # nobody has looked: unknown
    bought = make_silos(organisation)
    PurchaseShare.objects.create(purchase=bought.purchases["stores"], initiative=served, share=Decimal(1))
    look()
    facts = finding_facts([served.pk, other.pk])
    assert {one.kind for one in facts[served.pk].found} == {"outside_plan", "duplicate_capability", "price_tier"}
    assert (facts[served.pk].open, facts[served.pk].rows) == (3, 1)
    assert (facts[other.pk].found, facts[other.pk].rows) == ((), 0)
    assert facts[other.pk].looked_at is not None
