"""FOCUS 1.0 to 1.2 (focus.finops.org), in any order of columns; what later versions renamed is found, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portfolio.formats.billing.layouts.shape import Columns, Layout, places, plain, recoded, tags

_SAME = {
    "provider": ("providername", "serviceprovidername"), "publisher": ("publishername", "hostprovidername"),
    "invoice_issuer": ("invoiceissuername", "invoiceissuer"), "commitment_id": ("commitmentdiscountid",),
    "commitment_name": ("commitmentdiscountname",), "commitment_category": ("commitmentdiscountcategory",),
    "commitment_type": ("commitmentdiscounttype",), "commitment_status": ("commitmentdiscountstatus",),
    "currency": ("billingcurrency",), "charge_start": ("chargeperiodstart",), "charge_end": ("chargeperiodend",),
    "period_start": ("billingperiodstart",), "period_end": ("billingperiodend",), "billed": ("billedcost",),
    "effective": ("effectivecost",), "list": ("listcost",), "contracted": ("contractedcost",),
    "pricing_effective": ("pricingcurrencyeffectivecost",), "consumed": ("consumedquantity",),
    "consumed_unit": ("consumedunit",), "priced": ("pricingquantity",), "priced_unit": ("pricingunit",),
}  # fmt: skip
_DIRECT = (
    "billing_account_id", "billing_account_name", "billing_account_type", "sub_account_id", "sub_account_name",
    "sub_account_type", "service_name", "service_category", "service_subcategory", "charge_category", "charge_class",
    "charge_description", "charge_frequency", "pricing_category", "sku_id", "sku_price_id", "sku_meter", "region_id",
    "region_name", "resource_id", "resource_name", "resource_type", "pricing_currency", "tags",
)  # fmt: skip
NAMES = _SAME | {name: (plain(name),) for name in _DIRECT}
_AMOUNTS = frozenset({"billed", "effective", "list", "contracted", "pricing_effective", "consumed", "priced"})
_SINCE = {
    "1.2": ("billingaccounttype", "subaccounttype", "invoiceid", "pricingcurrency", "pricingcurrencyeffectivecost"),
    "1.1": (
        "capacityreservationid", "capacityreservationstatus", "commitmentdiscountquantity", "commitmentdiscountunit",
        "servicesubcategory", "skumeter", "skupricedetails",
    ),
}  # fmt: skip
_OURS = {"billed", "charge_category", "charge_start"}


def found(headers: Sequence[str]) -> Layout | None:
    """The layout if these are the headers of a FOCUS file: it has what was billed, when it was charged, and of which kind."""
    wanted = places(headers, NAMES)
    if not wanted.keys() >= _OURS:
        return None
    keys = {plain(header) for header in headers}
    version = next((version for version, since in _SINCE.items() if keys & set(since)), "1.0")
    unused = tuple(header for place, header in enumerate(headers) if place not in wanted.values())
    return Layout("focus", "FOCUS", version, wanted, _AMOUNTS & wanted.keys(), frame, unused)


def frame(columns: Columns) -> dict[str, Any]:
    """Quantities are what was consumed, and what was priced where nothing is told of that."""
    read = dict(columns)
    consumed, priced = (read.pop("consumed", None), read.pop("consumed_unit", None)), (read.pop("priced", None), None)
    priced = (priced[0], read.pop("priced_unit", None))
    said, other = (consumed, priced) if _says(consumed[0]) or priced[0] is None else (priced, consumed)
    amount, unit = _filled(said, other)
    read |= {name: column for name, column in (("quantity", amount), ("unit", unit)) if column is not None}
    if "tags" in read:
        read["tags"] = recoded(read["tags"], tags)
    return read


def _says(column: Any) -> bool:
    return column is not None and column.null_count < len(column)


def _filled(one: tuple[Any, Any], other: tuple[Any, Any]) -> tuple[Any, Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if one[0] is None or other[0] is None or one[0].null_count == 0:
        return one if one[0] is not None else other
    silent = one[0].is_null()
    amount = pc.if_else(silent, other[0], one[0])
    if one[1] is None or other[1] is None:
        return amount, one[1]
    unit = pc.if_else(silent, other[1].cast(pa.string()), one[1].cast(pa.string()))
    return amount, unit.dictionary_encode()
