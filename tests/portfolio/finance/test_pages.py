"""Pages, API and exports of money: who sees which amounts, what is suppressed, and statements that do not grow with rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portfolio.accounts.choices import Scope
from portfolio.finance.models import BudgetLine, Commitment, FinanceSettings
from portfolio.finance.services.commitments import OfPurchase, Part, add_commitment, keep_commitment_of_purchase
from portfolio.finance.services.lines import add_line
from portfolio.finance.services.rates import set_rate
from portfolio.initiatives.models import Initiative
from portfolio.outbox.models import Event
from tests.people import SYSTEM, Organisation
from tests.portfolio.finance.world import YEAR, line, upload, work_off
from tests.portfolio.initiatives.pages import HX, SignIn, make, make_many, text_of

pytestmark = pytest.mark.django_db
CANARY = Decimal("48151.62")
SHAPES = ("48151", "48,151", "48.2", "48\u202f151", "48 k", "48\u202fk", "48.1")
Api = Callable[..., Client]


@pytest.fixture
def row(organisation: Organisation) -> Initiative:
    """An initiative of Stores, Otto's, with one line and one commitment of an amount that is nobody else's."""
    made = make(organisation, "Claims triage", "Stores", owner="Otto")
    line(made, "compute", CANARY, CANARY, label="Cluster")
    add_commitment(
        by=SYSTEM, initiative=made, label="Reserved", amount=CANARY, currency="USD", starts_on=YEAR[0], ends_on=YEAR[1]
    )
    return made


def _addresses(made: Initiative) -> list[str]:
    own, promise = BudgetLine.objects.get(initiative=made), Commitment.objects.get(initiative=made)
    return [
        reverse("finance:home"), reverse("finance:unit", args=[made.unit_id]), reverse("finance:initiative", args=[made.pk]),
        reverse("finance:panel", args=[made.pk]), reverse("finance:line", args=[own.pk]),
        reverse("finance:commitment", args=[promise.pk]), reverse("finance:line_new", args=["initiatives", made.pk]),
        reverse("finance:commitment_new", args=["units", made.unit_id]), reverse("finance:rates"), reverse("finance:imports"),
        *(reverse("finance:export", args=[fmt]) for fmt in ("csv", "json", "xlsx")),
        "/api/v1/budget-lines/", f"/api/v1/budget-lines/{own.pk}/", "/api/v1/commitments/", f"/api/v1/commitments/{promise.pk}/",
        f"/initiatives/{made.pk}/", f"/initiatives/{made.pk}/history/", "/audit/", "/", "/portfolio/",
    ]  # fmt: skip


def _leaks(text: str) -> list[str]:
    plain = re.sub(r"[A-Za-z0-9]{64}|nonce-\S+", "", text)
    return [shape for shape in SHAPES if shape in plain]


@pytest.mark.parametrize("name", ["Vera", "Iris", "Lars", "Nora", ""])
def test_no_amount_reaches_who_may_not_see_it(organisation: Organisation, signed_in: SignIn, row: Initiative, name: str) -> None:
    client = signed_in(name)
    for address in _addresses(row):
        for headers in ({}, HX):
            answer = client.get(address, headers=headers)
            assert answer.status_code in (200, 302, 401, 403, 404), address
            assert not _leaks(text_of(answer)), address
    assert row.name not in text_of(client.get("/search/?q=48151"))  # nothing is found by what it costs


@pytest.mark.parametrize("name", ["Finn", "Paula", "Gita", "Ada", "Otto"])
def test_who_holds_money_and_whose_initiative_it_is_sees_its_budget(signed_in: SignIn, row: Initiative, name: str) -> None:
    text = text_of(signed_in(name).get(reverse("finance:initiative", args=[row.pk])))
    assert "48,151.62 USD" in text
    assert ("New line" in text) == (name in ("Finn", "Paula", "Ada"))


def test_an_owner_sees_his_initiative_and_nothing_beside_it(
    organisation: Organisation, signed_in: SignIn, row: Initiative
) -> None:
    other = make(organisation, "Other", "Stores")
    line(other, "compute", 777)
    client = signed_in("Otto")
    assert client.get(reverse("finance:initiative", args=[other.pk])).status_code == 403
    assert client.get(reverse("finance:home")).status_code == 403
    rows = json.loads(text_of(client.get(reverse("finance:export", args=["json"]))))
    assert [each["initiative_key"] for each in rows] == [row.key]
    assert client.post(reverse("finance:line_new", args=["initiatives", row.pk]), {}).status_code == 403


def test_a_token_needs_money_beside_its_scope(api: Api, row: Initiative) -> None:
    def amounts(client: Client) -> list[Any]:
        return [each["planned"] for each in client.get("/api/v1/budget-lines/").json()["results"]]

    assert amounts(api(Scope.FINANCE_READ)) == []
    assert amounts(api(Scope.FINANCE_READ, Scope.MONEY)) == [str(CANARY)]
    assert amounts(api(Scope.FINANCE_READ, Scope.MONEY, unit="Logistics")) == []
    assert api(Scope.MONEY).get("/api/v1/budget-lines/").status_code == 403
    body = {
        "initiative": row.pk,
        "category": "people",
        "period_start": "2026-01-01",
        "period_end": "2026-12-31",
        "planned": "5",
        "currency": "USD",
    }
    assert api(Scope.FINANCE_WRITE).post("/api/v1/budget-lines/", body, "application/json").status_code == 403
    made = api(Scope.FINANCE_WRITE, Scope.MONEY).post("/api/v1/budget-lines/", body, "application/json")
    assert (made.status_code, made.json()["source"]) == (201, "api")


def test_the_api_changes_under_a_version_and_says_what_is_wrong(api: Api, row: Initiative) -> None:
    client, kept = api(Scope.FINANCE_WRITE, Scope.MONEY), BudgetLine.objects.get()
    address = f"/api/v1/budget-lines/{kept.pk}/"
    changed = client.patch(address, {"planned": "10.00"}, "application/json", headers={"If-Match": '"v1"'})
    assert (changed.status_code, changed.json()["planned"], changed.headers["ETag"]) == (200, "10.00", '"v2"')
    assert client.patch(address, {"planned": "11"}, "application/json", headers={"If-Match": '"v1"'}).status_code == 412
    wrong = client.patch(address, {"period_end": "2025-01-01", "colour": "red"}, "application/json")
    assert wrong.status_code == 400
    assert client.get("/api/v1/budget-lines/?sort=planned").status_code == 400
    assert client.delete(address).status_code == 204
    assert not BudgetLine.objects.exists()


def test_whoever_holds_the_units_money_sees_its_total_and_nobody_else_the_page_of_it(
    organisation: Organisation, signed_in: SignIn, row: Initiative
) -> None:
    address = reverse("finance:home") + "?year=2026"
    assert "48,151.62" in text_of(signed_in("Finn").get(address))
    line(make(organisation, "Second", "Stores"), "people", 1000)
    assert "49,151.62" in text_of(signed_in("Finn").get(address))
    for name in ("Lars", "Vera", "Otto"):
        assert not {"48,151.62", "49,151.62"} & set(text_of(signed_in(name).get(address)).split()), name


def test_a_line_is_entered_changed_and_a_lost_update_is_told(signed_in: SignIn, row: Initiative) -> None:
    client, kept = signed_in("Finn"), BudgetLine.objects.get()
    values = {
        "category": "compute", "label": "Cluster", "cost_centre": "", "period_start": "2026-01-01", "period_end": "2026-12-31",
        "planned": "", "actual": "12.50", "currency": "USD", "note": "", "version": "1",
    }  # fmt: skip
    assert client.post(reverse("finance:line", args=[kept.pk]), values).status_code == 302
    kept.refresh_from_db()
    assert (kept.planned, kept.actual, kept.version) == (None, Decimal("12.50"), 2)
    late = client.post(reverse("finance:line", args=[kept.pk]), values)
    assert late.status_code == 422
    assert "Somebody else saved meanwhile" in text_of(late)
    again = client.post(reverse("finance:line_new", args=["initiatives", row.pk]), values)
    assert "There is such a line already" in text_of(again)
    assert "unknown" in text_of(client.get(reverse("finance:initiative", args=[row.pk])))


def test_rates_count_for_everybody_so_only_the_whole_organisations_people_set_them(
    organisation: Organisation, signed_in: SignIn, row: Initiative
) -> None:
    line(row, "people", 100, currency="EUR")
    page = reverse("finance:initiative", args=[row.pk])
    assert "Nobody said what EUR is worth" in text_of(signed_in("Finn").get(page))
    values = {"currency": "EUR", "effective_on": "2026-01-01", "per_unit": "1.5", "source": "bank"}
    assert signed_in("Finn").post(reverse("finance:rate_new"), values).status_code == 403
    before = Event.objects.filter(kind="budget.changed").count()
    assert signed_in("Ada").post(reverse("finance:rate_new"), values).status_code == 302
    assert Event.objects.filter(kind="budget.changed").count() == before + 1
    assert "Nobody said what EUR is worth" not in text_of(signed_in("Finn").get(page))
    changed = {"reporting_currency": "EUR", "fiscal_year_start": 4, "band_low": 30, "band_high": 45, "marker": 20, "version": 1}
    assert signed_in("Ada").post(reverse("finance:settings"), changed).status_code == 302
    kept = FinanceSettings.objects.get()
    assert (kept.reporting_currency, kept.band_low, kept.fiscal_year_start) == ("EUR", Decimal("0.30"), 4)


def test_a_purchase_keeps_its_commitments_and_saying_the_same_tells_nobody(organisation: Organisation, row: Initiative) -> None:
    values: dict[str, Any] = {
        "purchase_id": 7, "unit_id": organisation.units["Retail"].pk, "label": "GPUs", "currency": "USD", "starts_on": YEAR[0],
    }  # fmt: skip
    both = OfPurchase(parts=(Part(amount=Decimal(60), initiative_id=row.pk), Part(amount=Decimal(40))), **values)
    keep_commitment_of_purchase(by=SYSTEM, purchase=both)
    events = Event.objects.count()
    keep_commitment_of_purchase(by=SYSTEM, purchase=both)
    assert Event.objects.count() == events
    keep_commitment_of_purchase(by=SYSTEM, purchase=OfPurchase(parts=(Part(amount=Decimal(100)),), **values))
    kept = Commitment.objects.get(source="purchase")
    assert (kept.initiative_id, kept.unit, kept.amount, kept.version) == (None, organisation.units["Retail"], Decimal(100), 2)


def test_an_import_goes_through_its_pages(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Finn")
    file = upload("Business unit;Category;From;Budget;Currency\nStores;GPU;2026;48151,62;EUR\nNowhere;GPU;2026;1;EUR\n")
    values = {"kind": "budget", "unit": organisation.units["Retail"].pk, "file": file}
    mapping = client.post(reverse("finance:import_new"), values)
    assert mapping.status_code == 302
    form = client.get(mapping.headers["Location"])
    sent = {bound.html_name: bound.value() or "" for bound in form.context["form"]}
    seen = client.post(mapping.headers["Location"], sent)
    run_id = int(seen.headers["Location"].rstrip("/").rsplit("/", 1)[1])
    work_off("finance.stage_import")
    preview = text_of(client.get(reverse("finance:import", args=[run_id])))
    assert "1 row would change something" in preview
    assert "no unit here has that code" in preview
    assert signed_in("Vera").get(reverse("finance:import", args=[run_id])).status_code == 404
    assert client.post(reverse("finance:import_publish", args=[run_id])).status_code == 302
    work_off("finance.publish_import")
    assert BudgetLine.objects.get().planned == CANARY


def _statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_statements_do_not_grow_with_rows(organisation: Organisation, signed_in: SignIn, api: Api) -> None:
    set_rate(by=SYSTEM, currency="EUR", effective_on=YEAR[0], per_unit=Decimal("1.1"))
    person, token = signed_in("Finn"), api(Scope.FINANCE_READ, Scope.MONEY)
    unit = organisation.units["Stores"]
    add_line(by=SYSTEM, unit=unit, period_start=YEAR[0], period_end=YEAR[1], planned=Decimal(1), currency="USD")
    addresses = [
        reverse("finance:home"), reverse("finance:unit", args=[unit.pk]), reverse("finance:rates"),
        reverse("finance:export", args=["csv"]),
    ]  # fmt: skip
    counts: list[dict[str, int]] = []
    for more in (10, 40, 950):
        rows = make_many(organisation, more, "Stores")
        BudgetLine.objects.bulk_create(
            BudgetLine(
                initiative=each, category="compute", period_start=YEAR[0], period_end=YEAR[1], planned=Decimal(10), currency="EUR"
            )
            for each in rows
        )
        found = {address: _statements(person, address) for address in addresses}
        found |= {path: _statements(token, path) for path in ("/api/v1/budget-lines/", "/api/v1/commitments/", "/api/v1/rates/")}
        counts.append(found)
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0].values()) <= 24
