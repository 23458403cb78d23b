"""What the demo's company bought: vendors, the IT plan, purchases with planted silos, requests; marked and removable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from portfolio.accounts.rules import Actor
from portfolio.initiatives.services.demo.subjects import cast, subjects
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows, next_ids
from portfolio.procurement.services.commitments import keep_commitments
from portfolio.procurement.services.demo.catalogue import Catalogue, lay_out
from portfolio.procurement.services.demo.plan import Bought, generic, homes_of, planted
from portfolio.procurement.services.demo.requests import ask

PURCHASE, SHARE = "procurement_purchase", "procurement_purchaseshare"
COLUMNS: dict[str, str] = {
    PURCHASE: (
        "id unit_id kind title vendor_id vendor_name product_id capability_id venue function buyer_id amount currency starts_on "
        "ends_on notice_days renews committed_quantity committed_unit non_cancellable_until order_number plan_item_id in_plan "
        "billing_account_id state note demo"
    ),
    SHARE: "purchase_id initiative_id share",
}


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add the slice's part to the demo that stands; returns how many purchases it has. Inside the caller's transaction."""
    everyone, crew = subjects(), cast()
    with acting(by, note="demo"):
        shelf = lay_out(crew, today)
        homes = homes_of(everyone)
        told = planted(homes, crew, shelf, today)
        rows = [*told, *generic(everyone, crew, shelf, seed, today)]
        ids = next_ids(PURCHASE, len(rows))
        _copy(rows, ids)
        keep_commitments(by, ids)
        ask(homes, crew, shelf, dict(zip((row.title for row in told), ids, strict=False)), today)
    return len(rows)


def _copy(rows: list[Bought], ids: list[int]) -> None:
    copy_rows(PURCHASE, COLUMNS[PURCHASE], (row.values(pk) for row, pk in zip(rows, ids, strict=True)))
    copy_rows(SHARE, COLUMNS[SHARE], _shares(rows, ids))


def _shares(rows: list[Bought], ids: list[int]) -> Iterable[tuple[object, ...]]:
    return ((pk, initiative, share) for row, pk in zip(rows, ids, strict=True) for initiative, share in row.serves)


__all__ = ["COLUMNS", "Catalogue", "load_demo"]
