"""A staged run becomes part of the register: one transaction, whole or not at all, however often it is tried."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Through
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, system
from portfolio.accounts.services import new_unit
from portfolio.formats.registers.mapping_data import mapping_from_data
from portfolio.initiatives.choices import RowOutcome, RunState
from portfolio.initiatives.models import ImportRow, ImportRun, Lifecycle, Register
from portfolio.initiatives.services.imports.creating import create_initiatives
from portfolio.initiatives.services.imports.days import check_day
from portfolio.initiatives.services.imports.linked import apply_links
from portfolio.initiatives.services.imports.outcomes import WHOLE_FILE, compare, count, mark_missing
from portfolio.initiatives.services.imports.plans import Plan, plan_from_data
from portfolio.initiatives.services.imports.staging import drop_rows
from portfolio.initiatives.services.imports.units import UnitMap, ensure_units
from portfolio.initiatives.services.imports.updating import update_initiatives
from portfolio.initiatives.services.lifecycles import define_lifecycle
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit

_WRITES = frozenset({RowOutcome.CREATED.value, RowOutcome.UPDATED.value})

_PROGRAMMES = """
INSERT INTO initiatives_programme (name, unit_id, purpose, demo)
SELECT DISTINCT fields ->> 'programme', %(root)s::bigint, '', %(demo)s FROM initiatives_importrow
WHERE run_id = %(run)s AND outcome IN ('created', 'updated') AND fields ->> 'programme' <> ''
ON CONFLICT DO NOTHING
"""
_TAGS = """
INSERT INTO initiatives_tag (name)
SELECT DISTINCT each.value FROM initiatives_importrow
CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(nullif(fields -> 'tags', 'null'), '[]')) AS each(value)
WHERE run_id = %(run)s AND outcome IN ('created', 'updated')
  AND NOT EXISTS (SELECT 1 FROM initiatives_tag t WHERE t.name = each.value)
ON CONFLICT DO NOTHING
"""


def importer(run: ImportRun, label: str = "") -> Actor:
    """Who publishes: the product, in the name of the person or token that asked for it and was allowed to."""
    return replace(system(label or run.started_label, Through.IMPORT), user_id=run.started_by_id)


def publish_rows(*, by: Actor, run: ImportRun) -> ImportRun:
    """Write the run's staged rows into its register, within the caller's transaction if there is one.

    A run that is published already stays as it is. Raises ValidationError for a run in any other state than preview or
    publishing, and for one that tells of an older day than what the register was told meanwhile.
    """
    with acting(by, note=f"{run.file_name} into {plan_from_data(run.plan).register}"):
        locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if locked.state == RunState.PUBLISHED:
            return locked
        if locked.state not in (RunState.PREVIEW, RunState.PUBLISHING):
            raise ValidationError(_("Only an import that was read can be published; this one is %s.") % locked.state)
        with connection.cursor() as cursor:
            cursor.execute(WHOLE_FILE)
        register = _ensure_register(by, locked)
        check_day(locked.as_of, register)
        linked = apply_links(run_id=locked.pk, register_id=register.pk)
        compare(run_id=locked.pk, register=register)
        counts = count(run_id=locked.pk, register=register) | {"linked": linked}
        units = _write(locked, register, counts)
        if counts["newly_missing"] or counts["returned"]:
            mark_missing(run_id=locked.pk, register=register)
        drop_rows(ImportRow.objects.filter(run=locked, outcome=RowOutcome.UNCHANGED, issues=[]))
        return _finish(locked, register, locked.counts | counts | {"units_made": units})


def _write(run: ImportRun, register: Register, counts: dict[str, int]) -> int:
    """Everything the rows bring; the answer is how many units were made."""
    if not any(counts[outcome] for outcome in _WRITES):
        return 0
    mapping = mapping_from_data(run.mapping)
    fields = {each.target for each in mapping.fields} | ({"status", "closure_kind"} if mapping.closure else set())
    units = ensure_units(run_id=run.pk, root=register.unit, demo=register.demo)
    values = _values(run, register, units)
    with connection.cursor() as cursor:
        cursor.execute(_PROGRAMMES, values)
        if "tags" in fields:
            cursor.execute(_TAGS, values)
    if counts[RowOutcome.CREATED]:
        create_initiatives(values=values, fields=frozenset(fields))
    if counts[RowOutcome.UPDATED]:
        update_initiatives(values=values)
    return units.made


def _values(run: ImportRun, register: Register, units: UnitMap) -> dict[str, Any]:
    names = dict(BusinessUnit.objects.filter(pk__in=_above(register.unit)).values_list("pk", "name"))
    return {
        "run": run.pk,
        "register": register.pk,
        "source": register.name,
        "root": register.unit_id,
        "root_trail": " / ".join(names[number] for number in _above(register.unit)),
        "lifecycle": register.lifecycle_id,
        "demo": register.demo,
        "as_of": run.as_of,
        "zone": str(timezone.get_default_timezone()),
        "paths": units.paths,
        "unit_ids": units.ids,
        "trails": units.trails,
    }


def _above(unit: BusinessUnit) -> list[int]:
    return [int(part) for part in unit.path.strip("/").split("/")]


def _ensure_register(by: Actor, run: ImportRun) -> Register:
    """The register, made with unit and lifecycle if need be, and locked: two imports into it never interleave."""
    plan = plan_from_data(run.plan)
    mapping = mapping_from_data(run.mapping)
    lifecycle = _lifecycle(by, plan)
    register = _locked(plan.register)
    if register is None:
        if lifecycle is None:
            raise ValidationError(_("There is no default lifecycle template; an administrator sets one."))
        row = Register(
            name=plan.register, unit=_unit(run, plan), lifecycle=lifecycle, key_rule=mapping.key, profile=plan.profile,
            mapping=run.mapping, demo=run.demo,
        )  # fmt: skip
        Register.objects.bulk_create([row], ignore_conflicts=True)  # somebody else's import may have made it just now
        register = _locked(plan.register)
        if register is None:
            raise ValidationError(_("The register could not be made; publish again."))
        return register
    wanted = {"mapping": run.mapping, "profile": plan.profile, "key_rule": str(mapping.key)}
    if plan.lifecycle is not None and lifecycle is not None:
        wanted["lifecycle_id"] = lifecycle.pk
    changed = {name: value for name, value in wanted.items() if getattr(register, name) != value}
    for name, value in changed.items():
        setattr(register, name, value)
    if changed:
        register.save(update_fields=[name.removesuffix("_id") for name in changed])
    return register


def _locked(name: str) -> Register | None:
    return Register.objects.select_for_update(of=("self",)).select_related("unit", "lifecycle").filter(name=name).first()


def _lifecycle(by: Actor, plan: Plan) -> Lifecycle | None:
    brought = plan.lifecycle
    if brought is None:
        return Lifecycle.objects.filter(is_default=True).first()
    return define_lifecycle(by=by, key=brought.key, name=brought.name, stages=brought.stages)


def _unit(run: ImportRun, plan: Plan) -> BusinessUnit:
    """The register's own unit: the run's, or the one of the planned name under it."""
    if run.unit is not None and not plan.unit_name:
        return run.unit
    name = plan.unit_name or plan.register
    here = BusinessUnit.objects.filter(parent=run.unit, name__iexact=name).first()
    return here or new_unit(name=name, parent=run.unit, demo=run.demo)


def _finish(run: ImportRun, register: Register, counts: dict[str, int]) -> ImportRun:
    run.state, run.register, run.unit, run.counts = RunState.PUBLISHED, register, register.unit, counts
    run.finished_at, run.rows_total, run.rows_done = clock.now(), counts["rows"], counts["rows"]
    run.save(
        update_fields=["state", "register", "unit", "counts", "finished_at", "rows_total", "rows_done"],
    )
    emit("import.published", {"import_id": run.pk, "register_id": register.pk, **_news(counts)})
    return run


def _news(counts: dict[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in ("created", "updated", "newly_missing", "returned")}
