"""What the database holds comes to the rules as it is: bills that count, amounts in the reporting currency, facts for gates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from portfolio.finance.models import Rate
from portfolio.initiatives.choices import Venue
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.outbox.models import Job
from portfolio.procurement.models import PurchaseShare
from portfolio.procurement.models.billing import (
    BillingAssignment,
    BillingImport,
    BillingItem,
    BillingMonth,
    BillingPeriod,
)
from readiness.silos.choices import FindingKind, ProofTable
from readiness.silos.models import Finding
from readiness.silos.queries.standing import finding_facts
from readiness.silos.queries.world import world_of
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.world import World
from readiness.workloads.choices import Function
from readiness.workloads.models import Allocation, CapacityPool, VenueOption
from readiness.workloads.services.venues import add_venue_option
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import make
from tests.readiness.silos.portfolio import TODAY, capability, later, look, make_purchase, make_silos, make_vendor, of_kind
from tests.readiness.workloads.pools import make_workload

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


def the_world(*, demo: bool = False) -> World:
    return world_of(demo=demo, today=TODAY, now=clock.now(), settings=Settings())


def test_a_quota_that_is_not_granted_in_full_waits_for_the_place_that_was_chosen(organisation: Organisation) -> None:
    def option(initiative: Initiative, asked: float | None, granted: float | None, **values: object) -> VenueOption:
        known = {"function": "training", "venue": "public_cloud", "label": "East", "provider": "Nimbus"}
        row = VenueOption(initiative=initiative, quota_requested=asked, quota_granted=granted, **known | values)
        row.save()
        return row

    lacking, settled, over = (make(organisation, name, unit="Stores") for name in ("Routes", "Settled", "Over"))
    option(lacking, 8, 2)
    most = option(lacking, 24, 9)
    tape = option(lacking, 100, 40, function="storage")
    option(lacking, 64, 0, state="rejected", reason="Too far")
    option(lacking, 5, None, function="inference")  # nobody knows
    option(settled, 24, 0)
    option(settled, None, None, state="chosen", reason="Own racks", venue="on_premises")
    option(over, 24, 0)
    Initiative.objects.filter(pk=over.pk).update(status="closed")
    found = the_world()
    stores = organisation.units["Stores"]
    assert [(row.table, row.id, row.capability, row.quantity) for row in found.queues] == [
        (ProofTable.QUOTA, most.pk, "accelerator_compute", Decimal(15)), (ProofTable.QUOTA, tape.pk, "storage", Decimal(60)),
    ]  # fmt: skip
    assert {(row.unit_id, row.unit_path, row.since) for row in found.queues} == {(stores.pk, stores.path, None)}
    assert found.quotas_unknown == 1
    assert look().unknown["quotas_unknown"] == 1
    assert the_world(demo=True).queues == ()


def test_a_pool_counts_what_has_arrived_and_the_most_that_is_promised_of_it_at_one_time(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    pool = CapacityPool.objects.create(
        unit=organisation.units["Logistics"], name="Hall", kind="accelerators", size=16, committed=2, ordered=8,
        arrives_on=TODAY,
    )  # fmt: skip
    for quantity, begins, ends, state in (
        (3, -100, -1, "granted"), (4, -10, 20, "granted"), (5, 21, 40, "granted"), (6, 10, None, "granted"),
        (9, 0, None, "requested"),
    ):  # fmt: skip
        Allocation.objects.create(
            pool=pool, workload=workload, initiative=workload.initiative, quantity=quantity, state=state, starts_on=later(begins),
            ends_on=None if ends is None else later(ends),
        )  # fmt: skip
    (row,) = the_world().pools
    assert (row.size, row.committed, row.allocated) == (
        Decimal(24),
        Decimal(2),
        Decimal(11),
    )  # 6 and 5 from day 21 on; 4 and 6 before
    CapacityPool.objects.update(arrives_on=later(1))
    assert the_world().pools[0].size == 16


def test_a_changed_venue_is_looked_at_again(organisation: Organisation) -> None:
    add_venue_option(
        by=SYSTEM, initiative=make(organisation, "Routes"), function=Function.TRAINING, venue=Venue.PUBLIC_CLOUD,
        label="East", quota_requested=8.0, quota_granted=0.0,
    )  # fmt: skip
    assert Job.objects.filter(event__kind="venues.changed", handler="silos.detect").exists()
