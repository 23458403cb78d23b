"""What a bill is read into: blocks of charges, what they were for, and what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

# What was charged, apart from when and how much: rows that agree in all of these are one item.
DIMENSIONS = (
    "provider", "publisher", "invoice_issuer", "billing_account_id", "billing_account_name", "billing_account_type",
    "sub_account_id", "sub_account_name", "sub_account_type", "service_name", "service_category", "service_subcategory",
    "charge_category", "charge_class", "charge_description", "charge_frequency", "pricing_category", "sku_id", "sku_price_id",
    "sku_meter", "region_id", "region_name", "resource_id", "resource_name", "resource_type", "commitment_id",
    "commitment_name", "commitment_category", "commitment_type", "commitment_status", "currency", "pricing_currency", "unit",
    "tags",
)  # fmt: skip
TIMES = ("charge_start", "charge_end", "period_start", "period_end")
# Never added to each other. `pricing_effective` is in the pricing currency, `quantity` in `unit`.
AMOUNTS = ("billed", "effective", "list", "contracted", "pricing_effective", "quantity")
COSTS = AMOUNTS[:4]
SCALE, PRECISION = 18, 38
MOST = 10**18  # no charge is as large; beyond it decimal128 would wrap around unseen


class Category(StrEnum):
    """FOCUS ChargeCategory."""

    USAGE = "Usage"
    PURCHASE = "Purchase"
    TAX = "Tax"
    CREDIT = "Credit"
    ADJUSTMENT = "Adjustment"


CORRECTION = "Correction"


class Fault(StrEnum):
    """Why a row is refused; FAULT_TEXTS says it in words."""

    WIDTH = "width"
    NO_START = "no_start"
    TIME = "time"
    ENDS_BEFORE = "ends_before"
    NO_COST = "no_cost"
    NUMBER = "number"
    NO_CURRENCY = "no_currency"
    CURRENCY = "currency"
    NO_CATEGORY = "no_category"
    CATEGORY = "category"
    CLASS = "class"
    LONG = "long"


FAULT_TEXTS = {
    Fault.WIDTH: "the row has more or fewer cells than the header",
    Fault.NO_START: "the charge has no start",
    Fault.TIME: "this is no date or time",
    Fault.ENDS_BEFORE: "the period ends before it starts",
    Fault.NO_COST: "the billed cost is missing",
    Fault.NUMBER: "this is no certain number",
    Fault.NO_CURRENCY: "the billing currency is missing",
    Fault.CURRENCY: "this is no currency code",
    Fault.NO_CATEGORY: "the charge category is missing",
    Fault.CATEGORY: "this is no charge category (Usage, Purchase, Tax, Credit or Adjustment)",
    Fault.CLASS: "this is no charge class (Correction or empty)",
    Fault.LONG: "the text is longer than 10,000 characters",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """`examples`: refused rows that are told one by one; the others are counted."""

    text_bytes: int = 64 * 2**30
    block_bytes: int = 8 * 2**20
    most_block_bytes: int = 64 * 2**20
    block_rows: int = 32_768  # of Parquet
    columns: int = 2_000
    cell_chars: int = 10_000
    examples: int = 200


@dataclass(frozen=True, slots=True)
class Position:
    """Where a block begins: bytes of text (CSV) or rows (Parquet) before it, lines and rows before it."""

    offset: int = 0
    lines: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """`line` of the file (CSV: the first is 1; Parquet: the row). `column` is the file's own name of `field`."""

    line: int
    row: int
    field: str
    column: str
    fault: Fault
    value: str


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a bill, columns of one length: `item` points into `keys`, the two halves of a 128-bit key for each item.

    `described` tells the texts of items by their places, for each dimension that the file has. `row`: number in the file, the
    first is 1. `day`, `period`, `period_end`: days since 1970. `amounts`: decimal128(38, 18), null where the file says nothing.
    `refused`: (field, fault) -> rows; `rejects` are the first of them. `refused_billed`: currency -> billed cost of refused rows,
    as far as both could be read; `refused_unread` counts the others.
    """

    after: Position
    rows: int
    row: npt.NDArray[np.int64]
    item: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint64]
    described: Callable[[npt.NDArray[np.intp]], dict[str, list[str]]]
    day: npt.NDArray[np.int32]
    period: npt.NDArray[np.int32]
    period_end: npt.NDArray[np.int32]
    amounts: Mapping[str, Any]
    refused: Mapping[tuple[str, Fault], int] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()
    refused_billed: Mapping[str, Any] = field(default_factory=dict)
    refused_unread: int = 0
