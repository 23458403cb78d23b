"""A sweep that evidence brought becomes a measurement that sizing can stand on, with the way back to its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from readiness.evidence.queries.curves import points
from readiness.evidence.rules.curve import Point
from readiness.evidence.rules.verdicts.accelerators import Catalogue
from readiness.sizing.models import Measurement
from readiness.sizing.rules.from_evidence import Swept, of_one_setup, swept
from readiness.sizing.services.measurements import record_measurement
from readiness.workloads.models import Accelerator, CatalogueModel, Workload

LONGEST_NAME = 200


def measurement_of_sweep(*, by: Actor, workload: Workload, runs: Sequence[int]) -> Measurement:
    """Record the believed points of these benchmark runs of `workload` as one measurement; the same runs again give the same one.

    Raises PermissionDenied, ValidationError: runs that are not there or differ in more than their load, none of them sound,
    accelerators not said.
    """
    wanted = sorted(set(runs))
    found = [one for one in points(by, workload.pk) if one.run in set(wanted)]
    if not wanted or len(found) != len(wanted):
        raise ValidationError(_("Some of these runs are not benchmark runs of this workload."))
    if not of_one_setup(found):
        raise ValidationError(_("These runs differ in more than their load: a measurement is of one setup."))
    told = swept(found)
    if told is None:
        raise ValidationError(_("None of these runs is sound: there is nothing to stand on."))
    unit = workload.initiative.unit
    with acting(by):
        Workload.objects.select_for_update().get(pk=workload.pk)  # two presses of the button make one measurement
        held = Measurement.objects.visible_to(by).filter(unit=unit, evidence_runs=wanted).first()
        if held is not None:
            return held
        return record_measurement(by=by, unit=unit, points=told.points, evidence_runs=wanted, **_facts(workload, found, told))


def _facts(workload: Workload, found: Sequence[Point], told: Swept) -> dict[str, Any]:
    if told.accelerators is None:
        raise ValidationError(_("It is not said on how many accelerators it ran. Bring the file again and declare it."))
    facts: dict[str, Any] = {
        "name": (_("%(workload)s, %(tool)s") % {"workload": workload.name, "tool": found[0].tool})[:LONGEST_NAME],
        "accelerator": _accelerator(told.accelerator), "accelerators": told.accelerators, "model": _model(told.model),
        "software": told.software[:LONGEST_NAME], "input_tokens": told.input_tokens, "output_tokens": told.output_tokens,
        "observed_on": told.observed_on, "source": _source(found, told),
    }  # fmt: skip
    return facts if told.precision is None else facts | {"precision": told.precision}


def _source(found: Sequence[Point], told: Swept) -> str:
    text = _("From evidence: %(count)d runs of %(tool)s.") % {"count": len(told.points), "tool": found[0].tool}
    if told.left_out:
        text += " " + _("%d runs are unsound or set aside and left out.") % told.left_out
    return text


def _accelerator(written: str) -> Accelerator | None:
    """The one that is named for sure; a name that fits two is none."""
    rows = list(Accelerator.objects.all())
    key = Catalogue({row.key: (row.name, *row.aliases) for row in rows}).key(written)
    return next((row for row in rows if row.key == key), None)


def _model(written: str) -> CatalogueModel | None:
    told = written.casefold()
    rows = [row for row in CatalogueModel.objects.all() if told and told in _names(row)]
    return rows[0] if len(rows) == 1 else None


def _names(row: CatalogueModel) -> set[str]:
    return {name.casefold() for name in (row.key, row.name, *row.aliases)}
