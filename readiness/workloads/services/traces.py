"""Load from a real request log: taken in, read by a worker, shown, and only then accepted into the profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.files.uploadedfile import UploadedFile

from portfolio.accounts.rules import Actor
from readiness.workloads.models import TraceUpload, Workload


def upload_trace(
    *, by: Actor, workload: Workload, file: UploadedFile, columns: Mapping[str, str] | None = None
) -> TraceUpload:  # fmt: skip
    raise NotImplementedError


def accept_trace(*, by: Actor, upload: TraceUpload, names: Iterable[str]) -> Workload:
    raise NotImplementedError


def discard_trace(*, by: Actor, upload: TraceUpload) -> TraceUpload:
    raise NotImplementedError
