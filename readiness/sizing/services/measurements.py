"""Recording what was measured on one replica. It is never changed in what it says: a correction replaces it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.rules.points import checked_points
from readiness.sizing.services.messages import line_message
from readiness.sizing.services.results import recompute

FIELDS = (
    "name", "accelerator", "accelerators", "model", "precision", "software", "input_tokens", "output_tokens", "max_num_seqs",
    "kv_tokens", "service_s", "service_low_s", "service_high_s", "service_cv2", "observed_on", "source",
)  # fmt: skip
MOST = 1e12


def record_measurement(
    *, by: Actor, unit: BusinessUnit, points: Sequence[Mapping[str, Any]] = (), replaces: Measurement | None = None,
    evidence_runs: Sequence[int] = (), **values: Any,
) -> Measurement:  # fmt: skip
    """Write down a benchmark: a sweep of points, or the service time of a worker. `values` are FIELDS.

    Options that stood on what it `replaces` stand on it from now on. Raises PermissionDenied, ValidationError per field.
    """
    if not by.may(Action.WORKLOAD, unit.path):
        raise PermissionDenied(_("You may not record measurements for this unit."))
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValidationError({name: _("There is no such field.") for name in sorted(unknown)})
    with acting(by):
        if replaces is not None:  # two corrections of one measurement wait for one another; the later is refused
            Measurement.objects.select_for_update().get(pk=replaces.pk)
        row = Measurement(
            unit=unit, points=_points(points), demo=by.showing_demo, replaces=replaces, evidence_runs=list(evidence_runs),
            **values,
        )  # fmt: skip
        _check(by, row)
        row.full_clean(exclude=["replaces"])
        row.save()
        if replaces is not None:
            _carry_over(row, replaces)
        emit("measurement.recorded", {"measurement_id": row.pk})
    return row


def _points(points: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    table = checked_points(points)
    if table.faults:
        raise ValidationError({"points": [line_message(one) for one in table.faults]})
    return table.points


def _check(by: Actor, row: Measurement) -> None:
    problems: dict[str, str] = {}
    for name in ("input_tokens", "output_tokens", "service_s", "service_low_s", "service_high_s", "service_cv2"):
        value = getattr(row, name)
        least = 0 if name in ("output_tokens", "service_cv2") else 1e-9
        if value is not None and not least <= value <= MOST:
            problems[name] = _("A number above 0.") if least else _("A number, 0 or more.")
    if not row.points and row.service_s is None:
        problems["points"] = _("Give measured points, or the service time of a worker.")
    low, likely, high = row.service_low_s, row.service_s, row.service_high_s
    if likely is not None and not (low or likely) <= likely <= (high or likely):
        problems["service_s"] = _("It must lie between low and high.")
    if row.observed_on is not None and row.observed_on > clock.today():
        problems["observed_on"] = _("It cannot have been measured on a day in the future.")
    if row.replaces is not None and not Measurement.objects.visible_to(by).filter(pk=row.replaces.pk, unit=row.unit).exists():
        problems["replaces"] = _("There is no such measurement of this unit.")
    if row.replaces is not None and Measurement.objects.filter(replaces=row.replaces).exists():
        problems["replaces"] = _("Another one replaces it already.")
    if problems:
        raise ValidationError(problems)


def _carry_over(row: Measurement, old: Measurement) -> None:
    """Options of the same facts follow the correction; a correction of the facts themselves leaves them without one."""
    same = all(getattr(row, name) == getattr(old, name) for name in ("accelerator_id", "model_id", "accelerators", "precision"))
    options = list(SizingOption.objects.select_for_update().filter(measurement=old).order_by("id"))
    for option in options:
        option.measurement = row if same else None
        option.version += 1
    SizingOption.objects.bulk_update(options, ["measurement", "version"])
    recompute([option.pk for option in options if option.retired_at is None])
