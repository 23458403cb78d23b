"""Pages, files and API of the register: they answer, ask the same for any number of rows, and tell amounts to whom they
are for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.services import assign_role
from portfolio.kit import clock
from portfolio.procurement.choices import Kind
from portfolio.procurement.models import Capability, PlanItem, PriceTier, Purchase, PurchaseRequest, Vendor
from portfolio.procurement.queries.standing import purchase_facts
from portfolio.procurement.services.purchases import set_shares
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, make, text_of
from tests.portfolio.procurement.people import buy, officer, sell
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
LISTS = {
    "purchases": "/procurement/?sort=-amount&term=running",
    "renewals": "/procurement/renewals/",
    "requests": "/procurement/requests/",
    "plan": "/procurement/plan/",
    "vendors": "/procurement/vendors/",
    "vendor": "/procurement/vendors/{vendor}/",
    "capabilities": "/procurement/capabilities/",
    "initiative": "/procurement/initiatives/{initiative}/",
    "purchases CSV": "/procurement/export/purchases/csv/",
    "requests JSON": "/procurement/export/requests/json/",
    "API purchases": "/api/v1/purchases/?page_size=1000",
    "API requests": "/api/v1/purchase-requests/?page_size=1000",
    "API plan": "/api/v1/plan-items/?page_size=1000",
    "API vendors": "/api/v1/vendors/?page_size=1000",
    "API tiers": "/api/v1/price-tiers/?page_size=1000",
}
SECRET = Decimal("4711.25")
TOLD = ("4711.25", "4,711", "4.7 k", "4.7k", "4711")


def fill(organisation: Organisation, rows: int) -> dict[str, int]:
    """As many vendors, items, purchases and requests of Retail; whose numbers stand in addresses."""
    retail, today = organisation.units["Retail"], clock.today()
    initiative, kind = make(organisation, "Shelf camera"), Capability.objects.get(key="storage")
    vendors = Vendor.objects.bulk_create(Vendor(name=f"Vendor {n}", key=f"vendor {n}") for n in range(rows))
    items = PlanItem.objects.bulk_create(PlanItem(unit=retail, name=f"Item {n}", code=str(n), year=2026) for n in range(rows))
    made = Purchase.objects.bulk_create(
        Purchase(
            unit=retail, kind=Kind.ORDER, title=f"Order {n}", vendor=vendors[n], plan_item=items[n] if n % 2 else None,
            capability=kind, amount=SECRET + n, currency="USD", starts_on=today - timedelta(days=9), notice_days=3,
            ends_on=today + timedelta(days=10 + n % 300),
        )
        for n in range(rows)
    )  # fmt: skip
    PriceTier.objects.bulk_create(
        PriceTier(vendor=vendors[0], from_amount=SECRET + n, currency="USD", discount=Decimal("0.1"), effective_on=today)
        for n in range(rows)
    )
    PurchaseRequest.objects.bulk_create(
        PurchaseRequest(unit=retail, title=f"Wish {n}", capability=kind, amount=SECRET, currency="USD", initiative=initiative)
        for n in range(rows)
    )
    rest = [(row.pk, initiative.pk) for row in made]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO procurement_purchaseshare (purchase_id, initiative_id, share) VALUES (%s, %s, 1)", rest)
    return {"vendor": vendors[0].pk, "initiative": initiative.pk, "purchase": made[0].pk}


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_list_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    officer(organisation)
    ids = fill(organisation, rows)
    client, found = signed_in("Petra"), {}
    for name, address in LISTS.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address.format(**ids), headers=HX if name == "initiative" else {})
            assert answer.status_code == 200, name
            text_of(answer)
        found[name] = len(queries)
    assert found == COUNTS


@pytest.mark.parametrize("name", ["Vera", "Iris"])
def test_whoever_may_not_see_money_is_told_no_amount(organisation: Organisation, signed_in: SignIn, name: str) -> None:
    ids = fill(organisation, 2)
    client = signed_in(name)
    for address in (*LISTS.values(), "/procurement/purchases/{purchase}/", "/api/v1/purchases/{purchase}/"):
        text = text_of(client.get(address.format(**ids), headers=HX if "initiatives" in address else {}))
        assert not [one for one in TOLD if one in text], address
    up, down = (_order(client, f"/procurement/export/purchases/json/?sort={sort}") for sort in ("amount", "-amount"))
    assert up == down, "amounts order nothing for whom they are hidden"
    assert client.get("/procurement/imports/").status_code == 200
    assert client.get("/procurement/imports/new/").status_code == 403


def _order(client: Client, path: str) -> list[int]:
    return [row["id"] for row in json.loads(text_of(client.get(path)))]


def test_whoever_sees_all_money_is_told_the_whole_and_a_sum_of_one_beside_others_is_not_told(
    organisation: Organisation, signed_in: SignIn
) -> None:
    """Petra holds all; Finn of finance sees the other department's purchases as a viewer, without their amounts."""
    officer(organisation)
    ids = fill(organisation, 1)
    petra, finn = signed_in("Petra"), signed_in("Finn")
    assert "4711.25" in text_of(petra.get(f"/api/v1/purchases/{ids['purchase']}/"))
    assert "fewer than 2" not in text_of(petra.get("/procurement/"))
    buy(organisation, unit="Logistics", amount=Decimal(100), currency="USD")
    assign_role(by=SYSTEM, user=organisation.people["Finn"], role=Role.VIEWER, unit=organisation.units["Logistics"])
    assert "fewer than 2 amounts are not added up" in text_of(finn.get("/procurement/"))
    assert "fewer than 2" not in text_of(petra.get("/procurement/"))


def test_an_owner_sees_the_part_of_its_initiative_and_another_unit_sees_nothing(
    organisation: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    initiative = make(organisation, "Shelf camera", unit="Stores", owner="Otto")
    row = buy(organisation, "Stores", amount=Decimal("9422.5"), currency="USD")
    set_shares(by=SYSTEM, purchase=row, shares={initiative: Decimal("0.5")})
    panel = f"/procurement/initiatives/{initiative.pk}/"
    assert "4,711.25 USD" in text_of(signed_in("Otto").get(panel, headers=HX))
    assert "4,711.25" not in text_of(signed_in("Iris").get(panel, headers=HX))
    assert "hidden" in text_of(signed_in("Otto").get(f"/procurement/purchases/{row.pk}/"))
    lars = signed_in("Lars")
    for address in (panel, f"/procurement/purchases/{row.pk}/", f"/api/v1/purchases/{row.pk}/"):
        assert lars.get(address).status_code == 404
    assert f"purchases/{row.pk}/" not in text_of(lars.get("/procurement/"))


def test_a_token_needs_the_scope_and_money_for_amounts(organisation: Organisation, api: Callable[..., Client]) -> None:
    officer(organisation, "Petra")
    ids = fill(organisation, 1)
    plain = api(Scope.PURCHASES_WRITE, maker="Petra")
    row = json.loads(text_of(plain.get(f"/api/v1/purchases/{ids['purchase']}/")))
    assert {"amount", "currency"}.isdisjoint(row)
    assert row["amount_hidden"] is True
    body: dict[str, Any] = {"unit": organisation.units["Retail"].pk, "kind": "order", "title": "Racks", "in_plan": "no"}
    made = plain.post("/api/v1/purchases/", body, content_type="application/json")
    assert made.status_code == 201, text_of(made)
    priced = plain.post("/api/v1/purchases/", body | {"amount": "5", "currency": "EUR"}, content_type="application/json")
    assert priced.status_code == 403
    rich = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Petra")
    priced = rich.post("/api/v1/purchases/", body | {"amount": "5", "currency": "EUR"}, content_type="application/json")
    assert json.loads(text_of(priced))["amount"] == "5.00"
    path = f"/api/v1/purchases/{made.json()['id']}/"
    changed = plain.patch(path, {"title": "Shelves"}, content_type="application/json", headers={"If-Match": '"v1"'})
    assert changed.status_code == 200
    stale = plain.patch(path, {"title": "Again"}, content_type="application/json", headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    assert api(Scope.INITIATIVES_READ, maker="Petra").get("/api/v1/purchases/").status_code == 403


def test_a_purchase_is_written_changed_and_shared_through_its_pages(organisation: Organisation, signed_in: SignIn) -> None:
    officer(organisation)
    client, nimbus, initiative = signed_in("Petra"), sell("Nimbus"), make(organisation, "Shelf camera")
    form = {
        "title": "Racks", "kind": "order", "unit": str(organisation.units["Stores"].pk), "vendor_name": "NIMBUS, INC.",
        "function": "training", "venue": "on_premises", "state": "active", "renews": "unknown", "in_plan": "no",
        "amount": "1200", "currency": "EUR", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
    }  # fmt: skip
    assert client.post("/procurement/purchases/new/", form | {"ends_on": "2025-12-31"}).status_code == 422
    assert client.post("/procurement/purchases/new/", form).status_code == 302
    row = Purchase.objects.get()
    assert (row.vendor, row.vendor_name, row.amount) == (nimbus, "NIMBUS, INC.", Decimal(1200))
    edit = f"/procurement/purchases/{row.pk}/edit/"
    assert client.post(edit, form | {"title": "Shelves", "version": "1"}).status_code == 302
    stale = client.post(edit, form | {"title": "Desks", "version": "1"})
    assert stale.status_code == 422
    assert "Theirs: Title: Shelves" in text_of(stale)
    shares = {"key_0": initiative.key, "percent_0": "25", "version": "2"}
    assert client.post(f"/procurement/purchases/{row.pk}/shares/", shares).status_code == 302
    assert row.shares.get().share == Decimal("0.25")
    assert "25 %" in text_of(client.get(f"/procurement/purchases/{row.pk}/"))
    assert client.post(f"/procurement/purchases/{row.pk}/cancel/", {"reason": "Too late"}).status_code == 302


def test_gates_are_told_the_share_in_the_plan_and_no_amount_that_nobody_knows(organisation: Organisation) -> None:
    one, two = make(organisation, "One"), make(organisation, "Two")
    today = date(2026, 11, 29)
    for number, (initiative, in_plan, amount) in enumerate(
        [(one, "yes", Decimal(30)), (one, "no", Decimal(70)), (two, "yes", None)]
    ):
        row = buy(organisation, title=f"No. {number}", in_plan=in_plan, amount=amount, currency="USD" if amount else "")
        set_shares(by=SYSTEM, purchase=row, shares={initiative: Decimal("0.5")})
    found = purchase_facts([one.pk, two.pk], today=today)
    assert found[one.pk]["count"][:3] == (Decimal(1), Decimal(1), Decimal(0))
    assert found[one.pk]["amount"][:3] == (Decimal(15), Decimal(35), Decimal(0))
    assert set(found[two.pk]) == {"count"}, "an amount that nobody knows makes no share by amount"
