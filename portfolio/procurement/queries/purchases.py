"""Purchases as plain rows, one purchase, its shares, and those that serve an initiative."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, DecimalField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import within
from portfolio.procurement.choices import InPlan, Quantity
from portfolio.procurement.models import Purchase, PurchaseShare
from portfolio.procurement.queries.masks import hidden, masked, money_of

# what was declared counts; where nobody declared anything, an item of the plan says yes (rules.plan.Standing.counts)
IN_PLAN = Case(
    When(Q(in_plan=InPlan.UNKNOWN, plan_item__isnull=False), then=Value(InPlan.YES.value)),
    default=F("in_plan"),
    output_field=CharField(),
)
COLUMNS = (
    "id", "unit_id", "kind", "title", "vendor_id", "vendor_name", "product_id", "capability_id", "venue", "function", "buyer_id",
    "buyer_name", "starts_on", "ends_on", "notice_days", "notice_on", "renews", "committed_unit", "non_cancellable_until",
    "order_number", "contract_number", "cost_centre", "plan_item_id", "in_plan", "billing_account_id", "sub_account_id", "state",
    "source", "note", "version", "created_at", "updated_at",
)  # fmt: skip
JOINED = {
    "unit_name": F("unit__name"), "vendor_known": F("vendor__name"), "product_name": F("product__name"),
    "capability_key": F("capability__key"), "capability_label": F("capability__label"), "plan_item_name": F("plan_item__name"),
    "plan_item_code": F("plan_item__code"), "counts_as": IN_PLAN,
}  # fmt: skip
# what a person or tool may sort by; an amount only as far as it is shown
SORTABLE = {
    "title": "title", "unit": "unit__name", "vendor": "sold_by", "capability": "capability__label", "kind": "kind",
    "starts_on": "starts_on", "ends_on": "ends_on", "notice_on": "notice_on", "state": "state", "in_plan": "counts_as",
    "amount": "shown_amount",
}  # fmt: skip
# names of shown columns as the API and exports call them
SHOWN_AS = {"shown_amount": "amount", "shown_currency": "currency", "shown_committed": "committed_quantity"}


def visible_purchases(actor: Actor) -> QuerySet[Purchase]:
    """Purchases of the units that the actor may see."""
    rows: QuerySet[Purchase] = Purchase.objects.visible_to(actor)
    return rows


def purchase_rows(actor: Actor, rows: QuerySet[Purchase] | None = None) -> QuerySet[Purchase, dict[str, Any]]:
    """Dict rows of COLUMNS, JOINED, `sold_by` (the vendor, else its name as written), and `shown_amount`, `shown_currency`,
    `shown_committed` (NULL or "" where hidden) with `amount_hidden`. One statement.
    """
    seen = money_of(actor)
    found = visible_purchases(actor) if rows is None else rows
    shown = masked(seen, shown_amount="amount", shown_currency="currency") | {
        "shown_committed": committed_shown(seen), "amount_hidden": hidden(seen),
        "sold_by": Coalesce("vendor__name", "vendor_name"),
    }  # fmt: skip
    made: QuerySet[Purchase, dict[str, Any]] = found.annotate(**JOINED, **shown).values(*COLUMNS, *JOINED, *shown)
    return made


def committed_shown(seen: Q) -> Any:
    """A commitment counted in money is an amount; counted in anything else everybody sees it."""
    if not seen:
        return F("committed_quantity")
    return Case(
        When(seen | ~Q(committed_unit=Quantity.AMOUNT), then=F("committed_quantity")),
        output_field=DecimalField(max_digits=20, decimal_places=3),
    )


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; unknown and hidden values last, ties by id. Else newest first."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by("-id")
    expression = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "-id")


def one_purchase(actor: Actor, pk: int) -> dict[str, Any] | None:
    """The row of one visible purchase."""
    return purchase_rows(actor, visible_purchases(actor).filter(pk=pk)).first()


def shares_of(actor: Actor, purchase_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Shares by purchase with `key` and `name` of their initiative; those of initiatives that the actor may not see have
    `seen` false and neither id, key nor name. One statement.
    """
    rows = PurchaseShare.objects.filter(purchase__in=purchase_ids).annotate(
        seen=_in_units("initiative__unit__path", actor)
    ).order_by("-share", "id")  # fmt: skip
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.values("purchase_id", "share", "seen", "initiative_id", key=F("initiative__key"), name=F("initiative__name")):
        secret = {} if row["seen"] else {"initiative_id": None, "key": None, "name": None}
        found[row["purchase_id"]].append(row | secret)
    return found


def purchases_of(actor: Actor, initiative: Initiative) -> tuple[list[dict[str, Any]], int]:
    """Rows of the visible purchases that serve an initiative, each with `share`, and how many more of other units there are."""
    rows = purchase_rows(actor, visible_purchases(actor).filter(shares__initiative=initiative))
    shares = dict(PurchaseShare.objects.filter(initiative=initiative).values_list("purchase_id", "share"))
    found = [row | {"share": shares[row["id"]]} for row in rows.order_by("-id")]
    return found, len(shares) - len(found)


def amounts_for(purchase_ids: Collection[int]) -> dict[int, tuple[Decimal | None, str]]:
    """(amount, currency) by purchase, nothing hidden: for the share of an initiative whose money the reader may see."""
    rows = Purchase.objects.filter(pk__in=purchase_ids).values_list("id", "amount", "currency")
    return {pk: (amount, currency) for pk, amount, currency in rows}


def part(amount: Decimal | None, share: Decimal) -> Decimal | None:
    """The share of an amount, to the cent."""
    return None if amount is None else (amount * share).quantize(Decimal("0.01"))


def hidden_count(actor: Actor, rows: QuerySet[Purchase]) -> int:
    """How many of the rows have amounts that the actor may not see."""
    seen = within("unit__path", actor.paths(Action.MONEY))
    return rows.exclude(seen).count() if seen else 0


def _in_units(lookup: str, actor: Actor) -> Any:
    seen = within(lookup, actor.paths(Action.VIEW))
    if not seen:
        return Value(True)
    return Case(When(seen, then=Value(True)), default=Value(False))
