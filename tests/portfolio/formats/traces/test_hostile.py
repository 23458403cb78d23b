"""Files made to harm, or just wrong, end in an error that says what to do."""

from __future__ import annotations

import gzip
import io
import os
import random
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile, UnsafeArchive
from portfolio.formats.traces.bounded import Bounded
from portfolio.formats.traces.reading import read_trace
from portfolio.formats.traces.trace import Limits
from tests.sampling import of

HEADER = b"timestamp,input_tokens,output_tokens\n"
ROW = b"2024-01-01 10:00:00,1,2\n"


def packed_parquet(rows: int = 1000) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"timestamp": np.arange(rows) + 1_700_000_000, "input_tokens": np.arange(rows)}), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", EmptyFile),
        (b"\n\n\n", EmptyFile),
        (HEADER, EmptyFile),
        (HEADER + ROW, EmptyFile),
        (HEADER + b"\n" * 50, EmptyFile),
        (HEADER + b"nan,nan,nan\n" * 9, UnreadableFile),
        (HEADER + b"inf,1,1\n1e308,1,1\n-1e308,1,1\n", UnreadableFile),
        (HEADER + b'"' + b"x" * 3_000_000 + b"\n", TooLarge),
        (HEADER + ROW + b"2024-01-01 10:00:01," + b"9" * 5_000_000 + b",1\n", TooLarge),
        (b"x" * 5_000_000, TooLarge),
        (b"," * 100_000, TooLarge),
        (b"\xff\xfe" + HEADER.decode().encode("utf-16-le"), UnreadableFile),
        (b"PK\x03\x04" + b"\0" * 100, UnreadableFile),
        (b"PAR1" + b"\0" * 100, UnreadableFile),
        (b"\x1f\x8b" + b"\0" * 100, UnreadableFile),
        (gzip.compress(HEADER + ROW * 100_000)[:-3000], UnreadableFile),
        (packed_parquet()[:-100], UnreadableFile),
        (packed_parquet()[:4] + packed_parquet()[400:], UnreadableFile),
        (b"\0" * 1000, UnreadableFile),
        (os.urandom(2000).replace(b"\0", b"\1"), FormatError),
    ],
)
def test_a_file_of_no_use_says_so(raw: bytes, kind: type[FormatError]) -> None:
    with pytest.raises(kind) as refused:
        read_trace(io.BytesIO(raw), "log")
    assert refused.value.advice


def test_a_folder_and_a_missing_file_are_no_logs(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(UnreadableFile, match="no file that can be read"):
            read_trace(path, path.name)


def test_a_small_archive_that_grows_without_end_is_stopped_early() -> None:
    bomb = gzip.compress(HEADER + ROW * 6_000_000, compresslevel=9)  # 144 MB of text
    assert len(bomb) < 1_000_000
    with pytest.raises(UnsafeArchive, match="grows more than 200 times"):
        read_trace(io.BytesIO(bomb), "bomb.csv.gz")


@pytest.mark.parametrize(
    "row", [b"2024-02-30 10:00:00,1,2\n", b"2023-02-29 10:00:00,1,2\n", b"2024-01-01 10:00:00+24:00,1,2\n", b"1,2\n", b"x,y,z\n"]
)
def test_a_file_half_of_bad_rows_is_read_about_as_fast_as_a_good_one(row: bytes) -> None:
    good = process_time()
    read_trace(io.BytesIO(HEADER + ROW * 100_000), "log.csv")
    bad = process_time()
    with suppress(FormatError):
        read_trace(io.BytesIO(HEADER + (ROW + row) * 50_000), "log.csv")
    assert process_time() - bad < 40 * (bad - good)  # one by one it was 100 times and more


def test_more_bytes_or_rows_than_allowed_are_refused() -> None:
    with pytest.raises(TooLarge, match="MiB"):
        read_trace(io.BytesIO(HEADER + ROW * 100_000), "log.csv", limits=Limits(bytes=2**20, line_bytes=2**16))
    for raw in (HEADER + ROW * 2000, packed_parquet(2000)):
        with pytest.raises(TooLarge, match="1,000"):
            read_trace(io.BytesIO(raw), "log", limits=Limits(rows=1000))


@pytest.mark.filterwarnings("error")
def test_a_row_of_the_wrong_width_may_hold_any_bytes() -> None:
    trace = read_trace(io.BytesIO(HEADER + ROW * 9 + b"\xe4\xf6,\xfc\n" + "Ünïcödé €,1\n".encode()), "log.csv")
    assert [(one.line, one.value) for one in trace.examples] == [(11, "??,?"), (12, "Ünïcödé €,1")]


def test_characters_are_whole_wherever_the_pieces_of_a_file_are_cut() -> None:
    for size in range(5, 40):
        text = "ä€😀x" * 20
        source, pieces = Bounded(io.BytesIO(text.encode()), Limits(), compressed=False), []
        while piece := source.read(size):
            assert len(piece) <= size
            pieces.append(piece)
        assert b"".join(pieces).decode() == text


def test_texts_that_are_no_utf8_are_shown_and_left_out() -> None:
    trace = read_trace(io.BytesIO(HEADER + ROW * 9 + b"\xe4\xf6\xfc,1,2\n"), "log.csv")
    assert trace.examples[0].value == "???"
    assert len(trace.arrival_s) == 9


@settings(max_examples=of(150, suite=50), deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", HEADER, HEADER + ROW * 5, b"PAR1", b"\x1f\x8b\x08\0"]))
def test_no_bytes_raise_anything_but_a_format_error(tail: bytes, head: bytes) -> None:
    with suppress(FormatError):
        assert len(read_trace(io.BytesIO(head + tail), "log").arrival_s) >= 2


def test_a_parquet_file_with_flipped_bytes_is_read_or_refused() -> None:
    raw, chance = packed_parquet(200), random.Random(5)
    for _trial in range(200):
        damaged = bytearray(raw)
        for _flip in range(3):
            damaged[chance.randrange(4, len(raw))] ^= 1 << chance.randrange(8)
        with suppress(FormatError):
            assert len(read_trace(io.BytesIO(bytes(damaged)), "log.parquet").arrival_s) >= 2


MEASURE = r"""
    import re, sys, time
    start = time.perf_counter()
    from pathlib import Path
    from portfolio.formats.traces.reading import read_trace
    from readiness.core.sizing.arrivals import summarise
    trace = read_trace(Path(sys.argv[1]), "log.csv")
    summary = summarise(trace.arrival_s, trace.input_tokens, trace.output_tokens).as_dict(1.0)
    # VmHWM and not ru_maxrss, which a child inherits from the process that started it.
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    sys.stdout.write(f"{summary['requests']} {time.perf_counter() - start:.2f} {peak:.0f}")
"""


def test_a_million_requests_are_summarised_within_300_mib(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    seconds = np.cumsum(np.random.default_rng(0).exponential(0.1, 1_000_000))
    stamps = np.datetime_as_string(np.datetime64("2024-01-01", "ns") + (seconds * 1e9).astype("timedelta64[ns]"))
    with path.open("w") as file:
        file.write(HEADER.decode())
        file.writelines(f"{stamp},{place % 4000},{place % 900}\n" for place, stamp in enumerate(stamps))
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEASURE), str(path)],
        capture_output=True, text=True, check=True, timeout=60, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    requests, took, peak = (float(figure) for figure in ran.stdout.split())
    sys.stdout.write(f"\n1,000,000 requests (CSV) read and summarised in {took} s, peak {peak:.0f} MiB\n")  # 1.5 s if idle
    assert requests == 1_000_000
    assert peak < 300
