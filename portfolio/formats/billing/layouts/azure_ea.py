"""Azure usage details of an Enterprise Agreement (and of a Microsoft Customer Agreement, as far as its columns agree).

The file does not say whether it is the "actual" or the "amortised" export. So the effective cost is the cost where no
reservation or savings plan is involved, and unknown where one is; list and contracted cost stay unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from portfolio.formats.billing.amounts import decimals
from portfolio.formats.billing.layouts.shape import Columns, Layout, constant, first_of, places, recoded, tags

NAMES = {
    "account": ("billingaccountid", "enrollmentnumber"), "billing_account_name": ("billingaccountname",),
    "sub_account_id": ("subscriptionid", "subscriptionguid"), "sub_account_name": ("subscriptionname",),
    "meter": ("metercategory",), "consumed_service": ("consumedservice",), "family": ("servicefamily",),
    "service_subcategory": ("metersubcategory",), "type": ("chargetype",), "charge_description": ("productname", "product"),
    "charge_frequency": ("frequency",), "pricing_category": ("pricingmodel",), "sku_id": ("partnumber",),
    "sku_price_id": ("meterid",), "sku_meter": ("metername",), "region_id": ("resourcelocation",),
    "resource_id": ("resourceid", "instanceid"), "resource_name": ("resourcename",), "publisher_type": ("publishertype",),
    "publisher_name": ("publishername",), "benefit": ("benefitid",), "reservation": ("reservationid",),
    "benefit_name": ("benefitname",), "reservation_name": ("reservationname",),
    "currency": ("billingcurrencycode", "billingcurrency"), "unit": ("unitofmeasure",), "tags": ("tags",),
    "charge_start": ("date", "usagedatetime"), "period_start": ("billingperiodstartdate",),
    "period_end": ("billingperiodenddate",), "billed": ("costinbillingcurrency", "pretaxcost", "cost"),
    "quantity": ("quantity",),
}  # fmt: skip
_AMOUNTS = frozenset({"billed", "quantity"})
_OURS = {"billed", "charge_start", "meter", "sub_account_id"}
_CATEGORIES = {
    "usage": "Usage", "unusedreservation": "Usage", "unusedsavingsplan": "Usage", "purchase": "Purchase", "tax": "Tax",
    "refund": "Adjustment", "roundingadjustment": "Adjustment", "adjustment": "Adjustment", "credit": "Credit",
}  # fmt: skip
_FAMILIES = {
    "AI + Machine Learning": "AI and Machine Learning", "Analytics": "Analytics", "Azure Arc": "Multicloud",
    "Blockchain": "Other", "Compute": "Compute", "Containers": "Compute", "Databases": "Databases",
    "Developer Tools": "Developer Tools", "Integration": "Integration", "Internet of Things": "Internet of Things",
    "Management and Governance": "Management and Governance", "Mixed Reality": "Other", "Mobile": "Mobile",
    "Networking": "Networking", "Security": "Security", "Storage": "Storage", "Web": "Web",
}  # fmt: skip
_COMMITTED = frozenset({"reservation", "savingsplan"})
_TOLD = "This export does not say how reservations and savings plans were spread: the effective cost of such rows is unknown."


def found(headers: Sequence[str]) -> Layout | None:
    """The layout if these are the headers of such a file."""
    wanted = places(headers, NAMES)
    if not wanted.keys() >= _OURS:
        return None
    unused = tuple(header for place, header in enumerate(headers) if place not in wanted.values())
    return Layout("azure_ea", "Azure usage details", "", wanted, _AMOUNTS, frame, unused, (_TOLD,))


def frame(columns: Columns) -> dict[str, Any]:
    rows = len(columns["billed"])
    read = {name: column for name, column in columns.items() if name not in _OTHER}
    read["provider"] = read["invoice_issuer"] = constant("Microsoft", rows)
    read["publisher"] = _publisher(columns, rows)
    if "type" in columns:
        read["charge_category"] = recoded(columns["type"], lambda text: _CATEGORIES.get(text.casefold(), text))
        read["charge_class"] = recoded(columns["type"], lambda text: "Correction" if text.casefold() == "refund" else None)
        read["commitment_status"] = recoded(columns["type"], lambda text: "Unused" if text.startswith("Unused") else None)
    else:
        read["charge_category"] = constant("Usage", rows)
    for name, others in _FIRSTS.items():
        if (column := first_of(columns, *others)) is not None:
            read[name] = column
    if "family" in columns:
        read["service_category"] = recoded(columns["family"], lambda text: _FAMILIES.get(text, text))
    if "tags" in columns:
        read["tags"] = recoded(columns["tags"], tags)
    read["effective"] = _effective(columns)
    return read


_FIRSTS = {
    "billing_account_id": ("account",), "service_name": ("meter", "consumed_service"),
    "commitment_id": ("benefit", "reservation"), "commitment_name": ("benefit_name", "reservation_name"),
}  # fmt: skip
_OTHER = frozenset({"type", "family", "publisher_type", "publisher_name", *(name for some in _FIRSTS.values() for name in some)})


def _publisher(columns: Columns, rows: int) -> Any:
    """Microsoft, but for what is sold in its marketplace."""
    kind, name = columns.get("publisher_type"), columns.get("publisher_name")
    if name is None:
        return constant("Microsoft", rows)
    own = pc.is_in(kind.cast(pa.string()), pa.array(["Azure", "Microsoft"])) if kind is not None else name.is_null()
    return pc.if_else(own, "Microsoft", name.cast(pa.string())).dictionary_encode()


def _effective(columns: Columns) -> Any:
    billed, _bad = decimals(columns["billed"])
    involved = [columns[name].is_valid() for name in ("benefit", "reservation") if name in columns]
    if "pricing_category" in columns:
        models = recoded(columns["pricing_category"], lambda text: text.casefold()).cast(pa.string())
        involved.append(pc.is_in(models, pa.array(sorted(_COMMITTED))))
    for one in involved:
        billed = pc.if_else(one, None, billed)
    return billed
