"""What a bill's rows are read as, and which are refused for which reason."""

from __future__ import annotations

import gzip
import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from portfolio.formats.billing.amounts import number
from portfolio.formats.billing.charge import Limits
from portfolio.formats.billing.days import seconds
from portfolio.formats.errors import EmptyFile, FormatError, UnreadableFile
from tests.portfolio.formats.billing.reading import GOOD, HEADER, bill, read

CELLS = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))


def row(**changed: str) -> str:
    return ",".join({**CELLS, **changed}.values())


def test_columns_come_in_any_order_and_the_item_is_the_same() -> None:
    names = list(reversed(HEADER.split(",")))
    turned = bill(",".join(CELLS[name] for name in names), header=",".join(names))
    assert turned.keys == bill(GOOD).keys
    assert turned.sums == bill(GOOD).sums


def test_null_nothing_and_an_absent_column_are_the_same_nothing() -> None:
    plain = bill(GOOD).keys
    for nothing in ("NULL", "null", '""', ""):
        said = bill(f"{GOOD},{nothing}", header=f"{HEADER},PublisherName")
        assert said.keys == plain, nothing


def test_ids_stay_texts() -> None:
    said = bill(f'{GOOD},007,"{{""b"": 1, ""a"": ""x""}}"', header=f"{HEADER},SubAccountId,Tags")
    (item,) = said.items
    assert item["sub_account_id"] == "007"
    assert item["tags"] == '{"a":"x","b":"1"}'


@pytest.mark.parametrize(
    ("changed", "field", "fault"),
    [
        ({"BilledCost": "NaN"}, "billed", "number"),
        ({"BilledCost": "inf"}, "billed", "number"),
        ({"BilledCost": "one dollar"}, "billed", "number"),
        ({"BilledCost": '"1,234"'}, "billed", "number"),
        ({"EffectiveCost": "1.234,56"}, "row", "width"),
        ({"EffectiveCost": "1e40"}, "effective", "number"),
        ({"BilledCost": ""}, "billed", "no_cost"),
        ({"BillingCurrency": "NULL"}, "currency", "no_currency"),
        ({"BillingCurrency": "dollars"}, "currency", "currency"),
        ({"ChargeCategory": ""}, "charge_category", "no_category"),
        ({"ChargeCategory": "Rent"}, "charge_category", "category"),
        ({"ChargePeriodStart": ""}, "charge_start", "no_start"),
        ({"ChargePeriodStart": "2026-02-30"}, "charge_start", "time"),
        ({"ChargePeriodEnd": "2026-01-05T30:00:00Z"}, "charge_end", "time"),
        ({"ChargePeriodEnd": "2026-01-04T00:00:00Z"}, "charge_end", "ends_before"),
        ({"ServiceName": "x" * 10_001}, "service_name", "long"),
    ],
)
def test_an_impossible_row_is_refused_with_line_field_and_reason(changed: dict[str, str], field: str, fault: str) -> None:
    said = bill(GOOD, row(**changed), GOOD)
    assert said.refused == {(field, fault): 1}
    (reject,) = said.rejects
    assert (reject.line, reject.row, reject.field) == (3, 2, field)
    assert said.sums["billed"] == Decimal("2.50")


def test_what_refused_rows_billed_is_told_as_far_as_it_can_be_read() -> None:
    said = bill(row(BilledCost="3.10", ChargeCategory="Rent"), row(BilledCost="?"))
    assert said.refused_billed == {"USD": Decimal("3.10")}
    assert said.blocks[0].refused_unread == 1


def test_lines_are_those_of_the_file_though_texts_hold_line_ends_and_lines_are_empty() -> None:
    said = bill("", row(ServiceName='"two\nlines"'), "", row(BilledCost="?"))
    assert said.rejects[0].line == 6


def test_a_class_may_be_a_correction_or_nothing() -> None:
    header = f"{HEADER},ChargeClass"
    said = bill(f"{GOOD},Correction", f"{GOOD},", f"{GOOD},Mistake", header=header)
    assert {item["charge_class"] for item in said.items} == {"Correction", ""}
    assert said.refused == {("charge_class", "class"): 1}


def test_days_and_billing_periods() -> None:
    said = bill(GOOD, row(BillingPeriodStart="NULL", ChargePeriodStart="2/9/26", ChargePeriodEnd="2/10/2026"))
    assert said.days == [date(2026, 1, 5), date(2026, 2, 9)]
    assert said.periods == [date(2026, 1, 1), date(2026, 2, 1)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-09-01 00:00:00", "2024-09-01"), ("2023-01-01T00:00:00Z", "2023-01-01"), ("2023-11-01T00:00:00.000Z", "2023-11-01"),
        ("2023-11-01T01:00:00+02:00", "2023-10-31"), ("5/1/25", "2025-05-01"), ("9/30/2023", "2023-09-30"),
        ("20240930", "2024-09-30"), ("2024-09-01 00:00:00 UTC", "2024-09-01"), ("2024-02-29", "2024-02-29"),
    ],
)  # fmt: skip
def test_times_in_the_shapes_of_bills(text: str, day: str) -> None:
    found = seconds(text)
    assert found is not None
    assert found // 86_400 == (date.fromisoformat(day) - date(1970, 1, 1)).days


@pytest.mark.parametrize("text", ["", "soon", "2023-02-29", "13/13/2024", "0001-01-01", "2024-09-01T25:00"])
def test_what_is_no_time(text: str) -> None:
    assert seconds(text) is None


def test_a_file_of_day_month_year_is_refused_whole() -> None:
    with pytest.raises(FormatError, match="day/month/year"):
        bill(row(ChargePeriodStart="31/1/2026"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$10,000.00 ", "10000"), ("(1,234.50)", "-1234.5"), ("-$5", "-5"), ("5.64902E-05", "0.0000564902"),
        ("1e-9", "0.000000001"), (" 0.00 ", "0"), ("1,234,567", "1234567"), (".5", "0.5"),
        ("0.0000000000000000015", "0.000000000000000002"),
    ],
)  # fmt: skip
def test_amounts_are_exact(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "1,234", "1.234,56", "nan", "Infinity", "0x10", "1_000", "--1", "1e999", "$", "\uff11"])
def test_what_is_no_certain_number(text: str) -> None:
    assert number(text) is None


def test_a_column_is_exact_though_some_of_its_cells_are_odd() -> None:
    said = bill(row(BilledCost="0.000000000000000001"), row(BilledCost='"$1,000.00 "'), row(BilledCost="123456789012345678"))
    assert said.sums["billed"] == Decimal("123456789012346678.000000000000000001")


def test_a_byte_order_mark_gzip_and_parquet_say_the_same() -> None:
    text = f"\ufeff{HEADER}\r\n{GOOD}\r\n{row(BilledCost='2.5')}\r\n".encode()
    plain = read(io.BytesIO(text))
    packed = read(io.BytesIO(gzip.compress(text)))
    columns = {name: [CELLS[name]] * 2 for name in CELLS} | {"BilledCost": [1.25, 2.5]}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    parquet = read(io.BytesIO(sink.getvalue()))
    assert plain.sums == packed.sums == parquet.sums == {"billed": Decimal("3.75"), "effective": Decimal(2)}
    assert plain.keys == packed.keys == parquet.keys


def test_a_float_of_parquet_is_the_shortest_decimal_that_names_it() -> None:
    columns = {name: [value] for name, value in CELLS.items()} | {"BilledCost": [0.1], "Tags": [{"a": "b"}]}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    said = read(io.BytesIO(sink.getvalue()))
    assert said.sums["billed"] == Decimal("0.1")
    assert said.items[0]["tags"] == '{"a":"b"}'


@pytest.mark.parametrize("compressed", [False, True])
def test_reading_goes_on_from_the_end_of_any_block(compressed: bool) -> None:
    lines = "".join(f"{row(BilledCost=f'{n}.01', ServiceName=f'{chr(34)}a{chr(10)}b{n % 7}{chr(34)}')}\n" for n in range(500))
    data = f"{HEADER}\n{lines}".encode()
    packed = gzip.compress(data) if compressed else data
    limits = Limits(block_bytes=4_096)
    whole = read(io.BytesIO(packed), limits=limits)
    assert len(whole.blocks) > 5
    assert whole.rows == 500
    for block in whole.blocks[:-1]:
        rest = read(io.BytesIO(packed), limits=limits, at=block.after)
        assert rest.rows == 500 - block.after.rows
        assert rest.blocks[0].row[0] == block.after.rows + 1


def test_parquet_goes_on_inside_a_row_group() -> None:
    columns = {name: [value] * 100 for name, value in CELLS.items()}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=40)
    limits = Limits(block_rows=16)
    whole = read(io.BytesIO(sink.getvalue()), limits=limits)
    assert whole.rows == 100
    for block in whole.blocks[:-1]:
        assert read(io.BytesIO(sink.getvalue()), limits=limits, at=block.after).rows == 100 - block.after.rows


@pytest.mark.parametrize(
    ("data", "error", "told"),
    [
        (b"", EmptyFile, "empty"),
        (b"PK\x03\x04", UnreadableFile, "zip"),
        (b"\xff\xfeB\x00", UnreadableFile, "UTF-8"),
        (b"a,b\n1,2\n", FormatError, "no bill"),
        (gzip.compress(f"{HEADER}\n{GOOD}\n".encode())[:-12], UnreadableFile, "cut off"),
        (b"PAR1" + b"x" * 50, UnreadableFile, "damaged"),
        (b"a" * 200_000, UnreadableFile, "Line 1"),
        (gzip.compress(b"a" * 50_000_000), UnreadableFile, "Line 1"),
    ],
)
def test_a_file_that_is_no_bill_says_what_to_do(data: bytes, error: type[FormatError], told: str) -> None:
    with pytest.raises(error, match=told):
        read(io.BytesIO(data))


def test_a_file_without_a_currency_needs_one_said() -> None:
    header = HEADER.replace("BillingCurrency,", "")
    line = GOOD.replace("USD,", "")
    with pytest.raises(FormatError, match="currency"):
        bill(line, header=header)
    assert bill(line, header=header, currency="EUR").items[0]["currency"] == "EUR"


def test_a_column_twice_is_refused() -> None:
    with pytest.raises(FormatError, match="twice"):
        bill(f"{GOOD},2", header=f"{HEADER},billed_cost")


def test_bytes_that_are_no_text_are_kept_as_unreadable() -> None:
    first = f"{HEADER}\n{GOOD}\n".encode()
    data = first + first.split(b"\n")[1].replace(b"Some", b"S\xf6me\0") + b"\n" * 5_000
    data = first + b"\n" * 5_000 + data.removeprefix(first)
    assert {item["service_name"] for item in read(io.BytesIO(data)).items} == {"Some Service", "S\ufffdme\ufffd Service"}


@pytest.mark.parametrize(
    ("header", "version"), [("", "1.0"), (",SkuMeter", "1.1"), (",SkuMeter,PricingCurrency", "1.2")]
)  # fmt: skip
def test_the_version_is_told_from_the_columns(header: str, version: str) -> None:
    said = bill(GOOD + "," * header.count(","), header=HEADER + header)
    assert (said.layout, said.version) == ("focus", version)
