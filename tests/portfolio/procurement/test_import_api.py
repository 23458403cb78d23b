"""Lists of purchases through the API: handed in, mapped, looked at, published; who may, and what a broken file says."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.activity.models import AuditEntry
from portfolio.procurement.choices import ImportKind
from portfolio.procurement.models import Purchase, RegisterImport, RegisterImportRow, Vendor
from tests.people import Organisation
from tests.portfolio.finance.world import work_off
from tests.portfolio.initiatives.pages import make
from tests.portfolio.procurement.people import officer
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
URL = "/api/v1/procurement-imports/"
JSON = "application/json"
ALL = (Scope.PURCHASES_WRITE, Scope.MONEY)
TEXT = "Title,Order number,Vendor,Unit,Amount,Currency\nRacks,PO-1,Nimbus,Stores,100,EUR\nTokens,PO-2,Fog,,9000,\n"
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_imports.json").read_text())


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def hand_in(
    client: Client, organisation: Organisation, text: str | bytes = TEXT, unit: str | None = "Retail", **more: Any
) -> Any:
    content = text.encode() if isinstance(text, str) else text
    data = {"kind": "purchases", "source": "orders", "file": SimpleUploadedFile("orders.csv", content)} | more
    return client.post(URL, data | ({"unit": organisation.units[unit].pk} if unit else {}))


def read(client: Client, where: str, **given: Any) -> dict[str, Any]:
    answer = client.patch(f"{where}mapping/", given, content_type=JSON)
    assert answer.status_code == 202, answer.content
    work_off("procurement.read_import")
    polled: dict[str, Any] = client.get(where).json()
    return polled


def pointers(answer: Any) -> list[str]:
    assert answer["Content-Type"] == "application/problem+json"
    return [error["pointer"].rsplit("/0")[0] for error in answer.json()["errors"]]


def test_a_file_is_handed_in_mapped_looked_at_and_published(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    client = api(*ALL, maker="Petra")
    made = hand_in(client, organisation)
    assert made.status_code == 201, made.content
    where, run = made["Location"], made.json()
    assert (run["state"], run["headers"][0], run["mapping"]["columns"]["order_number"]) == ("uploaded", "Title", "Order number")
    assert {"name": "title", "label": "Title", "required": True} in run["fields_known"]
    assert client.post(f"{where}publish/").status_code == 400, "nothing was read yet"
    polled = read(client, where, new=True)
    assert (polled["state"], polled["counts"]["created"], polled["counts"]["rejected"]) == ("preview", 1, 1)
    assert polled["mapping"]["new"] is True
    rows = client.get(f"{where}rows/").json()["results"]
    assert [(row["line"], row["outcome"], row["raw"]["amount"]) for row in rows] == [
        (2, "created", "100"),
        (3, "rejected", "9000"),
    ]
    assert "without a currency" in rows[1]["issues"][0]["reason"]
    for outcome, lines in (("rejected", [3]), ("reported", [3]), ("changes", [2]), ("updated", [])):
        assert [row["line"] for row in client.get(f"{where}rows/?outcome={outcome}").json()["results"]] == lines, outcome
    assert client.get(f"{where}rows/?outcome=odd").status_code == 400
    assert not Purchase.objects.exists(), "nothing is in the register before it is published"
    assert client.post(f"{where}publish/").status_code == 202
    assert client.post(f"{where}publish/").status_code == 202, "asking twice is the same as once"
    assert work_off("procurement.publish_import") == 1
    assert client.post(f"{where}publish/").json()["state"] == "published"
    assert work_off("procurement.publish_import") == 0
    racks = Purchase.objects.get()
    assert (racks.title, racks.amount, racks.unit) == ("Racks", Decimal(100), organisation.units["Stores"])
    assert Vendor.objects.get().name == "Nimbus"
    entry = AuditEntry.objects.get(object_type="procurement_purchase")
    assert (entry.through, entry.actor_id) == ("import", organisation.people["Petra"].pk)
    assert client.post(f"{where}cancel/").status_code == 400
    assert client.patch(f"{where}mapping/", {}, content_type=JSON).status_code == 400
    assert client.get(where).json()["headers"] == []


def test_the_mapping_that_is_told_is_the_one_that_is_taken(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    client = api(*ALL, maker="Petra")
    run = hand_in(client, organisation).json()
    assert read(client, run["url"], **run["mapping"])["mapping"] == run["mapping"]
    given = {"columns": {"title": "Title", "amount": "Amount"}, "fixed": {"currency": "GBP"}, "alike": True}
    again = read(client, run["url"], **given)
    assert {name: again["mapping"][name] for name in given} == given
    assert again["counts"]["created"] == 2
    again = read(client, run["url"], decimal_sign=",")
    assert {name: again["mapping"][name] for name in given} == given, "what is left out stays"


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"columns": {"title": "Titles"}}, "/columns/title"), ({"columns": {"price": "Amount"}}, "/columns/price"),
        ({"columns": {"amount": "Amount"}}, "/columns/title"), ({"columns": ["Title"]}, "/columns"),
        ({"fixed": {"venue": "moon"}}, "/fixed/venue"), ({"fixed": {"title": "x"}}, "/fixed/title"),
        ({"date_order": "odd"}, "/date_order"), ({"newest": True}, "/newest"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_says_where(organisation: Organisation, api: Api, given: dict[str, Any], pointer: str) -> None:
    officer(organisation)
    client = api(*ALL, maker="Petra")
    where = hand_in(client, organisation).json()["url"]
    answer = client.patch(f"{where}mapping/", given, content_type=JSON)
    assert (answer.status_code, set(pointers(answer))) == (400, {pointer})
    assert client.get(where).json()["state"] == "uploaded"


def test_the_same_file_again_is_the_run_that_waits_until_it_is_given_up(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    client = api(*ALL, maker="Petra")
    first, again = hand_in(client, organisation), hand_in(client, organisation)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    for more in ({"source": "other"}, {"kind": "plan_items"}, {"unit": "Stores"}):
        assert hand_in(client, organisation, **more).status_code == 201, more
    where = first.json()["url"]
    assert read(client, where)["state"] == "preview"
    assert client.post(f"{where}cancel/").json()["state"] == "cancelled"
    assert not RegisterImportRow.objects.exists()
    assert client.post(f"{where}publish/").status_code == 400
    assert hand_in(client, organisation).status_code == 201
    assert [row["id"] for row in client.get(f"{URL}?state=cancelled").json()["results"]] == [first.json()["id"]]
    assert client.get(f"{URL}?stat=cancelled").status_code == 400


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("b.xlsx", b"PK\x03\x04 not a zip", "archive"), ("b.csv", b"\x00\xff\xfe\x00garbage\x00", ""), ("b.csv", b"", "empty"),
        ("b.csv", b"only a header\n", ""),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_its_reason_and_leaves_nothing(
    organisation: Organisation, api: Api, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    officer(organisation)
    answer = hand_in(api(*ALL, maker="Petra"), organisation, file=SimpleUploadedFile(name, content))
    assert (answer.status_code, pointers(answer)) == (400, ["/file"])
    assert words in answer.json()["errors"][0]["detail"]
    assert not RegisterImport.objects.exists()
    assert not [one for one in (tmp_path / "media").rglob("*") if one.is_file()]


def test_a_file_above_the_limit_is_refused(organisation: Organisation, api: Api, settings: Any) -> None:
    officer(organisation)
    settings.UPLOAD_MAX_BYTES = 10
    assert pointers(hand_in(api(*ALL, maker="Petra"), organisation)) == ["/file"]


@pytest.mark.parametrize(
    ("maker", "scopes", "more", "expected"),
    [
        ("Petra", (Scope.PURCHASES_READ, Scope.MONEY), {}, 403), ("Petra", (Scope.PURCHASES_WRITE,), {}, 403),
        ("Petra", (Scope.IMPORTS_WRITE, Scope.MONEY), {}, 403), ("Vera", ALL, {}, 403),
        ("Petra", ALL, {"unit": "Logistics"}, 400), ("Petra", ALL, {"unit": None}, 400), ("Petra", ALL, {"kind": "prices"}, 400),
        ("Petra", ALL, {"source": "declared"}, 400), ("Petra", ALL, {"currency": "EUR"}, 400), ("Petra", ALL, {}, 201),
    ],
)  # fmt: skip
def test_only_who_buys_and_sees_amounts_of_the_unit_hands_in(
    organisation: Organisation, api: Api, maker: str, scopes: tuple[Scope, ...], more: dict[str, Any], expected: int
) -> None:
    officer(organisation)
    answer = hand_in(api(*scopes, maker=maker), organisation, **more)
    assert answer.status_code == expected, answer.content
    assert RegisterImport.objects.count() == (1 if expected == 201 else 0)


def test_a_run_does_not_exist_for_who_may_not_see_its_amounts(organisation: Organisation, api: Api) -> None:
    officer(organisation)
    officer(organisation, "Olaf", "Logistics")
    where = hand_in(api(*ALL, maker="Petra"), organisation).json()["url"]
    for stranger in (api(Scope.PURCHASES_WRITE, maker="Petra"), api(*ALL, maker="Vera"), api(*ALL, maker="Olaf")):
        answers = [
            stranger.get(where), stranger.get(f"{where}rows/"), stranger.post(f"{where}publish/"),
            stranger.post(f"{where}cancel/"), stranger.patch(f"{where}mapping/", {}, content_type=JSON),
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [404] * 5
        assert stranger.get(URL).json()["results"] == []


def test_a_token_reaches_no_further_by_a_file_than_by_itself(organisation: Organisation, api: Api) -> None:
    """Its maker buys for all of Retail, it for Stores: rows and initiatives of Retail itself are not its to touch."""
    officer(organisation)
    above = make(organisation, "Forecast", unit="Retail")
    text = "Title,Key,Amount,Currency,Initiative\nRacks,K1,100,EUR,\n"
    whole = api(*ALL, maker="Petra")
    where = hand_in(whole, organisation, text).json()["url"]
    read(whole, where)
    whole.post(f"{where}publish/")
    work_off("procurement.publish_import")
    narrow = api(*ALL, maker="Petra", unit="Stores")
    text = f"Title,Key,Amount,Currency,Initiative\nMine now,K1,1,EUR,\nShelves,K2,5,EUR,{above.key}\n"
    polled = read(narrow, hand_in(narrow, organisation, text, unit="Stores").json()["url"])
    assert (polled["counts"].get("updated", 0), polled["counts"]["rejected"], polled["counts"]["created"]) == (0, 1, 1)
    narrow.post(f"{polled['url']}publish/")
    work_off("procurement.publish_import")
    assert Purchase.objects.get(external_key="K1").title == "Racks"
    assert not Purchase.objects.get(external_key="K2").shares.exists()


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_list_asks_more_than_committed(organisation: Organisation, api: Api, rows: int) -> None:
    officer(organisation)
    client, found = api(*ALL, maker="Petra"), {}
    run = RegisterImport.objects.get(pk=hand_in(client, organisation).json()["id"])
    RegisterImport.objects.bulk_create(
        RegisterImport(kind=ImportKind.PURCHASES, unit=run.unit, source="x", file_name=f"{n}.csv", sha256=str(n))
        for n in range(rows)
    )
    RegisterImportRow.objects.bulk_create(RegisterImportRow(run=run, line=n, outcome="created", raw={}) for n in range(rows))
    for name, address in {"runs": URL, "run": f"{URL}{run.pk}/", "rows": f"{URL}{run.pk}/rows/"}.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{address}?page_size=1000" if name != "run" else address).status_code == 200
        found[name] = len(queries)
    assert found == COUNTS
