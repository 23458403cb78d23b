"""Load from a real request log: taken in, read by a worker, shown, and only then accepted into the profile."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.formats.errors import FormatError
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Knowledge, Origin, TraceState
from readiness.workloads.models import TraceUpload, Workload
from readiness.workloads.queries.profiles import stored_values
from readiness.workloads.rules.traces import Offer, offered, target_s
from readiness.workloads.services.access import lock, require_edit
from readiness.workloads.services.profiles import ValueInput, keep_version, set_values

COLUMNS = ("timestamp", "input_tokens", "output_tokens")
UNIT = "unit"  # beside the columns: of times written as numbers
UNITS = ("s", "ms", "us", "ns")
OPEN = (TraceState.UPLOADED, TraceState.READY)
MAX_NAME = 300


def upload_trace(
    *, by: Actor, workload: Workload, file: UploadedFile, columns: Mapping[str, str] | None = None
) -> TraceUpload:  # fmt: skip
    """Store a log and let a worker read it; nothing of it is in the profile until somebody accepts.

    `columns` names what is not to be found by name: {timestamp, input_tokens, output_tokens: column, unit: s|ms|us|ns}. The
    same file with the same columns, while it is not settled, is the same upload. Raises PermissionDenied, ValidationError.
    """
    require_edit(by, workload.initiative)
    named = _checked(columns)
    size, sha256 = _facts(file)
    with acting(by):
        row = lock(workload, by=by)
        same = TraceUpload.objects.filter(workload=row, sha256=sha256, columns=named, state__in=OPEN).first()
        if same is not None:
            return same
        stored_as = default_storage.save(f"traces/{secrets.token_hex(20)}", file)
        upload = TraceUpload.objects.create(
            workload=row, initiative_id=row.initiative_id, file_name=(file.name or "log")[:MAX_NAME], stored_as=stored_as,
            size_bytes=size, sha256=sha256, columns=named, uploaded_by_id=by.user_id,
        )  # fmt: skip
        enqueue("workloads.read_trace", {"trace_id": upload.pk})
    return upload


def read_upload(upload: TraceUpload) -> dict[str, Any]:
    """The summary of the stored file as JSON, for `finish_reading`. Raises FormatError, which says what to do."""
    from portfolio.formats.traces.reading import read_trace  # pyarrow and numpy are for workers alone
    from portfolio.formats.traces.trace import Role, Unit
    from readiness.core.sizing.arrivals import summarise

    roles = dict(zip(COLUMNS, (Role.ARRIVAL, Role.INPUT, Role.OUTPUT), strict=True))
    mapping = {roles[name]: column for name, column in upload.columns.items() if name in roles}
    unit = Unit(upload.columns[UNIT]) if UNIT in upload.columns else None
    trace = read_trace(Path(default_storage.path(upload.stored_as)), upload.file_name, mapping=mapping or None, unit=unit)
    try:
        summary = summarise(trace.arrival_s, trace.input_tokens, trace.output_tokens)
    except ValueError as error:
        raise FormatError(str(error), advice="Choose a log of requests with the times at which they came") from error
    workload = upload.workload
    window = target_s(Task(workload.task), WorkloadClass(workload.workload_class), stored_values(workload.pk))
    back = {role: name for name, role in roles.items()}
    return summary.as_dict(window) | {
        "read": {
            "rows": trace.rows,
            "blank_rows": trace.blank_rows,
            "columns": {back[role]: column for role, column in trace.columns.items()},
            "unit": trace.unit,
            "origin": trace.origin.isoformat() if trace.origin else None,
            "rejected": {str(fault): count for fault, count in trace.rejected.items()},
            "examples": [
                {"line": one.line, "column": one.column, "fault": str(one.fault), "value": one.value} for one in trace.examples
            ],
        }
    }


def finish_reading(*, by: Actor, upload: TraceUpload, summary: Mapping[str, Any] | None = None, error: str = "") -> None:
    """Show what was found, or why nothing was; the file goes. Nothing happens to an upload that was discarded meanwhile."""
    with acting(by):
        row = TraceUpload.objects.select_for_update().get(pk=upload.pk)
        if row.state != TraceState.UPLOADED:
            return
        row.state = TraceState.READY if summary is not None else TraceState.FAILED
        row.summary, row.error = summary, error
        row.settled_at = None if summary is not None else clock.now()
        row.save(update_fields=["state", "summary", "error", "settled_at", *_forget_file(row)])


def accept_trace(*, by: Actor, upload: TraceUpload, names: Iterable[str]) -> Workload:
    """Take the named values over from the log, each with its interval, and keep a version that says so.

    What the log is too short to know (`Offer.known`) stays unknown, with the log's number as working assumption. Raises
    PermissionDenied, ValidationError.
    """
    wanted = list(dict.fromkeys(names))
    with acting(by):
        workload = lock(upload.workload, by=by)
        row = _open(upload, (TraceState.READY,))
        offers = offered(Task(workload.task), WorkloadClass(workload.workload_class), row.summary)
        if not wanted:
            raise ValidationError({"names": _("Choose at least one value.")})
        if missing := [name for name in wanted if name not in offers]:
            raise ValidationError({"names": _("This log says nothing about: %s.") % ", ".join(missing)})
        note = _("From the log %s.") % row.file_name[:400]
        given = {name: _answer(offers[name], note) for name in wanted}
        workload = set_values(by=by, workload=workload, values=given)
        row.state, row.accepted, row.settled_at = TraceState.ACCEPTED, wanted, clock.now()
        row.save(update_fields=["state", "accepted", "settled_at"])
        try:
            with transaction.atomic():
                keep_version(by=by, workload=workload, label=_("Load taken from %s") % row.file_name)
        except ValidationError:
            pass  # the same numbers as in the version before: there is nothing new to keep
    return workload


def discard_trace(*, by: Actor, upload: TraceUpload) -> TraceUpload:
    """Give a log up; what was found stays on record. Twice is the same as once. Raises PermissionDenied, ValidationError."""
    with acting(by):
        lock(upload.workload, by=by, retired=True)
        row = _open(upload, (*OPEN, TraceState.FAILED, TraceState.DISCARDED))
        if row.state != TraceState.DISCARDED:
            row.state, row.settled_at = TraceState.DISCARDED, clock.now()
            row.save(update_fields=["state", "settled_at", *_forget_file(row)])
    return row


def _open(upload: TraceUpload, states: Iterable[str]) -> TraceUpload:
    """The upload as it is now, locked. Raises ValidationError if it is in none of `states`."""
    row = TraceUpload.objects.select_for_update().get(pk=upload.pk)
    if row.state not in states:
        raise ValidationError(_("This log is %s.") % row.get_state_display().lower())
    return row


def _forget_file(row: TraceUpload) -> tuple[str, ...]:
    """Remove the stored file once the transaction stands; the answer is the field to save."""
    if not row.stored_as:
        return ()
    stored_as, row.stored_as = row.stored_as, ""
    transaction.on_commit(lambda: default_storage.delete(stored_as))
    return ("stored_as",)


def _answer(offer: Offer, note: str) -> ValueInput:
    knowledge = Knowledge.KNOWN if offer.known else Knowledge.UNKNOWN
    return ValueInput(knowledge, offer.value, offer.low, offer.high, Origin.TRACE, note)


def _facts(file: UploadedFile) -> tuple[int, str]:
    """Size and digest. Raises ValidationError for a file that is empty or too large."""
    size = file.size or 0
    if not size:
        raise ValidationError({"file": _("The file is empty.")})
    if size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError({"file": _("The file is larger than %d MB; split it.") % (settings.UPLOAD_MAX_BYTES // 2**20)})
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return size, digest.hexdigest()


def _checked(columns: Mapping[str, str] | None) -> dict[str, str]:
    named = {name: column.strip() for name, column in (columns or {}).items() if column.strip()}
    if unknown := set(named) - {*COLUMNS, UNIT}:
        known = ", ".join((*COLUMNS, UNIT))
        raise ValidationError(
            {"columns": _("%(names)s: none of %(known)s.") % {"names": ", ".join(sorted(unknown)), "known": known}}
        )
    if named.get(UNIT, "s") not in UNITS:
        raise ValidationError({"columns": _("Times are in one of %s.") % ", ".join(UNITS)})
    if any(len(column) > MAX_NAME for column in named.values()):
        raise ValidationError({"columns": _("A column has a name of at most %d characters.") % MAX_NAME})
    return named
