"""The text that nccl-tests prints, read by its documentation and source: no real file has been read here yet.

A table per test: `busbw` in GB/s (10^9 bytes), once out of place and once in place, for each message size. "Avg bus bandwidth" is
a mean over all sizes, small ones too: it is kept and is no reading. Lines may bear the prefix of mpirun and noise between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from readiness.connectors import validity
from readiness.connectors.collector import Collector
from readiness.connectors.contract import Environment, Flaw, Kind, Run, Statistic
from readiness.connectors.document import Document
from readiness.connectors.errors import Fatal
from readiness.connectors.identity import run_key
from readiness.connectors.importer import Importer, Sight
from readiness.connectors.payload import decoded
from readiness.connectors.redaction import clean, tidy
from readiness.connectors.values import number, positive, text, whole

TOOL = "nccl_tests"
TEXT = "text"
MOST_LINES, MOST_ROWS = 1_000_000, 10_000
_PREFIX = re.compile(r"^\[\d+,\d+\]<std(?:out|err)>: ?")
_RANK = re.compile(r"#\s+Rank\s+(\d+)\s.{0,60}?Pid\s+\d+ on\s+(\S{1,253}) device\s+(\d+) \[[^\]]{0,40}\] (.{1,100})")
_STARTING = re.compile(r"# Collective test starting: (\w{1,60})")
_VERSION = re.compile(r"# nccl-tests version (\S{1,20})(?:.* nccl-library=(\d{3,6}))?")
_WRONG = re.compile(r"# Out of bounds values : (\d{1,12}) (\w+)")
_AVERAGE = re.compile(r"# Avg bus bandwidth\s*: (\S{1,20})")
_ITERATIONS = re.compile(r"# nThread .*(?<!warmup)(?<!agg) iters: (\d{1,9}) ")
_BEGINNINGS = ("# nccl-tests version", "# Collective test starting", "# nThread")
_PLACES = ("out_of_place", "in_place")


@dataclass(slots=True)
class Table:
    """What was said before a table, the table, and what was said after it."""

    collective: str = ""
    version: str = ""
    library: str = ""
    iterations: int | None = None
    devices: dict[tuple[str, str], str] = field(default_factory=dict)  # (host, number) -> model; ranks may share one
    names: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)
    odd: int = 0
    wrong: str = ""
    average: str = ""


def recognise(sight: Sight) -> str:
    return TEXT if b"algbw" in sight.head and b"busbw" in sight.head and b"(GB/s)" in sight.head else ""


def read(document: Document, form: str) -> Iterator[Run]:
    found = _tables(decoded(document.read()))
    if not found:
        raise Fatal("there is no table with a header in this text")
    for position, one in enumerate(found):
        yield _run(one, f"table[{position}]", form)


def _tables(content: str) -> list[Table]:
    lines = content.splitlines()
    if len(lines) > MOST_LINES:
        raise Fatal(f"more than {MOST_LINES} lines")
    found: list[Table] = []
    current = Table()
    for line in lines:
        written = _PREFIX.sub("", line).strip()
        if current.names and (written.startswith(_BEGINNINGS) or _is_header(written)):
            current = Table()
        _take(current, written)
        if current.names and not (found and found[-1] is current):
            found.append(current)
    return found


def _take(table: Table, line: str) -> None:
    if line.startswith("#"):
        _take_comment(table, line)
    elif table.names and line[:1].isdigit():
        cells = line.split()
        if len(cells) >= len([one for one in table.names if one != "timestamp"]) and len(table.lines) < MOST_ROWS:
            table.lines.append(cells)
        else:
            table.odd += 1


def _take_comment(table: Table, line: str) -> None:
    words = line.removeprefix("#").split()
    if _is_header(line):
        table.names = words
    elif words[:1] == ["(B)"]:
        table.units = words
    elif found := _RANK.match(line):
        table.devices[found[2], found[3]] = found[4].strip()
    elif found := _STARTING.match(line):
        table.collective = found[1].removesuffix("_mpi").removesuffix("_perf")
    elif found := _VERSION.match(line):
        table.version, table.library = found[1], found[2] or ""
    elif found := _ITERATIONS.match(line):
        table.iterations = whole(found[1])
    elif found := _WRONG.match(line):
        table.wrong = f"{found[1]} {found[2]}"
    elif found := _AVERAGE.match(line):
        table.average = found[1]


def _is_header(line: str) -> bool:
    return line.startswith("#") and {"size", "count", "busbw"} <= set(line.removeprefix("#").split())


def _run(table: Table, place: str, form: str) -> Run:
    labels = {"collective": table.collective} if table.collective else {}
    collector = Collector(samples=table.iterations, labels=labels)
    errors = _add_rows(collector, table)
    models = sorted(set(table.devices.values()))
    return Run(
        kind=Kind.BENCHMARK,
        tool=TOOL,
        format=form,
        place=place,
        key=run_key(TOOL, table.collective, len(table.devices), *(" ".join(cells) for cells in table.lines)),
        readings=collector.readings,
        tool_version=table.version,
        name=table.collective,
        environment=Environment(
            accelerator=clean(", ".join(models)),
            accelerators=len(table.devices) or None,
            nodes=len({host for host, _ in table.devices}) or None,
            software="NCCL" if table.library else "",
            software_version=_library(table.library),
        ),
        flaws=validity.flaws(*_checks(table, errors, collector), *collector.flaws),
        unread=tidy({"average_over_all_sizes": table.average, "refused": collector.refused}),
        unproven=True,
    )


def _add_rows(collector: Collector, table: Table) -> int:
    """The number of rows with wrong results; their bandwidth is no reading."""
    unit = "GB/s" if table.units.count("(GB/s)") == 2 * table.names.count("busbw") else ""
    wrong, highest = 0, 0.0
    for cells in table.lines:
        row = dict(zip(table.names[:5], cells[:5], strict=False))
        labels = {
            key: text(row[name]) for key, name in (("bytes", "size"), ("type", "type"), ("operation", "redop")) if name in row
        }
        columns = [position for position, name in enumerate(table.names) if name == "busbw"]
        for placement, column in zip(_PLACES, columns, strict=False):
            errors = cells[column + 1] if column + 1 < len(cells) else ""
            if (whole(errors) or 0) > 0:
                wrong += 1
            elif (value := positive(cells[column])) is not None:
                highest = max(highest, value)
                where = labels | {"placement": placement}
                name = f"busbw {placement} {labels.get('bytes', '')}"
                collector.add("collective_bandwidth", cells[column], unit, Statistic.MEAN, name=name, labels=where)
    if highest:
        collector.add("collective_bandwidth", highest, unit, Statistic.MAX, name="highest busbw of the table")
    return wrong


def _checks(table: Table, errors: int, collector: Collector) -> Iterator[validity.Found]:
    if not collector.readings:
        yield Flaw.ALL_FAILED, "no bus bandwidth above zero was measured"
    if errors or (table.wrong and not table.wrong.endswith(" OK")):
        yield Flaw.NOT_A_RESULT, f"the results of the operations were wrong ({errors} rows; {table.wrong or 'not summed up'})"
    if not table.average or not table.wrong:
        yield Flaw.INCOMPLETE, "the summary at the end is missing: the test was cut off"
    yield _mean_of_rows(table)
    if table.odd:
        yield Flaw.INCOMPLETE, f"{table.odd} rows do not have the columns of the header"


def _mean_of_rows(table: Table) -> validity.Found:
    """The tool prints the mean of what it measured: rows that do not give it are not all of them."""
    columns = [position for position, name in enumerate(table.names) if name == "busbw"]
    values = [number(cells[column]) for cells in table.lines for column in columns if column < len(cells)]
    known = [one for one in values if one is not None]
    printed = number(table.average)
    if printed is None or not known:
        return None
    mean = sum(known) / len(known)
    if abs(mean - printed) <= 0.01 + 0.01 * printed:
        return None
    return Flaw.INCOMPLETE, f"the rows average {mean:.4g} GB/s, the tool says {printed:.4g}: rows are missing or changed"


def _library(code: str) -> str:
    """21805 -> 2.18.5; before 2.9 the code had four digits (2708 -> 2.7.8)."""
    told = int(code or 0)
    if told >= 10_000:
        return f"{told // 10_000}.{told // 100 % 100}.{told % 100}"
    return f"{told // 1000}.{told // 100 % 10}.{told % 100}" if told else ""


IMPORTER = Importer(
    tool=TOOL,
    label="nccl-tests",
    looks_for="the text of all_reduce_perf and its sisters, with columns algbw and busbw in GB/s",
    recognise=recognise,
    read=read,
    unproven=True,
)
