"""Writing lifecycle templates: versions are immutable once an initiative uses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.choices import StageKind
from portfolio.initiatives.models import Lifecycle, Stage
from portfolio.kit.acting import acting


class StageSpec(NamedTuple):
    """A stage as somebody defines it; `gate` is the name of the gate that lets an initiative in."""

    key: str
    name: str
    kind: str = StageKind.BEFORE
    gate: str = ""


def define_lifecycle(*, by: Actor, key: str, name: str, stages: Sequence[StageSpec], description: str = "") -> Lifecycle:
    """The newest version of template `key` if it already has exactly these stages, else a new version of it.

    Raises PermissionDenied without the right to configure, ValidationError for no stages or repeated keys. Running
    initiatives stay on their version.
    """
    if not (by.may(Action.CONFIGURE, EVERYTHING) or by.may(Action.IMPORT, EVERYTHING)):
        raise PermissionDenied(_("Only administrators define lifecycle templates."))
    if not stages or len({stage.key for stage in stages}) != len(stages):
        raise ValidationError({"stages": _("A template needs stages, each with a key of its own.")})
    with acting(by):
        newest = Lifecycle.objects.filter(key=key).order_by("-version").first()
        if newest is not None and newest.name == name and _specs(newest) == [StageSpec(*stage) for stage in stages]:
            return newest
        last = Lifecycle.objects.filter(key=key).aggregate(last=Max("version"))["last"] or 0
        lifecycle = Lifecycle.objects.create(
            key=key,
            version=last + 1,
            name=name,
            description=description or (newest.description if newest else ""),
            is_default=False,
        )
        Stage.objects.bulk_create(
            Stage(lifecycle=lifecycle, position=position, key=s.key, name=s.name, kind=s.kind, gate=s.gate)
            for position, s in enumerate(stages, start=1)
        )
        if newest is not None and newest.is_default:
            make_default(by=by, lifecycle=lifecycle)
    return lifecycle


def make_default(*, by: Actor, lifecycle: Lifecycle) -> Lifecycle:
    """New initiatives start on this version from now on."""
    if not by.may(Action.CONFIGURE, EVERYTHING):
        raise PermissionDenied(_("Only administrators choose the default template."))
    with acting(by):
        Lifecycle.objects.filter(is_default=True).update(is_default=False)
        Lifecycle.objects.filter(pk=lifecycle.pk).update(is_default=True)
    lifecycle.is_default = True
    return lifecycle


def _specs(lifecycle: Lifecycle) -> list[StageSpec]:
    return [StageSpec(s.key, s.name, s.kind, s.gate) for s in lifecycle.stages.order_by("position")]
