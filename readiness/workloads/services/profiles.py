"""Writing workloads and the values of their profiles: one verb per change, the same for page, API, job and command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.models import User
from portfolio.accounts.queries import people_who_see
from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience, Knowledge, Origin
from readiness.workloads.models import ProfileValue, ProfileVersion, Workload
from readiness.workloads.queries.states import digest_of, state_of, stored_state
from readiness.workloads.rules.fields import BY_NAME, asked
from readiness.workloads.rules.templates import TEMPLATES, Template
from readiness.workloads.rules.values import PERCENTILE_OF, class_fault, faults
from readiness.workloads.services.access import StaleVersion, can_edit, changed, lock, require_edit
from readiness.workloads.services.capacity import give_back
from readiness.workloads.services.deriving import derive_requirements
from readiness.workloads.services.finders import tell_finders
from readiness.workloads.services.messages import message

__all__ = [
    "StaleVersion", "ValueInput", "can_edit", "change_workload", "confirm", "create_workload", "keep_version", "require_edit",
    "retire_workload", "set_serves", "set_values",
]  # fmt: skip

CHANGEABLE = ("name", "task", "workload_class", "experience", "note", "needed_on")
MAX_NOTE = 500
_STORED = ("knowledge", "value", "low", "high", "origin", "note", "owner_id", "due")


@dataclass(frozen=True, slots=True)
class ValueInput:
    """What somebody says about one value. Unknown may carry a working assumption, and who finds it out by when."""

    knowledge: Knowledge
    value: float | None = None
    low: float | None = None
    high: float | None = None
    origin: Origin = Origin.STATED
    note: str = ""
    owner: User | None = None
    due: date | None = None


def create_workload(
    *, by: Actor, initiative: Initiative, name: str, template: str = "", task: Task | None = None,
    workload_class: WorkloadClass | None = None, experience: Experience | None = None, note: str = "",
    needed_on: date | None = None,
) -> Workload:  # fmt: skip
    """Start a profile. A template brings task, class, experience and its numbers, each unknown until somebody confirms it.

    Raises PermissionDenied, ValidationError with a message per field (of a closed initiative production demands nothing more).
    """
    require_edit(by, initiative)
    if initiative.status == Status.CLOSED:
        raise ValidationError({"initiative": _("%s is closed: its workloads are kept as they are.") % initiative.key})
    start = TEMPLATES.get(template)
    if template and start is None:
        raise ValidationError({"template": _("There is no such template.")})
    with acting(by):
        row = Workload(
            initiative=initiative, name=name.strip(), template=template, note=note.strip(), needed_on=needed_on,
            task=task or (start.task if start else ""),
            workload_class=workload_class or (start.workload_class if start else ""),
            experience=experience or (start.experience if start else ""),
        )  # fmt: skip
        _clean(row)
        row.save()
        if start:
            ProfileValue.objects.bulk_create(_assumed(row, start))
        derive_requirements(row)
        changed([row.pk])
    return row


def change_workload(*, by: Actor, workload: Workload, changes: Mapping[str, Any], version: int | None = None) -> Workload:
    """Change what is said of the workload as a whole (CHANGEABLE).

    Another task or class asks for other values; those that no longer count stay stored and come back with their question.
    Raises PermissionDenied, ValidationError with a message per field, StaleVersion.
    """
    if unknown := set(changes) - set(CHANGEABLE):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})
    with acting(by):
        row = lock(workload, by=by, version=version)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value.strip() if isinstance(value, str) and name in ("name", "note") else value)
        _clean(row)
        if before != {name: getattr(row, name) for name in changes}:
            _save(row, list(changes))
            derive_requirements(row)
            changed([row.pk])
    return row


def set_serves(*, by: Actor, workload: Workload, initiatives: Iterable[Initiative]) -> Workload:
    """Say which other initiatives a shared platform's workload serves; each must be visible to `by`.

    Those already named that `by` cannot see stay named. Raises PermissionDenied, ValidationError.
    """
    wanted = {one.pk for one in initiatives}
    with acting(by):
        row = lock(workload, by=by)
        visible = Initiative.objects.visible_to(by)
        if wanted - set(visible.filter(pk__in=wanted).values_list("pk", flat=True)):
            raise ValidationError({"serves": _("There is no such initiative.")})
        if row.initiative_id in wanted:
            raise ValidationError({"serves": _("A workload serves its own initiative anyway.")})
        here = set(row.serves.values_list("pk", flat=True))
        hidden = here - set(visible.filter(pk__in=here).values_list("pk", flat=True))
        if here != wanted | hidden:
            row.serves.set(wanted | hidden)
            _save(row, [])
    return row


def retire_workload(*, by: Actor, workload: Workload) -> Workload:
    """Take it out of the lists; its history, versions and citations stay. Twice is the same as once.

    What it holds of any pool is given back today, and what it asks for is asked no longer.
    """
    with acting(by):
        row = lock(workload, by=by, retired=True)
        if row.retired_at is None:
            row.retired_at = clock.now()
            _save(row, ["retired_at"])
            give_back(by=by, workload=row)
            changed([row.pk])
    return row


def set_values(
    *, by: Actor, workload: Workload, values: Mapping[str, ValueInput], version: int | None = None
) -> Workload:  # fmt: skip
    """Answer several values at once; all are taken or none is. What is not named stays.

    A known or not applicable value has nobody left to find it out, and a not applicable one no number. Raises
    PermissionDenied, StaleVersion, ValidationError with every message of every field.
    """
    with acting(by):
        row = lock(workload, by=by, version=version)
        _check(row, values)
        stored = {one.name: one for one in ProfileValue.objects.filter(workload=row)}
        finding = {f"value:{row.pk}:{name}": one.owner_id for name, one in stored.items()}
        if _write(row, stored, _with_percentiles(row, stored, values)):
            named = {f"value:{row.pk}:{name}": _columns(given)["owner_id"] for name, given in values.items()}
            tell_finders(by=by, initiative_id=row.initiative_id, before=finding, after=named)
            _save(row, [])
            derive_requirements(row)
            changed([row.pk])
    return row


def confirm(*, by: Actor, workload: Workload, names: Iterable[str], version: int | None = None) -> Workload:
    """Take working assumptions as known, as the numbers they are: their range was a guess and goes.

    Raises PermissionDenied, StaleVersion, ValidationError for a name without an assumption to confirm.
    """
    wanted = list(dict.fromkeys(names))
    with acting(by):
        row = lock(workload, by=by, version=version)
        held = {one.name: one for one in ProfileValue.objects.filter(workload=row, name__in=wanted)}
        if missing := [name for name in wanted if name not in held or held[name].value is None]:
            raise ValidationError({name: _("There is no assumption to confirm.") for name in missing})
        open_names = [name for name in wanted if held[name].knowledge == Knowledge.UNKNOWN]
        given = {name: ValueInput(Knowledge.KNOWN, held[name].value, note=held[name].note) for name in open_names}
        return set_values(by=by, workload=row, values=given)


def keep_version(*, by: Actor, workload: Workload, label: str = "") -> ProfileVersion:
    """Freeze values and requirements under the next number, with a SHA-256 over their canonical JSON.

    Raises PermissionDenied, ValidationError if nothing changed since the last one.
    """
    with acting(by):
        row = lock(workload, by=by)
        state = state_of(row)
        digest = digest_of(state)
        last = ProfileVersion.objects.filter(workload=row).order_by("-number").first()
        if last is not None and last.digest == digest:
            raise ValidationError(_("Nothing has changed since version %d.") % last.number)
        values, requirements = stored_state(state)
        return ProfileVersion.objects.create(
            workload=row, initiative_id=row.initiative_id, number=last.number + 1 if last else 1, label=label.strip()[:200],
            values=values, requirements=requirements, digest=digest, made_by_id=by.user_id,
        )  # fmt: skip


def _assumed(row: Workload, start: Template) -> list[ProfileValue]:
    """The template's numbers for the fields that count here: assumptions, save the percentiles that belong to a target."""
    counted = {one.name for one in asked(Task(row.task), WorkloadClass(row.workload_class))}
    same = {"workload": row, "initiative_id": row.initiative_id, "origin": Origin.TEMPLATE}
    rows = [
        ProfileValue(name=name, knowledge=Knowledge.UNKNOWN, value=likely, low=low, high=high, **same)
        for name, (low, likely, high) in start.values.items()
    ]
    rows += [ProfileValue(name=name, knowledge=Knowledge.KNOWN, value=share, **same) for name, share in start.percentiles.items()]
    rows += [ProfileValue(name=name, knowledge=Knowledge.NOT_APPLICABLE, **same) for name in start.not_applicable]
    return [one for one in rows if one.name in counted]


def _check(row: Workload, values: Mapping[str, ValueInput]) -> None:
    problems = {
        name: [message(fault) for fault in wrong]
        for name, wrong in faults(Task(row.task), WorkloadClass(row.workload_class), values).items()
    }
    owners = {given.owner.pk for given in values.values() if given.owner is not None}
    if owners:
        seeing = people_who_see(row.initiative.unit, demo=row.initiative.demo, real_too=True)
        strangers = owners - set(seeing.filter(pk__in=owners).values_list("pk", flat=True))
        for name, given in values.items():
            if given.owner is not None and given.owner.pk in strangers:
                problems.setdefault(name, []).append(_("%s holds no role in this unit.") % given.owner)
    for name, given in values.items():
        if len(given.note.strip()) > MAX_NOTE:
            problems.setdefault(name, []).append(_("A note has at most %d characters.") % MAX_NOTE)
    if problems:
        raise ValidationError(problems)


def _with_percentiles(
    row: Workload, stored: Mapping[str, ProfileValue], values: Mapping[str, ValueInput]
) -> dict[str, ValueInput]:
    """A target that is known means some share of requests: the usual one, until somebody says another."""
    counted = {one.name for one in asked(Task(row.task), WorkloadClass(row.workload_class))}
    given = dict(values)
    for target, percentile in PERCENTILE_OF.items():
        known = target in values and values[target].knowledge == Knowledge.KNOWN
        if known and percentile in counted and percentile not in given and percentile not in stored:
            usual = BY_NAME[percentile].plausible[1]
            given[percentile] = ValueInput(Knowledge.KNOWN, usual, origin=Origin.DERIVED, note=_("The usual share."))
    return given


def _write(row: Workload, stored: Mapping[str, ProfileValue], values: Mapping[str, ValueInput]) -> bool:
    """Insert and update what differs; whether anything did."""
    made, differing, now = [], [], clock.now()
    for name, given in values.items():
        wanted = _columns(given)
        here = stored.get(name)
        if here is None:
            made.append(ProfileValue(workload=row, initiative_id=row.initiative_id, name=name, updated_at=now, **wanted))
        elif any(getattr(here, column) != value for column, value in wanted.items()):
            for column, value in wanted.items():
                setattr(here, column, value)
            here.updated_at = now
            differing.append(here)
    ProfileValue.objects.bulk_create(made)
    ProfileValue.objects.bulk_update(differing, [*(one.removesuffix("_id") for one in _STORED), "updated_at"])
    return bool(made or differing)


def _columns(given: ValueInput) -> dict[str, Any]:
    """The stored columns of an answer."""
    absent, finding = given.knowledge == Knowledge.NOT_APPLICABLE, given.knowledge == Knowledge.UNKNOWN
    kept = replace(given, value=None, low=None, high=None) if absent else given
    return {
        "knowledge": kept.knowledge, "value": kept.value, "low": kept.low, "high": kept.high, "origin": kept.origin,
        "note": kept.note.strip(), "owner_id": kept.owner.pk if kept.owner and finding else None,
        "due": kept.due if finding else None,
    }  # fmt: skip


def _clean(row: Workload) -> None:
    """Raises ValidationError by field for a word that there is not, a training run with arrivals, a name that is taken."""
    row.clean_fields(exclude=["initiative"])
    if class_fault(Task(row.task), WorkloadClass(row.workload_class)):
        raise ValidationError({"workload_class": _("A training run has a window, so it is of the class batch.")})
    namesakes = Workload.objects.filter(initiative_id=row.initiative_id, name=row.name, retired_at=None)
    if namesakes.exclude(pk=row.pk).exists():
        raise ValidationError({"name": _("This initiative has a workload of that name.")})


def _save(row: Workload, names: Sequence[str]) -> None:
    """Save these fields with the next version number."""
    row.version += 1
    row.updated_at = clock.now()
    row.save(update_fields=[*names, "version", "updated_at"])
