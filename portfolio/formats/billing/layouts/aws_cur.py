"""AWS Cost and Usage Report, legacy ("lineItem/UnblendedCost") and Data Exports spelling ("line_item_unblended_cost").

Billed is the unblended cost of every line. Effective follows AWS's description of amortised cost: the plan's or reservation's
own effective cost for what they covered, the unused rest for their recurring fees, nothing for upfront fees and for the lines
that take the covered usage's price back. Contracted cost is not in the report and stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from portfolio.formats.billing.amounts import KIND, decimals
from portfolio.formats.billing.charge import PRECISION, SCALE
from portfolio.formats.billing.layouts.shape import Columns, Layout, constant, first_of, places, plain, recoded, tags
from portfolio.formats.billing.mixing import coded, grouped

NAMES = {
    "entity": ("billbillingentity",), "invoice_issuer": ("billinvoicingentity",), "publisher": ("lineitemlegalentity",),
    "billing_account_id": ("billpayeraccountid",), "billing_account_name": ("billpayeraccountname",),
    "sub_account_id": ("lineitemusageaccountid",), "sub_account_name": ("lineitemusageaccountname",),
    "type": ("lineitemlineitemtype",), "product": ("productproductname", "productservicename"),
    "code": ("lineitemproductcode",), "charge_description": ("lineitemlineitemdescription",), "sku_id": ("productsku",),
    "sku_price_id": ("pricingratecode",), "sku_meter": ("lineitemusagetype",), "resource_type": ("productproductfamily",),
    "region_id": ("productregioncode", "productregion"), "region_name": ("productlocation",),
    "resource_id": ("lineitemresourceid",), "plan": ("savingsplansavingsplanarn",),
    "reservation": ("reservationreservationarn",), "currency": ("lineitemcurrencycode",), "unit": ("pricingunit",),
    "term": ("pricingterm",), "tags": ("resourcetags",), "charge_start": ("lineitemusagestartdate",),
    "charge_end": ("lineitemusageenddate",), "period_start": ("billbillingperiodstartdate",),
    "period_end": ("billbillingperiodenddate",), "billed": ("lineitemunblendedcost",),
    "list": ("pricingpublicondemandcost",), "quantity": ("lineitemusageamount",),
    "reserved": ("reservationeffectivecost",), "planned": ("savingsplansavingsplaneffectivecost",),
    "unused_upfront": ("reservationunusedamortizedupfrontfeeforbillingperiod",),
    "unused_recurring": ("reservationunusedrecurringfee",), "committed": ("savingsplantotalcommitmenttodate",),
    "used": ("savingsplanusedcommitment",),
}  # fmt: skip
_AMOUNTS = frozenset(
    {"billed", "list", "quantity", "reserved", "planned", "unused_upfront", "unused_recurring", "committed", "used"}
)
_CATEGORIES = {
    "Usage": "Usage", "DiscountedUsage": "Usage", "SavingsPlanCoveredUsage": "Usage", "SavingsPlanNegation": "Usage",
    "Tax": "Tax", "Fee": "Purchase", "RIFee": "Purchase", "SavingsPlanUpfrontFee": "Purchase",
    "SavingsPlanRecurringFee": "Purchase", "Credit": "Credit", "Refund": "Adjustment", "BundledDiscount": "Adjustment",
    "EdpDiscount": "Adjustment", "PrivateRateDiscount": "Adjustment", "EdpDiscounts": "Adjustment",
}  # fmt: skip
_COVERED = {"DiscountedUsage": "Used", "SavingsPlanCoveredUsage": "Used"}
_OURS = {"billed", "type", "charge_start"}
_OWN_TAG = "resourcetags"


def found(headers: Sequence[str]) -> Layout | None:
    """The layout if these are the headers of a Cost and Usage Report."""
    wanted = places(headers, NAMES)
    if not wanted.keys() >= _OURS:
        return None
    tagged = {f"tag:{_tag(header)}": place for place, header in enumerate(headers) if _is_tag(header)}
    wanted |= tagged
    unused = tuple(header for place, header in enumerate(headers) if place not in wanted.values())
    return Layout("aws_cur", "AWS Cost and Usage Report", "", wanted, _AMOUNTS & wanted.keys(), frame, unused)


def _is_tag(header: str) -> bool:
    return plain(header).startswith(_OWN_TAG) and plain(header) != _OWN_TAG


def _tag(header: str) -> str:
    name = header.replace("resourceTags/", "").removeprefix("resource_tags_")
    return name.removeprefix("user:").removeprefix("user_")


def frame(columns: Columns) -> dict[str, Any]:
    kind, rows = columns["type"], len(columns["type"])
    read = {name: column for name, column in columns.items() if name in _KEPT}
    read["charge_category"] = recoded(kind, lambda text: _CATEGORIES.get(text, text))
    read["charge_class"] = recoded(kind, lambda text: "Correction" if text == "Refund" else None)
    read["commitment_status"] = recoded(kind, _COVERED.get)
    read["provider"] = constant("AWS", rows)
    for name, others in (("service_name", ("product", "code")), ("commitment_id", ("plan", "reservation"))):
        if (column := first_of(columns, *others)) is not None:
            read[name] = column
    read["effective"] = _effective(columns)
    if (said := _tags(columns, rows)) is not None:
        read["tags"] = said
    return read


_KEPT = frozenset(
    {
        "invoice_issuer", "publisher", "billing_account_id", "billing_account_name", "sub_account_id", "sub_account_name",
        "charge_description", "sku_id", "sku_price_id", "sku_meter", "resource_type", "region_id", "region_name",
        "resource_id", "currency", "unit", "charge_start", "charge_end", "period_start", "period_end", "billed", "list",
        "quantity",
    }
)  # fmt: skip


def _effective(columns: Columns) -> Any:
    """Where a figure that it needs is absent, the effective cost is unknown."""
    kinds, rows = columns["type"].cast(pa.string()), len(columns["type"])
    present = set(columns["type"].dictionary.to_pylist())
    found = _number(columns, "billed", rows)
    for kind, amounts in _AMORTISED.items():
        if kind in present:
            found = pc.if_else(pc.fill_null(pc.equal(kinds, kind), fill_value=False), amounts(columns, rows), found)
    if "Fee" in present:
        upfront = pc.and_kleene(pc.equal(kinds, "Fee"), _is_set(columns, "reservation", rows))
        found = pc.if_else(pc.fill_null(upfront, fill_value=False), _zero(columns, rows), found)
    return found


def _zero(_columns: Columns, rows: int) -> Any:
    return pa.array([0], KIND).take(pa.array(np.zeros(rows, dtype=np.int32)))


def _together(join: Callable[[Any, Any], Any], one: str, other: str) -> Callable[[Columns, int], Any]:
    def amounts(columns: Columns, rows: int) -> Any:
        return join(_number(columns, one, rows).cast(_WIDER), _number(columns, other, rows).cast(_WIDER)).cast(KIND)

    return amounts


_WIDER = pa.decimal256(PRECISION + 2, SCALE)
# the type of a line -> what it costs spread over what it pays for
_AMORTISED: Mapping[str, Callable[[Columns, int], Any]] = {
    "SavingsPlanCoveredUsage": lambda columns, rows: _number(columns, "planned", rows),
    "DiscountedUsage": lambda columns, rows: _number(columns, "reserved", rows),
    "SavingsPlanRecurringFee": _together(pc.subtract, "committed", "used"),
    "RIFee": _together(pc.add, "unused_upfront", "unused_recurring"),
    "SavingsPlanUpfrontFee": _zero,
    "SavingsPlanNegation": _zero,
}


def _number(columns: Columns, name: str, rows: int) -> Any:
    return decimals(columns[name])[0] if name in columns else pa.nulls(rows, KIND)


def _is_set(columns: Columns, name: str, rows: int) -> Any:
    return columns[name].is_valid() if name in columns else pa.array(np.zeros(rows, dtype=np.bool_))


def _tags(columns: Columns, rows: int) -> Any:
    """A column for each tag, or one for all."""
    if "tags" in columns:
        return recoded(columns["tags"], tags)
    each = {name: column for name, column in columns.items() if name.startswith("tag:")}
    if not each:
        return None
    import orjson

    first, group, _keys = grouped(each, rows)
    at = pa.array(first)
    values = {name.removeprefix("tag:"): column.take(at).to_pylist() for name, column in each.items()}
    texts = [{name: said[n] for name, said in values.items() if said[n]} for n in range(len(first))]
    return coded([orjson.dumps(one, option=orjson.OPT_SORT_KEYS).decode() if one else None for one in texts], group)
