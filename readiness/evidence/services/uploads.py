"""Files that people and tools hand in: looked at, kept, read by a worker, and taken as a whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from portfolio.accounts.models import ApiToken, BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.kit.keeping import Kept, kept
from portfolio.outbox.services import enqueue
from readiness.connectors.archives import is_archive, names_in
from readiness.connectors.detect import SIGHT, Candidate, detect
from readiness.connectors.registry import IMPORTERS
from readiness.evidence.choices import SourceKind, Way
from readiness.evidence.models import Delivery, Source
from readiness.evidence.services.bringing import brought_source, subject
from readiness.evidence.services.declaring import environment as checked
from readiness.evidence.services.ingest import Subject
from readiness.evidence.services.keeping import FOLDER
from readiness.workloads.models import CapacityPool, Workload

MOST_SHOWN = 200
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file seems to be, told from its beginning; nothing of it is stored.

    Without candidates, `looked_for` says of each known tool what its files contain. `members` are the names of an archive that
    lie in its beginning, `more_members` whether there may be others.
    """

    name: str
    size_bytes: int
    candidates: tuple[Candidate, ...]
    looked_for: tuple[tuple[str, str], ...]
    archive: bool
    members: tuple[str, ...]
    more_members: bool


def inspect_upload(file: File[Any]) -> Inspection:
    """Look at the first MiB of a file; that much of it is enough to send."""
    name, size = plain_name(file.name), file.size or 0
    head = file.read(SIGHT)
    file.seek(0)
    candidates = detect(name, head)
    archive = is_archive(head)
    members = tuple(names_in(head)) if archive else ()
    return Inspection(
        name=name,
        size_bytes=size,
        candidates=candidates,
        looked_for=() if candidates else tuple((one.label, one.looks_for) for one in IMPORTERS),
        archive=archive,
        members=members[:MOST_SHOWN],
        more_members=archive and (len(members) > MOST_SHOWN or size > len(head)),
    )


def upload(
    *, by: Actor, file: File[Any], now: datetime, workload: Workload | None = None, pool: CapacityPool | None = None,
    unit: BusinessUnit | None = None, environment: Mapping[str, Any] | None = None, note: str = "",
) -> Delivery:  # fmt: skip
    """Keep a file and let a worker read it; poll the delivery. `environment` as rules.declared has it.

    The same file again, for the same subject and environment, is read again and adds nothing. Raises PermissionDenied,
    ValidationError.
    """
    about = subject(by, workload=workload, pool=pool, unit=unit)
    said = checked(environment, now)
    name = plain_name(file.name)
    with kept(file, folder=FOLDER, most=settings.EVIDENCE_MAX_BYTES) as stored:
        source = brought_source(by, SourceKind.UPLOAD, about)
        return queue(
            by=by, about=about, source=source, way=Way.UPLOAD, stored=stored, now=now, environment=said,
            file_name=name, detected=seen_as(name, stored), note=note,
        )  # fmt: skip


def queue(
    *, by: Actor, about: Subject, source: Source, way: Way, stored: Kept, now: datetime, environment: Mapping[str, Any],
    file_name: str, detected: list[dict[str, Any]], note: str = "", idempotency_key: str | None = None, request_digest: str = "",
    token: ApiToken | None = None,
) -> Delivery:  # fmt: skip
    """The row of a kept file and the job that reads it. Raises IntegrityError if that key was used before."""
    with acting(by):
        delivery = Delivery.objects.create(
            source=source, unit=about.unit, initiative_id=about.initiative_id, workload=about.workload, pool=about.pool, way=way,
            environment=dict(environment), idempotency_key=idempotency_key, file_name=file_name, stored_as=stored.stored_as,
            size_bytes=stored.size_bytes, sha256=stored.sha256, detected=detected, asked_by_id=by.user_id, token=token,
            asked_through=str(by.through)[:10], note=note.strip(), asked_at=now, request_digest=request_digest,
        )  # fmt: skip
        enqueue("evidence.read", {"delivery_id": delivery.pk})
    return delivery


def seen_as(name: str, stored: Kept) -> list[dict[str, Any]]:
    """What a kept file seems to be, as Delivery.detected keeps it."""
    with default_storage.open(stored.stored_as, "rb") as content:
        head = content.read(SIGHT)
    return [{"tool": one.tool, "label": one.label, "format": one.format, "unproven": one.unproven} for one in detect(name, head)]


def plain_name(name: str | None) -> str:
    """The last part of a file's name, printable; what a browser or tool says of folders is nobody's business."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(one for one in last if one.isprintable()).strip()[-_LONGEST_NAME:] or "file"
