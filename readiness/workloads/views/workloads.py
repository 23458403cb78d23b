"""Workloads as a list, as the tab of an initiative, and the acts on one: start, describe, retire."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.initiatives.choices import Status
from portfolio.initiatives.forms.fields import add_errors
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience, Knowledge
from readiness.workloads.forms.workloads import FirstNumbers, WorkloadForm
from readiness.workloads.models import Workload
from readiness.workloads.queries.capacity import open_rows
from readiness.workloads.queries.profiles import workloads_of
from readiness.workloads.rules.fields import Field, asked
from readiness.workloads.rules.templates import TEMPLATES, Template, origin_text
from readiness.workloads.services.profiles import (
    StaleVersion,
    ValueInput,
    can_edit,
    change_workload,
    create_workload,
    retire_workload,
    set_serves,
    set_values,
)
from readiness.workloads.tables.capacity import given_back
from readiness.workloads.tables.labels import CLASSES, EXPERIENCES, TASK_HELP, TASKS, unit_of
from readiness.workloads.tables.profile import first_questions
from readiness.workloads.tables.rows import first_hints, initiative_rows, template_card
from readiness.workloads.views.access import PageRequest, get_editable, get_editable_initiative, get_initiative

CHOICES = {"task": TASKS, "workload_class": CLASSES, "experience": EXPERIENCES}
BLANK = "blank"


@require_safe
def initiative(request: PageRequest, pk: int) -> HttpResponse:
    """The workloads of one initiative, and the platforms of others that carry it."""
    row = get_initiative(request, pk)
    rows = initiative_rows(workloads_of(request.actor, pk))
    context = {
        "initiative": row,
        "own": [each for each in rows if not each["served"]],
        "platforms": [each for each in rows if each["served"]],
        "may_edit": row.status != Status.CLOSED and can_edit(request.actor, row),
        "closed": row.status == Status.CLOSED,
        "new_url": reverse("workloads:new", args=[pk]),
    }
    return render(request, "workloads/initiative.html", context)


@require_http_methods(["GET", "POST"])
def new(request: PageRequest, pk: int) -> HttpResponse:
    """First a template or a blank start, then its name and the three numbers that give a first answer."""
    row = get_editable_initiative(request, pk)
    if row.status == Status.CLOSED:
        messages.error(request, _("%s is closed: its workloads are kept as they are.") % row.key)
        return redirect("workloads:initiative", pk)
    key = request.POST.get("template", request.GET.get("template", ""))
    if key != BLANK and key not in TEMPLATES:
        cards = [template_card(one) for one in TEMPLATES.values()]
        context = {"initiative": row, "cards": cards, "where_from": origin_text(), "blank": BLANK}
        return render(request, "workloads/new.html", context)
    return _start(request, row, TEMPLATES.get(key))


def _start(request: PageRequest, row: Initiative, template: Template | None) -> HttpResponse:
    first = _first(template)
    data = request.POST if request.method == "POST" else None
    start = {"name": _(template.name), "experience": template.experience} if template else {"experience": "interactive"}
    form = WorkloadForm(data, choices=CHOICES, initial=start | {"task": "generate", "workload_class": "online"}, fixed=template)
    numbers = FirstNumbers(data, fields=first_hints(template, first) if template else ())
    if data is not None and form.is_valid() and numbers.is_valid():
        try:
            with transaction.atomic():
                made = _make(request, row, template, form, numbers)
        except ValidationError as problem:
            add_errors(form, problem)
        else:
            messages.success(request, _("%s is written down. What you left empty is assumed until somebody confirms it.") % made)
            return redirect("workloads:detail", made.pk)
    context = {
        "initiative": row,
        "template": template,
        "form": form,
        "pairs": [(numbers[one.name], unit_of(one.unit)) for one in first],
        "blank": BLANK,
        "task_help": TASK_HELP,
        "choose_url": reverse("workloads:new", args=[row.pk]),
    }
    return render(request, "workloads/start.html", context, status=422 if form.errors or numbers.errors else 200)


def _first(template: Template | None) -> list[Field]:
    """The numbers asked at the start; a blank one does not know yet what it is."""
    if template is None:
        return []
    return first_questions(template.task, template.not_applicable, asked(template.task, template.workload_class))


def _make(
    request: PageRequest, row: Initiative, template: Template | None, form: WorkloadForm, numbers: FirstNumbers
) -> Workload:  # fmt: skip
    values = form.cleaned_data
    made = create_workload(
        by=request.actor, initiative=row, name=values["name"], template=template.key if template else "",
        experience=Experience(values["experience"]), note=values["note"], needed_on=values["needed_on"],
        task=None if template else Task(values["task"]),
        workload_class=None if template else WorkloadClass(values["workload_class"]),
    )  # fmt: skip
    known = {name: ValueInput(knowledge=Knowledge.KNOWN, value=number) for name, number in numbers.known.items()}
    return set_values(by=request.actor, workload=made, values=known) if known else made


@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """What it is, when it is needed, whom it serves besides."""
    row = get_editable(request, pk)
    served = list(
        Initiative.objects.visible_to(request.actor).filter(served_by=row).order_by("key").values_list("key", flat=True)
    )
    start = {
        name: getattr(row, name) for name in ("name", "task", "workload_class", "experience", "note", "needed_on", "version")
    }
    data = request.POST.copy() if request.method == "POST" else None
    form = WorkloadForm(data, choices=CHOICES, initial=start | {"serves": ", ".join(served)}, whole=True)
    if data is not None and form.is_valid():
        try:
            with transaction.atomic():
                _change(request, row, form)
        except ValidationError as problem:
            add_errors(form, problem)
        except StaleVersion:
            form.add_error(None, _("Somebody else changed it meanwhile. Look at it again and repeat if it still holds."))
            data["version"] = str(get_editable(request, pk).version)
        else:
            messages.success(request, _("Saved."))
            return redirect("workloads:detail", pk)
    context = {"row": row, "initiative": row.initiative, "form": form}
    return render(request, "workloads/form.html", context, status=422 if form.errors else 200)


def _change(request: PageRequest, row: Workload, form: WorkloadForm) -> None:
    values = form.cleaned_data
    names = ("name", "task", "workload_class", "experience", "note", "needed_on")
    served = _named(request, values["serves"])
    change_workload(
        by=request.actor, workload=row, changes={name: values[name] for name in names}, version=values["version"]
    )  # fmt: skip
    set_serves(by=request.actor, workload=row, initiatives=served)


def _named(request: PageRequest, text: str) -> list[Initiative]:
    """Initiatives by their keys, separated by commas or blanks."""
    keys = {key.upper() for key in text.replace(",", " ").replace(";", " ").split()}
    found = list(Initiative.objects.visible_to(request.actor).filter(key__in=keys))
    missing = sorted(keys - {row.key for row in found})
    if missing:
        raise ValidationError({"serves": _("There is no initiative %s that you may see.") % ", ".join(missing)})
    return found


@require_http_methods(["GET", "POST"])
def retire(request: PageRequest, pk: int) -> HttpResponse:
    """Take it out of the lists, asked once."""
    row = get_editable(request, pk)
    if request.method == "POST":
        retire_workload(by=request.actor, workload=row)
        messages.success(
            request, _("%s is retired. Its versions and its history stay; what it held of pools is given back.") % row.name
        )
        return redirect("workloads:initiative", row.initiative_id)
    context = {
        "title": _("Retire %s?") % row.name,
        "text": " ".join(
            [
                _("It leaves the lists, the sizing and the unknowns. Versions, history and what cites it stay."),
                *given_back(open_rows(request.actor, pk, clock.today())),
            ]
        ),
        "action": reverse("workloads:retire", args=[pk]),
        "submit": _("Retire it"),
        "danger": True,
        "cancel_url": reverse("workloads:detail", args=[pk]),
    }
    return render(request, "ui/confirm_page.html", context)
