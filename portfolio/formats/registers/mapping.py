"""A mapping: how the columns of one kind of register become the fields of an initiative. Data, no code."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from portfolio.formats.registers.dates import DateOptions
from portfolio.formats.registers.targets import Kind


class KeyRule(StrEnum):
    """What tells one row of the register from another, across imports."""

    EXTERNAL_ID = "external_id"
    UNIT_NAME_ORDINAL = "unit_name_ordinal"


class Otherwise(StrEnum):
    """What happens to a value that the value map does not know: unknown and reported, row rejected, or text kept."""

    UNKNOWN = "unknown"
    REJECT = "reject"
    KEEP = "keep"


class Accept(StrEnum):
    """What an item must look like. What does not is left out and reported."""

    ANY = "any"
    CONTRACT_NUMBER = "contract_number"
    URL = "url"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class FieldMap:
    """One target field.

    `columns`: unit_path and list take all of them in order, any other kind the first one that is not blank.
    `values`: raw text -> value, compared without case and double spaces; a raw text that ends with * is a beginning.
    `required`: the columns must be there, and a row whose field comes out empty is rejected (choices and dates come out
    as unknown, not as empty). `default`: the value of a blank cell.
    `blank_words`: "N/A" and the like count as blank. `report`: false where another field reports the same cell.
    `unit`: currency or unit of measure of the numbers, `scale` what one of them stands for (1000 for "k").
    """

    target: str
    columns: tuple[str, ...]
    kind: Kind
    values: tuple[tuple[str, str], ...] = ()
    otherwise: Otherwise = Otherwise.UNKNOWN
    dates: DateOptions = field(default_factory=DateOptions)
    delimiter: str | None = None
    accept: Accept = Accept.ANY
    default: str = ""
    required: bool = False
    blank_words: bool = False
    report: bool = True
    unit: str = ""
    scale: Decimal = Decimal(1)
    decimal_sign: str = "."


@dataclass(frozen=True, slots=True)
class Closure:
    """Which rows are closed initiatives, and of which kind.

    A row is closed if `column` has one of `values`. Its kind is `kind_dated` if the target `dated_by` holds a readable
    date, else `kind_undated`; without `dated_by` it is `kind_dated`. The closing date is the target `closed_on`, with
    its own precision, perhaps unknown. `report_open`: text in the closing date of a row that is not closed is reported.
    """

    column: str
    values: tuple[str, ...]
    closed_on: str
    kind_dated: str
    kind_undated: str = ""
    dated_by: str | None = None
    report_open: bool = True


@dataclass(frozen=True, slots=True)
class Mapping:
    register: str
    key: KeyRule
    fields: tuple[FieldMap, ...]
    closure: Closure | None = None

    def field_for(self, target: str) -> FieldMap | None:
        return next((each for each in self.fields if each.target == target), None)
