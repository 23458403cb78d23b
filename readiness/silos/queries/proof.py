"""The rows that prove a finding, each with what it is called and where it leads; one statement a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from portfolio.procurement.models import Purchase, PurchaseRequest
from portfolio.procurement.models.billing import BillingItem
from readiness.silos.choices import ProofTable
from readiness.silos.models import Finding, FindingRow
from readiness.workloads.models import Allocation, CapacityPool, VenueOption

MOST_SHOWN = 200
Names = dict[int, dict[str, Any]]


def proof_rows(actor: Actor, finding_id: int, *, most: int = MOST_SHOWN) -> list[dict[str, Any]]:
    """Visible rows, the largest shown amount first; `shown_amount` and `currency` only where the actor holds money."""
    rows = _masked(actor, FindingRow.objects.visible_to(actor).filter(finding=finding_id))
    found = list(rows.order_by("table", F("shown_amount").desc(nulls_last=True), "id")[:most])
    by_table: dict[str, list[int]] = defaultdict(list)
    for row in found:
        by_table[row["table"]].append(row["row_id"])
    names = {table: _NAMES[ProofTable(table)](ids) for table, ids in by_table.items()}
    return [row | names[row["table"]].get(row["row_id"], {"name": "", "gone": True}) for row in found]


def visible_count(actor: Actor, finding_id: int) -> int:
    return FindingRow.objects.visible_to(actor).filter(finding=finding_id).count()


def _masked(actor: Actor, rows: QuerySet[FindingRow]) -> QuerySet[FindingRow, dict[str, Any]]:
    money = within("unit__path", actor.paths(Action.MONEY))
    if money:
        money |= within("finding__ancestor_path", actor.paths(Action.MONEY))
    amount = Case(When(money, then=F("amount"))) if money else F("amount")
    hidden = Case(When(money, then=Value(False)), default=Value(True)) if money else Value(False)
    made: QuerySet[FindingRow, dict[str, Any]] = rows.annotate(
        shown_amount=amount, hidden=hidden, unit_name=F("unit__name"), currency=F("finding__currency")
    ).values("id", "table", "row_id", "unit_id", "unit_name", "shown_amount", "hidden", "currency")
    return made


def _purchases(ids: Collection[int]) -> Names:
    rows = Purchase.objects.filter(pk__in=ids).annotate(
        name=F("title"), vendor_label=F("vendor__name"), capability_label=F("capability__label")
    )
    told = (
        "id",
        "name",
        "vendor_label",
        "vendor_name",
        "capability_label",
        "starts_on",
        "ends_on",
        "notice_on",
        "state",
        "venue",
        "in_plan",
    )
    return {row["id"]: row for row in rows.values(*told)}


def _requests(ids: Collection[int]) -> Names:
    rows = PurchaseRequest.objects.filter(pk__in=ids).annotate(name=F("title"))
    return {row["id"]: row for row in rows.values("id", "name", "quantity", "quantity_unit", "needed_on", "state")}


def _pools(ids: Collection[int]) -> Names:
    return {row["id"]: {**row} for row in CapacityPool.objects.filter(pk__in=ids).values("id", "name", "size", "kind")}


def _queue(ids: Collection[int]) -> Names:
    """Who asks is told by unit; the name of the initiative is its own people's."""
    rows = Allocation.objects.filter(pk__in=ids).annotate(name=F("pool__name"), kind=F("pool__kind"))
    return {row["id"]: row for row in rows.values("id", "name", "kind", "quantity", "starts_on", "asked_at")}


def _quotas(ids: Collection[int]) -> Names:
    """The place by its name and provider, and what of the quota was not granted; what it costs stays with its initiative."""
    missing = F("quota_requested") - F("quota_granted")
    rows = VenueOption.objects.filter(pk__in=ids).annotate(name=F("label"), vendor_label=F("provider"), quantity=missing)
    return {row["id"]: row for row in rows.values("id", "name", "vendor_label", "quantity", "venue", "function")}


def _items(ids: Collection[int]) -> Names:
    rows = BillingItem.objects.filter(pk__in=ids).annotate(
        name=F("service_name"), capability_label=F("assignment__capability__label"), vendor_label=F("assignment__vendor__name")
    )
    told = (
        "id",
        "name",
        "capability_label",
        "vendor_label",
        "billing_account_id",
        "sub_account_id",
        "resource_id",
        "charge_category",
    )
    return {row["id"]: row for row in rows.values(*told)}


_NAMES: dict[ProofTable, Callable[[Collection[int]], Names]] = {
    ProofTable.PURCHASE: _purchases,
    ProofTable.REQUEST: _requests,
    ProofTable.POOL: _pools,
    ProofTable.QUEUE: _queue,
    ProofTable.BILLING_ITEM: _items,
    ProofTable.QUOTA: _quotas,
}


def history(actor: Actor, finding: Finding) -> list[dict[str, Any]]:
    """Steps, the newest first; reasons for those who see all of it, amounts for those who hold money there."""
    money = actor.may(Action.MONEY, finding.ancestor_path)
    whole = actor.may(Action.VIEW, finding.ancestor_path)
    rows = finding.steps.order_by("-id").values("step", "reason", "amount", "by_label", "at", "detection_id", "by_id")
    hidden: dict[str, Any] = {} if money else {"amount": None}
    hidden |= {} if whole else {"reason": "", "by_label": "", "by_id": None}
    return [row | hidden for row in rows]
