"""Gatekeepers of units, delegations for a time, and the seats of one review."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.initiatives.queries.lists import unit_rows
from portfolio.kit import clock
from readiness.gates.filters.templates import GatekeeperFilter
from readiness.gates.forms.bars import GatesBar
from readiness.gates.forms.panel import DelegateForm, GatekeeperForm, SeatForm
from readiness.gates.models import Delegation, Gatekeeper
from readiness.gates.queries import keepers, listed
from readiness.gates.services.panel import delegations
from readiness.gates.services.panel import gatekeepers as verbs
from readiness.gates.services.panel import seats as seating
from readiness.gates.tables import keepers as tables
from readiness.gates.tables.frame import crumbs, tabs
from readiness.gates.views.access import PageRequest, get_open_review
from readiness.gates.views.answering import ask, blame
from readiness.gates.views.rights import require, require_somewhere

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def keepers_page(request: PageRequest) -> HttpResponse:
    """Who sits at the gates of which unit, and who stands for whom now."""
    seen = GatekeeperFilter(request.GET, queryset=listed.gatekeepers(request.actor)).qs
    rows = list(listed.gatekeeper_rows(seen).order_by("unit__path", "person_name", "id")[: keepers.MOST])
    names = dict(keepers.all_gates())
    managed = request.actor.paths(Action.GATE)
    context = {
        "tabs": tabs("gatekeepers"),
        "headline": tables.headline(rows),
        "form": GatesBar(request.GET, units=unit_rows(request.actor), options={}),
        "rows": tables.keeper_rows(rows, names, _paths(rows), managed),
        "delegations": tables.delegation_rows(keepers.delegations(request.actor, clock.now()), request.actor.user_id),
        "may_manage": bool(managed),
        "may_delegate": request.actor.may_somewhere(Action.DECIDE),
        "filtered": bool(request.GET.get("unit")),
    }
    return render(request, "gates/gatekeepers.html", context)


def _paths(rows: list[dict[str, Any]]) -> dict[int, str]:
    ids = {row["unit_id"] for row in rows if row["unit_id"]}
    return dict(BusinessUnit.objects.filter(pk__in=ids).values_list("id", "path"))


@FORM
def keeper_new(request: PageRequest) -> HttpResponse:
    require_somewhere(request, Action.GATE)
    form = _form(request, None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = get_object_or_404(User, pk=int(given["person"]))
        unit = get_object_or_404(BusinessUnit, pk=int(given["unit"])) if given["unit"] else None
        try:
            verbs.add_gatekeeper(
                by=request.actor, person=person, unit=unit, functions=form.functions_chosen, gates=given["gates"],
                chair=given["chair"],
            )  # fmt: skip
        except ValidationError as problem:
            blame(form, problem)
        else:
            messages.success(request, _("%s sits at gates now.") % person)
            return redirect("gates:gatekeepers")
    return _shown(request, form, _("Name a gatekeeper"), _("Name"))


@FORM
def keeper_edit(request: PageRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(listed.gatekeepers(request.actor).select_related("person", "unit"), pk=pk)
    form = _form(request, row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            verbs.change_gatekeeper(
                by=request.actor, gatekeeper=row, functions=form.functions_chosen, gates=given["gates"], chair=given["chair"]
            )
        except ValidationError as problem:
            blame(form, problem)
        else:
            messages.success(request, _("Saved. Reviews that are seated already keep their seats."))
            return redirect("gates:gatekeepers")
    return _shown(request, form, _("Gatekeeper: %s") % row.person, _("Save"))


@FORM
def keeper_remove(request: PageRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(listed.gatekeepers(request.actor).select_related("person", "unit"), pk=pk)
    return ask(
        request, lambda _given: verbs.remove_gatekeeper(by=request.actor, gatekeeper=row), title=_("Take %s off") % row.person,
        text=_("They are seated at no further review. Seats that they have stay theirs."), submit=_("Take off"),
        done=_("Taken off."), back=reverse("gates:gatekeepers"), danger=True,
    )  # fmt: skip


def _form(request: PageRequest, row: Gatekeeper | None) -> GatekeeperForm:
    """Person and unit of one that is there already do not change."""
    units = [(str(one.id), one.trail) for one in unit_rows(request.actor).values() if request.actor.may(Action.GATE, one.path)]
    whole = [("", _("The whole organisation"))] if "/" in request.actor.paths(Action.GATE) else []
    first = tables.keeper_initial(row) if row else {}
    form = GatekeeperForm(
        request.POST or None, people=keepers.choices(keepers.may_sit(request.actor)), units=[*whole, *units],
        gates=keepers.all_gates(), initial=first,
    )  # fmt: skip
    if row is not None:
        del form.fields["person"], form.fields["unit"]
    return form


def _shown(request: PageRequest, form: Any, title: str, submit: str) -> HttpResponse:
    context = {
        "form": form, "title": title, "submit": submit, "back": reverse("gates:gatekeepers"),
        "crumbs": crumbs((_("Gatekeepers"), reverse("gates:gatekeepers"))),
    }  # fmt: skip
    return render(request, "gates/form.html", context, status=422 if form.errors else 200)


@FORM
def delegate(request: PageRequest) -> HttpResponse:
    """One's own seats, for a time."""
    require_somewhere(request, Action.DECIDE)
    others = keepers.choices(keepers.may_sit(request.actor).exclude(pk=request.user.pk))
    form = DelegateForm(request.POST or None, people=others)
    return ask(
        request,
        lambda given: delegations.delegate(by=request.actor, **given | {"taker": get_object_or_404(User, pk=given["taker"])}),
        form=form, title=_("Let somebody stand for you"),
        text=_("For that time they fill your seats, and you do not. It goes one step: they cannot pass it on."),
        submit=_("Name them"), done=_("They stand for you."), back=reverse("gates:gatekeepers"),
    )  # fmt: skip


@FORM
def delegation_revoke(request: PageRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delegation, pk=pk, giver=request.actor.user_id)
    return ask(
        request, lambda _given: delegations.revoke_delegation(by=request.actor, delegation=row),
        title=_("Take the delegation back"), text=_("What was voted meanwhile stays."), submit=_("Take it back"),
        done=_("Taken back."), back=reverse("gates:gatekeepers"),
    )  # fmt: skip


@FORM
def seats(request: PageRequest, pk: int) -> HttpResponse:
    """The panel of one review: add, and take off whoever has not voted."""
    row = get_open_review(request, pk)
    require(request, row.initiative, Action.GATE)
    people = keepers.choices(keepers.may_sit(request.actor, row.initiative.unit))
    form = SeatForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = get_object_or_404(User, pk=int(given["person"]))
        try:
            seating.seat(by=request.actor, review=row, person=person, functions=form.functions_chosen, chair=given["chair"])
        except ValidationError as problem:
            blame(form, problem)
        else:
            messages.success(request, _("%s is seated.") % person)
            return redirect("gates:seats", pk)
    context = {
        "review": row,
        "form": form,
        "seats": tables.seat_rows(keepers.seats_of(row)),
        "crumbs": crumbs((row.initiative.key, reverse("gates:initiative", args=[row.initiative_id])),
                         (row.gate_name, reverse("gates:review", args=[pk]))),
    }  # fmt: skip
    return render(request, "gates/seats.html", context, status=422 if form.errors else 200)


@require_POST
def unseat(request: PageRequest, pk: int, person: int) -> HttpResponse:
    row = get_open_review(request, pk)
    who = get_object_or_404(User, pk=person)
    return ask(
        request, lambda _given: seating.unseat(by=request.actor, review=row, person=who), title="", text="", submit="",
        done=_("The seat is taken away."), back=reverse("gates:seats", args=[pk]),
    )  # fmt: skip


@require_POST
def seat_all(request: PageRequest, pk: int) -> HttpResponse:
    """The unit's gatekeepers who are not seated yet."""
    row = get_open_review(request, pk)
    return ask(
        request, lambda _given: seating.seat_gatekeepers(by=request.actor, review=row), title="", text="", submit="",
        done=_("The gatekeepers of the unit are seated."), back=reverse("gates:seats", args=[pk]),
    )  # fmt: skip
