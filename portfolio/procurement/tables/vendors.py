"""What the pages of vendors say, and their contracts against the price tiers that they could reach together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import ngettext

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.accounts.rules import Actor
from portfolio.finance.queries.rates import RateTable
from portfolio.kit.addresses import numbered
from portfolio.procurement.choices import LIVE
from portfolio.procurement.models import Vendor
from portfolio.procurement.queries.masks import money_of
from portfolio.procurement.queries.purchases import visible_purchases
from portfolio.procurement.queries.vendors import tier_rows as tiers_of
from portfolio.procurement.queries.vendors import visible_vendors
from portfolio.procurement.tables import words

DAYS_A_YEAR = 365


def headline(actor: Actor) -> str:
    count = visible_vendors(actor).count()
    return ngettext("%d vendor, for the whole organisation", "%d vendors, for the whole organisation", count) % count


def vendor_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    address = numbered("procurement:vendor")
    return [row | {"url": address(row["id"])} for row in rows]


def tier_rows(actor: Actor, vendor: Vendor, rates: RateTable, today: date) -> list[dict[str, Any]]:
    """Its tiers, each beside what the running purchases that it is for come to: each alone and together.

    `together` None: fewer than two amounts can be added up. A price a year is compared with what a purchase costs a year, by
    its term; without a term its whole amount is taken.
    """
    running = list(_running(actor, vendor))
    return [tier | _reach(tier, running, rates, today) for tier in tiers_of(actor, vendor=vendor.pk).order_by("from_amount")]


def _running(actor: Actor, vendor: Vendor) -> Iterable[dict[str, Any]]:
    of_family = Q(vendor=vendor) | Q(vendor__parent=vendor)
    rows = visible_purchases(actor).filter(money_of(actor), of_family, state__in=LIVE, amount__isnull=False)
    columns = ("amount", "currency", "starts_on", "ends_on", "capability_id", "product_id")
    found: Iterable[dict[str, Any]] = rows.values(*columns)
    return found


def _reach(tier: dict[str, Any], running: list[dict[str, Any]], rates: RateTable, today: date) -> dict[str, Any]:
    """In the tier's own currency; what no rate brings into it is left out and counted in `without_rate`."""
    found = [_worth(tier, row, rates, today) for row in running if _is_for(tier, row) and _current(row, today)]
    worths = [worth for worth in found if worth is not None]
    counts: dict[str, Any] = {"contracts": len(worths), "without_rate": len(found) - len(worths)}
    counts["discount_text"] = words.part(tier["discount"])
    if len(worths) < FEWEST_IN_A_TOTAL:
        return counts | {"together": None, "reached": None, "alone": None}
    together, floor = sum(worths, Decimal(0)), tier["from_amount"]
    return counts | {"together": together, "reached": together >= floor, "alone": any(worth >= floor for worth in worths)}


def _is_for(tier: dict[str, Any], row: dict[str, Any]) -> bool:
    return all(tier[name] in (None, row[name]) for name in ("capability_id", "product_id"))


def _current(row: dict[str, Any], today: date) -> bool:
    return row["ends_on"] is None or row["ends_on"] >= today


def _worth(tier: dict[str, Any], row: dict[str, Any], rates: RateTable, today: date) -> Decimal | None:
    amount = row["amount"]
    if tier["per_year"] and row["starts_on"] is not None and row["ends_on"] is not None:
        days = (row["ends_on"] - row["starts_on"]).days + 1
        amount = amount * DAYS_A_YEAR / max(days, DAYS_A_YEAR)
    if row["currency"] == tier["currency"]:
        return Decimal(amount)
    worth, unit = rates.convert(amount, row["currency"], today), rates.convert(Decimal(1), tier["currency"], today)
    return worth / unit if worth is not None and unit else None
