"""Taking a file in: its size capped, its digest taken, and the same file not staged twice side by side."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.formats.registers.mapping import Mapping
from portfolio.initiatives.choices import RunState
from portfolio.initiatives.models import ImportRun
from portfolio.initiatives.services.imports.plans import Plan, mapping_data
from portfolio.initiatives.services.imports.runs import request_publish, request_staging, settle, start_run

_WAITING = (RunState.UPLOADED, RunState.STAGING, RunState.PREVIEW)


class Received(NamedTuple):
    """An uploaded file's facts."""

    name: str
    size: int
    sha256: str


def receive(file: UploadedFile) -> Received:
    """Name, size and digest of an upload. Raises ValidationError for one that is empty or too large."""
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
    return Received(file.name or "file", size, digest.hexdigest())


def import_file(
    *, by: Actor, file: UploadedFile, plan: Plan, mapping: Mapping, unit: BusinessUnit | None, publish: bool = False,
    as_of: date | None = None,
) -> tuple[ImportRun, bool]:  # fmt: skip
    """Store the file and let a worker read it; the answer is the run and whether it is new.

    The same file with the same mapping and day for the same register, while an earlier run of it is not published yet, is that
    earlier run (asked to publish, if `publish`). Raises PermissionDenied, ValidationError.
    """
    facts = receive(file)
    plan, unit = settle(by=by, plan=plan, unit=unit)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {plan.register}"])
        waiting = ImportRun.objects.filter(
            sha256=facts.sha256, state__in=_WAITING, mapping=mapping_data(mapping), plan=plan.to_data(), unit=unit,
            as_of=as_of,
        ).first()  # fmt: skip
        if waiting is not None:
            return _carry_on(by, waiting, publish=publish), False
        run = start_run(
            by=by, file_name=facts.name, sha256=facts.sha256, size=facts.size, plan=plan, mapping=mapping, unit=unit,
            file=file, publish=publish, as_of=as_of,
        )  # fmt: skip
        return request_staging(by=by, run=run), True


def _carry_on(by: Actor, run: ImportRun, *, publish: bool) -> ImportRun:
    if not publish:
        return run
    if run.state == RunState.PREVIEW:
        return request_publish(by=by, run=run)
    ImportRun.objects.filter(pk=run.pk).update(publish_when_staged=True)
    run.publish_when_staged = True
    return run
