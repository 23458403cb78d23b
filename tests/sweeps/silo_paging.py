"""The planted portfolio in tables, and the pages that show it (silo_pages says what it is)."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment, User
from portfolio.kit import clock
from portfolio.kit.copying import copy_rows
from portfolio.procurement.models import Capability
from readiness.silos.models import Finding
from readiness.silos.rules.world import PurchaseRow, RequestRow, World
from readiness.silos.services.detecting import detect_now
from tests.readiness.silos.planted.portfolio import drawn
from tests.sweeps.silo_bills import ITEMS, load_bills

PAGES = (
    "/procurement/", "/procurement/?page=50", "/procurement/?q=capability-02", "/procurement/renewals/", "/procurement/requests/",
    "/procurement/plan/", "/procurement/vendors/", "/procurement/capabilities/", "/silos/", "/silos/flow/", "/silos/findings/",
    "/silos/findings/?kind=duplicate_capability", "/silos/what-if/", "/silos/rules/",
)  # fmt: skip
BILLS = (
    "/procurement/billing/", "/procurement/billing/totals/", "/procurement/billing/totals/?by=account",
    "/procurement/billing/totals/?by=month", "/procurement/billing/unmapped/", "/procurement/billing/rules/",
)  # fmt: skip
API = ("/api/v1/purchases/", "/api/v1/vendors/", "/api/v1/findings/", "/api/v1/silo-map/")
BEST_OF = 5
MOST = 2.5  # times the time in SQL that a page may take
PURCHASE = (
    "id unit_id kind title vendor_id capability_id venue function amount currency starts_on ends_on notice_days renews"
    " committed_quantity committed_unit contract_number in_plan billing_account_id sub_account_id state"
)


def load(world: World) -> None:
    """Everything but bills and pools, through COPY; the capabilities are the shipped ones, so that units meet in them."""
    keys = list(Capability.objects.order_by("id").values_list("pk", flat=True))
    ids = {name: keys[number % len(keys)] for number, name in enumerate(sorted({row.capability for row in world.purchases}))}
    paths = {row.unit_path for row in world.purchases} | {row.unit_path for row in world.requests}
    _units({"/".join(path.split("/")[: depth + 1]) + "/" for path in paths for depth in range(1, path.count("/"))})
    vendors = {row.vendor_id for row in world.purchases} | {row.vendor_id for row in world.tiers}
    copy_rows("procurement_vendor", "id name key", ([pk, f"Vendor {pk}", f"vendor {pk}"] for pk in sorted(filter(None, vendors))))
    copy_rows("procurement_purchase", PURCHASE, (_purchase(row, ids) for row in world.purchases))
    asked = "id unit_id title capability_id quantity quantity_unit amount currency needed_on state"
    copy_rows("procurement_purchaserequest", asked, (_asked(row, ids) for row in world.requests if row.state == "asked"))
    copy_rows(
        "procurement_pricetier",
        "vendor_id from_amount currency per_year discount effective_on",
        ([row.vendor_id, round(row.from_amount, 2), "USD", row.per_year, row.discount, "2020-01-01"] for row in world.tiers),
    )


def _units(paths: Iterable[str]) -> None:
    rows = []
    for path in sorted(paths, key=lambda path: path.count("/")):
        parts = [int(part) for part in path.strip("/").split("/")]
        rows.append([parts[-1], f"Unit {parts[-1]}", parts[-2] if len(parts) > 1 else None, path, len(parts) - 1])
    copy_rows("accounts_businessunit", "id name parent_id path depth", rows)


def _asked(row: RequestRow, capabilities: dict[str, int]) -> list[Any]:
    capability = capabilities.get(row.capability)
    told = [row.id, row.unit_id, f"Request {row.id}", capability, row.quantity, row.quantity_unit, row.amount]
    return [*told, "USD", row.needed_on, row.state]


def _purchase(row: PurchaseRow, capabilities: dict[str, int]) -> list[Any]:
    capability = capabilities[row.capability] if row.capability else None
    notice = (row.ends_on - row.notice_on).days if row.ends_on and row.notice_on else None
    return [
        row.id, row.unit_id, row.kind, row.title, row.vendor_id, capability, row.venue, row.function,
         row.amount, "" if row.amount is None else "USD", row.starts_on, row.ends_on, notice, row.renews,
        row.committed_quantity, row.committed_unit, row.contract_number, row.in_plan, row.billing_account_id, row.sub_account_id,
        row.state,
    ]  # fmt: skip


def officer() -> Client:
    """A browser of a procurement officer of the whole organisation."""
    user = User.objects.create(email="officer@example.org", name="Olga Officer")
    RoleAssignment.objects.create(user=user, role=Role.PROCUREMENT, unit=None)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def look(client: Client, path: str) -> float:
    """Says what a page costs; how many times its SQL it takes."""
    took: list[tuple[float, float, float, int, int, int]] = []
    for _ in range(BEST_OF):
        with CaptureQueriesContext(connection) as queries:
            began, worked = time.perf_counter(), time.process_time()
            answer = client.get(path)
            whole, own = time.perf_counter() - began, time.process_time() - worked
        sql = sum(float(query["time"]) for query in queries)
        took.append((whole, own, sql, len(queries), answer.status_code, len(answer.content)))
    whole, own, sql, count, status, size = min(took)
    times = f"{whole * 1000:7.0f} ms, {own * 1000:7.0f} ms of it Python, {sql * 1000:7.0f} ms SQL"
    ratio = whole / sql
    _say(f"{path:45} {status} {count:4} statements {times} {ratio:6.2f} times {size / 1024:7.0f} kB")
    return ratio


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sweeps.silo_pages", description=__doc__)
    parser.add_argument("--billing-rows", type=int, default=0, metavar="N", help="rows of bills beside the purchases")
    parser.add_argument("--billing-items", type=int, default=ITEMS, metavar="N", help="items that they are of")
    options = parser.parse_args()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    draft = drawn()
    with transaction.atomic():
        began = time.perf_counter()
        load(draft.world())
        _say(f"loaded in {time.perf_counter() - began:.1f} s")
    if options.billing_rows:
        began = time.perf_counter()
        load_bills(options.billing_rows, items=options.billing_items)
        _say(f"{options.billing_rows:,} rows of bills in {time.perf_counter() - began:.1f} s, published")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for why in ("first", "again"):
        began, worked = time.perf_counter(), time.process_time()
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            run = detect_now(demo=False, why=why, today=clock.today(), now=clock.now())
        sql = sum(float(query["time"]) for query in queries)
        times = f"{time.perf_counter() - began:.1f} s, {time.process_time() - worked:.1f} s of it Python, {sql:.1f} s SQL"
        _say(f"detection {why}: {run.opened} opened, {len(queries)} statements, {times}")
    client = officer()
    largest = Finding.objects.order_by("-amount").values_list("pk", flat=True)[0]
    purchase = draft.planted[0]
    one = (f"/silos/findings/{largest}/", f"/procurement/purchases/{min(pk for _, pk in purchase.rows)}/")
    ratios = {path: look(client, path) for path in (*PAGES, *one, *(BILLS if options.billing_rows else ()), *API)}
    over = [path for path, ratio in ratios.items() if ratio > MOST]
    _say(f"{len(over)} of {len(ratios)} take more than {MOST} times their SQL")


if __name__ == "__main__":
    main()
