"""Bills in the words of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.formats.billing.charge import FAULT_TEXTS, Fault
from portfolio.procurement.choices import UNDERWAY, BillingState
from portfolio.procurement.models import BillingRule
from portfolio.procurement.queries.billing.suggesting import Suggestion
from portfolio.procurement.queries.billing.totals import Group
from portfolio.procurement.rules.billing import THINGS, in_words
from portfolio.procurement.tables.export import Sheet

LAYOUTS = {"focus": "FOCUS", "aws_cur": "AWS Cost and Usage Report", "azure_ea": "Azure usage details"}
SECTIONS = (
    ("billing", "procurement:billing", _("Files")), ("totals", "procurement:billing_totals", _("Totals")),
    ("unmapped", "procurement:billing_unmapped", _("Unmapped spend")), ("rules", "procurement:billing_rules", _("Rules")),
)  # fmt: skip
TOTALS = Sheet(
    "billing-totals",
    ("group", "detail", "currency", "billed", "effective", "list", "contracted", "items", "rows", "effective_unknown_rows"), {},
)  # fmt: skip
UNMAPPED = Sheet(
    "unmapped-spend",
    ("provider", "publisher", "billing_account_id", "sub_account_id", "service_name", "service_category", "currency", "billed",
     "effective", "items", "rows"),
    {},
)  # fmt: skip


def sections(here: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": reverse(name), "active": key == here} for key, name, label in SECTIONS]


def layout(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (LAYOUTS.get(row["layout"], ""), row["layout_version"]) if part)


def state_words(state: str, live: int, superseded: int) -> str:
    """A published import that others took the place of says so."""
    if state == BillingState.PUBLISHED and not live and superseded:
        return _("superseded")
    return {
        "uploaded": _("waiting"), "reading": _("being read"), "staged": _("read, not published"), "published": _("published"),
        "failed": _("failed"), "withdrawn": _("withdrawn"),
    }[state]  # fmt: skip


def import_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **row, "layout_words": layout(row), "state_words": state_words(row["state"], row["live"], row["superseded"]),
            "underway": row["state"] in UNDERWAY, "percent": round(row["progress"] * 100),
            "url": reverse("procurement:billing_import", args=[row["id"]]),
        }
        for row in rows
    ]  # fmt: skip


def refusals(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "why": FAULT_TEXTS[Fault(row["fault"])]} for row in rows]


def group_tables(groups: Iterable[Group], by: str) -> list[dict[str, Any]]:
    """One table a currency; costs of different kinds and of different currencies are never added up."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for one in groups:
        name, detail = _named(one, by)
        tables.setdefault(one.currency, []).append({"group": one, "name": name, "detail": detail, "query": _query(one, by)})
    return [{"currency": currency, "rows": rows} for currency, rows in tables.items()]


def _named(one: Group, by: str) -> tuple[str, str]:
    if isinstance(one.name, date):
        return f"{one.name:%b %Y}", ""
    nothing = {"vendor": _("unknown"), "capability": _("unknown"), "class": _("no correction")}.get(by, _("not told"))
    return str(one.name or nothing), one.detail


def _query(one: Group, by: str) -> str:
    """What narrows the same page to the group, "" where nothing does."""
    name = {"service": "service", "account": "account", "sub_account": "account"}.get(by)
    if by == "month":
        return urlencode({"by": "service", "month": f"{one.name:%Y-%m-%d}"})
    if by == "category":
        return urlencode({"by": "service", "category": one.name})
    return urlencode({"by": "month", name: one.name}) if name and one.name else ""


def headline(groups: Iterable[Group], imports: bool) -> str:
    """The sentence over the totals."""
    found = list(groups)
    if not found:
        return _("No bill was published yet.") if not imports else _("Nothing of the published bills matches.")
    billed: dict[str, Decimal] = {}
    for one in found:
        if (cost := one.costs["billed"]) is not None:
            billed[one.currency] = billed.get(one.currency, Decimal(0)) + cost
    if not billed:
        return _("There are amounts, too few to be told.")
    told = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in billed.items())
    return _("%s billed, as published") % told


def exported(groups: Iterable[Group], by: str) -> Iterable[dict[str, Any]]:
    for one in groups:
        name, detail = _named(one, by)
        yield {
            "group": name, "detail": detail, "currency": one.currency, **one.costs, "items": one.items, "rows": one.rows,
            "effective_unknown_rows": one.unknown["effective"],
        }  # fmt: skip


def unmapped_exported(rows: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    return ({name.removeprefix("item__"): value for name, value in row.items()} for row in rows)


def unmapped_rows(rows: Iterable[Mapping[str, Any]], *, may_edit: bool) -> list[dict[str, Any]]:
    """Each with the address of a rule that would catch it."""
    made, new = [], reverse("procurement:billing_rule_new")
    for row in rows:
        asked = {"field_0": "service_name", "operator_0": "is", "value_0": row["item__service_name"]}
        if row["item__sub_account_id"]:
            asked |= {"field_1": "sub_account_id", "operator_1": "is", "value_1": row["item__sub_account_id"]}
        asked["name"] = f"{row['item__service_name']} {row['item__sub_account_id']}".strip()[:200]
        said = {name.removeprefix("item__"): value for name, value in row.items()}
        url = f"{new}?{urlencode(asked)}" if may_edit and asked["value_0"] else ""
        made.append(said | {"rule_url": url})
    return made


def rule_rows(rows: Iterable[BillingRule], may_edit: set[int]) -> list[dict[str, Any]]:
    return [
        {
            "rule": row, "conditions": in_words(row.conditions), "may_edit": row.pk in may_edit,
            "says": [str(getattr(row, thing)) for thing in THINGS if getattr(row, f"{thing}_id") is not None],
            "place": number,
        }
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip


def suggested(rows: Iterable[Suggestion]) -> list[dict[str, Any]]:
    new = reverse("procurement:billing_rule_new")
    return [{"name": one.name, "why": one.why, "url": f"{new}?{urlencode(one.asked)}"} for one in rows]
