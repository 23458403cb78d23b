"""A file read into rows that show what publishing would do. Nothing of the register is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.formats.registers.reading import open_table
from portfolio.formats.sheets.mapping import SheetMapping, mapping_from
from portfolio.formats.sheets.rows import read_rows
from portfolio.kit.copying import copy_rows
from portfolio.procurement.choices import ImportState, Outcome
from portfolio.procurement.models import RegisterImport, RegisterImportRow
from portfolio.procurement.services.imports.fields import fields_of
from portfolio.procurement.services.imports.knowledge import gather, options_of
from portfolio.procurement.services.imports.landing import Landed, Landing
from portfolio.procurement.services.imports.runs import known_capabilities
from portfolio.procurement.services.imports.targets import changed, held_rows

TABLE, COLUMNS = "procurement_registerimportrow", "run_id line key outcome raw fields issues changed target_id"
CHUNK = 1_000
Read = tuple[Any, ...]


def read_import(*, by: Actor, run: RegisterImport) -> RegisterImport:
    """Replace the run's read rows by the file's, and show it, in one transaction. Raises FormatError."""
    fields = fields_of(run.kind, known_capabilities())
    mapping = mapping_from(run.mapping["sheet"], fields)
    mapped = _mapped(mapping)
    with transaction.atomic():
        row = RegisterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
        if row.state != ImportState.READING:
            return row
        RegisterImportRow.objects.filter(run=row).delete()
        known = gather(by, row)
        land = Landing(known, mapped, options_of(row))
        counts: Counter[str] = Counter()
        with open_table(Path(row.file.path)) as table:
            landed = (land(one) for one in read_rows(table, fields, mapping))
            while chunk := list(islice(landed, CHUNK)):
                copy_rows(TABLE, COLUMNS, list(_judged(by, row, chunk, counts)))
            row.notes = _notes(table.blank_rows, [name for name in table.headers if name not in dict(mapping.columns).values()])
        row.counts = dict(counts) | {"new_vendors": len(known.new_vendors)}
        if known.new_vendors:
            row.notes.append({"kind": "new_vendors", "names": known.new_vendors})
        row.state = ImportState.PREVIEW
        row.save(update_fields=["notes", "counts", "state"])
    return row


def _mapped(mapping: SheetMapping) -> frozenset[str]:
    filled = {name for name, _column in mapping.columns} | {name for name, text in mapping.fixed if text}
    return frozenset(filled | ({"currency"} if filled & {"amount", "planned_amount"} else set()))


def _judged(by: Actor, run: RegisterImport, chunk: list[Landed], counts: Counter[str]) -> Iterator[Read]:
    held = held_rows(run, [one.key for one in chunk if not one.rejected], by.paths(Action.PURCHASE))
    for one in chunk:
        there = held.get(one.key)
        if there is not None and not there.mine and not one.rejected:
            one.report("", one.key, "this key of the source belongs to a unit that you may not change", reject=True)
        different = changed(one.fields, there) if there is not None and not one.rejected else []
        outcome = _outcome(one, there is not None, bool(different))
        counts["rows"] += 1
        counts[outcome] += 1
        counts["reported"] += bool(one.issues) and not one.rejected
        yield (
            run.pk, one.line, one.key, outcome.value, one.raw, one.fields, one.issues, _array(different),
            there.pk if there else None,
        )  # fmt: skip


def _outcome(one: Landed, there: bool, different: bool) -> Outcome:
    if one.rejected:
        return Outcome.REJECTED
    if not there:
        return Outcome.CREATED
    return Outcome.UPDATED if different else Outcome.UNCHANGED


def _array(names: list[str]) -> str:
    """Names of fields as a PostgreSQL array; they hold neither quotes nor commas."""
    return "{" + ",".join(names) + "}"


def _notes(blank: int, unmapped: list[str]) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = []
    if unmapped:
        notes.append({"kind": "unmapped_columns", "columns": unmapped})
    if blank:
        notes.append({"kind": "blank_rows", "rows": blank})
    return notes
