"""Writing initiatives down and changing them; when somebody else saved first, both versions side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import may_edit, may_see_money
from portfolio.initiatives import rules
from portfolio.initiatives.forms.fields import add_errors, json_object
from portfolio.initiatives.forms.initiatives import InitiativeForm, NewInitiativeForm, typed_values
from portfolio.initiatives.models import Stage
from portfolio.initiatives.queries.overview import Overview, overview
from portfolio.initiatives.queries.pickers import pickers, stages_by_template, templates
from portfolio.initiatives.services.initiatives import StaleVersion, create_initiative, update_initiative
from portfolio.initiatives.views.access import PageRequest, require

EVERY = (*rules.EDITABLE, *rules.CHILDREN)


@require_http_methods(["GET", "POST"])
def create(request: PageRequest) -> HttpResponse:
    """A new initiative in one of the units that this person steers."""
    require(request, Action.EDIT)
    offered = pickers(request.actor)
    names = [name for name in EVERY if name not in rules.MONEY_FIELDS or request.actor.may_somewhere(Action.MONEY)]
    blank = {"containerised": "unknown", "developed_by": "unknown", "procurement_route": "unknown"}
    form = NewInitiativeForm(
        request.POST or None, pickers=offered, names=names, stages=stages_by_template(templates()), initial=blank
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _register(request, form)
            messages.success(request, _("%s is in the register.") % made.key)
            return redirect("initiatives:detail", made.pk)
        except ValidationError as problem:
            add_errors(form, problem)
    status = 422 if form.errors else 200
    return render(request, "initiatives/form.html", {"form": form, "cancel_url": reverse("initiatives:list")}, status=status)


def _register(request: PageRequest, form: NewInitiativeForm) -> Any:
    filled = [name for name in form.fields if form.cleaned_data.get(name) not in ("", None)]
    values = form.changes(filled)
    stage = Stage.objects.select_related("lifecycle").get(pk=int(form.cleaned_data["stage"]))
    return create_initiative(
        by=request.actor, unit=values.pop("unit"), name=values.pop("name"), lifecycle=stage.lifecycle, stage=stage,
        entered_on=form.cleaned_data["entered_on"], **values,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change what differs from what this person saw; a newer version leads to the merge page."""
    seen = _editable(request, pk)
    names = _names(request, seen)
    offered = pickers(request.actor, unit=seen.initiative.unit)
    now = typed_values(seen)
    posted = _settled(request.POST, now)
    form = InitiativeForm(posted, pickers=offered, names=names, initial=now)
    if request.method == "POST" and form.is_valid():
        base = json_object(request.POST.get("base", "")) or now
        try:
            _save(request, form, seen, base)
            return redirect("initiatives:detail", pk)
        except StaleVersion:
            return _merge(request, form, seen, base, now)
        except ValidationError as problem:
            add_errors(form, problem)
    context = _context(request, form, seen, now)
    return render(request, "initiatives/form.html", context, status=422 if form.errors else 200)


def _save(request: PageRequest, form: InitiativeForm, seen: Overview, base: dict[str, str]) -> None:
    changed = touched(form, base)
    if not changed:
        messages.info(request, _("Nothing was changed."))
        return
    version = request.POST.get("version", "")
    if not version.isdigit():
        raise ValidationError(_("The form is incomplete; reload the page and type again."))
    changes = form.changes(changed)
    update_initiative(by=request.actor, initiative=seen.initiative, changes=changes, version=int(version[:9]))
    messages.success(request, _("Saved."))


def _merge(request: PageRequest, form: InitiativeForm, seen: Overview, base: dict[str, str], now: dict[str, str]) -> HttpResponse:
    """Somebody saved first: for each field that this person changed, mine or theirs; all else stays theirs."""
    mine = touched(form, base)
    rows = [
        {
            "name": name,
            "label": form[name].label,
            "mine": shown(form, name, form[name].value()),
            "theirs": shown(form, name, now.get(name, "")),
        }
        for name in mine
        if _same(form[name].value()) != _same(now.get(name, ""))
    ]
    context = {
        "rows": rows, "row": seen.initiative, "base": json.dumps({name: now.get(name, "") for name in form.fields}),
        "kept": [(name, form[name].value() if name in mine else now.get(name, "")) for name in form.fields],
    }  # fmt: skip
    return render(request, "initiatives/merge.html", context, status=409)


def _settled(posted: QueryDict, now: dict[str, str]) -> QueryDict | None:
    """What was posted, with `theirs` taken where the merge page says so."""
    if not posted:
        return None
    data = posted.copy()
    for key in [key for key in data if key.startswith("take_") and data[key] == "theirs"]:
        data[key.removeprefix("take_")] = now.get(key.removeprefix("take_"), "")
    return data


def touched(form: InitiativeForm, base: dict[str, str]) -> list[str]:
    """The fields whose text differs from what the person saw when they began."""
    return [name for name in form.fields if _same(form[name].value()) != _same(base.get(name, ""))]


def shown(form: InitiativeForm, name: str, value: Any) -> str:
    """A field's text as people read it: the label of a choice, else the text."""
    labels: Iterable[tuple[Any, Any]] = getattr(form.fields[name], "choices", ())
    named = {str(key): str(label) for key, label in labels}
    return named.get(str(value or ""), str(value or ""))


def _same(value: Any) -> str:
    return str(value or "").replace("\r\n", "\n").strip()


def _editable(request: PageRequest, pk: int) -> Overview:
    seen = overview(request.actor, pk)
    if seen is None:
        raise Http404
    if not _names(request, seen):
        raise PermissionDenied(_("You may not change this initiative."))
    return seen


def _names(request: PageRequest, seen: Overview) -> tuple[str, ...]:
    """The changes that this person may make to this initiative."""
    row, actor = seen.initiative, request.actor
    path, owner, sponsor = row.unit.path, row.owner_id, row.sponsor_id
    if not may_edit(actor, unit_path=path, owner_id=owner, sponsor_id=sponsor):
        return rules.INFRASTRUCTURE_FIELDS if actor.may(Action.INFRASTRUCTURE, path) else ()
    hidden = () if may_see_money(actor, unit_path=path, owner_id=owner, sponsor_id=sponsor) else rules.MONEY_FIELDS
    return tuple(name for name in EVERY if name not in hidden)


def _context(request: PageRequest, form: InitiativeForm, seen: Overview, now: dict[str, str]) -> dict[str, Any]:
    """The version and the texts that this person sees travel with the form and come back with it."""
    base = {name: now.get(name, "") for name in form.fields}
    return {
        "form": form,
        "row": seen.initiative,
        "version": request.POST.get("version") or str(seen.initiative.version),
        "base": request.POST.get("base") or json.dumps(base),
        "cancel_url": reverse("initiatives:detail", args=[seen.initiative.pk]),
    }
