"""Pages, exports and API of bills: they answer, ask the same number of statements for any number of rows, and tell no amount to
whom it is not for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingImport, BillingItem, BillingMonth, BillingRule, Capability
from portfolio.procurement.services.billing.rules import create_rule
from tests.people import Organisation
from tests.portfolio.procurement.billing.world import bring, line, text_of, work_off
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PAGES = {
    "imports": "/procurement/billing/",
    "import": "/procurement/billing/imports/{import}/",
    "totals": "/procurement/billing/totals/",
    "totals by unit": "/procurement/billing/totals/?by=unit&month=2026-01-01&q=a",
    "unmapped": "/procurement/billing/unmapped/",
    "item": "/procurement/billing/items/{item}/",
    "rules": "/procurement/billing/rules/",
    "rule": "/procurement/billing/rules/{rule}/edit/",
    "export totals": "/procurement/billing/export/totals/csv/",
    "export unmapped": "/procurement/billing/export/unmapped/json/",
    "API imports": "/api/v1/billing-imports/?page_size=1000",
    "API import": "/api/v1/billing-imports/{import}/",
    "API rules": "/api/v1/billing-rules/?page_size=1000",
    "API months": "/api/v1/billing-months/?page_size=1000",
}
SECRET = "4711.25"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def fill(organisation: Organisation, rows: int) -> dict[str, int]:
    """As many items, services, rules and imports; whose numbers stand in addresses."""
    group = organisation.units["Group"]
    lines = (line(ServiceName=f"Service {n}", ResourceId=f"r-{n}", SubAccountId=f"S-{n}") for n in range(rows))
    row = bring(organisation.actor("Ada"), group, *lines)
    common = {"unit": group, "file_name": "x.csv", "sha256": "0" * 64, "state": BillingState.WITHDRAWN}
    BillingImport.objects.bulk_create(BillingImport(**common) for _n in range(rows))
    kind = Capability.objects.order_by("pk")[0]
    conditions = [{"field": "provider", "operator": "is", "value": "nobody"}]
    rules = [BillingRule(unit=group, position=n, name=f"rule {n}", conditions=conditions, capability=kind) for n in range(rows)]
    BillingRule.objects.bulk_create(rules)
    return {"import": row.pk, "item": BillingItem.objects.order_by("pk")[0].pk, "rule": rules[0].pk}


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    numbers = fill(organisation, rows)
    client, found = signed_in("Ada"), {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address.format(**numbers))
            body(answer)
        assert answer.status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace") if isinstance(content, bytes) else str(content)


def test_no_amount_reaches_who_may_not_see_it(organisation: Organisation, signed_in: SignIn) -> None:
    ada, group = organisation.actor("Ada"), organisation.units["Group"]
    refused = line(BilledCost=SECRET, ChargeCategory="Rent")
    broken = line(BilledCost=f"{SECRET}x")
    row = bring(ada, group, line(BilledCost=SECRET, EffectiveCost=SECRET), refused, broken, publish_refused=True)
    kind = Capability.objects.order_by("pk")[0]
    rule = create_rule(
        by=ada, unit=group, name="r", conditions=[{"field": "provider", "operator": "is", "value": "AWS"}], capability=kind
    )  # fmt: skip
    work_off()
    numbers = {"import": row.pk, "item": BillingItem.objects.order_by("pk")[0].pk, "rule": rule.pk}
    pages = [address.format(**numbers) for address in PAGES.values()]
    told = [page for page in pages if "4711" in body(signed_in("Ada").get(page)) or "4.7" in body(signed_in("Ada").get(page))]
    assert len(told) > 5, "somebody sees them"
    for name in ("Vera", "Iris", "Otto", "Finn", "Nora"):
        client = signed_in(name)
        for page in pages:
            answer = client.get(page)
            text = body(answer)
            assert "4711" not in text, (name, page)
            assert "4.7 k" not in text, (name, page)


def test_a_token_without_money_reads_no_amount(organisation: Organisation, client: Client) -> None:
    bring(organisation.actor("Ada"), organisation.units["Group"], line(BilledCost=SECRET))
    for scopes, rows in (((Scope.PURCHASES_READ,), 0), ((Scope.PURCHASES_READ, Scope.MONEY), 1)):
        secret = organisation.token(*scopes)
        answer = client.get("/api/v1/billing-months/", headers={"Authorization": f"Bearer {secret}"})
        assert len(answer.json()["results"]) == rows
    assert answer.json()["results"][0]["billed"].startswith(SECRET)


def test_a_bill_comes_in_by_page_and_leaves_again(organisation: Organisation, signed_in: SignIn) -> None:
    client, group = signed_in("Ada"), organisation.units["Group"]
    file = SimpleUploadedFile("bill.csv", text_of([line(), line(ResourceId="r-2")]))
    answer = client.post("/procurement/billing/upload/", {"file": file, "unit": group.pk})
    row = BillingImport.objects.get()
    assert answer.headers["Location"] == f"/procurement/billing/imports/{row.pk}/"
    work_off()
    assert "published" in body(client.get(answer.headers["Location"]))
    client.post(f"/procurement/billing/imports/{row.pk}/withdraw/", {"reason": "a try"})
    assert not BillingMonth.objects.exists()
    assert client.post("/procurement/billing/upload/", {"unit": group.pk}).status_code == 422


def test_a_bill_comes_in_by_api_once(organisation: Organisation, client: Client) -> None:
    headers = {"Authorization": f"Bearer {organisation.token(Scope.PURCHASES_WRITE)}"}
    for status in (202, 200):
        data = {"file": SimpleUploadedFile("bill.csv", text_of([line()])), "unit": organisation.units["Group"].pk}
        answer = client.post("/api/v1/billing-imports/", data, headers=headers)
        assert answer.status_code == status, answer.content
    read_only = {"Authorization": f"Bearer {organisation.token(Scope.PURCHASES_READ)}"}
    assert client.post("/api/v1/billing-imports/", {}, headers=read_only).status_code == 403
    work_off()
    shape = client.get(answer.json()["url"], headers=headers).json()
    assert (shape["state"], shape["periods"][0]["live"]) == ("published", True)


def test_a_rule_by_page_and_by_api(organisation: Organisation, signed_in: SignIn) -> None:
    client, group = signed_in("Ada"), organisation.units["Group"]
    bring(organisation.actor("Ada"), group, line(), line(ResourceId="r-2"))
    kind = Capability.objects.get(key="model_api")
    said = {
        "name": "models", "unit": group.pk, "active": "on", "capability": kind.pk, "field_0": "service_name", "operator_0": "in",
        "value_0": "Amazon Bedrock; Other", "operator_1": "tag", "tag_1": "",
    }  # fmt: skip
    assert "2 items in 2 rows" in body(client.post("/procurement/billing/rules/preview/", said))
    assert "2 items in 2 rows" in body(client.post("/procurement/billing/rules/new/", said | {"look": "1"}))
    assert not BillingRule.objects.exists()
    assert client.post("/procurement/billing/rules/new/", said).status_code == 302
    rule = BillingRule.objects.get()
    assert rule.conditions == [{"field": "service_name", "operator": "in", "value": ["Amazon Bedrock", "Other"]}]
    work_off()
    assert "models" in body(client.get(f"/procurement/billing/items/{BillingItem.objects.order_by('pk')[0].pk}/"))
    assert client.post("/procurement/billing/rules/new/", said | {"value_0": ""}).status_code == 422
    address = f"/api/v1/billing-rules/{rule.pk}/"
    changed = client.patch(address, {"name": "m"}, "application/json", headers={"If-Match": '"v1"'})
    assert (changed.status_code, changed.json()["name"]) == (200, "m")
    stale = client.patch(address, {"name": "n"}, "application/json", headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    asked = {"unit": group.pk, "conditions": rule.conditions}
    looked = client.post("/api/v1/billing-rules/preview/", asked, "application/json")
    assert looked.json()["items"] == 2
    assert client.delete(address).status_code == 204
