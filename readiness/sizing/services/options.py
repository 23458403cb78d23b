"""Writing the options of a workload: each is sized as soon as it is written, and again when what it stands on changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor, may_see_money
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.core.sizing.inputs import Task
from readiness.sizing.choices import Approach
from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.queries.options import MEASUREMENT
from readiness.sizing.rules.drafts import Draft, fits_measurement
from readiness.sizing.rules.proposals import label_of
from readiness.sizing.services.results import recompute
from readiness.workloads.choices import ModelSource, PoolKind, Precision
from readiness.workloads.models import CapacityPool, Workload
from readiness.workloads.services.profiles import require_edit

FIELDS = (
    "label", "approach", "model", "accelerator", "accelerators", "precision", "kv_precision", "software", "measurement", "pool",
    "venue_option", "utilisation", "max_num_seqs", "slots", "replica_availability", "requests_per_minute", "tokens_per_minute",
)  # fmt: skip
MONEY_FIELDS = ("price_per_accelerator_hour", "price_input", "price_output", "price_currency")
EDITABLE = (*FIELDS, *MONEY_FIELDS)
MOST_OPTIONS = 50
# field -> the smallest and the largest value that makes sense; all are above 0
BOUNDS: dict[str, tuple[float, float]] = {
    "accelerators": (1, 1024),
    "utilisation": (0.01, 1),
    "max_num_seqs": (1, 65_536),
    "slots": (1, 65_536),
    "replica_availability": (0.5, 0.999999),
    "requests_per_minute": (1e-6, 1e12),
    "tokens_per_minute": (1e-6, 1e15),
    "price_per_accelerator_hour": (0, 1e6),
    "price_input": (0, 1e6),
    "price_output": (0, 1e6),
}


class StaleOption(Exception):
    """Somebody else saved first; `current` is the option as it is now."""

    def __init__(self, current: SizingOption) -> None:
        super().__init__(f"option {current.pk} is at version {current.version}")
        self.current = current


def add_option(*, by: Actor, workload: Workload, **values: Any) -> SizingOption:
    """Store a candidate (`values` are EDITABLE); without a label it is named after what it is. It is sized at once.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    _check_names(values)
    with acting(by):
        owner = _workload(by, workload)
        if SizingOption.objects.filter(workload=owner, retired_at=None).count() >= MOST_OPTIONS:
            raise ValidationError(_("A workload has at most %d options: retire one first.") % MOST_OPTIONS)
        _check_money(by, owner, values)
        row = SizingOption(workload=owner, initiative_id=owner.initiative_id, **values)
        _settle(by, row)
        row.save()
        _changed(row)
    return row


def change_option(*, by: Actor, option: SizingOption, changes: Mapping[str, Any], version: int | None = None) -> SizingOption:
    """Change what it is. A label that nobody chose follows.

    Raises PermissionDenied, StaleOption, ValidationError with a message per field.
    """
    _check_names(changes)
    with acting(by):
        row = lock(by, option, version=version)
        _check_money(by, row.workload, changes)
        before = {name: getattr(row, name) for name in EDITABLE}
        if row.label == _label(row) and "label" not in changes:
            row.label = ""
        for name, value in changes.items():
            setattr(row, name, value)
        _settle(by, row)
        if before != {name: getattr(row, name) for name in EDITABLE}:
            row.version += 1
            row.save()
            _changed(row)
    return row


def choose_option(*, by: Actor, option: SizingOption) -> SizingOption:
    """Make it the one that the workload goes with; another that was chosen stays as an option.

    Two who choose at once wait for one another at the options of the workload, so that the later choice stands.
    """
    with acting(by):
        rows = SizingOption.objects.select_for_update().filter(workload=option.workload_id, retired_at=None)
        list(rows.order_by("id").values_list("id"))
        row = lock(by, option)
        if not row.chosen:
            SizingOption.objects.filter(workload=row.workload_id, chosen=True).update(chosen=False)
            row.chosen, row.version = True, row.version + 1
            row.save(update_fields=["chosen", "version"])
            _changed(row)
    return row


def retire_option(*, by: Actor, option: SizingOption) -> SizingOption:
    """Take it out of the comparison; its results stay in its history. Twice is the same as once."""
    with acting(by):
        row = lock(by, option, retired=True)
        if row.retired_at is None:
            row.retired_at, row.chosen, row.version = clock.now(), False, row.version + 1
            row.save(update_fields=["retired_at", "chosen", "version"])
            _changed(row)
    return row


def lock(by: Actor, option: SizingOption, *, version: int | None = None, retired: bool = False) -> SizingOption:
    """The option as it is now, for somebody who may change it. Raises PermissionDenied, StaleOption, ValidationError."""
    rows = SizingOption.objects.select_for_update(of=("self",)).select_related(
        "workload__initiative__unit", "model", "accelerator"
    )
    row: SizingOption = rows.get(pk=option.pk)
    require_edit(by, row.workload.initiative)
    if version is not None and row.version != version:
        raise StaleOption(row)
    if row.retired_at is not None and not retired:
        raise ValidationError(_("This option is retired."))
    return row


def _workload(by: Actor, workload: Workload) -> Workload:
    row: Workload = Workload.objects.select_for_update(of=("self",)).select_related("initiative__unit").get(pk=workload.pk)
    require_edit(by, row.initiative)
    if row.retired_at is not None:
        raise ValidationError(_("This workload is retired."))
    return row


def _check_names(values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})


def _check_money(by: Actor, workload: Workload, values: Mapping[str, Any]) -> None:
    initiative = workload.initiative
    sees = may_see_money(by, unit_path=initiative.unit.path, owner_id=initiative.owner_id, sponsor_id=initiative.sponsor_id)
    if set(values) & set(MONEY_FIELDS) and not sees:
        raise PermissionDenied(_("You may not change amounts here."))


def _settle(by: Actor, row: SizingOption) -> None:
    """Check the option as it would stand. Raises ValidationError with a message per field."""
    row.label = row.label.strip()[:200] or _label(row)
    problems: dict[str, str] = {}
    _check_model(row, problems)
    _check_numbers(row, problems)
    _check_places(by, row, problems)
    _check_measurement(by, row, problems)
    if problems:
        raise ValidationError(problems)
    row.full_clean(exclude=["workload", "initiative", "result"], validate_constraints=False)


def _check_model(row: SizingOption, problems: dict[str, str]) -> None:
    task = Task(row.workload.task)
    if row.approach == Approach.WORKERS:
        if task in (Task.GENERATE, Task.TRAIN):
            problems["approach"] = _(
                "Workers have one time per request; here it moves with the load. Choose a self-hosted model."
            )
    elif row.approach == Approach.SELF_HOSTED and task == Task.CLASSIC:
        problems["approach"] = _("A classic model is sized by its time per request: choose workers.")
    elif row.model is None:
        problems["model"] = _("Say which model it is.")
    else:
        wanted = ModelSource.API if row.approach == Approach.API else ModelSource.SELF_HOSTED
        if row.model.offered_as != wanted:
            problems["model"] = _("This model is not offered that way.")
    if row.approach == Approach.API and task == Task.TRAIN:
        problems["approach"] = _("A quota of requests trains no model: choose accelerators.")
    if row.approach != Approach.API and row.accelerator is None:
        problems["accelerator"] = _("Say which accelerator it runs on.")


def _check_numbers(row: SizingOption, problems: dict[str, str]) -> None:
    for name, (least, most) in BOUNDS.items():
        value = getattr(row, name)
        if value is not None and not least <= value <= most:
            problems[name] = _("Between %(least)g and %(most)g.") % {"least": least, "most": most}
    priced = any(getattr(row, name) is not None for name in MONEY_FIELDS[:-1])
    if priced and not row.price_currency:
        problems["price_currency"] = _("An amount needs its currency.")
    if row.price_currency and not (
        len(row.price_currency) == 3 and row.price_currency.isalpha() and row.price_currency.isupper()
    ):
        problems["price_currency"] = _("Three capital letters, such as EUR.")


def _check_places(by: Actor, row: SizingOption, problems: dict[str, str]) -> None:
    pool = row.pool
    if pool is not None:
        if not CapacityPool.objects.visible_to(by).filter(pk=pool.pk, kind=PoolKind.ACCELERATORS).exists():
            problems["pool"] = _("There is no such pool of accelerators.")
        elif pool.accelerator_id is not None and pool.accelerator_id != row.accelerator_id:
            problems["pool"] = _("This pool holds another accelerator.")
    if row.venue_option is not None and row.venue_option.initiative_id != row.initiative_id:
        problems["venue_option"] = _("There is no such venue option.")


def _check_measurement(by: Actor, row: SizingOption, problems: dict[str, str]) -> None:
    found = row.measurement
    if found is None:
        return
    visible = Measurement.objects.visible_to(by).filter(pk=found.pk).values(*MEASUREMENT).first()
    if visible is None:
        problems["measurement"] = _("There is no such measurement.")
        return
    draft = Draft(
        Approach(row.approach), model={"id": row.model_id} if row.model_id else None,
        accelerator={"id": row.accelerator_id} if row.accelerator_id else None, accelerators=row.accelerators,
        precision=Precision(row.precision),
    )  # fmt: skip
    if other := fits_measurement(draft, visible):
        field = SizingOption._meta.get_field(other)
        problems["measurement"] = _("It was measured with something else: %s.") % getattr(field, "verbose_name", other)


def _label(row: SizingOption) -> str:
    named = {name: {"name": getattr(row, name).name} if getattr(row, name) else None for name in ("model", "accelerator")}
    return label_of(
        Draft(Approach(row.approach), accelerators=row.accelerators, precision=Precision(row.precision), **named)  # type: ignore[arg-type]
    )[:200]


def _changed(row: SizingOption) -> None:
    recompute([row.pk])
    row.refresh_from_db(fields=["result"])
    emit("sizing.changed", {"option_ids": [row.pk], "workload_ids": [row.workload_id]})
