"""The import wizard: file, mapping, preview, run, report. Each step has an address, so leaving loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import units_where
from portfolio.accounts.rules import EVERYTHING
from portfolio.formats.errors import BadMapping, FormatError
from portfolio.formats.registers.profiles import load_profile
from portfolio.initiatives.choices import RunState
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.forms.import_mapping import MappingTable
from portfolio.initiatives.forms.imports import PlanForm, UploadForm
from portfolio.initiatives.models import ImportRun, Lifecycle, Register
from portfolio.initiatives.queries import imports as reads
from portfolio.initiatives.queries.pickers import templates
from portfolio.initiatives.services.imports import runs, uploads
from portfolio.initiatives.services.imports.days import proposed_day
from portfolio.initiatives.services.imports.plans import Plan, plan_from_data, profile_plan
from portfolio.initiatives.services.imports.samples import Sample, read_sample
from portfolio.initiatives.services.imports.staging import register_of
from portfolio.initiatives.views.access import PageRequest, require

RECENT = 50


@require_safe
def imports(request: PageRequest) -> HttpResponse:
    """Registers, and what was imported lately."""
    context = {
        "registers": list(reads.register_rows(request.actor)),
        "runs": list(ImportRun.objects.visible_to(request.actor)[:RECENT]),
        "may_import": request.actor.may_somewhere(Action.IMPORT),
    }
    return render(request, "initiatives/imports/list.html", context)


@require_http_methods(["GET", "POST"])
def import_new(request: PageRequest) -> HttpResponse:
    """Take the file in; nothing is read from it yet."""
    require(request, Action.IMPORT)
    registers = [row for row in _registers(request) if row.mapping]
    start = {"source": f"register:{request.GET['register']}"} if "register" in request.GET else {}
    form = UploadForm(request.POST or None, request.FILES or None, registers=registers, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            run = _start(request, form)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("initiatives:import_mapping", pk=run.pk)
    limit = settings.UPLOAD_MAX_BYTES // 2**20
    status = 422 if form.errors else 200
    return render(request, "initiatives/imports/new.html", {"form": form, "limit": limit}, status=status)


def _registers(request: PageRequest) -> list[Register]:
    rows = Register.objects.visible_to(request.actor).select_related("unit").order_by("name")
    return [row for row in rows if request.actor.may(Action.IMPORT, row.unit.path)]


def _start(request: PageRequest, form: UploadForm) -> ImportRun:
    file = form.cleaned_data["file"]
    facts = uploads.receive(file)
    plan, mapping = Plan(register=Path(facts.name).stem[:60] or "register"), None
    unit = units_where(request.actor, Action.IMPORT).order_by("depth", "path").first()
    if form.profile:
        plan, mapping = profile_plan(form.profile)
        plan, unit = (plan, None) if _on_top(request) else (replace(plan, unit_name=""), unit)
    elif form.register:
        known = form.register
        plan, unit = Plan(known.name, profile=known.profile), known.unit
    elif unit is None:
        plan = replace(plan, unit_name=plan.register)
    run = runs.start_run(
        by=request.actor, file_name=facts.name, sha256=facts.sha256, size=facts.size, plan=plan, mapping=mapping,
        unit=unit, file=file, as_of=proposed_day(form.profile, register_of(plan)),
    )  # fmt: skip
    if form.register:
        ImportRun.objects.filter(pk=run.pk).update(mapping=form.register.mapping)
    return run


def _on_top(request: PageRequest) -> bool:
    return request.actor.may(Action.IMPORT, EVERYTHING)


@require_http_methods(["GET", "POST"])
def import_mapping(request: PageRequest, pk: int) -> HttpResponse:
    """Which column is what, where the register goes, how the file is read."""
    run = get_run(request, pk, Action.IMPORT)
    if run.state in (RunState.PUBLISHED, RunState.PUBLISHING, RunState.CANCELLED) or not run.file:  # a command keeps no file
        return redirect("initiatives:import", pk=pk)
    plan = plan_from_data(run.plan)
    form = _plan_form(request, run, plan)
    plan_ok = form.is_valid() if request.method == "POST" else True
    read = form.read_plan() if request.method == "POST" and plan_ok else plan.read
    try:
        sample = read_sample(Path(run.file.path), read.options(), plan.register)
    except FormatError as error:
        context = {"run": run, "form": form, "problem": str(error), "read_fields": _read_fields(form)}
        return render(request, "initiatives/imports/mapping.html", context, status=422)
    table = MappingTable(sample, run.mapping, _stage_names(form, plan))
    if request.method != "POST":
        return _mapping_page(request, run, form, table)
    table.apply(request.POST.dict())
    if not plan_ok or request.POST.get("step") == "refresh":
        return _mapping_page(request, run, form, table, status=422 if form.errors else 200)
    return _save_mapping(request, run, form, table)


def _save_mapping(request: PageRequest, run: ImportRun, form: PlanForm, table: MappingTable) -> HttpResponse:
    plan = form.chosen_plan()
    table.data["register"] = plan.register
    try:
        mapping = table.mapping()
        day = form.cleaned_data["as_of"]
        runs.change_plan(by=request.actor, run=run, plan=plan, mapping=mapping, unit=form.chosen_unit, as_of=day)
        runs.request_staging(by=request.actor, run=run)
    except BadMapping as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        add_errors(form, error)
    except PermissionDenied as error:
        form.add_error("unit", str(error))
    else:
        return redirect("initiatives:import", pk=run.pk)
    return _mapping_page(request, run, form, table, status=422)


def _plan_form(request: PageRequest, run: ImportRun, plan: Plan) -> PlanForm:
    mapping_key = run.mapping.get("key", "unit_name_ordinal") if run.mapping else "unit_name_ordinal"
    initial: dict[str, Any] = {
        "register": plan.register,
        "as_of": run.as_of,
        "unit": str(run.unit_id or ""),
        "unit_name": plan.unit_name,
        "key": mapping_key,
        **{name: getattr(plan.read, name) for name in PlanForm.READ},
    }
    units = {row.pk: row for row in units_where(request.actor, Action.IMPORT).order_by("path")}
    data = request.POST if request.method == "POST" else None
    return PlanForm(
        data, initial=initial, units=units, on_top=_on_top(request), lifecycles=templates(), plan=plan,
        fixed=register_of(plan),
    )  # fmt: skip


def _stage_names(form: PlanForm, plan: Plan) -> dict[str, str]:
    """Key -> name of the template that is chosen, else the plan's, the register's or the default one."""
    chosen = form.data.get("lifecycle", "") if form.is_bound else ""
    if chosen in form.lifecycles:
        return dict(form.lifecycles[chosen].stages.order_by("position").values_list("key", "name"))
    if plan.lifecycle:
        return {stage.key: stage.name for stage in plan.lifecycle.stages}
    row = form.fixed.lifecycle if form.fixed else Lifecycle.objects.filter(is_default=True).first()
    return dict(row.stages.order_by("position").values_list("key", "name")) if row else {}


def _read_fields(form: PlanForm) -> list[Any]:
    return [form[name] for name in PlanForm.READ]


def _mapping_page(
    request: PageRequest, run: ImportRun, form: PlanForm, table: MappingTable, *, status: int = 200
) -> HttpResponse:
    if not form.is_bound and not run.mapping:
        form.initial["key"] = str(table.data.get("key", ""))
    sample: Sample = table.sample
    profile = plan_from_data(run.plan).profile
    context = {
        "run": run,
        "form": form,
        "columns": table.columns,
        "targets": table.targets,
        "options": table.options(),
        "sample": sample,
        "read_fields": _read_fields(form),
        "profile": load_profile(profile).title if profile else "",
        "suggested": not run.mapping,
    }
    return render(request, "initiatives/imports/mapping.html", context, status=status)


def get_run(request: PageRequest, pk: int, action: Action = Action.VIEW) -> ImportRun:
    """A visible run; 404 for anything else, 403 if it may not be acted on."""
    rows = ImportRun.objects.visible_to(request.actor).select_related("unit", "register", "link_search")
    run: ImportRun = get_object_or_404(rows, pk=pk)
    if not request.actor.may(action, run.unit.path if run.unit else EVERYTHING):
        raise PermissionDenied(_("You may not import into this unit."))
    return run


@require_POST
def import_publish(request: PageRequest, pk: int) -> HttpResponse:
    """Let a worker publish what the preview shows."""
    return _act(request, pk, runs.request_publish, "")


@require_POST
def import_cancel(request: PageRequest, pk: int) -> HttpResponse:
    """Give the run up."""
    return _act(request, pk, runs.cancel_run, _("The import was given up. Nothing of it was ever in the register."))


def _act(request: PageRequest, pk: int, verb: Any, said: str) -> HttpResponse:
    try:
        verb(by=request.actor, run=get_run(request, pk, Action.IMPORT))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if said:
            messages.success(request, said)
    return redirect("initiatives:import", pk=pk)
