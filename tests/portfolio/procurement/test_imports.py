"""Files of purchases, plan items, requests and vendors land whole, and the same file again changes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.accounts.rules import Actor
from portfolio.formats.sheets.mapping import SheetMapping
from portfolio.procurement.choices import ImportKind, ImportState, InPlan, Kind
from portfolio.procurement.models import PlanItem, Purchase, PurchaseRequest, RegisterImport, Vendor, VendorAlias
from portfolio.procurement.queries.imports import visible_imports
from portfolio.procurement.services.imports.publishing import importer, publish_import
from portfolio.procurement.services.imports.reading import read_import
from portfolio.procurement.services.imports.runs import map_import, request_publish, start_import, suggest
from portfolio.procurement.services.plan import create_plan_item
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import make
from tests.portfolio.procurement.people import officer, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


AWARDS = "procurement_us/usaspending_ai_contract_awards_dev.csv"


def bring(
    by: Actor, organisation: Organisation, text: bytes, kind: ImportKind = ImportKind.PURCHASES, *,
    fixed: dict[str, str] | None = None,
    new: bool = False, source: str = "orders", unit: str = "Retail",
) -> RegisterImport:  # fmt: skip
    """Upload, map as proposed, read."""
    file = SimpleUploadedFile("orders.csv", text)
    run = start_import(by=by, kind=kind, unit=organisation.units[unit], source=source, file=file)
    proposed = suggest(run)[0].mapping
    mapping = SheetMapping(proposed.columns, tuple((fixed or {}).items()), proposed.decimal_sign, proposed.date_order)
    map_import(by=by, run=run, mapping=mapping, options={"alike": False, "new": new})
    run.refresh_from_db()
    return read_import(by=importer(run), run=run)


def published(by: Actor, run: RegisterImport) -> RegisterImport:
    request_publish(by=by, run=run)
    run.refresh_from_db()
    return publish_import(by=importer(run), run=run)


FILE = b"""Title,Order number,Vendor,Unit,Amount,Currency,Start,End,In plan,Plan item,Initiative
Training racks,PO-1,NIMBUS INC.,Stores,"120,000.50",EUR,2026-01-01,2026-12-31,yes,IT-1,AI-0001: 60 %
Tokens,PO-2,Fog Ltd,Nowhere,9000,EUR,2026-03-01,2026-02-01,no,,
Labels,PO-3,Nimbus,,-5,EUR,2026-03-01,,,IT-9,
Labels again,PO-3,Nimbus,,700,EUR,,,,,
"""


def test_every_row_lands_or_says_why(organisation: Organisation) -> None:
    petra, nimbus = officer(organisation), sell("Nimbus")
    item = create_plan_item(by=SYSTEM, unit=organisation.units["Stores"], name="Racks", year=2026, code="IT-1")
    initiative = make(organisation, "Shelf camera", unit="Stores")
    run = bring(petra, organisation, FILE.replace(b"AI-0001", initiative.key.encode()))
    assert run.state == ImportState.PREVIEW
    assert (run.counts["rows"], run.counts["created"], run.counts["rejected"]) == (4, 2, 2)
    assert Purchase.objects.count() == 0, "nothing is written before it is published"
    published(petra, run)
    racks = Purchase.objects.get(order_number="PO-1")
    assert (racks.vendor, racks.vendor_name, racks.amount, racks.currency) == (nimbus, "NIMBUS INC.", Decimal("120000.50"), "EUR")
    assert (racks.unit, racks.plan_item, racks.in_plan) == (organisation.units["Stores"], item, InPlan.YES)
    assert [(one.initiative, one.share) for one in racks.shares.all()] == [(initiative, Decimal("0.6"))]
    labels = Purchase.objects.get(order_number="PO-3")
    assert (labels.title, labels.amount, labels.unit) == ("Labels", None, organisation.units["Retail"])
    told = {row.line: [issue["reason"] for issue in row.issues] for row in run.rows.all()}
    assert any("ends before it starts" in reason for reason in told[3])
    assert any("not above zero" in reason for reason in told[4])
    assert any("no item of this code" in reason for reason in told[4])
    assert any("same as line 4" in reason for reason in told[5])


def test_the_same_file_again_changes_nothing_and_a_changed_row_changes_itself(organisation: Organisation) -> None:
    petra = officer(organisation)
    text = b"Title,Order number,Vendor,Amount,Currency\nRacks,PO-1,Nimbus,100,EUR\nTokens,PO-2,Fog,200,EUR\n"
    published(petra, bring(petra, organisation, text, new=True))
    before = list(Purchase.objects.order_by("id").values())
    again = bring(petra, organisation, text, new=True)
    assert (again.counts.get("unchanged"), again.counts.get("created", 0), again.counts.get("updated", 0)) == (2, 0, 0)
    published(petra, again)
    assert list(Purchase.objects.order_by("id").values()) == before
    third = published(petra, bring(petra, organisation, text.replace(b"200", b"250"), new=True))
    assert third.counts["updated"] == 1
    assert Purchase.objects.get(order_number="PO-2").amount == Decimal(250)
    assert (Purchase.objects.count(), Vendor.objects.count()) == (2, 2)


def test_the_real_awards_land_whole(organisation: Organisation, sample_data: Path) -> None:
    petra = officer(organisation)
    text = (sample_data / AWARDS).read_bytes()
    run = bring(petra, organisation, text, fixed={"currency": "USD"}, new=True, source="awards")
    proposed = dict(suggest(run)[0].mapping.columns)
    assert proposed["order_number"] == "Award ID"
    assert proposed["vendor"] == "Recipient Name"
    assert proposed["unit"] == "Awarding Sub Agency"
    assert proposed["ends_on"] == "End Date"
    assert run.counts["rows"] == 1581
    landed = run.counts["created"]
    assert landed + run.counts.get("rejected", 0) == 1581
    published(petra, run)
    assert Purchase.objects.count() == landed
    reasons = {
        issue["reason"] for row in run.rows.filter(outcome="rejected") for issue in row.issues if issue["kind"] == "rejected"
    }
    assert all("the same as line" in reason or "ends before" in reason for reason in reasons), reasons
    ecs = Purchase.objects.get(order_number="W911QX20C0023")
    assert (ecs.amount, ecs.currency, ecs.kind) == (Decimal("120575059.35"), "USD", Kind.CONTRACT)
    assert (ecs.starts_on, ecs.ends_on) == (date(2020, 4, 23), date(2027, 3, 11))
    assert ecs.vendor is not None
    assert not Purchase.objects.filter(amount__lte=0).exists()
    assert not Purchase.objects.filter(vendor=None).exists()
    again = bring(petra, organisation, text, fixed={"currency": "USD"}, new=True, source="awards")
    assert (again.counts.get("created", 0), again.counts.get("updated", 0)) == (0, 0)


def test_plan_items_requests_and_vendors_come_the_same_way(organisation: Organisation) -> None:
    petra, initiative = officer(organisation), make(organisation, "Shelf camera", unit="Retail")
    head = b"Name,Year,Code,Capability,Planned amount,Currency\n"
    plan = head + b"Accelerators,2026,IT-1,Accelerator compute,5000,EUR\nTokens,26,IT-2,,,\n"
    run = published(petra, bring(petra, organisation, plan, ImportKind.PLAN_ITEMS))
    assert (run.counts["created"], run.counts["rejected"]) == (1, 1)
    item = PlanItem.objects.get()
    assert item.capability is not None
    assert (item.capability.key, item.planned_amount) == ("accelerator_compute", Decimal(5000))
    asks = f"Title,Initiative,Quantity,Unit of measure,Needed on\nGPUs,{initiative.key},8,gpus,2027-01-31\n".encode()
    published(petra, bring(petra, organisation, asks, ImportKind.REQUESTS))
    asked = PurchaseRequest.objects.get()
    assert (asked.initiative, asked.quantity, asked.quantity_unit, asked.needed_on) == (
        initiative, Decimal(8), "accelerators", date(2027, 1, 31),
    )  # fmt: skip
    assert [step.state for step in asked.steps.all()] == ["asked"]
    vendors = b"Name,Parent,Other names\nNimbus Group,,\nNimbus Cloud,Nimbus Group,NC; Nimbus Clouds\n"
    published(petra, bring(petra, organisation, vendors, ImportKind.VENDORS))
    cloud = Vendor.objects.get(name="Nimbus Cloud")
    assert cloud.parent is not None
    assert cloud.parent.name == "Nimbus Group"
    assert set(VendorAlias.objects.values_list("name", flat=True)) == {"NC", "Nimbus Clouds"}
    again = bring(petra, organisation, vendors, ImportKind.VENDORS)
    assert (again.counts.get("created", 0), again.counts.get("updated", 0)) == (0, 0)


def test_only_those_who_buy_and_see_amounts_import_and_another_units_key_is_not_theirs(organisation: Organisation) -> None:
    petra, lars = officer(organisation), officer(organisation, "Olaf", "Logistics")
    text = b"Title,Order number,Vendor,Amount,Currency,Key\nRacks,PO-1,Nimbus,100,EUR,K1\n"
    run = published(petra, bring(petra, organisation, text))
    assert not visible_imports(lars).filter(pk=run.pk).exists()
    with pytest.raises(PermissionDenied):
        bring(organisation.actor("Vera"), organisation, text)
    with pytest.raises(PermissionDenied):
        bring(organisation.actor("Finn"), organisation, text)
    theirs = bring(lars, organisation, text, unit="Logistics")
    assert theirs.counts["rejected"] == 1
