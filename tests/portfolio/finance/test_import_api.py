"""Files of amounts through the API: handed in, mapped, looked at, published; who may, and what a broken file says."""

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
from portfolio.finance.choices import ImportKind
from portfolio.finance.models import BudgetLine, FinanceImport, FinanceImportRow, Rate
from tests.people import Organisation
from tests.portfolio.finance.world import received, work_off
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
URL = "/api/v1/finance-imports/"
JSON = "application/json"
ALL = (Scope.FINANCE_WRITE, Scope.MONEY)
TEXT = "Business unit;Category;Description;From;Budget;Currency\nRetail;GPU;Cluster;2026;1.200,50;EUR\nNowhere;GPU;;2026;1;EUR\n"
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_imports.json").read_text())


def hand_in(
    client: Client, organisation: Organisation, text: str | bytes = TEXT, unit: str | None = "Retail", **more: Any
) -> Any:
    content = text.encode() if isinstance(text, str) else text
    data = {"kind": "budget", "file": SimpleUploadedFile("b.csv", content)} | more
    return client.post(URL, data | ({"unit": organisation.units[unit].pk} if unit else {}))


def pointers(answer: Any) -> list[str]:
    assert answer["Content-Type"] == "application/problem+json"
    return [error["pointer"].rsplit("/0")[0] for error in answer.json()["errors"]]


def test_a_file_is_handed_in_mapped_looked_at_and_published(organisation: Organisation, api: Api) -> None:
    client = api(*ALL, maker="Finn")
    made = hand_in(client, organisation)
    assert made.status_code == 201, made.content
    where, run = made["Location"], made.json()
    assert (run["state"], run["headers"][0], run["mapping"]["columns"]["planned"]) == ("uploaded", "Business unit", "Budget")
    assert run["first_rows"][0][4] == "1.200,50"
    assert {"name": "period_start", "label": "From", "required": True} in run["fields_known"]
    assert client.post(f"{where}publish/").status_code == 400, "nothing was read yet"
    mapped = client.patch(f"{where}mapping/", {"decimal_sign": ","}, content_type=JSON, headers={"If-Match": made["ETag"]})
    assert (mapped.status_code, mapped.json()["state"], mapped["ETag"]) == (202, "reading", '"v2"')
    work_off("finance.stage_import")
    polled = client.get(where).json()
    assert (polled["state"], polled["counts"]["create"], polled["counts"]["rejected"]) == ("ready", 1, 1)
    rows = client.get(f"{where}rows/").json()["results"]
    assert [(row["line"], row["outcome"], row["values"].get("planned")) for row in rows] == [
        (2, "create", "1200.50"), (3, "rejected", "1.00"),
    ]  # fmt: skip
    assert "no unit here" in rows[1]["issues"][0]["reason"]
    assert [row["line"] for row in client.get(f"{where}rows/?outcome=rejected").json()["results"]] == [3]
    assert client.get(f"{where}rows/?outcome=odd").status_code == 400
    assert not BudgetLine.objects.exists(), "nothing is counted before it is published"
    assert client.post(f"{where}publish/").status_code == 202
    assert client.post(f"{where}publish/").status_code == 202, "asking twice is the same as once"
    assert work_off("finance.publish_import") == 1
    assert client.post(f"{where}publish/").json()["state"] == "published"
    assert work_off("finance.publish_import") == 0
    assert [(one.planned, one.currency, one.unit) for one in BudgetLine.objects.all()] == [
        (Decimal("1200.50"), "EUR", organisation.units["Retail"])
    ]
    assert client.post(f"{where}cancel/").status_code == 400
    assert client.patch(f"{where}mapping/", {}, content_type=JSON).status_code == 400


def test_the_mapping_that_is_told_is_the_one_that_is_taken(organisation: Organisation, api: Api) -> None:
    client = api(*ALL, maker="Finn")
    run = hand_in(client, organisation).json()
    where = run["url"]
    assert client.patch(f"{where}mapping/", run["mapping"], content_type=JSON).status_code == 202
    again = client.get(where).json()
    assert again["mapping"] == run["mapping"]
    given = {"columns": {"unit": "Business unit", "planned": "Budget", "period_start": "From"}, "fixed": {"currency": "GBP"}}
    assert client.patch(f"{where}mapping/", given, content_type=JSON).status_code == 202
    kept = FinanceImport.objects.get().mapping
    assert {name: header for name, header in kept["columns"].items() if header} == given["columns"]
    assert kept["fixed"]["currency"] == "GBP"


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"columns": {"planned": "Budgets"}}, "/columns/planned"), ({"columns": {"price": "Budget"}}, "/columns/price"),
        ({"columns": ["Budget"]}, "/columns"), ({"fixed": {"currency": "euro"}}, "/fixed/currency"),
        ({"fixed": {"label": "x"}}, "/fixed/label"), ({"decimal_sign": "'"}, "/decimal_sign"),
        ({"base": "EUR"}, "/base"), ({"column": {}}, "/column"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_says_where(
    organisation: Organisation, api: Api, given: dict[str, Any], pointer: str
) -> None:  # fmt: skip
    client = api(*ALL, maker="Finn")
    where = hand_in(client, organisation).json()["url"]
    answer = client.patch(f"{where}mapping/", given, content_type=JSON)
    assert (answer.status_code, pointers(answer)) == (400, [pointer])
    assert client.get(where).json()["state"] == "uploaded"


def test_somebody_elses_mapping_is_not_overwritten(organisation: Organisation, api: Api) -> None:
    client = api(*ALL, maker="Finn")
    where = hand_in(client, organisation).json()["url"]
    for status in (202, 412):
        answer = client.patch(f"{where}mapping/", {}, content_type=JSON, headers={"If-Match": '"v1"'})
        assert answer.status_code == status
    assert FinanceImport.objects.get().version == 2


def test_the_same_file_again_is_the_run_that_waits_until_it_is_given_up(organisation: Organisation, api: Api) -> None:
    client = api(*ALL, maker="Finn")
    first, again = hand_in(client, organisation), hand_in(client, organisation)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert hand_in(client, organisation, kind="actuals").json()["id"] != first.json()["id"]
    assert hand_in(client, organisation, unit="Stores").json()["id"] != first.json()["id"]
    assert hand_in(api(*ALL, maker="Ada"), organisation).status_code == 201, "what another person hands in is theirs"
    where = first.json()["url"]
    client.patch(f"{where}mapping/", {}, content_type=JSON)
    assert client.post(f"{where}cancel/").json()["state"] == "discarded"
    work_off("finance.stage_import")
    assert (client.get(where).json()["state"], FinanceImportRow.objects.count()) == ("discarded", 0)
    assert client.post(f"{where}publish/").status_code == 400
    assert hand_in(client, organisation).status_code == 201
    assert [row["id"] for row in client.get(f"{URL}?state=discarded").json()["results"]] == [first.json()["id"]]
    assert client.get(f"{URL}?stat=discarded").status_code == 400


def test_rates_come_in_by_a_banks_columns(organisation: Organisation, api: Api) -> None:
    client = api(*ALL, maker="Ada")
    text = "Date,USD,GBP,JPY\n2026-01-02,1.0800,0.8640,165.00\n2025-01-02,1,1,1\n"
    run = hand_in(client, organisation, text, unit=None, kind="rates").json()
    assert (run["unit_id"], run["mapping"]["base"], run["mapping"]["date"]) == (None, "EUR", "Date")
    where = run["url"]
    wrong = client.patch(f"{where}mapping/", {"since": "soon", "columns": {"per_unit": "USD"}}, content_type=JSON)
    assert pointers(wrong) == ["/columns/per_unit"]
    assert pointers(client.patch(f"{where}mapping/", {"since": "soon"}, content_type=JSON)) == ["/since"]
    given = run["mapping"] | {"since": "2026-01-01", "currencies": ["EUR", "GBP"]}
    assert client.patch(f"{where}mapping/", given, content_type=JSON).status_code == 202
    work_off("finance.stage_import")
    client.post(f"{where}publish/")
    work_off("finance.publish_import")
    assert sorted(Rate.objects.values_list("currency", "per_unit")) == [("EUR", Decimal("1.08")), ("GBP", Decimal("1.25"))]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("b.xlsx", b"PK\x03\x04 not a zip", "archive"), ("b.csv", b"\x00\xff\xfe\x00garbage\x00", ""), ("b.csv", b"", "empty"),
        ("b.csv", b"only a header\n", ""),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_its_reason_and_leaves_nothing(
    organisation: Organisation, api: Api, settings: Any, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    answer = hand_in(api(*ALL, maker="Finn"), organisation, file=SimpleUploadedFile(name, content))
    assert (answer.status_code, pointers(answer)) == (400, ["/file"])
    assert words in answer.json()["errors"][0]["detail"]
    assert not FinanceImport.objects.exists()
    assert not [one for one in (tmp_path / "media").rglob("*") if one.is_file()]


def test_a_file_above_the_limit_is_refused(organisation: Organisation, api: Api, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    assert pointers(hand_in(api(*ALL, maker="Finn"), organisation)) == ["/file"]


@pytest.mark.parametrize(
    ("maker", "scopes", "more", "expected"),
    [
        ("Finn", (Scope.FINANCE_READ, Scope.MONEY), {}, 403), ("Finn", (Scope.FINANCE_WRITE,), {}, 403),
        ("Finn", (Scope.IMPORTS_WRITE, Scope.MONEY), {}, 403), ("Vera", ALL, {}, 403),
        ("Finn", ALL, {"kind": "rates"}, 403), ("Finn", ALL, {"unit": "Logistics"}, 400), ("Finn", ALL, {"unit": None}, 400),
        ("Finn", ALL, {"kind": "prices"}, 400), ("Finn", ALL, {"currency": "EUR"}, 400), ("Finn", ALL, {}, 201),
    ],
)  # fmt: skip
def test_only_who_writes_and_sees_amounts_of_the_unit_hands_in(
    organisation: Organisation, api: Api, maker: str, scopes: tuple[Scope, ...], more: dict[str, Any], expected: int
) -> None:
    answer = hand_in(api(*scopes, maker=maker), organisation, **more)
    assert answer.status_code == expected, answer.content
    assert FinanceImport.objects.count() == (1 if expected == 201 else 0)


def test_a_run_does_not_exist_for_who_may_not_see_its_amounts(organisation: Organisation, api: Api) -> None:
    where = hand_in(api(*ALL, maker="Finn"), organisation).json()["url"]
    for stranger in (api(Scope.FINANCE_WRITE, maker="Finn"), api(*ALL, maker="Vera"), api(*ALL, maker="Ada", unit="Logistics")):
        answers = [
            stranger.get(where), stranger.get(f"{where}rows/"),
            stranger.post(f"{where}publish/"), stranger.post(f"{where}cancel/"),
            stranger.patch(f"{where}mapping/", {}, content_type=JSON),
        ]  # fmt: skip
        assert [answer.status_code for answer in answers] == [404] * 5
        assert stranger.get(URL).json()["results"] == []
    reader = api(Scope.FINANCE_READ, Scope.MONEY, maker="Finn")
    assert (reader.get(where).status_code, reader.post(f"{where}publish/").status_code) == (200, 403)


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_list_asks_more_than_committed(organisation: Organisation, api: Api, rows: int) -> None:
    run = received(organisation, TEXT)
    FinanceImport.objects.bulk_create(
        FinanceImport(kind=ImportKind.BUDGET, unit=run.unit, file_name=f"{n}.csv", sha256=str(n)) for n in range(rows)
    )
    FinanceImportRow.objects.bulk_create(FinanceImportRow(run=run, line=n, outcome="create", raw={}) for n in range(rows))
    client, found = api(*ALL, maker="Finn"), {}
    for name, address in {"runs": URL, "run": f"{URL}{run.pk}/", "rows": f"{URL}{run.pk}/rows/"}.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{address}?page_size=1000" if name != "run" else address).status_code == 200
        found[name] = len(queries)
    assert found == COUNTS
