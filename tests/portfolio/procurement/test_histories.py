"""The histories of a purchase and of a vendor tell of their parts, and terms and names to whom these are for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.procurement.models import Product, Vendor, VendorAlias
from portfolio.procurement.services.catalogue import change_tier, create_product, create_tier, remove_tier
from portfolio.procurement.services.purchases import set_shares
from portfolio.procurement.services.vendors import add_alias, change_vendor, merge_vendors, remove_alias
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, make
from tests.portfolio.procurement.people import buy, officer, sell

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def told(client: Client, address: str) -> str:
    answer = client.get(address, headers=HX)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def terms(vendor: Vendor) -> dict[str, Any]:
    return {"vendor": vendor, "from_amount": Decimal("4711.25"), "currency": "EUR", "discount": Decimal("0.1")}


def test_a_purchases_history_tells_who_gave_which_initiative_which_share(organisation: Organisation, signed_in: SignIn) -> None:
    petra = officer(organisation)
    camera, other, secret = (
        make(organisation, "Shelf camera"), make(organisation, "Forecast"), make(organisation, "Merger planning", "Logistics"),
    )  # fmt: skip
    row, elsewhere = buy(organisation, title="Racks"), buy(organisation, title="Desks")
    set_shares(by=petra, purchase=row, shares={camera: Decimal("0.25"), other: Decimal("0.5")})
    set_shares(by=petra, purchase=row, shares={camera: Decimal("0.75")})
    set_shares(by=SYSTEM, purchase=elsewhere, shares={other: Decimal("0.125")})
    address = f"/activity/history/procurement_purchase/{row.pk}/"
    page = told(signed_in("Vera"), address)
    assert page.count("Created: Share of a purchase") == 3
    assert page.count("Deleted: Share of a purchase") == 2
    for words in ("Shelf camera", "Forecast", "0.25", "0.75", "Petra Test", "Created: Purchase"):
        assert words in page, words
    assert "0.125" not in page, "of another purchase"
    set_shares(by=SYSTEM, purchase=row, shares={secret: Decimal("0.0625")})
    page = told(signed_in("Vera"), address)
    assert "0.0625" in page and "not yours to see" in page and "Merger planning" not in page
    assert address in signed_in("Vera").get(f"/procurement/purchases/{row.pk}/").content.decode()


def test_a_vendors_history_tells_of_its_names_products_and_terms(organisation: Organisation, signed_in: SignIn) -> None:
    petra = officer(organisation)
    nimbus, fog = sell(), sell("Fog")
    change_vendor(by=petra, vendor=nimbus, changes={"note": "Asks for a year ahead"})
    remove_alias(by=petra, alias=add_alias(by=petra, vendor=nimbus, name="Nimbus Cloud"))
    create_product(by=petra, vendor=nimbus, name="Racks")
    create_product(by=petra, vendor=fog, name="Mist")
    tier = create_tier(by=petra, **terms(nimbus), effective_on=date(2026, 1, 1), source="Framework")
    change_tier(by=petra, tier=tier, changes={"source": "Letter"})
    remove_tier(by=petra, tier=tier)
    address = f"/activity/history/procurement_vendor/{nimbus.pk}/"
    whole, plain = told(signed_in("Petra"), address), told(signed_in("Vera"), address)
    for words in (
        "Created: Vendor", "Changed: Vendor", "Asks for a year ahead", "Created: Other name of a vendor", "Nimbus Cloud",
        "Deleted: Other name of a vendor", "Created: Product", "Racks",
    ):  # fmt: skip
        assert words in whole and words in plain, words
    for words in ("Created: Price tier", "Changed: Price tier", "Deleted: Price tier", "4711.25", "Letter"):
        assert words in whole, words
    for words in ("Price tier", "4711.25", "Framework", "Letter", "amount hidden"):
        assert words not in plain, "a tier is nothing but terms"
    assert "Mist" not in whole
    assert address in signed_in("Vera").get(f"/procurement/vendors/{nimbus.pk}/").content.decode()
    assert signed_in("Nora").get(address).status_code == 404, "who holds no role sees no vendor"
    assert signed_in("Vera").get("/activity/history/procurement_vendor/999999/").status_code == 404


def test_what_came_by_a_merge_brings_its_past_along(organisation: Organisation, signed_in: SignIn) -> None:
    petra = officer(organisation)
    nimbus, cloud = sell(), sell("Cumulus")
    create_product(by=petra, vendor=cloud, name="Racks")
    merge_vendors(by=petra, vendor=cloud, into=nimbus, reason="One company since May")
    page = told(signed_in("Vera"), f"/activity/history/procurement_vendor/{nimbus.pk}/")
    assert "Created: Product Racks" in page and "Changed: Product Racks" in page and "One company since May" in page


def test_a_history_asks_the_same_for_any_number_of_parts(organisation: Organisation, signed_in: SignIn) -> None:
    nimbus, client, counts = sell(), signed_in("Vera"), []
    address = f"/activity/history/procurement_vendor/{nimbus.pk}/"
    client.get(address, headers=HX)
    for number in (1, 15):
        Product.objects.bulk_create(Product(vendor=nimbus, name=f"Product {number} {n}") for n in range(number))
        VendorAlias.objects.bulk_create(VendorAlias(vendor=nimbus, name=f"Name {number} {n}", key="x") for n in range(number))
        with CaptureQueriesContext(connection) as queries:
            told(client, address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 7
