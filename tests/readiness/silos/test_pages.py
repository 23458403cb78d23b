"""Who sees what of findings and of the map: whole, in part, with and without amounts; and the statements that pages take."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.models import RoleAssignment
from portfolio.activity.models import Notice
from readiness.silos.choices import FindingKind, FindingState
from readiness.silos.models import Finding, FindingRow
from readiness.silos.queries.findings import OwnPart, own_parts
from readiness.silos.queries.proof import proof_rows
from readiness.silos.queries.spend import MOST_VENDORS, OTHERS, spend_flow
from readiness.silos.services.judging import judge
from readiness.workloads.models import VenueOption
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import HX, SignIn, make, text_of
from tests.readiness.silos.portfolio import TODAY, Bought, look, make_many, make_purchase, make_silos, make_vendor, of_kind
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
# Every amount of the planted portfolio, and what they add up to, with and without separators.
AMOUNTS = ("300000", "400111", "120000", "820111", "50000", "80000", "700111", "600000")
PAGES = (
    "/silos/", "/silos/flow/", "/silos/findings/", "/silos/findings/?sort=-amount", "/silos/findings/?sort=saving",
    "/silos/findings/export/csv/", "/silos/findings/export/json/", "/silos/export/csv/", "/silos/what-if/", "/silos/rules/",
)  # fmt: skip


@pytest.fixture
def bought(organisation: Organisation) -> Bought:
    made = make_silos(organisation)
    RoleAssignment.objects.create(user=organisation.people["Nora"], role=Role.PROCUREMENT, unit=organisation.units["Group"])
    look("first")
    return made


def digits(text: str) -> str:
    """The answer with every separator between digits gone."""
    return re.sub(r"(?<=\d)[\s.,\u202f\u00a0'](?=\d)", "", text)


def addresses() -> Iterator[str]:
    yield from PAGES
    for pk in Finding.objects.values_list("pk", flat=True):
        yield f"/silos/findings/{pk}/"
        yield f"/silos/what-if/?finding={pk}"


def test_who_holds_the_common_unit_sees_a_finding_whole(signed_in: SignIn, bought: Bought) -> None:
    (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)
    nora = signed_in("Nora")
    page = digits(text_of(nora.get(f"/silos/findings/{twice.pk}/")))
    assert "is bought by 2 units" in page
    assert all(amount in page for amount in ("300000", "40011111", "120000", "82011111"))
    assert "Other units take part" not in page
    assert "Dismiss" in page


def test_others_see_their_own_rows_and_that_others_exist(signed_in: SignIn, bought: Bought) -> None:
    (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)
    page = digits(text_of(signed_in("Paula").get(f"/silos/findings/{twice.pk}/")))
    assert "GPUs for stores" in page
    assert "300000" in page  # its own row, its own amount
    assert "Other units take part" in page
    for hidden in ("GPUs for routes", "Logistics", "820111", "400111", "Dismiss"):
        assert hidden not in page.split('id="main"')[1].replace("GPUs for stores", ""), hidden


def test_ones_part_is_told_unless_one_amount_shows_beside_hidden_ones(organisation: Organisation, bought: Bought) -> None:
    (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)

    def part(name: str) -> OwnPart:
        return own_parts(organisation.actor(name), [twice.pk])[twice.pk]

    assert part("Iris") == OwnPart(1, None)
    RoleAssignment.objects.create(user=organisation.people["Iris"], role=Role.FINANCE, unit=organisation.units["Stores"])
    assert part("Iris") == OwnPart(1, Decimal(300_000))
    FindingRow.objects.create(finding=twice, table="purchase", row_id=1, unit=organisation.units["Retail"], amount=Decimal(7))
    assert part("Iris") == OwnPart(2, None)  # of two own rows one is hidden: the other is told as a row, and is no total
    assert part("Finn") == OwnPart(2, Decimal(300_007))
    assert part("Vera") == OwnPart(2, None)


def test_a_quota_that_proves_is_told_by_place_provider_and_what_is_missing(
    signed_in: SignIn, organisation: Organisation, bought: Bought
) -> None:
    (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)
    option = VenueOption.objects.create(
        initiative=make(organisation, "Routes", unit="Logistics"), function="training", venue="public_cloud",
        label="Region east", provider="Nimbus Cloud", quota_requested=24, quota_granted=9, cost_per_month=Decimal("913.57"),
        cost_currency="USD",
    )  # fmt: skip
    FindingRow.objects.create(finding=twice, table="quota", row_id=option.pk, unit=organisation.units["Logistics"])
    page = text_of(signed_in("Nora").get(f"/silos/findings/{twice.pk}/"))
    for said in ("Quotas asked for and not granted", "Region east", "Nimbus Cloud"):
        assert said in page
    (row,) = [one for one in proof_rows(organisation.actor("Nora"), twice.pk) if one["table"] == "quota"]
    assert (row["quantity"], row["shown_amount"]) == (15, None)
    assert "913" not in digits(page)
    assert "Region east" not in text_of(signed_in("Paula").get(f"/silos/findings/{twice.pk}/"))


def test_the_flow_joins_small_vendors_and_loses_none_of_them(signed_in: SignIn, organisation: Organisation) -> None:
    for number in range(MOST_VENDORS + 3):
        vendor = make_vendor(f"Seller {number:02}")
        for amount in (1_000 * (number + 1), 500):
            make_purchase(organisation, "Stores", "GPUs", amount, vendor=vendor)
    make_purchase(organisation, "Stores", "GPUs", 77, vendor=None)
    RoleAssignment.objects.create(user=organisation.people["Nora"], role=Role.PROCUREMENT, unit=organisation.units["Group"])
    nora = organisation.actor("Nora")
    by_amount, currency = spend_flow(nora, "/", TODAY, money=True)
    count = MOST_VENDORS + 3
    assert (sum(flow.n for flow in by_amount), currency) == (2 * count + 1, "USD")
    assert sum(flow.worth or 0 for flow in by_amount) == 1_000 * count * (count + 1) // 2 + 500 * count + 77
    joined = [flow for flow in by_amount if flow.family == OTHERS]
    assert [(flow.n, flow.known, flow.priced, flow.worth) for flow in joined] == [
        (6, 6, 6, Decimal(1_000 + 2_000 + 3_000 + 1_500))
    ]
    assert [flow.n for flow in by_amount if flow.family is None] == [1]
    page = text_of(signed_in("Nora").get("/silos/flow/"))
    assert "Other vendors" in page
    assert "Vendor unknown" in page
    assert ("Seller 02" in page, "Seller 03" in page) == (False, True)


def test_a_finding_of_another_unit_is_not_there(signed_in: SignIn, bought: Bought) -> None:
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    lars = signed_in("Lars")
    hidden, missing = (lars.get(f"/silos/findings/{pk}/") for pk in (outside.pk, 10**9))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert "GPUs for stores" not in text_of(lars.get("/silos/findings/"))


@pytest.mark.parametrize("name", ["Vera", "Iris", "Otto"])
def test_no_amount_reaches_who_holds_no_money(signed_in: SignIn, bought: Bought, name: str) -> None:
    client = signed_in(name)
    for path in addresses():
        answer = client.get(path)
        text = digits(text_of(answer))
        assert answer.status_code in (200, 404), path
        for amount in AMOUNTS:
            assert amount not in text, (path, amount)


def test_amounts_do_not_show_through_the_order_of_a_list(signed_in: SignIn, bought: Bought) -> None:
    client = signed_in("Vera")
    orders = {
        text_of(client.get(f"/silos/findings/export/json/?sort={sort}")) for sort in ("amount", "-amount", "saving", "-saving")
    }
    assert len(orders) == 1


def test_a_token_needs_its_scopes(api: Callable[..., Client], bought: Bought) -> None:
    assert api(Scope.PURCHASES_READ).get("/api/v1/findings/").status_code == 403
    plain = api(Scope.SILOS_READ).get("/api/v1/findings/").json()["results"]
    assert len(plain) == 5
    assert {row["amount"] for row in plain} == {None}
    assert {row["money_hidden"] for row in plain} == {True}
    rich = api(Scope.SILOS_READ, Scope.MONEY).get("/api/v1/findings/").json()["results"]
    assert "820111.11" in {row["amount"] for row in rich}
    part = api(Scope.SILOS_READ, Scope.MONEY, unit="Retail").get("/api/v1/findings/").json()["results"]
    (twice,) = [row for row in part if row["kind"] == "duplicate_capability"]
    assert (twice["whole"], twice["amount"], twice["vendor"], twice["own_rows"], twice["own_amount"]) == (
        False,
        None,
        None,
        1,
        "300000.00",  # its one own row, which it may open: nothing that is hidden hangs on it (decision 0011)
    )


def test_a_token_may_judge_and_a_stale_version_is_refused(api: Callable[..., Client], bought: Bought) -> None:
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    client = api(Scope.SILOS_WRITE)
    path = f"/api/v1/findings/{outside.pk}/judge/"
    refused = client.post(path, {"state": "dismissed"}, content_type="application/json")
    assert refused.status_code == 400
    body, at_first = {"state": "dismissed", "reason": "known"}, {"If-Match": '"v1"'}
    done = client.post(path, body, content_type="application/json", headers=at_first)
    assert (done.status_code, done.json()["state"], done.headers["ETag"]) == (200, "dismissed", '"v2"')
    stale = client.post(path, {"state": "open"}, content_type="application/json", headers=at_first)
    assert stale.status_code == 412
    assert api(Scope.SILOS_READ).post(path, {"state": "open"}, content_type="application/json").status_code == 403


def test_the_map_is_whole_for_those_who_hold_all_of_it(api: Callable[..., Client], bought: Bought) -> None:
    told = api(Scope.SILOS_READ, Scope.MONEY).get("/api/v1/silo-map/").json()
    cells = {(row["unit"], row["capability"]): row for row in told["cells"]}
    assert cells["Logistics", "accelerator_compute"]["amount"] == "520111.11"
    assert cells["Retail", "accelerator_compute"]["amount"] == "300000.00"
    assert cells["Retail", "accelerator_compute"]["purchases"] == 1
    assert cells["Retail", ""]["plan_unknown"] == 1
    assert told["plan"] == {"in_plan": 3, "out_of_plan": 1, "unknown": 1, "outside_low": 0.2, "outside_high": 0.4}
    (compute,) = [row for row in told["fragmentation"] if row["capability"] == "accelerator_compute"]
    assert (compute["units"], compute["vendors"], compute["by_vendor"]) == (2, 1, 0.0)
    assert compute["by_unit"] == pytest.approx(1 - (300_000 / 820_111.11) ** 2 - (520_111.11 / 820_111.11) ** 2)


def test_a_person_accepts_and_dismisses_on_a_page_with_the_reason(signed_in: SignIn, bought: Bought) -> None:
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    paula = signed_in("Paula")
    path = f"/silos/findings/{outside.pk}/dismissed/"
    assert "GPUs" not in text_of(signed_in("Lars").get(path))
    assert signed_in("Vera").get(path).status_code == 403
    assert paula.post(path, {"version": 1, "reason": ""}).status_code == 422
    assert paula.post(path, {"version": 1, "reason": "Known"}).status_code == 302
    outside.refresh_from_db()
    assert (outside.state, outside.reason) == ("dismissed", "Known")
    page = text_of(paula.get(f"/silos/findings/{outside.pk}/"))
    assert "Known" in page
    assert "Paula Test" in page
    again = paula.post(f"/silos/findings/{outside.pk}/open/", {"version": 1, "reason": ""})
    assert again.status_code == 422
    assert "Somebody else changed it" in text_of(again)


def test_what_if_counts_picked_findings_and_saves_nothing(signed_in: SignIn, bought: Bought) -> None:
    picked = "&".join(
        f"finding={row.pk}" for row in of_kind(FindingKind.OUTSIDE_PLAN) + of_kind(FindingKind.DUPLICATE_CAPABILITY)
    )
    before = list(Finding.objects.order_by("pk").values())
    page = text_of(signed_in("Nora").get(f"/silos/what-if/?{picked}&finding=abc&finding={10**9}"))
    assert "Acting on 2 findings of 2 units" in page
    assert "1 findings share rows with a larger one" in page
    assert "60" in page  # 3 of 5 in the plan before
    assert "80" in page  # 4 of 5 after
    assert list(Finding.objects.order_by("pk").values()) == before


def test_filters_find_nothing_by_what_is_hidden(signed_in: SignIn, organisation: Organisation, bought: Bought) -> None:
    paula = signed_in("Paula")
    nimbus, logistics = bought.vendors["Nimbus"].pk, organisation.units["Logistics"].pk
    (twice,) = of_kind(FindingKind.DUPLICATE_CAPABILITY)

    def ids(query: str) -> set[int]:
        return {row["id"] for row in json.loads(text_of(paula.get(f"/silos/findings/export/json/?{query}")))}

    assert twice.pk in ids("")
    assert twice.pk not in ids(f"vendor={nimbus}")
    assert ids(f"unit={logistics}") == set()
    assert len(ids(f"unit={organisation.units['Stores'].pk}")) == 3
    assert ids("kind=outside_plan") == {row.pk for row in of_kind(FindingKind.OUTSIDE_PLAN)}


def test_rules_are_tuned_by_those_of_the_whole_organisation(signed_in: SignIn, bought: Bought) -> None:
    path = "/silos/rules/outside_plan/"
    assert signed_in("Paula").get(path).status_code == 403
    ada = signed_in("Ada")
    assert ada.post(path, {"version": 1, "min_amount": "-3"}).status_code == 422
    assert ada.post(path, {"version": 1, "min_amount": "400000"}).status_code == 302
    assert "400000" in digits(text_of(ada.get("/silos/rules/")))
    look()
    (outside,) = of_kind(FindingKind.OUTSIDE_PLAN)
    assert not outside.current


def test_a_notice_leads_to_what_its_reader_may_see(signed_in: SignIn, organisation: Organisation, bought: Bought) -> None:
    from readiness.silos.services.notices import tell_judges

    run = Finding.objects.order_by("-id")[0].steps.get(step="opened").detection_id
    assert run is not None
    tell_judges(run, demo=False)
    notice = Notice.objects.get(user=organisation.people["Lars"], kind="silo_found")
    page = text_of(signed_in("Lars").get(notice.url))
    assert "GPUs for stores" not in page
    assert "Logistics pays Nimbus twice" in page


@pytest.mark.parametrize("rows", sizes(__name__))
def test_no_page_asks_more_than_committed(organisation: Organisation, signed_in: SignIn, rows: int) -> None:
    make_many(organisation, rows)
    look()
    for kind in (FindingKind.OUTSIDE_PLAN,):
        judge(by=SYSTEM, finding=of_kind(kind)[0], state=FindingState.ACCEPTED)
    found: dict[str, int] = {}
    client = signed_in("Ada")
    for name, (path, headers) in _pages().items():
        with CaptureQueriesContext(connection) as queries:
            answer: Any = client.get(path, headers=headers)
            text_of(answer)
        assert answer.status_code == 200, name
        found[name] = len(queries)
    assert found == COUNTS


def _pages() -> dict[str, tuple[str, dict[str, str]]]:
    pk = of_kind(FindingKind.OUTSIDE_PLAN)[0].pk
    many = "&".join(f"finding={one.pk}" for one in of_kind(FindingKind.OUTSIDE_PLAN)[:400])
    return {
        "map": ("/silos/", {}),
        "map csv": ("/silos/export/csv/", {}),
        "flow": ("/silos/flow/", {}),
        "findings": ("/silos/findings/", {}),
        "findings filtered": ("/silos/findings/?kind=outside_plan&sort=-amount", HX | {"HX-Target": "results"}),
        "finding": (f"/silos/findings/{pk}/", {}),
        "what if": (f"/silos/what-if/?{many}", {}),
        "rules": ("/silos/rules/", {}),
        "API findings": ("/api/v1/findings/?page_size=1000", {}),
        "API finding": (f"/api/v1/findings/{pk}/", {}),
        "API map": ("/api/v1/silo-map/", {}),
    }
