"""Jobs of workloads: each claims its row, does its work, and marks it done in the transaction of its effect."""

from __future__ import annotations

from dataclasses import replace

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import Actor, system
from portfolio.formats.errors import FormatError
from portfolio.outbox.services import Claim
from readiness.workloads.choices import TraceState
from readiness.workloads.models import TraceUpload
from readiness.workloads.services.traces import finish_reading, read_upload


def read_trace(held: Claim) -> None:
    """Summarise an uploaded log; one that cannot be used ends with the reason and what to do."""
    upload = TraceUpload.objects.select_related("workload", "uploaded_by").get(pk=held.payload["trace_id"])
    if upload.state != TraceState.UPLOADED:
        return
    by = _reader(upload)
    try:
        summary = read_upload(upload)
    except FormatError as error:
        with held.finishing():
            finish_reading(by=by, upload=upload, error=str(error))
        return
    with held.finishing():
        finish_reading(by=by, upload=upload, summary=summary)


def _reader(upload: TraceUpload) -> Actor:
    """The product, in the name of whoever uploaded the log and was allowed to."""
    person = upload.uploaded_by
    label = (person.name or person.email) if person else "request log"
    return replace(system(label, Through.JOB), user_id=upload.uploaded_by_id)
