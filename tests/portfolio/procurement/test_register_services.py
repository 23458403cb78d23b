"""Verbs of purchases, vendors and requests: who may, what must fit together, and what others are told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from portfolio.finance.models import Commitment
from portfolio.outbox.models import Event
from portfolio.procurement.choices import Ask, Kind
from portfolio.procurement.models import Purchase, PurchaseRequestStep, Vendor, VendorAlias
from portfolio.procurement.queries.pickers import vendor_named
from portfolio.procurement.services import requests as asking
from portfolio.procurement.services.purchases import cancel_purchase, change_purchase, create_purchase, set_shares
from portfolio.procurement.services.vendors import add_alias, change_vendor, merge_vendors
from portfolio.procurement.services.writing import StaleRow
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import make
from tests.portfolio.procurement.people import buy, officer, sell

pytestmark = pytest.mark.django_db


def test_only_procurement_officers_of_the_unit_buy(organisation: Organisation) -> None:
    petra, logistics = officer(organisation), organisation.units["Logistics"]
    for by in (organisation.actor("Paula"), organisation.actor("Finn")):
        with pytest.raises(PermissionDenied):
            create_purchase(by=by, unit=organisation.units["Retail"], kind=Kind.ORDER, title="GPUs")
    with pytest.raises(PermissionDenied):
        create_purchase(by=petra, unit=logistics, kind=Kind.ORDER, title="GPUs")
    row = create_purchase(by=petra, unit=organisation.units["Stores"], kind=Kind.ORDER, title="GPUs")
    with pytest.raises(PermissionDenied):
        change_purchase(by=petra, purchase=row, changes={"unit": logistics})


def test_what_cannot_be_is_told_by_field(organisation: Organisation) -> None:
    with pytest.raises(ValidationError) as told:
        buy(
            organisation, amount=Decimal(-1), starts_on=date(2026, 5, 1), ends_on=date(2026, 4, 1), committed_quantity=Decimal(3),
            title=" ",
        )  # fmt: skip
    assert set(told.value.message_dict) == {"amount", "currency", "ends_on", "committed_unit", "title"}


def test_shares_of_a_purchase_are_of_one_whole_by_service_and_by_database(organisation: Organisation) -> None:
    one, two = make(organisation, "One"), make(organisation, "Two")
    row = buy(organisation, amount=Decimal(1000), currency="EUR")
    set_shares(by=SYSTEM, purchase=row, shares={one: Decimal("0.6"), two: Decimal("0.3")})
    with pytest.raises(ValidationError):
        set_shares(by=SYSTEM, purchase=row, shares={one: Decimal("0.6"), two: Decimal("0.5")})
    with pytest.raises(DatabaseError, match="more than 1"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE procurement_purchaseshare SET share = 0.8 WHERE purchase_id = %s", [row.pk])
    held = Commitment.objects.filter(source_ref=row.pk)
    assert {line.initiative_id: line.amount for line in held} == {one.pk: Decimal(600), two.pk: Decimal(300), None: Decimal(100)}
    told = Event.objects.filter(kind="purchase.changed").latest("id")
    assert set(told.payload["initiative_ids"]) == {one.pk, two.pk}
    cancel_purchase(by=SYSTEM, purchase=row, reason="The pilot stopped.")
    assert not held.all().exists()


def test_who_saves_second_is_shown_what_the_first_saved(organisation: Organisation) -> None:
    row = buy(organisation)
    change_purchase(by=SYSTEM, purchase=row, changes={"title": "Racks"}, version=1)
    with pytest.raises(StaleRow):
        change_purchase(by=SYSTEM, purchase=row, changes={"title": "Shelves"}, version=1)


def test_the_last_day_of_notice_follows_from_the_term(organisation: Organisation) -> None:
    row = buy(organisation, ends_on=date(2027, 3, 31), notice_days=90)
    assert Purchase.objects.get(pk=row.pk).notice_on == date(2026, 12, 31)


def test_a_vendor_is_found_by_every_name_and_two_become_one(organisation: Organisation) -> None:
    petra, nimbus, cloud = officer(organisation), sell("Nimbus"), sell("Nimbus Cloud GmbH")
    change_vendor(by=petra, vendor=nimbus, changes={"name": "Nimbus Group"})
    assert vendor_named(petra, "NIMBUS") == nimbus, "a name that it had stays as another name"
    with pytest.raises(ValidationError):
        add_alias(by=petra, vendor=cloud, name="nimbus group")
    row, theirs = buy(organisation, vendor=cloud), buy(organisation, "Logistics", vendor=cloud)
    with pytest.raises(PermissionDenied):
        merge_vendors(by=petra, vendor=cloud, into=nimbus, reason="One company.")
    Purchase.objects.filter(pk=theirs.pk).update(vendor=None)
    merge_vendors(by=petra, vendor=cloud, into=nimbus, reason="One company.")
    row.refresh_from_db()
    assert row.vendor == nimbus
    assert not Vendor.objects.filter(pk=cloud.pk).exists()
    assert "Nimbus Cloud GmbH" in VendorAlias.objects.filter(vendor=nimbus).values_list("name", flat=True)


def test_a_request_becomes_an_order_step_by_step_and_no_step_is_edited(organisation: Organisation) -> None:
    petra, iris = officer(organisation), organisation.actor("Iris")
    initiative = make(organisation, "Shelf camera", owner="Otto", unit="Stores")
    stores = organisation.units["Stores"]
    with pytest.raises(PermissionDenied):
        asking.ask(by=iris, unit=stores, title="GPUs", amount=Decimal(9), currency="EUR")
    row = asking.ask(by=organisation.actor("Otto"), unit=stores, initiative=initiative, title="GPUs")
    with pytest.raises(PermissionDenied):
        asking.approve(by=iris, request=row)
    asking.approve(by=petra, request=row)
    purchase = buy(organisation, "Stores")
    asking.order(by=petra, request=row, purchase=purchase, share=Decimal("0.5"))
    row.refresh_from_db()
    assert (row.state, row.purchase) == (Ask.ORDERED, purchase)
    assert purchase.shares.get().share == Decimal("0.5")
    assert list(row.steps.values_list("state", flat=True)) == ["asked", "approved", "ordered"]
    with pytest.raises(ValidationError):
        asking.decline(by=petra, request=row, reason="Too late.")
    with pytest.raises(DatabaseError), transaction.atomic():
        PurchaseRequestStep.objects.filter(request=row).update(reason="other")


def test_a_request_for_an_initiative_belongs_to_its_unit_and_a_refusal_says_why(organisation: Organisation) -> None:
    initiative = make(organisation, "Shelf camera", unit="Stores")
    with pytest.raises(ValidationError):
        asking.ask(by=SYSTEM, unit=organisation.units["Logistics"], title="GPUs", initiative=initiative)
    row = asking.ask(by=SYSTEM, unit=organisation.units["Stores"], title="GPUs", initiative=initiative)
    with pytest.raises(ValidationError):
        asking.decline(by=SYSTEM, request=row, reason=" ")
