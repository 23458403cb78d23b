"""Who may bring evidence in, what it is about, and the source that stands for what people and tools bring of a unit."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, is_own
from portfolio.initiatives.models import Initiative
from portfolio.kit.acting import acting
from readiness.evidence.choices import SourceKind
from readiness.evidence.models import Source
from readiness.evidence.services.ingest import Subject
from readiness.workloads.models import CapacityPool, Workload

NAMES = {SourceKind.UPLOAD: "Uploads", SourceKind.PUSH: "Pushes", SourceKind.ATTESTED: "Attestations"}
MOST_NAMES = 100


def can_bring(by: Actor, unit: BusinessUnit, initiative: Initiative | None = None) -> bool:
    """By role for the unit; by hand also for one's own initiative."""
    if by.may(Action.BRING, unit.path):
        return True
    own = initiative is not None and is_own(by, initiative.owner_id, initiative.sponsor_id)
    return own and by.scopes is None and by.may(Action.VIEW, unit.path)


def subject(
    by: Actor, *, workload: Workload | None = None, pool: CapacityPool | None = None, unit: BusinessUnit | None = None
) -> Subject:  # fmt: skip
    """What the evidence is about: exactly one of the three. Raises PermissionDenied, ValidationError."""
    if sum(one is not None for one in (workload, pool, unit)) != 1:
        raise ValidationError(_("Say what it is evidence of: a workload, a capacity pool, or a business unit."))
    owner = workload.initiative.unit if workload else pool.unit if pool else unit
    assert owner is not None
    if not can_bring(by, owner, workload.initiative if workload else None):
        raise PermissionDenied(_("You may not bring evidence of this in."))
    if workload is not None and workload.retired_at is not None:
        raise ValidationError({"workload": _("This workload is retired.")})
    return Subject(owner, workload, pool)


def is_demo(by: Actor, about: Subject) -> bool:
    """Evidence of what is demo is demo; of a unit alone, what its bringer is shown."""
    if about.workload is not None:
        return about.workload.initiative.demo
    return about.pool.demo if about.pool is not None else by.showing_demo


def brought_source(by: Actor, kind: SourceKind, about: Subject) -> Source:
    """The one source of its kind for the subject's unit, made when the first thing comes."""
    demo = is_demo(by, about)
    mine = Source.objects.filter(unit=about.unit, kind=kind, demo=demo)
    for number in range(1, MOST_NAMES):
        found = mine.first()
        if found is not None:
            return found
        name = NAMES[kind] if number == 1 else f"{NAMES[kind]} ({number})"
        try:
            with acting(by):
                return Source.objects.create(unit=about.unit, kind=kind, demo=demo, name=name, created_by_id=by.user_id)
        except IntegrityError:  # somebody else made it meanwhile, or calls another source so
            continue
    raise ValidationError(_("Every name for the source of what is brought in is taken in %s.") % about.unit.name)
