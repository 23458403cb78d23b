"""Bills come in whole, take each other's place, leave again, and are refused where they cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage

from portfolio.formats.billing.charge import Limits
from portfolio.kit import clock
from portfolio.outbox.models import Event
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingChunk, BillingImport, BillingMonth, BillingPeriod, BillingRow
from portfolio.procurement.services.billing import reading
from portfolio.procurement.services.billing.publishing import publish, withdraw
from portfolio.procurement.services.billing.reading import ended, read_bill
from portfolio.procurement.services.writing import StaleRow
from tests.people import Organisation
from tests.portfolio.procurement.billing.world import bring, line

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def billed() -> Decimal:
    return sum(BillingMonth.objects.values_list("billed", flat=True), Decimal(0))


def test_a_bill_is_published_and_told(organisation: Organisation) -> None:
    row = bring(organisation.actor("Finn"), organisation.units["Retail"], line(), line(ResourceId="r-2"))
    assert row.state == BillingState.PUBLISHED
    assert billed() == 20
    assert set(BillingMonth.objects.values_list("month", "rows")) == {(date(2026, 1, 1), 1)}
    assert Event.objects.filter(kind="billing.published", payload__billing_import_id=row.pk).count() == 1


def test_who_may_not_bring_a_bill_in(organisation: Organisation) -> None:
    for name in ("Vera", "Iris", "Paula"):
        with pytest.raises(PermissionDenied):
            bring(organisation.actor(name), organisation.units["Retail"], line())
    with pytest.raises(PermissionDenied):
        bring(organisation.actor("Finn"), organisation.units["Logistics"], line())


def test_a_file_that_is_no_bill_leaves_nothing(organisation: Organisation) -> None:
    with pytest.raises(ValidationError, match="no bill"):
        bring(organisation.actor("Ada"), organisation.units["Group"], content=b"a,b\n1,2\n")
    assert not BillingImport.objects.exists()
    assert default_storage.listdir("billing")[1] == []


def test_refused_rows_wait_for_a_person(organisation: Organisation) -> None:
    actor = organisation.actor("Finn")
    row = bring(actor, organisation.units["Retail"], line(), line(BilledCost="3", ChargeCategory="Rent"))
    assert (row.state, row.kept, row.refused) == (BillingState.STAGED, 1, 1)
    assert row.refusals == [{"field": "charge_category", "column": "ChargeCategory", "fault": "category", "rows": 1}]
    assert {code: Decimal(text) for code, text in row.refused_billed.items()} == {"USD": Decimal(3)}
    assert billed() == 0
    publish(by=actor, billing_import=row, now=clock.now())
    assert billed() == 10


def test_a_file_of_refused_rows_alone_fails_with_its_reason(organisation: Organisation) -> None:
    row = bring(organisation.actor("Finn"), organisation.units["Retail"], line(ChargeCategory="Rent"))
    assert row.state == BillingState.FAILED
    assert "no row" in row.error


def test_a_billing_period_delivered_again_takes_the_place_of_the_older_one(organisation: Organisation) -> None:
    actor, unit = organisation.actor("Finn"), organisation.units["Retail"]
    february = line(BillingPeriodStart="2026-02-01", BilledCost="5")
    first = bring(actor, unit, line(), february)
    second = bring(actor, unit, line(BilledCost="11"))
    assert billed() == 16
    old = BillingPeriod.objects.get(billing_import=first, starts_on=date(2026, 1, 1))
    assert (old.live, old.superseded_by_id) == (False, second.pk)
    third = bring(actor, unit, line(BilledCost="12"))
    withdraw(by=actor, billing_import=second, reason="wrong file", now=clock.now())
    assert billed() == 17, "the third counts still"
    withdraw(by=actor, billing_import=third, reason="wrong, too", now=clock.now())
    assert billed() == 15, "the first counts again"
    old.refresh_from_db()
    assert (old.live, old.superseded_by_id) == (True, None)


def test_another_account_or_an_addition_takes_no_place(organisation: Organisation) -> None:
    actor, unit = organisation.actor("Finn"), organisation.units["Retail"]
    bring(actor, unit, line())
    bring(actor, unit, line(BillingAccountId="A-2"))
    bring(actor, unit, line(BilledCost="1", ResourceId="r-9"), adds=True)
    assert billed() == 21


def test_withdrawing_needs_a_reason_and_the_newest_version(organisation: Organisation) -> None:
    actor = organisation.actor("Finn")
    row = bring(actor, organisation.units["Retail"], line())
    with pytest.raises(ValidationError):
        withdraw(by=actor, billing_import=row, reason=" ", now=clock.now())
    with pytest.raises(StaleRow):
        withdraw(by=actor, billing_import=row, reason="why", now=clock.now(), version=row.version - 1)


def test_reading_goes_on_where_it_stopped(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, limits = organisation.actor("Finn"), Limits(block_bytes=2_000)
    lines = [line(ResourceId=f"r-{n}", BilledCost=str(n)) for n in range(100)]
    monkeypatch.setattr("tests.portfolio.procurement.billing.world.work_off", lambda: None)
    row = bring(actor, organisation.units["Retail"], *lines)
    calls = iter(range(100))

    def dies() -> None:
        if next(calls) == 3:
            raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        read_bill(row, fence=dies, now=clock.now(), limits=limits)
    assert BillingChunk.objects.filter(billing_import=row).count() == 3
    assert not BillingMonth.objects.exists()
    assert read_bill(row, fence=lambda: None, now=clock.now(), limits=limits)
    publish(by=actor, billing_import=ended(row, now=clock.now()), now=clock.now())
    assert sorted(BillingRow.objects.values_list("row", flat=True)) == list(range(1, 101))
    assert billed() == sum(range(100))


def test_a_budget_of_time_ends_a_job_and_not_the_import(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portfolio.procurement.tasks.billing.BUDGET_S", -1.0)
    monkeypatch.setattr(reading, "LIMITS", Limits(block_bytes=2_000))
    row = bring(organisation.actor("Finn"), organisation.units["Retail"], *(line(ResourceId=f"r-{n}") for n in range(40)))
    assert (row.state, row.rows) == (BillingState.PUBLISHED, 40)
