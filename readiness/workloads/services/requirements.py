"""Requirements: derived ones follow the profile, others are added by hand and stay."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Venue
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.workloads.choices import Comparator, Metric
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.rules.metrics import METRICS
from readiness.workloads.services.access import changed, lock
from readiness.workloads.services.deriving import BY_HAND, derive_requirements

__all__ = ["add_requirement", "change_requirement", "derive_requirements", "retire_requirement"]

CHANGEABLE = ("comparator", "target", "percentile", "window_s", "environment", "max_age_days", "note")
_OF_DERIVED = ("environment", "max_age_days", "note")
_CHECKS: dict[str, tuple[type, ...]] = {
    "venue": (str,), "accelerator": (str,), "min_accelerators": (int,), "data": (str,), "users": (str,),
    "min_concurrency": (int, float),
}  # fmt: skip


def add_requirement(
    *, by: Actor, workload: Workload, metric: Metric, target: float | None = None, comparator: Comparator | None = None,
    percentile: float | None = None, window_s: float | None = None, environment: Mapping[str, Any] | None = None,
    max_age_days: int = 90, note: str = "",
) -> Requirement:  # fmt: skip
    """Demand something that the profile does not say. Unit and usual direction belong to the metric; no target is unknown.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    facts = METRICS[metric]
    with acting(by):
        row = lock(workload, by=by)
        made = Requirement(
            workload=row, initiative_id=row.initiative_id, metric=metric, comparator=comparator or facts.comparator,
            target=target, unit=facts.unit, percentile=percentile, window_s=window_s,
            environment={"data": "real", "users": "real"} if environment is None else dict(environment),
            max_age_days=max_age_days, note=note.strip(),
        )  # fmt: skip
        _clean(made)
        made.save()
        changed([row.pk])
    return made


def change_requirement(*, by: Actor, requirement: Requirement, changes: Mapping[str, Any]) -> Requirement:
    """Change one; of a derived one what does not follow from the profile: age of evidence, note, venue, accelerators.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    if unknown := set(changes) - set(CHANGEABLE):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})
    with acting(by):
        row = _locked(by, requirement)
        values = dict(changes)
        if row.derived_from:
            values = _of_derived(row, values)
        for name, value in values.items():
            setattr(row, name, value.strip() if name == "note" else value)
        _clean(row)
        row.save(update_fields=list(values))
        changed([row.workload_id])
    return row


def retire_requirement(*, by: Actor, requirement: Requirement) -> Requirement:
    """Withdraw one that was added by hand; a derived one goes when its value is not applicable. Twice is the same as once."""
    with acting(by):
        row = _locked(by, requirement, retired=True)
        if row.derived_from:
            raise ValidationError(_("It follows from the profile: say there that the value is not applicable."))
        if row.retired_at is None:
            row.retired_at = clock.now()
            row.save(update_fields=["retired_at"])
            changed([row.workload_id])
    return row


def _locked(by: Actor, requirement: Requirement, *, retired: bool = False) -> Requirement:
    workload = lock(requirement.workload, by=by)
    row = Requirement.objects.select_for_update().get(pk=requirement.pk, workload=workload)
    if row.retired_at is not None and not retired:
        raise ValidationError(_("This requirement is retired."))
    return row


def _of_derived(row: Requirement, values: dict[str, Any]) -> dict[str, Any]:
    follows = [name for name in values if name not in _OF_DERIVED and values[name] != getattr(row, name)]
    if follows:
        raise ValidationError({name: _("It follows from the profile; change it there.") for name in follows})
    values = {name: value for name, value in values.items() if name in _OF_DERIVED}
    if "environment" in values:
        wanted, here = dict(values["environment"]), row.environment
        fixed = {name: value for name, value in here.items() if name not in BY_HAND}
        if any(wanted.get(name, value) != value for name, value in fixed.items()) or set(wanted) - BY_HAND - set(fixed):
            raise ValidationError({"environment": _("Only venue and accelerators can be set here; the rest follows.")})
        values["environment"] = fixed | wanted
    return values


def _clean(row: Requirement) -> None:
    """Raises ValidationError with a message per field."""
    problems: dict[str, Any] = {}
    facts = METRICS[Metric(row.metric)]
    if row.target is not None and not (isfinite(row.target) and 0 <= row.target <= (facts.most or float("inf"))):
        problems["target"] = _("A target is a number from 0 up (a share at most 1).")
    if row.percentile is not None and not facts.has_percentile:
        problems["percentile"] = _("%s has no percentile.") % facts.label
    elif row.percentile is not None and not 0.5 <= row.percentile < 1:
        problems["percentile"] = _("Give the share of requests, such as 0.95.")
    if row.window_s is not None and not 0 < row.window_s < float("inf"):
        problems["window_s"] = _("A window has a length.")
    if (wrong := _environment_problem(row.environment)) is not None:
        problems["environment"] = wrong
    if problems:
        raise ValidationError(problems)
    row.clean_fields(exclude=["workload", "initiative", "environment"])


def _environment_problem(environment: Mapping[str, Any]) -> str | None:
    if unknown := set(environment) - set(_CHECKS):
        return _("There is no %(names)s; known are %(known)s.") % {
            "names": ", ".join(sorted(unknown)), "known": ", ".join(_CHECKS),
        }  # fmt: skip
    for name, value in environment.items():
        if isinstance(value, bool) or not isinstance(value, _CHECKS[name]):
            return _("%s has another kind of value.") % name
        if not isinstance(value, str) and not 0 < value < float("inf"):
            return _("%s counts from 1.") % name
    if environment.get("venue", Venue.UNKNOWN) not in set(Venue):
        return _("There is no such venue.")
    if {environment.get("data", "real"), environment.get("users", "real")} != {"real"}:
        return _("Data and users are either real, or left out: then any will do.")
    return None
