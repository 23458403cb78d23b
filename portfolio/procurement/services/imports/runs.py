"""The life of an import: uploaded, mapped, read, shown, published or cancelled. Each verb checks the actor's right itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.formats.errors import FormatError
from portfolio.formats.registers.reading import open_table
from portfolio.formats.sheets.mapping import SheetMapping
from portfolio.formats.sheets.suggest import Suggestion, suggested
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue
from portfolio.procurement.choices import ImportKind, ImportState
from portfolio.procurement.models import Capability, RegisterImport, RegisterImportRow
from portfolio.procurement.services.imports.fields import fields_of

OPEN = (ImportState.UPLOADED, ImportState.READING, ImportState.PREVIEW, ImportState.FAILED)
WAITING = (ImportState.UPLOADED, ImportState.READING, ImportState.PREVIEW)
SAMPLE = 500


def may_import(by: Actor, unit: BusinessUnit) -> bool:
    """Files hold amounts, so whoever imports them must be allowed to see some."""
    return by.may(Action.PURCHASE, unit.path) and by.may(Action.MONEY, unit.path)


def start_import(
    *, by: Actor, kind: ImportKind, unit: BusinessUnit, source: str, file: UploadedFile, demo: bool = False
) -> RegisterImport:  # fmt: skip
    """Keep a file; nothing is read of it yet. `source` names where its rows come from: the same rows come from it again.

    Raises PermissionDenied, ValidationError for a file that is empty or too large, or a source without a name.
    """
    _require(by, unit)
    name = source.strip()
    if not name or len(name) > 60 or name == "declared":
        raise ValidationError({"source": _("Name where the file comes from, in at most 60 characters.")})
    size = file.size or 0
    if not size or size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError({"file": _("The file is empty, or larger than %d MB.") % (settings.UPLOAD_MAX_BYTES // 2**20)})
    with acting(by):
        return RegisterImport.objects.create(
            kind=kind, unit=unit, source=name, file_name=(file.name or "file")[:255], file=file, size=size,
            sha256=_digest(file), started_by_id=by.user_id, started_label=by.label[:200], demo=demo,
            by_token=by.scopes is not None,
        )  # fmt: skip


def start_once(
    *, by: Actor, kind: ImportKind, unit: BusinessUnit, source: str, file: UploadedFile, demo: bool = False
) -> tuple[RegisterImport, bool]:  # fmt: skip
    """(run, whether it is new): the same file of the same person, while it is not published, is the run that waits.

    So a tool that lost the answer asks again. Raises what `start_import` raises, and ValidationError for a file that cannot be
    read at all: nothing is left of that one.
    """
    _require(by, unit)
    with transaction.atomic():
        digest = _digest(file)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"procurement import {digest}"])
        same = RegisterImport.objects.filter(
            sha256=digest, kind=kind, unit=unit, source=source.strip(), demo=demo, started_by=by.user_id, state__in=WAITING,
            by_token=by.scopes is not None,
        ).first()  # fmt: skip
        if same is not None:
            return same, False
        run = start_import(by=by, kind=kind, unit=unit, source=source, file=file, demo=demo)
        try:
            suggest(run)
        except FormatError as error:
            run.file.delete(save=False)
            raise ValidationError({"file": str(error)}) from error  # takes the row back with it
    return run, True


def suggest(run: RegisterImport) -> tuple[Suggestion, tuple[str, ...]]:
    """A first mapping for the file, and its headers. Raises FormatError for one that cannot be read at all."""
    fields = fields_of(run.kind, known_capabilities())
    with open_table(Path(run.file.path)) as table:
        sample = [cells for (_line, cells), _n in zip(table.rows, range(SAMPLE), strict=False)]
        return suggested(fields, table.headers, sample), tuple(table.headers)


def known_capabilities() -> dict[str, str]:
    """Labels of the taxonomy by key."""
    return dict(Capability.objects.values_list("key", "label"))


def map_import(*, by: Actor, run: RegisterImport, mapping: SheetMapping, options: Mapping[str, bool]) -> RegisterImport:
    """Say which column is what, and let a worker read the file; what was read before is replaced.

    `options`: {alike: names much like a known vendor's are taken for it, new: names that nobody knows become vendors}.
    """
    with acting(by):
        row = _locked(by, run, OPEN)
        row.mapping = {"sheet": mapping.as_data(), "options": dict(options)}
        row.state, row.error, row.counts = ImportState.READING, "", {}
        row.save(update_fields=["mapping", "state", "error", "counts"])
        enqueue("procurement.read_import", {"import_id": row.pk})
    return row


def request_publish(*, by: Actor, run: RegisterImport) -> RegisterImport:
    """Let a worker publish it whole; asking twice is the same as once."""
    with acting(by):
        row = _locked(by, run, (ImportState.PREVIEW, ImportState.PUBLISHING, ImportState.PUBLISHED))
        if row.state == ImportState.PREVIEW:
            row.state = ImportState.PUBLISHING
            row.save(update_fields=["state"])
            enqueue("procurement.publish_import", {"import_id": row.pk})
    return row


def cancel_import(*, by: Actor, run: RegisterImport) -> RegisterImport:
    """Give it up: its read rows go, nothing of it was ever in the register."""
    with acting(by):
        row = _locked(by, run, (*OPEN, ImportState.CANCELLED))
        RegisterImportRow.objects.filter(run=row).delete()
        row.state, row.finished_at = ImportState.CANCELLED, clock.now()
        row.save(update_fields=["state", "finished_at"])
    return row


def fail(*, by: Actor, run: RegisterImport, error: str) -> None:
    """End it with the reason in plain words; the file stays for another try."""
    with acting(by):
        row = RegisterImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.state in (ImportState.READING, ImportState.PUBLISHING):
            RegisterImportRow.objects.filter(run=row).delete()
            row.state, row.error = ImportState.FAILED, error
            row.save(update_fields=["state", "error"])


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _require(by: Actor, unit: BusinessUnit) -> None:
    if not may_import(by, unit):
        raise PermissionDenied(_("Procurement officers of the unit import its purchases; a token needs the scope money, too."))


def _locked(by: Actor, run: RegisterImport, states: Iterable[ImportState]) -> RegisterImport:
    row: Any = RegisterImport.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
    _require(by, row.unit)
    if row.state not in states:
        raise ValidationError(_("This import is %s.") % row.get_state_display().lower())
    found: RegisterImport = row
    return found
