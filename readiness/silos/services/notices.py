"""Whom news of findings concerns, and what they are told: never an amount."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.activity.choices import NoticeKind
from portfolio.activity.services.notices import notify
from readiness.silos.choices import KIND_LABELS, FindingKind, FindingStep
from readiness.silos.models import Finding
from readiness.silos.models import FindingStep as Step
from readiness.silos.queries.people import judges, owners_of

_OPENED = (FindingStep.OPENED, FindingStep.REOPENED, FindingStep.RETURNED)


def tell(kind: str, payload: Mapping[str, Any]) -> None:
    """After an event; a repeated run tells nobody twice."""
    if kind == "finding.assigned":
        tell_owner(payload)
    elif "detection_id" in payload:
        tell_judges(payload["detection_id"], demo=payload["demo"])


def tell_judges(detection_id: int, *, demo: bool) -> int:
    """One notice a person and run, with how many new findings there are in the units that the person judges."""
    paths = list(
        Step.objects.filter(detection=detection_id, step__in=_OPENED).values_list("finding__ancestor_path", flat=True)
    )  # fmt: skip
    counts: dict[int, set[int]] = defaultdict(set)
    for person, held in judges(demo=demo):
        counts[person] |= {place for place, path in enumerate(paths) if path.startswith(held)}
    told = 0
    for person, mine in counts.items():
        if mine:
            told += notify(
                people=[person], kind=NoticeKind.SILO_FOUND, key=f"silos-{detection_id}", demo=demo,
                text=ngettext("%d new silo finding in your units", "%d new silo findings in your units", len(mine)) % len(mine),
                url=f"{reverse('silos:findings')}?state=open&run={detection_id}",
            )  # fmt: skip
    return told


def tell_owner(payload: Mapping[str, Any]) -> int:
    """Somebody is to look after a finding, and still sees all of it."""
    finding = Finding.objects.filter(pk=payload["finding_id"], owner=payload["owner_id"]).first()
    if finding is None or not owners_of(finding).filter(pk=payload["owner_id"]).exists():
        return 0
    return notify(
        people=[payload["owner_id"]], kind=NoticeKind.SILO_ASSIGNED, key=f"silo-{finding.pk}-{finding.version}",
        text=_("You look after a silo finding: %s") % KIND_LABELS[FindingKind(finding.kind)],
        url=reverse("silos:finding", args=[finding.pk]), demo=finding.demo, but=payload.get("by_id"),
    )  # fmt: skip
