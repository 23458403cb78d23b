"""Price tiers through the API: terms of vendors, for those alone who see amounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.activity.models import AuditEntry
from portfolio.outbox.models import Event
from portfolio.procurement.models import PriceTier
from portfolio.procurement.services.catalogue import create_product
from tests.people import SYSTEM, Organisation
from tests.portfolio.procurement.people import officer, sell

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
URL = "/api/v1/price-tiers/"
JSON = "application/json"


def terms(vendor: int, **more: Any) -> dict[str, Any]:
    return {"vendor": vendor, "from_amount": "4711.25", "currency": "EUR", "discount": "0.1", "effective_on": "2026-01-01"} | more


def test_a_tier_is_made_read_changed_and_taken_away(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    nimbus = sell()
    racks = create_product(by=SYSTEM, vendor=nimbus, name="Racks")
    client = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Petra")
    made = client.post(URL, terms(nimbus.pk, product=racks.pk, capability="storage"), content_type=JSON)
    assert made.status_code == 201, made.content
    row = made.json()
    assert (row["from_amount"], row["currency"], row["discount"], row["per_year"]) == ("4711.25", "EUR", "0.10000", True)
    assert (row["vendor_name"], row["product_name"], row["capability_key"]) == ("Nimbus", "Racks", "storage")
    assert made["ETag"] == '"v1"'
    where = f"{URL}{row['id']}/"
    changed = client.patch(where, {"ends_on": "2026-12-31"}, content_type=JSON, headers={"If-Match": '"v1"'})
    assert (changed.status_code, changed.json()["ends_on"], changed["ETag"]) == (200, "2026-12-31", '"v2"')
    for stale in (
        client.patch(where, {"source": "List"}, content_type=JSON, headers={"If-Match": '"v1"'}),
        client.delete(where, headers={"If-Match": '"v1"'}),
    ):
        assert (stale.status_code, stale["Content-Type"]) == (412, "application/problem+json")
    assert client.delete(where, headers={"If-Match": '"v2"'}).status_code == 204
    assert (client.get(where).status_code, PriceTier.objects.count()) == (404, 0)
    entries = AuditEntry.objects.filter(object_type="procurement_pricetier").order_by("id")
    assert list(entries.values_list("action", "through")) == [("create", "token"), ("change", "token"), ("delete", "token")]
    assert Event.objects.filter(kind="vendor.changed", payload={"vendor_ids": [nimbus.pk]}).count() == 4


def test_the_list_is_narrowed_by_vendor_with_its_family_by_capability_product_and_day(
    organisation: Organisation, api: Api
) -> None:  # fmt: skip
    officer(organisation)
    group, other = sell("Nimbus"), sell("Fog")
    child = sell("Nimbus Cloud")
    child.parent = group
    child.save(update_fields=["parent"])
    client = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Petra")
    racks = create_product(by=SYSTEM, vendor=child, name="Racks")
    wanted = (
        terms(group.pk, ends_on="2026-06-30"), terms(child.pk, capability="storage", product=racks.pk),
        terms(other.pk, effective_on="2026-07-01"),
    )  # fmt: skip
    ids = [client.post(URL, body, content_type=JSON).json()["id"] for body in wanted]
    for query, found in (
        ("", ids), (f"vendor={group.pk}", ids[:2]), ("capability=storage", ids[1:2]), ("capability=unknown", [ids[0], ids[2]]),
        (f"product={racks.pk}", ids[1:2]), ("on=2026-06-30", ids[:2]), ("on=2026-07-01", ids[1:]),
    ):  # fmt: skip
        assert [row["id"] for row in client.get(f"{URL}?{query}").json()["results"]] == sorted(found, reverse=True), query
    assert client.get(f"{URL}?from_amount=1").status_code == 400, "no list is narrowed by an amount"


def test_who_may_not_see_amounts_finds_no_tier_and_writes_none(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    nimbus = sell()
    rich = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Petra")
    where = f"{URL}{rich.post(URL, terms(nimbus.pk), content_type=JSON).json()['id']}/"
    viewer = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Vera")  # the scope alone gives nobody what the role does not see
    for client in (api(Scope.PURCHASES_WRITE, maker="Petra"), viewer):
        assert client.get(URL).json()["results"] == []
        assert client.get(where).status_code == 404
        assert client.post(URL, terms(nimbus.pk), content_type=JSON).status_code == 403
        assert client.patch(where, {"discount": "0.2"}, content_type=JSON).status_code == 404
        assert client.delete(where).status_code == 404
    reader = api(Scope.PURCHASES_READ, Scope.MONEY, maker="Petra")
    assert reader.get(where).json()["discount"] == "0.10000"
    assert reader.delete(where).status_code == 403
    assert api(Scope.FINANCE_WRITE, Scope.MONEY, maker="Petra").get(URL).status_code == 403
    assert PriceTier.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"discount": "1"}, "/discount"), ({"discount": "NaN"}, "/discount"), ({"from_amount": "-1"}, "/from_amount"),
        ({"currency": "euro"}, "/currency"), ({"ends_on": "2025-12-31"}, "/ends_on"), ({"vendor": 0}, "/vendor"),
        ({"product": "theirs"}, "/product"), ({"capability": "no-such"}, "/capability"), ({"price": "5"}, "/price"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused_where_they_are_wrong(
    organisation: Organisation, api: Api, wrong: dict[str, Any], pointer: str
) -> None:
    officer(organisation)
    nimbus, theirs = sell(), create_product(by=SYSTEM, vendor=sell("Fog"), name="Racks")
    if wrong.get("product"):
        wrong = {"product": theirs.pk}
    client = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Petra")
    answer = client.post(URL, terms(nimbus.pk) | wrong, content_type=JSON)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert pointer in [error["pointer"].rsplit("/0")[0] for error in answer.json()["errors"]]
    assert not PriceTier.objects.exists()


def test_a_tier_stays_its_vendors(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    nimbus, fog = sell(), sell("Fog")
    client = api(Scope.PURCHASES_WRITE, Scope.MONEY, maker="Petra")
    where = f"{URL}{client.post(URL, terms(nimbus.pk), content_type=JSON).json()['id']}/"
    assert client.patch(where, {"vendor": fog.pk}, content_type=JSON).status_code == 400
    assert PriceTier.objects.get().vendor == nimbus
