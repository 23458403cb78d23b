"""The pages of one initiative: overview, history, what its register said."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.choices import Status
from portfolio.initiatives.queries.initiatives import source_row, unit_trail
from portfolio.initiatives.queries.overview import Overview, overview
from portfolio.initiatives.services.initiatives import can_edit
from portfolio.initiatives.tables import facts as presenting
from portfolio.initiatives.tables import frame
from portfolio.initiatives.views.access import PageRequest


@require_safe
def detail(request: PageRequest, pk: int) -> HttpResponse:
    """The overview; what others own (comments, audit, later risk) loads by address."""
    seen = _seen(request, pk)
    context = _frame(request, seen, "overview") | {
        "purpose": presenting.purpose(seen),
        "infrastructure": presenting.infrastructure(seen),
        "procurement": presenting.procurement(seen),
        "dates": presenting.dates(seen),
        "functions": presenting.functions(seen),
        "answers": presenting.answers(seen),
        "comments_url": frame.route("activity:comments", "initiatives_initiative", pk),
        "gates_url": frame.route("gates:panel", pk),
        "risk_url": frame.route("risk:panel", pk),
        "evidence_url": frame.route("evidence:initiative_panel", pk),
        "money_url": "" if seen.initiative.value_hidden else frame.route("finance:panel", pk),
        "purchases_url": frame.route("procurement:initiative", pk),
        "silos_url": frame.route("silos:initiative", pk),
    }
    return render(request, "initiatives/detail.html", context)


@require_safe
def history(request: PageRequest, pk: int) -> HttpResponse:
    """Stays in the stages, closures, and the audit trail by address."""
    seen = _seen(request, pk)
    context = _frame(request, seen, "history") | {
        "stays": presenting.stays(seen),
        "closures": presenting.closures(seen),
        "audit_url": frame.route("activity:history", pk),
    }
    return render(request, "initiatives/history.html", context)


@require_safe
def source(request: PageRequest, pk: int) -> HttpResponse:
    """The register's row: every raw value beside what was understood of it, and what could not be read."""
    seen = _seen(request, pk)
    row = source_row(seen.initiative)
    if row is None:
        raise Http404
    context = _frame(request, seen, "source") | {
        "source": row,
        "cells": presenting.register_cells(row, hide_amounts=seen.initiative.value_hidden),
    }
    return render(request, "initiatives/source.html", context)


def _seen(request: PageRequest, pk: int) -> Overview:
    seen = overview(request.actor, pk)
    if seen is None:
        raise Http404
    return seen


def _frame(request: PageRequest, seen: Overview, here: str) -> dict[str, Any]:
    """Header, stepper and tabs of every page of an initiative."""
    row = seen.initiative
    may_edit = can_edit(request.actor, row, {"status"})
    running = row.status != Status.CLOSED
    base = reverse("initiatives:list")
    return {
        "seen": seen,
        "row": row,
        "crumbs": [{"label": unit.name, "url": f"{base}?unit={unit.pk}"} for unit in unit_trail(row.unit)],
        "steps": presenting.steps(seen, movable=may_edit and running),
        "closed": presenting.closed_line(seen),
        "tabs": frame.tabs(seen, here),
        "may": {
            "edit": may_edit,
            "infrastructure": may_edit or request.actor.may(Action.INFRASTRUCTURE, row.unit.path),
            "move": may_edit and running,
            "comment": request.actor.may(Action.COMMENT, row.unit.path),
        },
    }
