"""The life of an import of amounts: received, mapped, read, shown, published whole or discarded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Through
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, system
from portfolio.finance.choices import ImportKind, ImportState
from portfolio.finance.models import FinanceImport, FinanceImportRow
from portfolio.finance.queries.rates import settings_now
from portfolio.finance.rules.quotes import currency_columns
from portfolio.finance.rules.sheets import FIELDS
from portfolio.finance.services.access import can_configure, can_edit, changed
from portfolio.finance.services.imports import comparing
from portfolio.finance.services.imports.holders import Holders
from portfolio.finance.services.imports.quotes import quoted_from, rate_rows
from portfolio.finance.services.imports.reading import Staged, budget_rows
from portfolio.finance.services.rates import rates_changed
from portfolio.formats.errors import FormatError
from portfolio.formats.registers.reading import open_table
from portfolio.formats.registers.tables import Table
from portfolio.formats.sheets.mapping import mapping_from
from portfolio.formats.sheets.suggest import suggested
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows
from portfolio.outbox.services import enqueue

SAMPLE_ROWS = 500
SHOWN_ROWS = 5
CHUNK = 2_000
OPEN = (ImportState.UPLOADED, ImportState.READING, ImportState.READY, ImportState.FAILED)
WAITING = (ImportState.UPLOADED, ImportState.READING, ImportState.READY)
STALE = "stale"  # code of the refusal where somebody else mapped the file meanwhile
_ROW_COLUMNS = "run_id line outcome raw values issues changes"
Fence = Callable[[], None]


def may_import(by: Actor, kind: str, unit: BusinessUnit | None) -> bool:
    if kind == ImportKind.RATES:
        return can_configure(by)
    return unit is not None and can_edit(by, unit.path)


def receive(*, by: Actor, kind: ImportKind, unit: BusinessUnit | None, file: UploadedFile) -> FinanceImport:
    """Take a file in and look at its columns. Raises PermissionDenied, ValidationError for a file that cannot be used."""
    unit = None if kind is ImportKind.RATES else unit
    _require(by, kind, unit)
    size, digest = _measured(file)
    with acting(by):
        run = FinanceImport.objects.create(
            kind=kind, unit=unit, file_name=(file.name or "file")[:255], file=file, size=size, sha256=digest,
            started_by_id=by.user_id, started_label=by.label[:200],
        )  # fmt: skip
    try:
        run.sheet, run.mapping = look(run)
    except FormatError as error:
        run.file.delete(save=False)
        run.delete()
        raise ValidationError({"file": str(error)}) from error
    run.save(update_fields=["sheet", "mapping"])
    return run


def receive_once(
    *, by: Actor, kind: ImportKind, unit: BusinessUnit | None, file: UploadedFile
) -> tuple[FinanceImport, bool]:  # fmt: skip
    """(run, whether it is new): the same file of the same person, while it is not published, is the run that waits.

    So a tool that lost the answer asks again. Raises what `receive` raises.
    """
    unit = None if kind is ImportKind.RATES else unit
    _require(by, kind, unit)
    _size, digest = _measured(file)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"finance import {digest}"])
        same = FinanceImport.objects.filter(sha256=digest, kind=kind, unit=unit, started_by=by.user_id, state__in=WAITING).first()
        return (same, False) if same is not None else (receive(by=by, kind=kind, unit=unit, file=file), True)


def look(run: FinanceImport) -> tuple[dict[str, Any], dict[str, Any]]:
    """({headers, rows, guesses, kind}, a first mapping). Raises FormatError."""
    kind = ImportKind(run.kind)
    with open_table(Path(run.file.path)) as table:
        rows = [cells for _line, cells in islice(table.rows, SAMPLE_ROWS)]
        suggestion = suggested(FIELDS[kind], table.headers, rows)
        mapping = suggestion.mapping.as_data()
        if table.kind == "xlsx" and not mapping["decimal_sign"]:
            mapping["decimal_sign"] = "."  # a spreadsheet's numbers are written so
        if kind is ImportKind.RATES:
            mapping |= _rate_habits(table)
        sheet = {"headers": list(table.headers), "rows": rows[:SHOWN_ROWS], "kind": table.kind}
        sheet["guesses"] = [guess._asdict() for guess in suggestion.guesses]
    return sheet, mapping


def _rate_habits(table: Table) -> dict[str, Any]:
    """A column per currency is how central banks publish: units for one of theirs."""
    codes = currency_columns(table.headers)
    if not codes:
        return {"shape": "long", "base": settings_now().reporting_currency, "direction": "value"}
    dates = [header for header in table.headers if header.strip().casefold() in ("date", "day", "datum", "time period")]
    return {
        "shape": "wide", "date": dates[0] if dates else table.headers[0], "columns": codes, "base": "EUR", "direction": "units",
    }  # fmt: skip


def choose_mapping(*, by: Actor, run: FinanceImport, mapping: dict[str, Any], version: int | None = None) -> FinanceImport:
    """Say which column is what, and let a worker read the file. Raises PermissionDenied, ValidationError, BadMapping."""
    fields = FIELDS[ImportKind(run.kind)]
    if mapping.get("shape") != "wide":
        mapping_from(mapping, fields)
    with acting(by):
        row = _locked(by, run, OPEN, version)
        FinanceImportRow.objects.filter(run=row)._raw_delete("default")
        row.mapping, row.state, row.error, row.counts = mapping, ImportState.READING, "", {}
        row.version += 1
        row.save(update_fields=["mapping", "state", "error", "counts", "version"])
        enqueue("finance.stage_import", {"import_id": row.pk})
    return row


def importer(run: FinanceImport) -> Actor:
    """Who writes: the product, in the name of the person or token that asked for it and was allowed to."""
    return replace(system(run.started_label, Through.IMPORT), user_id=run.started_by_id)


def stage(*, run: FinanceImport, fence: Fence = lambda: None) -> None:
    """Read the file into staged rows, in chunks that are committed by themselves; repeating it begins anew.

    Raises FormatError for a file or mapping that cannot be used, and what `fence` raises.
    """
    with transaction.atomic():
        fence()
        FinanceImportRow.objects.filter(run=run)._raw_delete("default")
    with open_table(Path(run.file.path)) as table:
        rows = _rows(run, table)
        while chunk := list(islice(rows, CHUNK)):
            with transaction.atomic():
                fence()
                copy_rows("finance_financeimportrow", _ROW_COLUMNS, ((run.pk, *one, {}) for one in chunk))


def _rows(run: FinanceImport, table: Table) -> Iterator[Staged]:
    kind = ImportKind(run.kind)
    if kind is ImportKind.RATES:
        how = quoted_from(run.mapping, settings_now().reporting_currency, run.file_name[:200])
        return rate_rows(table, run.mapping, how)
    assert run.unit is not None
    return budget_rows(table, kind, mapping_from(run.mapping, FIELDS[kind]), Holders(run.unit))


def finish_staging(*, by: Actor, run: FinanceImport) -> FinanceImport:
    """Compare with what is there and show it for a person's decision."""
    with acting(by):
        row = FinanceImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.state == ImportState.READING:
            if row.kind == ImportKind.BUDGET:
                comparing.reject_repeats(row.pk, _("line {line} says the same line; put the two together"))
            _mark(row)
            row.counts, row.state = comparing.counts_of(row.pk), ImportState.READY
            row.save(update_fields=["counts", "state"])
    return row


def fail(*, by: Actor, run: FinanceImport, error: FormatError) -> None:
    """The file cannot be used so; it stays for another mapping."""
    with acting(by):
        row = FinanceImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.state in (ImportState.READING, ImportState.PUBLISHING):
            FinanceImportRow.objects.filter(run=row)._raw_delete("default")
            row.state, row.error = ImportState.FAILED, str(error)
            row.save(update_fields=["state", "error"])


def request_publish(*, by: Actor, run: FinanceImport) -> FinanceImport:
    """Let a worker publish it; asking twice is the same as once."""
    with acting(by):
        row = _locked(by, run, (ImportState.READY, ImportState.PUBLISHING, ImportState.PUBLISHED))
        if row.state == ImportState.READY:
            row.state = ImportState.PUBLISHING
            row.save(update_fields=["state"])
            enqueue("finance.publish_import", {"import_id": row.pk})
    return row


def publish(*, by: Actor, run: FinanceImport) -> FinanceImport:
    """Write every accepted row in one transaction: whole or not at all. What is there already stays as it is."""
    with acting(by, note=run.file_name):
        row = FinanceImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.state != ImportState.PUBLISHING:
            return row
        _mark(row)  # somebody may have changed a line since the preview
        row.counts = comparing.counts_of(row.pk)
        _write(row)
        row.state, row.finished_at = ImportState.PUBLISHED, clock.now()
        row.save(update_fields=["counts", "state", "finished_at"])
        kept = FinanceImportRow.objects.filter(run=row).exclude(outcome="rejected")
        kept._raw_delete("default")  # what landed stands in its table, what was rejected is nowhere else
    return row


def discard(*, by: Actor, run: FinanceImport) -> FinanceImport:
    """Give it up: nothing of it was ever counted."""
    with acting(by):
        row = _locked(by, run, (*OPEN, ImportState.DISCARDED))
        FinanceImportRow.objects.filter(run=row)._raw_delete("default")
        row.state, row.finished_at = ImportState.DISCARDED, clock.now()
        row.save(update_fields=["state", "finished_at"])
    return row


def _mark(row: FinanceImport) -> None:
    if row.kind == ImportKind.RATES:
        comparing.mark_rates(row.pk, settings_now().reporting_currency)
    else:
        comparing.mark_lines(row.pk)


def _write(row: FinanceImport) -> None:
    if row.kind == ImportKind.RATES:
        if currencies := comparing.write_rates(row.pk, settings_now().reporting_currency):
            rates_changed(currencies)
        return
    if touched := comparing.write_lines(row.pk):
        changed(initiatives={one for one, _unit in touched}, units={unit for _one, unit in touched})


def _measured(file: UploadedFile) -> tuple[int, str]:
    size = file.size or 0
    if not size:
        raise ValidationError({"file": _("The file is empty.")})
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 2**20
        raise ValidationError({"file": _("The file is larger than %d MB; split it.") % limit})
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return size, digest.hexdigest()


def _require(by: Actor, kind: str, unit: BusinessUnit | None) -> None:
    if kind != ImportKind.RATES and unit is None:
        raise ValidationError({"unit": _("Say for which unit; its sub-units and their initiatives are in it.")})
    if not may_import(by, kind, unit):
        raise PermissionDenied(_("You may not import amounts here."))


def _locked(by: Actor, run: FinanceImport, states: tuple[ImportState, ...], version: int | None = None) -> FinanceImport:
    row: Any = FinanceImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
    _require(by, row.kind, row.unit)
    if row.state not in states:
        raise ValidationError(_("This import is %s.") % row.get_state_display().lower())
    if version is not None and version != row.version:
        raise ValidationError(_("Somebody else mapped this file meanwhile; look at it again."), code=STALE)
    return row  # type: ignore[no-any-return]
