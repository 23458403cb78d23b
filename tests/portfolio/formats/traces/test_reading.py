"""Request logs in the shapes they come in: found columns, units, kinds of dates, and what is left out."""

from __future__ import annotations

import csv
import gzip
import io
import tarfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.formats.errors import FormatError, MissingColumns, UnreadableFile
from portfolio.formats.traces.reading import read_trace
from portfolio.formats.traces.times import AmbiguousUnit
from portfolio.formats.traces.trace import Fault, Role, Trace, Unit
from tests.portfolio.formats.samples import sample


def read(text: str | bytes, **options: object) -> Trace:
    raw = text.encode() if isinstance(text, str) else text
    return read_trace(io.BytesIO(raw), "log.csv", **options)  # type: ignore[arg-type]


def parquet(**columns: object) -> Trace:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return read_trace(file, "log.parquet")


def test_the_azure_trace_is_read_as_the_csv_module_reads_it() -> None:
    path = sample("traces/AzureLLMInferenceTrace_conv.csv.gz")
    trace = read_trace(path, path.name)
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.reader(file))[1:]
    stamps = np.array([np.datetime64(row[0].replace(" ", "T")[:29], "ns") for row in rows]).astype(np.int64)
    assert trace.columns == {Role.ARRIVAL: "TIMESTAMP", Role.INPUT: "ContextTokens", Role.OUTPUT: "GeneratedTokens"}
    assert trace.input_tokens is not None
    assert trace.output_tokens is not None
    assert list(trace.input_tokens) == [float(row[1]) for row in rows]
    assert list(trace.output_tokens) == [float(row[2]) for row in rows]
    assert np.abs(trace.arrival_s - (stamps - stamps.min()) / 1e9).max() < 1e-9
    assert trace.origin == datetime(2023, 11, 16, 18, 15, 46, 680590, UTC)
    assert (trace.rows, trace.rejected, trace.examples) == (19366, {}, ())


@pytest.mark.parametrize(
    "header",
    [
        "timestamp,input_tokens,output_tokens",
        "TIMESTAMP,ContextTokens,GeneratedTokens",
        "Arrival Time,Prompt Tokens,Completion Tokens",
        "arrived_at,num_prefill_tokens,num_decode_tokens",
        "Timestamp,Request tokens,Response tokens",
        "request-time,prompt_len,output_len",
        "startTime,inputLength,outputLength",
        "ts,ISL,OSL",
        "created,usage.prompt_tokens_total,completion tokens (count)".replace("usage.", ""),
    ],
)
def test_columns_are_found_by_the_names_that_logs_use(header: str) -> None:
    trace = read(f"{header}\n2024-01-01 10:00:00,10,20\n2024-01-01 10:00:01,30,40\n")
    assert trace.input_tokens is not None
    assert trace.output_tokens is not None
    assert list(trace.arrival_s) == [0.0, 1.0]
    assert list(trace.input_tokens) == [10, 30]
    assert list(trace.output_tokens) == [20, 40]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("packed", [False, True])
def test_delimiters_endings_byte_order_marks_and_gzip_do_not_matter(
    delimiter: str, ending: str, mark: bytes, packed: bool
) -> None:
    rows = [["timestamp", "model", "input tokens", "output tokens"]]
    rows += [[f"2024-01-01T10:00:0{n}.5Z", '"a, b; c"' if delimiter in ",;" else "m", str(n), str(2 * n)] for n in range(3)]
    raw = mark + ending.join(delimiter.join(row) for row in rows).encode()
    trace = read(gzip.compress(raw) if packed else raw)
    assert trace.input_tokens is not None
    assert (list(trace.arrival_s), list(trace.input_tokens)) == ([0.0, 1.0, 2.0], [0, 1, 2])


@pytest.mark.parametrize(
    ("first", "second", "unit"),
    [
        ("1700000000.25", "1700000001.25", Unit.SECONDS),
        ("1700000000250", "1700000001250", Unit.MILLISECONDS),
        ("1700000000250000", "1700000001250000", Unit.MICROSECONDS),
        ("1700000000250000000", "1700000001250000000", Unit.NANOSECONDS),
        ("1.70000000025e9", "1.70000000125e9", Unit.SECONDS),
        ("2023-11-14T22:13:20.25", "2023-11-14T22:13:21.25", None),
        ("2023-11-14 22:13:20,250", "2023-11-14 22:13:21,250", None),
        ("2023-11-15T00:13:20.25+02:00", "2023-11-14T22:13:21.250000000Z", None),
        ("2023-11-14 22:13:20.25 UTC", "2023-11-14 22:13:21.25 +0000", None),
    ],
)
def test_every_way_to_write_a_time_means_the_same_instant(first: str, second: str, unit: Unit | None) -> None:
    trace = read(f'time\tinput_tokens\n"{first}"\t1\n"{second}"\t2\n')
    assert trace.unit is unit
    assert trace.arrival_s == pytest.approx([0.0, 1.0], abs=1e-6)
    assert trace.origin is not None
    assert trace.origin.timestamp() == pytest.approx(1700000000.25, abs=1e-3)


def test_relative_times_need_a_unit_said_or_named() -> None:
    rows = "0,5\n1500,6\n60000,7\n"
    with pytest.raises(AmbiguousUnit, match=r"16\.7 hours in s, 60 seconds in ms"):
        read("timestamp,input_tokens\n" + rows)
    assert read("timestamp,input_tokens\n" + rows, unit=Unit.MILLISECONDS).arrival_s == pytest.approx([0, 1.5, 60])
    named = read("Arrival time (ms),input_tokens\n" + rows)
    assert named.arrival_s == pytest.approx([0, 1.5, 60])
    assert named.origin is None
    assert read("arrival_s,input_tokens\n" + rows).arrival_s == pytest.approx([0, 1500, 60000])


def test_a_decimal_comma_is_read_where_semicolons_part_the_cells() -> None:
    trace = read("arrival_s;input_tokens\n0,5;10\n1,75;20\n")
    assert list(trace.arrival_s) == [0.0, 1.25]


def test_parquet_holds_times_numbers_and_texts_of_every_kind() -> None:
    stamps = np.array(["2024-01-01T10:00:00.25", "2024-01-01T10:00:02"], dtype="datetime64[ns]")
    tokens = pa.array([7, None], pa.int32())
    for column in (
        pa.array(stamps),
        pa.array(stamps).cast(pa.timestamp("us", "Europe/Berlin")),
        pa.array(["2024-01-01T10:00:00.25", "2024-01-01T10:00:02"]),
        pa.array(["2024-01-01T10:00:00.25", "2024-01-01T10:00:02"], pa.large_string()),
        pa.array(["2024-01-01T10:00:00.25", "2024-01-01T10:00:02"]).dictionary_encode(),
        pa.array([1704103200.25, 1704103202.0]),
        pa.array([1704103200250, 1704103202000]),
        pa.array([1704103200250000000, 1704103202000000000]),
        pa.array([Decimal("1704103200.25"), Decimal("1704103202.00")]),
    ):
        trace = parquet(timestamp=column, prompt_tokens=tokens, other=[["nested"], ["list"]])
        assert trace.arrival_s == pytest.approx([0, 1.75], abs=1e-6)
        assert trace.input_tokens is not None
        assert trace.input_tokens[0] == 7
        assert np.isnan(trace.input_tokens[1])
        assert trace.output_tokens is None
        assert trace.origin == datetime(2024, 1, 1, 10, 0, 0, 250000, UTC)


def test_a_mapping_chooses_columns_by_name_by_likeness_and_by_place() -> None:
    text = "when,a,b\n2024-01-01,1,2\n2024-01-02,3,4\n"
    for mapping in (
        {Role.ARRIVAL: "when", Role.INPUT: "a", Role.OUTPUT: "b"},
        {Role.ARRIVAL: "WHEN", Role.INPUT: "A", Role.OUTPUT: "column 3"},
    ):
        trace = read(text, mapping=mapping)
        assert trace.output_tokens is not None
        assert (list(trace.arrival_s), list(trace.output_tokens)) == ([0, 86400], [2, 4])


def test_a_file_without_names_can_be_mapped_by_place_and_is_refused_otherwise() -> None:
    text = "2024-01-01 10:00:00,1,2\n2024-01-01 10:00:05,3,4\n"
    with pytest.raises(FormatError, match="first line holds data"):
        read(text)
    trace = read(text, mapping={Role.ARRIVAL: "column 1", Role.INPUT: "column 2"})
    assert list(trace.arrival_s) == [0, 5]
    assert trace.rows == 2


def test_a_missing_column_is_named_with_its_closest() -> None:
    with pytest.raises(MissingColumns) as refused:
        read("timestmp,tokens\n1,2\n3,4\n")
    assert refused.value.closest["timestamp"][0] == "timestmp"
    with pytest.raises(MissingColumns, match="prompt"):
        read("time,tokens\n1,2\n3,4\n", mapping={Role.INPUT: "prompt"})
    with pytest.raises(FormatError, match="mapped twice"):
        read("time,tokens\n1,2\n3,4\n", mapping={Role.INPUT: "tokens", Role.OUTPUT: "tokens"})


def test_bad_cells_are_counted_and_shown_with_line_and_column_and_the_rest_is_read() -> None:
    good = "2024-01-01 10:00:{:02d},{},{}"
    lines = ["timestamp,input_tokens,output_tokens", *(good.format(n, n, n) for n in range(20))]
    lines[3] = "yesterday,1,2"
    lines[5] = "2024-02-30 00:00:00,1,2"
    lines[7] = "2024-01-01 10:00:06,minus one,-1"
    lines[9] = "2024-01-01 10:00:08,1e308,nan"
    lines[11] = "2024-01-01 10:00:10,1"
    lines[13] = ""
    lines[15] = ",7,7"
    lines[17] = "2024-01-01 10:00:16,,"
    lines[18] = "1024-01-01 10:00:17,7,7"
    trace = read("\n".join(lines))
    assert trace.rejected == {
        Fault.NOT_A_TIME: 3, Fault.NOT_A_NUMBER: 2, Fault.NEGATIVE: 1, Fault.TOO_LARGE: 1, Fault.WRONG_WIDTH: 1, Fault.NO_TIME: 1,
    }  # fmt: skip
    assert [(one.line, one.column, one.fault, one.value) for one in trace.examples] == [
        (4, "timestamp", Fault.NOT_A_TIME, "yesterday"),
        (6, "timestamp", Fault.NOT_A_TIME, "2024-02-30 00:00:00"),
        (8, "input_tokens", Fault.NOT_A_NUMBER, "minus one"),
        (8, "output_tokens", Fault.NEGATIVE, "-1"),
        (10, "input_tokens", Fault.TOO_LARGE, "1e308"),
        (10, "output_tokens", Fault.NOT_A_NUMBER, "nan"),
        (12, "", Fault.WRONG_WIDTH, "2024-01-01 10:00:10,1"),
        (16, "timestamp", Fault.NO_TIME, ""),
        (19, "timestamp", Fault.NOT_A_TIME, "1024-01-01 10:00:17"),
    ]
    assert (trace.rows, trace.blank_rows, len(trace.arrival_s)) == (20, 1, 14)


def test_a_time_of_another_unit_is_left_out_and_not_a_gap_of_fifty_years() -> None:
    rows = "\n".join(f"{1700000000 + n},5" for n in range(200))
    trace = read(f"ts,input_tokens\n{rows}\n1700000500000,5\n0,5\n")
    assert trace.rejected == {Fault.OTHER_UNIT: 2}
    assert trace.arrival_s.max() == 199
    dates = "\n".join(f"2024-01-01 10:00:{n:02d},5" for n in range(50))
    assert read(f"ts,input_tokens\n{dates}\n1970-01-01 00:00:00,5\n").rejected == {Fault.OTHER_UNIT: 1}


def test_a_log_of_which_more_than_half_is_bad_is_refused_with_its_first_lines() -> None:
    with pytest.raises(UnreadableFile, match=r'Line 2: 3 of 5 rows .* line 2 timestamp: not_a_time "x"'):
        read("timestamp,input_tokens\nx,1\nx,1\nx,1\n2024-01-01,1\n2024-01-02,1\n")


def test_only_the_first_twenty_bad_rows_are_shown_and_all_are_counted() -> None:
    rows = "\n".join(f"2024-01-01 10:{n // 60:02d}:{n % 60:02d},{'x' if n % 3 == 0 else n}" for n in range(3000))
    trace = read(f"timestamp,input_tokens\n{rows}\n")
    assert trace.rejected == {Fault.NOT_A_NUMBER: 1000}
    assert [one.line for one in trace.examples] == list(range(2, 62, 3))


def test_lines_are_right_far_into_a_file_and_behind_rows_of_the_wrong_width() -> None:
    lines = ["timestamp,input_tokens", *(f"2024-01-01 10:00:00.{n:06d},5" for n in range(150_000))]
    for place in (100, 70_000):
        lines[place] = "1,2,3"
    lines[149_000] = "2024-01-01 10:00:00.5,bad"
    trace = read("\n".join(lines))
    assert [(one.line, one.fault) for one in trace.examples] == [
        (101, Fault.WRONG_WIDTH),
        (70_001, Fault.WRONG_WIDTH),
        (149_001, Fault.NOT_A_NUMBER),
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.datetimes(datetime(2002, 1, 1), datetime(2100, 1, 1)), st.integers(0, 10**6), st.integers(0, 10**6)),  # noqa: DTZ001
        min_size=2,
        max_size=50,
    )
)
def test_what_is_written_is_what_is_read_in_csv_and_in_parquet(rows: list[tuple[datetime, int, int]]) -> None:
    whens, inputs, outputs = (list(column) for column in zip(*rows, strict=True))
    text = "time,input_tokens,output_tokens\n" + "".join(f"{w.isoformat(' ')},{i},{o}\n" for w, i, o in rows)
    first = min(whens)
    for trace in (read(text), parquet(time=pa.array(whens), input_tokens=inputs, output_tokens=outputs)):
        assert trace.arrival_s == pytest.approx([(when - first).total_seconds() for when in whens], abs=1e-6)
        assert trace.input_tokens is not None
        assert list(trace.input_tokens) == inputs


@given(st.dates(date(1999, 1, 1), date(2104, 12, 31)), st.integers(-3, 3))
def test_a_day_is_read_or_refused_as_the_calendar_says(day: date, off: int) -> None:
    text = f"{day.year}-{day.month:02d}-{day.day + off:02d}"
    try:
        real = 2002 <= date.fromisoformat(text).year < 2103
    except ValueError:
        real = False
    rows = f"time,input_tokens\n2024-01-01 00:00:00,1\n2024-01-02T00:00:00Z,1\n{text} 10:00:00,1\n"
    if 2002 <= day.year < 2103:
        assert len(read(rows).arrival_s) == (3 if real else 2)


def test_gauges_of_a_cluster_are_no_request_log() -> None:
    with tarfile.open(sample("traces/alibaba_GenTD26_qps.tar.gz")) as archive:
        raw = archive.extractfile(archive.getmembers()[0]).read()  # type: ignore[union-attr]
    with pytest.raises(MissingColumns) as refused:  # values averaged over 57 s, a row for each container
        read(raw)
    assert refused.value.closest["timestamp"] == ("timestamp_anon",)


def test_a_path_is_read_like_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("time,input_tokens\n2024-01-01,1\n2024-01-02,2\n")
    assert read_trace(path, "log.csv").rows == 2
