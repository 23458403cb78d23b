"""Somebody vouches for a figure: with a file, in the words of the catalogue, kept as evidence of its own kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.kit.keeping import kept
from readiness.connectors.errors import SkipRecord
from readiness.evidence.choices import DeliveryState, EvidenceKind, SourceKind, Way
from readiness.evidence.models import Delivery
from readiness.evidence.rules.normal import Normal, normal, wrong_words
from readiness.evidence.services.bringing import brought_source, subject
from readiness.evidence.services.declaring import environment as checked
from readiness.evidence.services.ingest import StoredPayload, ingest_observations
from readiness.evidence.services.keeping import FOLDER
from readiness.evidence.services.uploads import plain_name
from readiness.workloads.models import CapacityPool, Workload

TOOL = "attested"


def attest(
    *, by: Actor, metric: str, value: float, unit: str, observed_on: date | datetime, file: File[Any], now: datetime,
    workload: Workload | None = None, pool: CapacityPool | None = None, statistic: str = "", percentile: float | None = None,
    window_s: float | None = None, samples: int | None = None, currency: str = "",
    environment: Mapping[str, Any] | None = None, note: str = "",
) -> Delivery:  # fmt: skip
    """Keep what a person says of a workload or a pool, and the file that shows it. A bare day counts from its start.

    Only a person vouches: a token pushes. Raises PermissionDenied, ValidationError with a message per field.
    """
    if by.scopes is not None:
        raise PermissionDenied(_("A person vouches for a figure; a tool pushes what it measured."))
    about = subject(by, workload=workload, pool=pool)
    said = checked(environment, now)
    row = {
        "metric": metric, "value": value, "unit": unit, "observed_at": _moment(observed_on, now),
        "statistic": statistic or None, "percentile": percentile, "window_s": window_s, "samples": samples,
        "labels": {"currency": currency} if currency else {},
    }  # fmt: skip
    one = _normal(row)
    with kept(file, folder=FOLDER, most=settings.EVIDENCE_MAX_BYTES) as stored, acting(by):
        delivery = Delivery.objects.create(
            source=brought_source(by, SourceKind.ATTESTED, about), unit=about.unit, initiative_id=about.initiative_id,
            workload=about.workload, pool=about.pool, way=Way.ATTESTATION, state=DeliveryState.DONE, environment=said,
            file_name=plain_name(file.name), size_bytes=stored.size_bytes, sha256=stored.sha256, stored_as=stored.stored_as,
            asked_by_id=by.user_id, asked_through=str(by.through)[:10], note=note.strip(), asked_at=now, started_at=now,
            ended_at=now,
        )  # fmt: skip
        counts = ingest_observations(
            delivery=delivery, rows=[one], subject=about, environment=said, now=now, kind=EvidenceKind.ATTESTED, tool=TOOL,
            payload=StoredPayload(delivery.file_name, stored.stored_as),
        )  # fmt: skip
        for name in ("runs", "runs_known", "runs_flawed", "observations", "repeated", "refused"):
            setattr(delivery, name, getattr(counts, name))
        delivery.save(update_fields=["runs", "runs_known", "runs_flawed", "observations", "repeated", "refused"])
    return delivery


def _normal(row: Mapping[str, Any]) -> Normal:
    """Raises ValidationError by the name of the member that cannot be taken."""
    if wrong := wrong_words([row]):
        member = wrong[0].pointer.rpartition("/")[2]
        raise ValidationError({member if member in row else "metric": wrong[0].text})
    try:
        return normal(row, 0)
    except SkipRecord as skipped:
        member = skipped.place.rpartition("/")[2]
        names = {"observed_at": "observed_on", "labels": "currency"}
        raise ValidationError({names.get(member, member): skipped.text}) from skipped


def _moment(observed_on: date | datetime, now: datetime) -> str:
    at = observed_on if isinstance(observed_on, datetime) else datetime.combine(observed_on, time(), UTC)
    if at.utcoffset() is None:
        raise ValidationError({"observed_on": _("A time needs its zone.")})
    if at > now:
        raise ValidationError({"observed_on": _("This lies in the future.")})
    return at.isoformat()
