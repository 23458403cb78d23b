"""A file streamed into the staging table: read, interpreted, checked and copied in chunks, never held in memory.

Staging may be repeated at any time: it starts by removing the run's staged rows. Nothing of the register is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from portfolio.formats.registers.interpret import compile_mapping
from portfolio.formats.registers.mapping_data import mapping_from_data
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.tables import Table
from portfolio.initiatives.choices import RunState
from portfolio.initiatives.models import ImportRow, ImportRun, Lifecycle, Register
from portfolio.initiatives.services.imports.plans import Plan, plan_from_data
from portfolio.initiatives.services.imports.rows import Prepared, RowPreparer

CHUNK = 1_000
_WRITE_BYTES = 1 << 18
_COPY = "COPY initiatives_importrow (run_id, line, key, outcome, raw, fields, issues, changed, digest, initiative_id) FROM STDIN"
Fence = Callable[[], None]


class RunCancelled(Exception):
    """Somebody cancelled the run meanwhile; its staged rows are gone already."""


@dataclass
class Staged:
    """What reading the file told, besides its rows."""

    rows: int = 0
    unread: int = 0
    repeats: int = 0
    notes: list[dict[str, Any]] = field(default_factory=list)


def stage_rows(*, run: ImportRun, path: Path, fence: Fence = lambda: None) -> Staged:
    """Replace the run's staged rows by the file's. `fence` is called within each chunk's transaction and raises to stop.

    Raises FormatError for a file or mapping that cannot be used, RunCancelled, and what `fence` raises.
    """
    plan = plan_from_data(run.plan)
    with transaction.atomic():
        fence()
        _progress(run, 0)
        drop_rows(ImportRow.objects.filter(run=run))
    mapping = mapping_from_data(run.mapping)
    staged = Staged()
    with open_table(path, plan.read.options()) as table:
        interpreter = compile_mapping(mapping, table.headers)
        prepare = RowPreparer(mapping, _stages(plan))
        rows = (prepare(interpreter(line, cells), cells) for line, cells in table.rows)
        while chunk := list(islice(rows, CHUNK)):
            staged.rows += len(chunk)
            staged.unread += sum(row.unread for row in chunk)
            staged.repeats += sum(row.repeat for row in chunk)
            with transaction.atomic():
                fence()
                _progress(run, staged.rows)
                _copy(run.pk, chunk)
        staged.notes = _notes(table, interpreter.unmapped_columns, interpreter.absent_columns)
    return staged


def drop_rows(rows: QuerySet[ImportRow]) -> None:
    """Delete staged rows in one statement. `delete()` would fetch every row first, because somebody listens to deletions."""
    rows._raw_delete(rows.db)


def register_of(plan: Plan) -> Register | None:
    """The register the plan names, if it exists already."""
    return Register.objects.select_related("unit", "lifecycle").filter(name=plan.register).first()


def _stages(plan: Plan) -> dict[str, str]:
    """Stage key -> kind of the template that publishing will use."""
    if plan.lifecycle is not None:
        return {stage.key: stage.kind for stage in plan.lifecycle.stages}
    register = register_of(plan)
    lifecycle = register.lifecycle if register else Lifecycle.objects.filter(is_default=True).first()
    return dict(lifecycle.stages.values_list("key", "kind")) if lifecycle else {}


def _progress(run: ImportRun, rows_done: int) -> None:
    """Also the lock against cancelling in the middle of a chunk."""
    staging = ImportRun.objects.filter(pk=run.pk, state=RunState.STAGING)
    if not staging.update(rows_done=rows_done):
        raise RunCancelled(f"import {run.pk}")


def _copy(run_id: int, rows: list[Prepared]) -> None:
    ids = _reserved(len(rows))  # before COPY begins: a connection does one thing at a time
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for block in _blocks(run_id, rows, ids):
            copy.write(block)


def _reserved(count: int) -> list[int]:
    """Ids for as many initiatives; those that are not needed stay unused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('initiatives_initiative', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [number for (number,) in cursor.fetchall()]


def _blocks(run_id: int, rows: list[Prepared], ids: list[int]) -> Iterator[bytes]:
    """COPY text in blocks of about _WRITE_BYTES. JSON holds no raw control characters, so backslashes are all to escape."""
    block = bytearray()
    for row, initiative_id in zip(rows, ids, strict=True):
        key = row.key.replace("\\", "\\\\").replace("\t", " ").replace("\n", " ").replace("\r", " ").replace("\0", "\u2400")
        block += b"%d\t%d\t%b\t%b\t%b\t%b\t%b\t{}\t%b\t%d\n" % (
            run_id,
            row.line,
            key.encode("utf-8", "replace"),
            row.outcome.value.encode(),
            row.raw.replace(b"\\", b"\\\\"),
            row.fields.replace(b"\\", b"\\\\"),
            row.issues.replace(b"\\", b"\\\\"),
            row.digest.encode(),
            initiative_id,
        )
        if len(block) >= _WRITE_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _notes(table: Table, unmapped: tuple[str, ...], absent: tuple[str, ...]) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = [
        {
            "kind": "file",
            "format": table.kind,
            "encoding": table.encoding,
            "delimiter": table.delimiter,
            "sheet": table.sheet,
            "columns": len(table.headers),
        }
    ]
    if unmapped:
        notes.append({"kind": "unmapped_columns", "columns": list(unmapped)})
    if absent:
        notes.append({"kind": "absent_columns", "columns": list(absent)})
    if table.blank_rows:
        notes.append({"kind": "blank_rows", "rows": table.blank_rows})
    return notes
