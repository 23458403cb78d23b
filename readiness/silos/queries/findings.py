"""Findings as plain rows: what of each a reader may see is decided in the statement.

Whole are findings whose ancestor unit the reader holds; amounts, savings and assumptions (which name prices and terms) show
where the reader holds money for that unit. Of a finding that is not whole its kind, capability and state show, and the
reader's own rows with their own amounts; who else takes part does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL, Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within
from portfolio.procurement.models import PurchaseShare
from readiness.silos.choices import FindingKind, FindingState, ProofTable
from readiness.silos.models import Detection, Finding, FindingRow
from readiness.silos.queries.spend import told

COLUMNS = ("id", "kind", "state", "proposal", "current", "opened_at", "seen_on", "version", "ancestor_path", "identity")
SORTABLE = {
    "kind": "kind", "state": "state", "found": "opened_at", "amount": "shown_amount", "saving": "shown_high", "due": "shown_due",
    "capability": "capability_label", "rows": "shown_rows",
}  # fmt: skip
_WORK = (FindingState.OPEN, FindingState.ACCEPTED)


def whole_to(actor: Actor, action: Action = Action.VIEW) -> Q:
    """Findings whose every unit the actor may do `action` on; empty: all of them."""
    return within("ancestor_path", actor.paths(action))


def visible(actor: Actor) -> QuerySet[Finding]:
    """Findings with a row in a unit that the actor sees."""
    rows: QuerySet[Finding] = Finding.objects.visible_to(actor)
    return rows


def worked_on(rows: QuerySet[Finding]) -> QuerySet[Finding]:
    """What is still found and neither dismissed nor done."""
    return rows.filter(current=True, state__in=_WORK)


def to_judge(actor: Actor) -> QuerySet[Finding]:
    """Open findings that wait for the reader's judgement: it judges silos for all of their units."""
    return visible(actor).filter(whole_to(actor, Action.SILO), current=True, state=FindingState.OPEN)


def finding_rows(actor: Actor, rows: QuerySet[Finding]) -> QuerySet[Finding, dict[str, Any]]:
    """Dict rows of COLUMNS with names and what may be shown; `whole` and `money` say which case it is."""
    whole, money = whole_to(actor), whole_to(actor, Action.MONEY)
    shown = {
        "whole": _flag(whole), "money": _flag(money),
        "shown_amount": _if(money, "amount"), "shown_low": _if(money, "saving_low"), "shown_high": _if(money, "saving_high"),
        "shown_currency": _if(money, "currency"), "shown_assumptions": _if(money, "assumptions"),
        "amount_at_least": _if(money, "amount_is_low"), "shown_due": _if(whole, "due_on"), "shown_reason": _if(whole, "reason"),
        "shown_rows": _if(whole, "rows_count"), "shown_units": _if(whole, "units_count"),
        "shown_vendor": _if(whole, "vendor__name"), "shown_vendor_id": _if(whole, "vendor_id"),
        "shown_owner": _if(whole, "owner__name"), "shown_owner_id": _if(whole, "owner_id"),
    }  # fmt: skip
    names = {"capability_key": F("capability__key"), "capability_label": F("capability__label")}
    made: QuerySet[Finding, dict[str, Any]] = rows.annotate(**names, **shown).values(*COLUMNS, *names, *shown)
    return made


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; hidden and unknown last. Else the surest saving that shows."""
    column = SORTABLE.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by(F("shown_low").desc(nulls_last=True), F("shown_high").desc(nulls_last=True), "-id")
    expression = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "-id")


def one(actor: Actor, pk: int) -> dict[str, Any] | None:
    return finding_rows(actor, visible(actor).filter(pk=pk)).first()


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The reader's part of a finding that is not whole: its rows, and their sum where it may be told (decision 0011)."""

    rows: int
    amount: Decimal | None


def own_parts(actor: Actor, ids: Collection[int]) -> dict[int, OwnPart]:
    """`{finding: OwnPart}`. One statement.

    The sum is over the rows that the reader sees, so one row is enough where none of these hides its amount.
    """
    money = within("unit__path", actor.paths(Action.MONEY))
    seen = (Q(amount__isnull=False) & money) if money else Q(amount__isnull=False)
    rows = FindingRow.objects.visible_to(actor).filter(finding__in=ids).order_by().values("finding")
    found = rows.annotate(
        n=Count("pk"), priced=Count("pk", filter=money) if money else Count("pk"), known=Count("pk", filter=seen),
        total=Sum("amount", filter=seen),
    )  # fmt: skip
    return {
        row["finding"]: OwnPart(row["n"], row["total"] if told(row["n"], row["priced"], row["known"]) else None) for row in found
    }


def unit_names(actor: Actor, ids: Collection[int]) -> dict[int, list[str]]:
    """`{finding: names of its units that the actor sees}`. One statement."""
    links = Finding.units.through.objects.filter(within("businessunit__path", actor.paths(Action.VIEW)), finding__in=ids)
    names: dict[int, list[str]] = defaultdict(list)
    for finding, name in links.order_by("businessunit__path").values_list("finding_id", "businessunit__name"):
        names[finding].append(name)
    return names


def of_initiative(actor: Actor, initiative_id: int) -> QuerySet[Finding]:
    """Visible findings of which a visible row is a purchase that serves the initiative."""
    shares = PurchaseShare.objects.visible_to(actor).filter(initiative=initiative_id)
    served = shares.values("purchase")
    rows = FindingRow.objects.filter(finding=OuterRef("pk"), table=ProofTable.PURCHASE, row_id__in=served)
    return visible(actor).filter(Exists(rows))


def counts(actor: Actor) -> dict[str, int]:
    """How many visible findings are worked on, by kind; kinds without one are 0. One statement."""
    rows = worked_on(visible(actor)).order_by().values_list("kind").annotate(n=Count("pk"))
    found = dict(rows)
    return {kind.value: found.get(kind.value, 0) for kind in FindingKind}


def newest_run(*, demo: bool) -> Detection | None:
    """The last detection of a portfolio."""
    return Detection.objects.filter(demo=demo).order_by("-id").first()


def distinct_amount(actor: Actor, rows: QuerySet[Finding]) -> Decimal | None:
    """What the proving purchases and bills of these findings come to, each row once, where the actor sees its amount; None
    where that are fewer than two and others are hidden from it. One statement."""
    priced = FindingRow.objects.filter(finding__in=rows.order_by().values("pk"), amount__isnull=False)
    priced = priced.filter(table__in=(ProofTable.PURCHASE, ProofTable.BILLING_ITEM))
    seen = within("unit__path", actor.paths(Action.MONEY))
    once = (priced.filter(seen) if seen else priced).order_by("table", "row_id", "-amount").distinct("table", "row_id")
    total = FindingRow.objects.filter(pk__in=once.values("pk")).aggregate(n=Count("pk"), amount=Sum("amount"))
    return total["amount"] if total["n"] >= FEWEST_IN_A_TOTAL or not seen else None


def _flag(condition: Q) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False)) if condition else Value(True)


def _if(condition: Q, column: str) -> Any:
    return Case(When(condition, then=F(column))) if condition else F(column)
